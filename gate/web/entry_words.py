"""One entry of the trail as a sentence: who did what where, whatever kind it is; names kept apart from the words."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup, escape

from gate.core.audit import Kind
from gate.store.entry_reading import EntryNames, EntryRow
from gate.web.formats import visible
from gate.web.view import BY_OVERRIDE, Tag, Viewer

UNREAD = frozenset({"BADGE_UNREADABLE"})


def sentence(entry: EntryRow, names: EntryNames, view: Viewer) -> Markup:
    """Return what happened, with every foreign text made visible and isolated in its direction."""
    said = entry.said
    key = _decided(said) if entry.kind == Kind.DECISION else entry.kind
    text = view.texts.get(f"entry_{key}") or view.texts["entry_other"]
    return Markup(escape(text)).format(**_parts(entry, names, view))  # noqa: S704 - escaped right here


def plain(entry: EntryRow, names: EntryNames, view: Viewer) -> str:
    """Return the sentence as text, for a title."""
    return sentence(entry, names, view).striptags()


def decision_tag(said: Mapping[str, Any], view: Viewer) -> Tag:
    """Return the answer of a decision as shape, word and colour."""
    texts = view.texts
    match _decided(said):
        case "allow":
            return Tag("allow", texts["allowed"])
        case "over":
            return Tag("over", texts["override"])
        case "pending":
            return Tag("due", texts["pending"])
        case "would":
            return Tag("due", texts["would_deny"])
        case "unread":
            return Tag("again", texts["read_again"])
        case _:
            return Tag("deny", texts["denied"])


def strings(found: object) -> tuple[str, ...]:
    """Return the texts of a list, whatever else stands in it."""
    return tuple(one for one in found if isinstance(one, str)) if isinstance(found, list) else ()


def named(id_: object, names: Mapping[str, str]) -> Markup:
    """Return a name for an id, isolated in its direction."""
    text = str(id_)
    return _apart(names.get(text, text))


def _decided(said: Mapping[str, Any]) -> str:
    outcome, reasons = said.get("outcome"), frozenset(strings(said.get("reasons")))
    if outcome == "allow":
        return "over" if reasons & BY_OVERRIDE else "allow"
    if outcome == "pending":
        return "pending"
    if reasons & UNREAD:
        return "unread"
    if not isinstance(said.get("person"), str):
        return "unknown"
    return "would" if said.get("mode") == "shadow" else "deny"


def _parts(entry: EntryRow, names: EntryNames, view: Viewer) -> dict[str, Markup]:
    said = entry.said
    detail = said.get("detail") if isinstance(said.get("detail"), dict) else {}
    nobody = _apart(view.texts["rec_nobody"])
    return {
        "person": named(said["person"], names.people) if "person" in said else nobody,
        "by": named(said["by"], names.people) if "by" in said else nobody,
        "machine": _apart(said.get("equipment", "–"), "nb"),
        "reader": _apart(said.get("reader", "–"), "nb"),
        "last4": _apart(said.get("badge_last4", "–"), "nb"),
        "subject": _apart(said.get("subject", view.texts["rec_records"])),
        "what": _apart((detail or {}).get("what", "–")),
        "ref": _apart(said.get("ref", "–"), "nb"),
        "old": _apart(said.get("old", "–")),
        "new": _apart(said.get("new", "–")),
        "kind": _apart(entry.kind),
    }


def _apart(text: object, look: str = "") -> Markup:
    shown = visible(str(text))
    shown = shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + "…"
    return Markup('<bdi class="{}">{}</bdi>').format(look, shown) if look else Markup("<bdi>{}</bdi>").format(shown)


LONGEST = 120
"""Characters of one name in a sentence; the whole stands in the raw record."""
