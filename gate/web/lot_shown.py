"""The answer to who operated a machine while a lot was made, in words ready for the page: starts, findings, denials."""

from collections.abc import Mapping
from typing import Any

from gate.store.schema import overrides
from gate.web.asking import Told
from gate.web.formats import visible
from gate.web.inspection_pages import record_url
from gate.web.late_pages import shown_late
from gate.web.lot_answer import Made, Start
from gate.web.lot_pages import shown_window
from gate.web.pages import site
from gate.web.people_names import said_name
from gate.web.reason_texts import reason_text
from gate.web.use_words import cause_of, certified_words, evidence_of, minutes_of, told_line
from gate.web.view import Viewer


def shown_made(one: Made, names: Mapping[str, str], view: Viewer) -> dict[str, Any]:
    """Return one window with everybody who was at the machine meanwhile, ready for the template."""
    references = references_of(one)
    return {
        "window": shown_window(one.window, view),
        "summary": summary(one, view),
        "findings": findings(one, view),
        "starts": [_start(start, names, references, view) for start in one.starts],
        "late": [shown_late(late, names, view) for late in one.late],
        "gaps": [
            {
                "begin": view.when(gap.from_at),
                "end": view.when(gap.until_at or gap.from_at),
                "minutes": minutes_of(gap, view),
                "claimed": any(gap.meets(late.span) for late in one.late if late.state != "rejected"),
            }
            for gap in one.gaps
        ],
        "denied": [shown_denial(told, names, view) for told in one.denied],
        "denied_total": one.denied_total,
        "beside": [{**told_line(told, view), "url": record_url(told.seq, view)} for told in one.beside],
        "beside_total": one.beside_total,
    }


def _start(
    start: Start, names: Mapping[str, str], references: Mapping[int, tuple[str, str]], view: Viewer
) -> dict[str, Any]:
    part, texts = start.part, view.texts
    override = references.get(part.override) if part.override is not None else None
    return {
        "person": said_name(part.person_id, names),
        "begin": view.when(start.shown.from_at),
        "end": view.when(start.shown.until_at) if start.shown.until_at else None,
        "joined": view.when(part.joined_at) if part.joined_at < start.shown.from_at else None,
        "operation": texts.get(f"operation_{part.operation}", part.operation),
        "seq": part.decision_seq,
        "url": record_url(part.decision_seq, view),
        "cause": cause_of(part, view),
        "claimed": view.when(part.left.claimed_at) if part.left and part.left.claimed_at else None,
        "end_seq": part.left.seq if part.left else None,
        "end_url": record_url(part.left.seq, view) if part.left else "",
        "dropped": part.dropped is not None,
        "then": certified_words(start.certified_then, start, view),
        "now": known_now(start, view),
        "override": {"id": override[0], "reference": visible(override[1])} if override else None,
        "evidence": evidence_of(start.evidence, view),
        "late": start.late,
        "trial": part.trial,
        "unknown": part.answered == "unknown",
        "clock": str(part.said.get("clock", "")).endswith(":untrusted"),
    }


def known_now(start: Start, view: Viewer) -> tuple[str, str]:
    """Say what is known now of that moment, and whether it differs."""
    texts, now = view.texts, start.certified_now
    if now is None:
        return texts["in_cannot_tell"], "off"
    if now:
        return texts["in_certified"], "allow"
    codes = [one.now.reason for one in (start.evidence.requirements if start.evidence else ()) if one.now]
    words = "; ".join(dict.fromkeys(reason_text(code, view.language) for code in codes if code))
    return f"{texts['in_not_certified']}: {words}" if words else texts["in_not_certified"], "deny"


def shown_denial(told: Told, names: Mapping[str, str], view: Viewer) -> dict[str, Any]:
    """Return one denial ready for the template."""
    said = told.said
    trial = said.get("mode") == "shadow"
    last4 = said.get("badge_last4")
    nobody = f"{view.texts['badge_ending']} {visible(str(last4))}" if last4 else view.texts["no_badge"]
    return {
        "when": view.when(told.at),
        "seq": told.seq,
        "url": record_url(told.seq, view),
        "person": said_name(said.get("person"), names) or nobody,
        "reasons": "; ".join(reason_text(str(code), view.language) for code in said.get("reasons") or ()),
        "trial": trial,
    }


def references_of(one: Made) -> Mapping[int, tuple[str, str]]:
    """Return id and reference of the overrides that allowed a start, by version."""
    versions = {start.part.override for start in one.starts if start.part.override is not None}
    wanted = overrides.c.version.in_(sorted(versions))
    with site().records.engine().connect() as connection:
        rows = connection.execute(overrides.select().where(wanted)).all()
    return {row.version: (row.id, row.reference) for row in rows}


# --- what is said of it --------------------------------------------------------------------------------------------


def summary(one: Made, view: Viewer) -> str:
    """Return the answer in one sentence."""
    certified = sum(start.certified_then is True for start in one.starts)
    return view.texts["in_lot_summary"].format(people=len(one.people), starts=len(one.starts), certified=certified)


def findings(one: Made, view: Viewer) -> list[tuple[str, str]]:
    """Return what an inspector would ask next: each a look and a sentence."""
    starts, texts = one.starts, view.texts
    trial = "shadow" in one.modes or "off" in one.modes
    waiting = sum(late.state == "entered" for late in one.late)
    counted = (
        ("over", "in_f_override", sum(start.part.override is not None for start in starts)),
        ("deny", "in_f_not_then", sum(start.certified_then is False and not start.part.override for start in starts)),
        ("due", "in_f_differs", sum(_differs(start) for start in starts)),
        ("due", "in_f_late_record", sum(start.late for start in starts)),
        ("late", "in_f_late_entry", len(one.late)),
        ("due", "in_f_late_waiting", waiting),
        ("off", "in_f_gap", len(one.gaps)),
        ("off", "in_f_unknown", sum(start.part.answered == "unknown" for start in starts)),
        ("due", "in_f_closed", sum(bool(start.part.left and start.part.left.claimed_at) for start in starts)),
        ("due", "in_f_clock", sum(str(start.part.said.get("clock", "")).endswith(":untrusted") for start in starts)),
        ("deny", "in_f_denied", one.denied_total),
    )
    found = [(look, texts[key].format(n=n)) for look, key, n in counted if n]
    asserted = any(start.part.said.get("clock") == "asserted" for start in starts)
    return [
        *([("trial", texts["in_f_trial"])] if trial else []),
        *found,
        *([("due", texts["in_f_asserted"])] if asserted else []),
    ]


def _differs(start: Start) -> bool:
    return start.certified_now is not None and start.certified_now != start.certified_then
