"""Uses in words: how a part ended, whether somebody was certified, and what that rests on."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Protocol

from gate.core.spans import Span
from gate.evidence import DecisionEvidence, Judged, RequirementHeld
from gate.store.use_parts import Part
from gate.web.asking import Told
from gate.web.formats import visible
from gate.web.reason_texts import reason_text
from gate.web.view import Viewer

CAUSES = frozenset({"badge_out", "denied", "handed_over", "resumed", "never_actuated", "answered_late"})


class Judgeable(Protocol):
    """A start with its evidence."""

    @property
    def evidence(self) -> DecisionEvidence | None:
        """What it rests on."""
        ...

    @property
    def part(self) -> Part:
        """The part that began with it."""
        ...


def certified_words(certified: bool | None, start: Judgeable, view: Viewer) -> tuple[str, str]:
    """Say whether somebody was certified as known then, with the look of it."""
    texts = view.texts
    if certified is None:
        return texts["in_cannot_tell"], "off"
    if start.part.override is not None:
        return texts["in_by_override"], "over"
    if certified:
        grace = "ALLOW_GRACE" in (start.part.said.get("reasons") or ())
        return texts["in_in_grace" if grace else "in_certified"], "due" if grace else "allow"
    return texts["in_not_certified"], "deny"


def evidence_of(evidence: DecisionEvidence | None, view: Viewer) -> list[dict[str, Any]]:
    """Return each requirement with what met or failed it, then and now."""
    return [_requirement(one, view) for one in (evidence.requirements if evidence else ())]


def _requirement(one: RequirementHeld, view: Viewer) -> dict[str, Any]:
    now = one.now
    return {
        "item": visible(f"{one.title}, {one.item_id}" if one.title else one.item_id),
        "then": _judged(one.then, view),
        "now": _judged(now, view) if now is not None else (view.texts["in_cannot_tell"], "off"),
        "record": _record(one.then, view),
        "record_now": _record(now, view) if now is not None and _other(one.then, now) else "",
        "late": view.texts[f"in_late_{one.late}"] if one.late else "",
    }


def _judged(found: Judged, view: Viewer) -> tuple[str, str]:
    if found.reason is None:
        return view.texts["in_met"], "allow"
    return reason_text(found.reason, view.language), "deny"


def _other(then: Judged, now: Judged) -> bool:
    before, after = then.record, now.record
    return (before.version if before else None) != (after.version if after else None)


def _record(found: Judged, view: Viewer) -> str:
    record = found.record
    if record is None:
        return view.texts["in_no_record"]
    days = f"{record.completed_on or '?'} – {record.expires_on or '…'}"
    revision = f" {record.revision}" if record.revision else ""
    return visible(f"{record.id}{revision}, {days}")


def cause_of(part: Part, view: Viewer) -> str:
    """Say how a part ended, or that it has not."""
    texts = view.texts
    if part.left is None:
        return texts["in_still_there"]
    if part.left.kind == "use_closed":
        return texts["in_cause_closed"].format(by=visible(part.left.by))
    cause = part.left.cause
    return texts[f"in_cause_{cause}"] if cause in CAUSES else visible(cause) or visible(part.left.kind)


def minutes_of(span: Span, view: Viewer) -> str:
    """Return how long a span is, in hours and minutes."""
    if span.until_at is None:
        return ""
    minutes = (span.until_at - span.from_at) // timedelta(minutes=1)
    texts, (hours, rest) = view.texts, divmod(minutes, 60)
    if minutes < 1:
        return texts["fl_under_minute"]
    return texts["fl_hours"].format(h=hours, m=rest) if hours else texts["fl_minutes"].format(m=rest)


def told_line(one: Told, view: Viewer) -> dict[str, Any]:
    """Return an entry that is no decision as one line: when, what, and what it says of itself."""
    said: Mapping[str, Any] = one.said
    detail = said.get("detail") or {}
    about = [said.get("reader"), detail.get("what"), _step(said)]
    return {
        "seq": one.seq,
        "when": view.when(one.at),
        "what": view.texts.get(f"log_kind_{one.kind}", one.kind),
        "about": visible(", ".join(str(part) for part in about if part)),
    }


def _step(said: Mapping[str, Any]) -> str:
    return f"{said.get('old')} → {said.get('new')}" if said.get("kind") == "clock_step" else ""
