"""Requirement sets as words: who must hold what, since when, approved by whom."""

from collections.abc import Mapping
from dataclasses import dataclass

from gate.core.audit import Kind
from gate.core.effect import Scope
from gate.core.records import Requirement
from gate.core.terms import Operation, RevisionPolicy
from gate.store.picture import Known
from gate.web.formats import visible
from gate.web.requirement_reading import Version, Versions
from gate.web.training_area import When, named, operation_word, when
from gate.web.view import Viewer


@dataclass(frozen=True, slots=True)
class MemberView:
    """One member of a group."""

    item: str
    title: str
    rules: str


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version of a set."""

    version: int
    since: When
    how: str
    """The key of the text that says how it came."""
    by: str
    at: When | None
    drafters: str
    why: str
    groups: tuple[tuple[MemberView, ...], ...]


@dataclass(frozen=True, slots=True)
class VersionsView:
    """Every version of one set."""

    current: VersionView | None
    next: tuple[VersionView, ...]
    drafts: tuple[VersionView, ...]
    earlier: tuple[VersionView, ...]


@dataclass(frozen=True, slots=True)
class SetRow:
    """One line of the list."""

    kind: str
    scope_id: str
    operation: str
    name: str
    word: str
    since: When | None
    asks: str
    next: When | None
    drafts: int


def rows_of_sets(found: Mapping[Scope, Versions], known: Known, view: Viewer) -> list[tuple[str, list[SetRow]]]:
    """Return the lines under their class or area; a class or area without any set has one line that says so."""
    groups = []
    for kind, names in (("class", known.classes), ("area", known.areas)):
        for id_ in sorted(names, key=lambda one: (names[one].casefold(), one)):
            scopes = [scope for scope in _scopes(kind, id_) if scope in found] or [_scopes(kind, id_)[0]]
            groups.append((visible(names[id_]), [_row(scope, found.get(scope), known, view) for scope in scopes]))
    return groups


def scope_title(scope: Scope, known: Known, view: Viewer) -> str:
    """Return what a set is for, such as `Tablet press: Cleaning`."""
    names = known.classes if scope.kind == "class" else known.areas
    operation = scope.operation.value if scope.operation else None
    return f"{named(names, scope.id)}: {operation_word(operation, view)}"


def versions_view(found: Versions, known: Known, view: Viewer) -> VersionsView:
    """Show every version of a set."""
    return VersionsView(
        current=version_view(found.current, known, view) if found.current else None,
        next=tuple(version_view(one, known, view) for one in found.next),
        drafts=tuple(version_view(one, known, view) for one in found.drafts),
        earlier=tuple(version_view(one, known, view) for one in found.earlier),
    )


def version_view(found: Version, known: Known, view: Viewer) -> VersionView:
    """Show one version."""
    by, at = found.by
    return VersionView(
        version=found.set.version,
        since=when(found.set.effective_at),
        how="tr_loaded_by" if found.entry.get("kind") == Kind.LOAD else "tr_approved_by",
        by=named({**known.signers, **known.people}, by) if by else "",
        at=when(at) if at else None,
        drafters=", ".join(named({**known.signers, **known.people}, person) for person in found.drafters),
        why=visible(str(found.entry.get("why") or "")),
        groups=tuple(tuple(_member(member, known, view) for member in group) for group in found.set.groups),
    )


def _scopes(kind: str, id_: str) -> list[Scope]:
    if kind == "area":
        return [Scope("area", id_, None)]
    return [Scope("class", id_, operation) for operation in Operation]


def _row(scope: Scope, found: Versions | None, known: Known, view: Viewer) -> SetRow:
    operation = scope.operation.value if scope.operation else None
    current = found.current if found else None
    names = known.classes if scope.kind == "class" else known.areas
    return SetRow(
        kind=scope.kind,
        scope_id=scope.id,
        operation=operation or "-",
        name=named(names, scope.id),
        word=operation_word(operation, view),
        since=when(current.set.effective_at) if current else None,
        asks=_asks(current, view) if current else "",
        next=when(found.next[0].set.effective_at) if found and found.next else None,
        drafts=len(found.drafts) if found else 0,
    )


def _asks(current: Version, view: Viewer) -> str:
    """Return the items in short: `+` for all of them, `or` for any of them."""
    either = f" {view.texts['tr_or']} "
    return " + ".join(either.join(visible(member.item_id) for member in group) for group in current.set.groups)


def _member(member: Requirement, known: Known, view: Viewer) -> MemberView:
    item = known.picture.items.get(member.item_id)
    title = visible(item.title) if item else view.texts["tr_item_unknown"]
    return MemberView(visible(member.item_id), title, _rules(member, view))


def _rules(member: Requirement, view: Viewer) -> str:
    texts = view.texts
    every = texts["tr_no_end"]
    if member.interval_months:
        every = texts["tr_every_month" if member.interval_months == 1 else "tr_every_months"].format(
            n=member.interval_months
        )
    current = member.revision_policy is RevisionPolicy.CURRENT
    parts = [texts["tr_policy_current" if current else "tr_policy_any"], every]
    if member.grace_days:
        parts.append(texts["tr_grace_days"].format(n=member.grace_days))
    parts.append(texts["tr_warning_days"].format(n=member.warning_days))
    return "; ".join(parts)
