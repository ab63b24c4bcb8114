"""What a kiosk shows right after a badge was read: allowed, denied with every reason, read again, signed out."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from gate.web.formats import visible
from gate.web.kiosk_help import granted_view, with_help
from gate.web.kiosk_reading import Answer, MachineNow
from gate.web.kiosk_showing import KioskView, ReasonRow, Showing, override_view
from gate.web.kiosk_texts import KIOSK_TEXTS
from gate.web.next_steps import next_step
from gate.web.reason_texts import reason_text
from gate.web.texts import LANGUAGES
from gate.web.view import BY_OVERRIDE, READ_AGAIN

STAYS_S = {"allow": 12, "over": 12, "deny": 45, "would": 20, "wait": 20, "fault": 20, "again": 6, "out": 6}
"""How long an answer stays on the screen, in seconds."""

BESIDE_A_USE_S = 20
"""A denial while somebody else uses the machine gives way to them sooner."""

AHEAD_S = 2
"""An answer from a little ahead of this clock is still new; one further ahead is from before the clock was set."""

MASKED = frozenset({"PERSON_RESTRICTED", "PERSON_SUSPENDED"})
"""Medical and disciplinary causes are nobody else's business at a machine (L1)."""


def answered(showing: Showing) -> KioskView | None:
    """Show the last answer while it is fresh."""
    answer = showing.machine.answer
    if answer is None:
        return None
    said = json.loads(answer.data)
    look = _look(said, answer)
    granted = granted_view(showing, answer) if look == "deny" else None
    if granted is not None:
        return granted
    ends_at = _ends_at(showing, answer, look)
    if not answer.at - timedelta(seconds=AHEAD_S) <= showing.now < ends_at:
        return None
    if look in {"allow", "over"} and _dropped_since(showing.machine, said):
        return None
    make = {"allow": _allowed, "over": _overridden, "out": _signed_out}.get(look, _refused)
    return make(showing, answer, said, look, ends_at)


def _ends_at(showing: Showing, answer: Answer, look: str) -> datetime:
    """Whoever asked for help sees that it was asked for as long as a denial stays."""
    if look != "deny":
        return answer.at + timedelta(seconds=STAYS_S[look])
    from_at = max(answer.at, showing.machine.more.asked_at or answer.at)
    return from_at + timedelta(seconds=BESIDE_A_USE_S if showing.machine.using else STAYS_S[look])


def _look(said: Mapping[str, object], answer: Answer) -> str:
    outcome, codes = said.get("outcome"), _codes(said)
    if outcome is None:
        return "out"
    if answer.undone:
        return "fault"
    if outcome == "allow":
        return "over" if BY_OVERRIDE & set(codes) else "allow"
    if outcome == "pending":
        return "wait"
    if READ_AGAIN & set(codes):
        return "again"
    if any(code.startswith("SYS_") for code in codes):
        return "fault"
    return "would" if said.get("mode") == "shadow" else "deny"


def _codes(said: Mapping[str, object]) -> list[str]:
    found = said.get("reasons")
    return [str(code) for code in found] if isinstance(found, list) else []


def _dropped_since(machine: MachineNow, said: Mapping[str, object]) -> bool:
    """An allow whose permissive has dropped already must not stand on the screen."""
    mine = [somebody for somebody in machine.using if somebody.person == said.get("person")]
    return bool(mine) and not any(somebody.entitled for somebody in mine)


def _until(said: Mapping[str, object]) -> datetime | None:
    text = said.get("until")
    return datetime.fromisoformat(text) if isinstance(text, str) else None


def _allowed(showing: Showing, answer: Answer, said: Mapping[str, object], look: str, ends_at: datetime) -> KioskView:
    language = answer.language or showing.settings.site.language
    texts, until = KIOSK_TEXTS[language], _until(said)
    enabled = texts["enabled_until"].format(time=showing.time(until, language)) if until else texts["enabled"]
    trial = said.get("mode") == "shadow"
    due, due_what = _due(showing, _codes(said), answer, texts)
    return showing.view(
        look,
        language,
        who=visible(answer.name or ""),
        seq=answer.seq,
        lines=(texts["trial_line"] if trial else enabled, *_sharing(showing, _codes(said), texts)),
        due=due,
        due_what=due_what,
        turns_at=ends_at,
    )


