"""A shift in words: the same sections of plain lines for the page, the printer and the mail."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from gate.core.audit import Kind
from gate.core.shifts import Shift
from gate.settings import Settings
from gate.web.alert_words import title
from gate.web.formats import day_and_offset, visible
from gate.web.reason_texts import reason_text
from gate.web.shift_reading import ShiftNow
from gate.web.view import Viewer


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its lines; none: there was nothing."""

    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShiftWords:
    """How to say things of one shift; `named` False: in a mail, which leaves the gate, people are only counted."""

    view: Viewer
    settings: Settings
    named: bool

    def time(self, at: datetime) -> str:
        """Return the local time of day to the minute."""
        return at.astimezone(self.view.zone).strftime("%H:%M")

    def name_of(self, shift: Shift) -> str:
        """Return what the shift is called: its name, else its times."""
        return visible(shift.name) or f"{self.time(shift.starts_at)}–{self.time(shift.ends_at)}"

    def of(self, shift: Shift, key: str) -> str:
        """Return a text about the shift, with its name, day and times; offsets stand where they may differ."""
        zone = self.view.zone
        return self.view.texts[key].format(
            name=self.name_of(shift),
            day=f"{shift.starts_at.astimezone(zone):%Y-%m-%d}",
            begin=f"{self.time(shift.starts_at)} {day_and_offset(shift.starts_at, zone)}",
            end=f"{self.time(shift.ends_at)} {day_and_offset(shift.ends_at, zone)}",
        )

    def who(self, found: ShiftNow, person: str) -> str:
        """Return the name, with a comma before it, or nothing."""
        return f", {visible(found.people.get(person, person))}" if self.named and person else ""


def sections(found: ShiftNow, words: ShiftWords, *, running: bool) -> list[Section]:
    """Return the whole summary but the notes."""
    texts = words.view.texts
    made: tuple[tuple[str, Callable[[ShiftNow, ShiftWords], list[str]]], ...] = (
        ("shift_uses_now" if running else "shift_uses", _uses),
        ("shift_overrides", _overrides),
        ("shift_holds", _holds),
        ("shift_decisions", _decisions),
        ("shift_outages", _outages),
        ("shift_alerts", _alerts),
    )
    return [Section(texts[key], tuple(lines(found, words))) for key, lines in made]


def note_lines(found: ShiftNow, words: ShiftWords) -> list[str]:
    """Return the notes, each with who wrote it and when."""
    everywhere = words.view.texts["shift_note_everywhere"]
    return [
        f"{words.time(note.at)} {visible(note.by)} ({visible(note.area) or everywhere}): {_one_line(note.text)}"
        for note in found.notes
    ]


def _one_line(text: str) -> str:
    return visible(" / ".join(line.strip() for line in text.splitlines() if line.strip()))


def _uses(found: ShiftNow, words: ShiftWords) -> list[str]:
    texts = words.view.texts
    machines: dict[str, list[str]] = {}
    since: dict[str, datetime] = {}
    for use in found.in_use:
        name = visible(found.people.get(use.person, use.person))
        machines.setdefault(use.equipment, []).append(name if use.entitled else f"{name} ({texts['shift_no_start']})")
        since[use.equipment] = min(use.since, since.get(use.equipment, use.since))
    lines = []
    for machine, names in machines.items():
        number = texts["shift_people_1"] if len(names) == 1 else texts["shift_people"].format(n=len(names))
        who = "; ".join(names) if words.named else number
        at = f"{words.time(since[machine])} {day_and_offset(since[machine], words.view.zone)}"
        lines.append(texts["shift_use"].format(equipment=visible(machine), who=who, at=at))
    return lines


def _overrides(found: ShiftNow, words: ShiftWords) -> list[str]:
    lines = []
    for told in found.counts.told:
        key = "shift_granted" if told.kind == Kind.OVERRIDE_GRANTED else "shift_revoked"
        lines.append(_override(key, found, words, told.equipment, told.person, told.at, told.reference))
    for bound in found.active:
        lines.append(
            _override("shift_active", found, words, bound.equipment, bound.person, bound.ends_at, bound.reference)
        )
    for bound in found.over:
        lines.append(_override("shift_override_over", found, words, bound.equipment, bound.person, bound.ends_at, ""))
    return lines


def _override(
    key: str, found: ShiftNow, words: ShiftWords, equipment: str, person: str, at: datetime, reference: str
) -> str:
    texts = words.view.texts
    return texts[key].format(
        at=words.time(at),
        equipment=visible(equipment),
        who=words.who(found, person),
        reference=visible(reference) or texts["shift_no_reference"],
    )


def _holds(found: ShiftNow, words: ShiftWords) -> list[str]:
    texts = words.view.texts
    return [
        texts["shift_hold"].format(equipment=visible(machine), kind=texts.get(f"hold_{kind}", kind))
        for machine, kind in found.holds
    ]


def _decisions(found: ShiftNow, words: ShiftWords) -> list[str]:
    counts, texts = found.counts, words.view.texts
    if not counts.allowed + counts.denied + counts.trial:
        return []
    lines = [texts["shift_counted"].format(allowed=counts.allowed, denied=counts.denied, trial=counts.trial)]
    for code, number in counts.reasons.most_common():
        reason = visible(reason_text(code, words.view.language))
        lines.append(texts["shift_denied_for"].format(n=number, reason=reason))
    return lines


def _outages(found: ShiftNow, words: ShiftWords) -> list[str]:
    texts = words.view.texts
    machines = {reader.name: reader.equipment for line in words.settings.line for reader in line.reader}
    lines = []
    for outage in sorted(found.counts.outages, key=lambda outage: outage.begin):
        key = "shift_outage" if outage.end else "shift_outage_open"
        lines.append(
            texts[key].format(
                reader=visible(outage.reader),
                equipment=machines.get(outage.reader, "?"),
                begin=words.time(outage.begin),
                end=words.time(outage.end) if outage.end else "",
            )
        )
    return lines


def _alerts(found: ShiftNow, words: ShiftWords) -> list[str]:
    texts = words.view.texts
    return [
        texts["shift_alert"].format(
            at=words.time(alert.raised_at),
            severity=texts[f"severity_{alert.severity}"],
            title=title(alert, texts),
            state=texts["shift_alert_open" if alert.open else "shift_alert_over"],
        )
        for alert in found.alerts
    ]
