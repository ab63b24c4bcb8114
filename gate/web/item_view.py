"""Items as words: kind, revisions in order, where they are asked for, and for how many people they are current."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from gate.core.certification import effective_set
from gate.core.effect import Ground
from gate.core.records import Item, Requirement, RequirementSet, Revision
from gate.core.training import Finding, assess, in_force
from gate.store.picture import Known
from gate.web.formats import visible
from gate.web.reason_texts import reason_text
from gate.web.training_area import When, named, operation_word, when
from gate.web.view import Viewer

MOST_NAMED = 50


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One line of the list of items."""

    id: str
    title: str
    kind: str
    revision: str
    next: str
    next_at: When | None
    lasts: str
    machines: int
    current: int
    people: int


@dataclass(frozen=True, slots=True)
class RevisionView:
    """One revision; `state` is a key: in force, to come, or before."""

    version: int
    name: str
    since: When
    retraining: bool
    state: str


@dataclass(frozen=True, slots=True)
class Lacking:
    """Somebody for whom the item is not current."""

    id: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class ItemView:
    """One item with everything around it."""

    row: ItemRow
    revisions: tuple[RevisionView, ...]
    asked_by: tuple[tuple[str, str, str, str], ...]
    """Kind, operation and id of a set that asks for it, and its title."""
    lacking: tuple[Lacking, ...]
    more_lacking: int


def item_rows(known: Known, at: datetime, view: Viewer) -> list[ItemRow]:
    """Return the list of items."""
    return [_row(item, known, at, view) for item in known.picture.items.values()]


def item_view(item: Item, known: Known, at: datetime, view: Viewer) -> ItemView:
    """Return one item; its newest revision first."""
    requirements = demands(item.id, known, at)
    lacking = [
        Lacking(visible(person), named(known.people, person), reason_text(found.reason or "", view.language))
        for person, found in _worst(item, requirements, known, at)
        if found.reason
    ]
    now = in_force(item, Requirement(item.id), at)
    return ItemView(
        row=_row(item, known, at, view),
        revisions=tuple(_revision(one, now, at) for one in reversed(item.revisions)),
        asked_by=tuple(dict.fromkeys(_asking(item.id, known, at, view))),
        lacking=tuple(sorted(lacking, key=lambda one: (one.name.casefold(), one.id))[:MOST_NAMED]),
        more_lacking=max(0, len(lacking) - MOST_NAMED),
    )


def demands(item_id: str, known: Known, at: datetime) -> list[Requirement]:
    """Return every way in which a set in force asks for the item; where none does, the usual one."""
    members = (
        member
        for ground in known.picture.grounds
        for _, version in _in_force(ground, at)
        for group in version.groups
        for member in group
        if member.item_id == item_id
    )
    return list(dict.fromkeys(members)) or [Requirement(item_id)]


def worst(item: Item, requirements: list[Requirement], person: str, known: Known, at: datetime) -> Finding:
    """Return how the item stands for somebody: met only if every way of asking for it is."""
    records = known.picture.records.get(person, {}).get(item.id, ())
    found = [assess(requirement, item, records, at, known.picture.zone) for requirement in requirements]
    unmet = [one for one in found if one.reason is not None]
    return unmet[0] if unmet else min(found, key=lambda one: one.expires_at)


def _worst(item: Item, requirements: list[Requirement], known: Known, at: datetime) -> Iterator[tuple[str, Finding]]:
    for person, records in known.picture.records.items():
        if records.get(item.id):
            yield person, worst(item, requirements, person, known, at)


def _row(item: Item, known: Known, at: datetime, view: Viewer) -> ItemRow:
    requirements = demands(item.id, known, at)
    findings = [found for _, found in _worst(item, requirements, known, at)]
    now = in_force(item, Requirement(item.id), at)
    ahead = next((one for one in item.revisions if one.effective_at > at), None)
    machines = {name for ground in known.picture.grounds for name in ground.machines if _asks(ground, item.id, at)}
    return ItemRow(
        id=item.id,
        title=visible(item.title),
        kind=view.texts[f"tr_kind_{item.kind.value}"],
        revision=visible(now.revision) if now else "",
        next=visible(ahead.revision) if ahead else "",
        next_at=when(ahead.effective_at) if ahead else None,
        lasts=_lasts(requirements, view),
        machines=len(machines),
        current=sum(found.reason is None for found in findings),
        people=len(findings),
    )


def _lasts(requirements: list[Requirement], view: Viewer) -> str:
    months = sorted({one.interval_months for one in requirements if one.interval_months})
    words = [view.texts["tr_months"].format(n=number) for number in months]
    if any(one.interval_months is None for one in requirements):
        words.append(view.texts["tr_no_end"])
    return ", ".join(words)


def _asks(ground: Ground, item_id: str, at: datetime) -> bool:
    versions = (version for _, version in _in_force(ground, at))
    return any(member.item_id == item_id for version in versions for group in version.groups for member in group)


def _asking(item_id: str, known: Known, at: datetime, view: Viewer) -> Iterator[tuple[str, str, str, str]]:
    for ground in known.picture.grounds:
        for operation, version in _in_force(ground, at):
            if any(member.item_id == item_id for group in version.groups for member in group):
                kind, id_ = ("class", ground.class_id) if operation else ("area", ground.area_id)
                names = known.classes if operation else known.areas
                yield kind, operation or "-", id_, f"{named(names, id_)}: {operation_word(operation, view)}"


def _in_force(ground: Ground, at: datetime) -> Iterator[tuple[str | None, RequirementSet]]:
    area = effective_set(ground.area_sets, at)
    if area:
        yield None, area
    for operation, versions in ground.sets.items():
        version = effective_set(versions, at)
        if version:
            yield operation.value, version


def _revision(one: Revision, now: Revision | None, at: datetime) -> RevisionView:
    state = "tr_in_force" if now and one.version == now.version else "tr_before"
    if one.effective_at > at:
        state = "tr_to_come"
    return RevisionView(one.version, visible(one.revision), when(one.effective_at), one.retraining, state)