def _sharing(showing: Showing, codes: list[str], texts: Mapping[str, str]) -> list[str]:
    words = {
        "ALLOW_JOIN": texts["joined"].format(n=max(2, len(showing.machine.using))),
        "ALLOW_HANDOVER": texts["took_over"],
        "ALLOW_RESUMED": texts["resumed"],
    }
    return [words[code] for code in codes if code in words]


def _due(showing: Showing, codes: list[str], answer: Answer, texts: Mapping[str, str]) -> tuple[str, str]:
    """Say what will end: during the shift before what only ends soon.

    An end that no training record holds, such as a contract's, is told without a name.
    """
    if "ALLOW_GRACE" in codes:
        return texts["grace"], ""
    if "ALLOW_ENDS_IN_SHIFT" in codes:
        shift = timedelta(hours=showing.settings.training.shift_hours)
        last_on = (answer.at + shift).astimezone(showing.settings.zone).date().isoformat()
        return texts["ends"], _first(end for end in answer.ending if end[0] <= last_on)
    if "ALLOW_EXPIRING" in codes:
        return texts["soon"], _first(answer.ending)
    return "", ""


def _first(endings: Iterable[tuple[str, str]]) -> str:
    return next((f"{visible(item)} {ends_on}" for ends_on, item in endings), "")


def _overridden(
    showing: Showing, answer: Answer, said: Mapping[str, object], look: str, ends_at: datetime
) -> KioskView:
    mine = [somebody for somebody in showing.machine.using if somebody.person == said.get("person")]
    reference = next((somebody.reference for somebody in mine if somebody.reference), "")
    language = answer.language or showing.settings.site.language
    name = visible(answer.name or "")
    return override_view(showing, look, language, name, _until(said), reference, seq=answer.seq, turns_at=ends_at)


def _signed_out(
    showing: Showing, answer: Answer, said: Mapping[str, object], look: str, ends_at: datetime
) -> KioskView:
    del said
    return showing.view(look, answer.language, who=visible(answer.name or ""), seq=answer.seq, turns_at=ends_at)


def _refused(showing: Showing, answer: Answer, said: Mapping[str, object], look: str, ends_at: datetime) -> KioskView:
    """Show every reason with what to do; a badge of nobody is answered in both languages."""
    language = answer.language or showing.settings.site.language
    texts = KIOSK_TEXTS[language]
    other = next(name for name in LANGUAGES if name != language)
    both = answer.name is None
    rows = [] if answer.undone else [_reason(code, said, answer, language) for code in _shown(said)]
    if both and len(rows) == 1:
        rows = [replace(rows[0], other=reason_text(_shown(said)[0], other))]
    lines = {
        "fault": ("late_line" if answer.undone else "fault_line", "not_enabled"),
        "would": ("trial_line",),
        "deny": ("not_enabled",),
    }.get(look, ())
    if look == "fault" and said.get("mode") == "shadow":
        lines = (lines[0], "trial_line")
    last4 = said.get("badge_last4")
    nobody = texts["badge_ending"].format(last4=visible(str(last4))) if last4 else ""
    view = showing.view(
        look,
        language,
        who="" if look == "fault" else visible(answer.name) if answer.name else nobody,
        seq=answer.seq,
        reasons=tuple(rows),
        lines=tuple(texts[line] for line in lines),
        other_word=KIOSK_TEXTS[other][look] if both else "",
        turns_at=ends_at,
    )
    return with_help(showing, answer, view, _codes(said)) if look in {"deny", "would"} else view


def _shown(said: Mapping[str, object]) -> list[str]:
    """Return the reasons to show; masked ones become one."""
    return list(dict.fromkeys("PERSON_RESTRICTED" if code in MASKED else code for code in _codes(said)))


def _reason(code: str, said: Mapping[str, object], answer: Answer, language: str) -> ReasonRow:
    names, evidence = dict(answer.items), said.get("evidence")
    rows = evidence.get("requirements", ()) if isinstance(evidence, dict) else ()
    about = [names[row[0]] for row in rows if len(row) > 3 and row[3] == code and row[0] in names]
    things = tuple((visible(item), visible(title)) for item, title in about)
    return ReasonRow(reason_text(code, language), next_step(code, language), about=things)
