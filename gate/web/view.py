"""What the pages show of an entry, a reader and the gate: plain words in one language, ready for a template."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from gate.settings import LineSettings, ReaderSettings
from gate.web.formats import clock_time, day_and_offset, visible
from gate.web.reading import Names, Present, ReaderNow, ShownEntry
from gate.web.reason_texts import reason_text
from gate.web.texts import PAGE_TEXTS

ALIVE_S = 15
"""The gate tells every 5 s that it is at work; three missed tellings mean it is silent."""

READ_AGAIN = frozenset({"BADGE_UNREADABLE", "READ_LATE"})
BY_OVERRIDE = frozenset({"ALLOW_OVERRIDE", "ALLOW_EMERGENCY"})
SOON = {"ALLOW_EXPIRING": "soon", "ALLOW_ENDS_IN_SHIFT": "soon", "ALLOW_GRACE": "grace"}
"""Reasons of an allow that somebody must act on before it ends -> the word that says so."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A state as shape, word and colour; `look` names the style and the drawing."""

    look: str
    word: str


@dataclass(frozen=True, slots=True)
class When:
    """An instant: for machines, and for people as time of day, then date with offset."""

    iso: str
    time: str
    day: str


@dataclass(frozen=True, slots=True)
class EntryView:
    """One decision, or one badge-out, as a row of the page."""

    seq: int
    when: When
    tag: Tag
    due: Tag | None
    """Why an allow will not last."""
    trial: bool
    clock: str
    """What to know of the clock; empty when a time source vouched for it."""
    who: str
    equipment: str
    operation: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReaderView:
    """One reader as a card of the page."""

    name: str
    equipment: str
    kind: str
    tag: Tag
    offline: bool
    trial: bool
    mode: str
    line: str
    link: str
    since: When | None
    cause: str
    last_read: When | None
    present: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GateView:
    """The gate itself."""

    alive: bool
    last_alive: When | None
    seq: int
    head: str


@dataclass(frozen=True, slots=True)
class Viewer:
    """The language and the zone to show things in."""

    language: str
    zone: ZoneInfo

    @property
    def texts(self) -> Mapping[str, str]:
        """The words of this language."""
        return PAGE_TEXTS[self.language]

    def when(self, at: datetime) -> When:
        """Show an instant."""
        return When(at.isoformat(), clock_time(at, self.zone, self.language), day_and_offset(at, self.zone))


def entry_view(row: ShownEntry, names: Names, viewer: Viewer) -> EntryView:
    """Show one entry."""
    said = json.loads(row.data)
    person = said.get("person")
    operation = said.get("operation", "USE")
    return EntryView(
        seq=row.seq,
        when=viewer.when(row.at),
        tag=_tag(said, viewer.texts),
        due=_due(said, viewer.texts),
        trial=said.get("mode") == "shadow",
        clock=_clock(str(said.get("clock", "")), viewer.texts),
        who=visible(names.people.get(person, person)) if person else _nobody(said.get("badge_last4"), viewer),
        equipment=visible(said.get("equipment", "")),
        operation="" if operation == "USE" else viewer.texts.get(f"op_{operation}", operation),
        reasons=tuple(visible(text) for text in _reasons(said, names, viewer)),
    )


def _tag(said: Mapping[str, object], texts: Mapping[str, str]) -> Tag:
    outcome = said.get("outcome")
    codes = _strings(said.get("reasons"))
    if outcome is None:
        return Tag("plain", texts["signed_out"])
    if outcome == "allow":
        return Tag("over", texts["override"]) if codes & BY_OVERRIDE else Tag("allow", texts["allowed"])
    if outcome == "pending":
        return Tag("due", texts["pending"])
    if codes & READ_AGAIN:
        return Tag("again", texts["read_again"])
    return Tag("deny", texts["would_deny" if said.get("mode") == "shadow" else "denied"])


def _due(said: Mapping[str, object], texts: Mapping[str, str]) -> Tag | None:
    codes = _strings(said.get("reasons"))
    words = [texts[word] for code, word in SOON.items() if code in codes]
    return Tag("due", words[0]) if words and said.get("outcome") == "allow" else None


def _clock(clock: str, texts: Mapping[str, str]) -> str:
    if clock.endswith(":untrusted"):
        return texts["clock_untrusted"]
    return texts["clock_asserted"] if clock == "asserted" else ""


def _strings(found: object) -> frozenset[str]:
    return frozenset(found) if isinstance(found, list) else frozenset()


def _nobody(last4: str | None, viewer: Viewer) -> str:
    texts = viewer.texts
    return f"{texts['badge_ending']} {visible(last4)}" if last4 else texts["no_badge"]


def _reasons(said: Mapping[str, object], names: Names, viewer: Viewer) -> list[str]:
    """Say each reason once, together with the items it is about; under an override, also what it lifts."""
    items = _items(said, names)
    codes = said.get("reasons")
    shown = [*(codes if isinstance(codes, list) else ()), *items]
    return [_reason(code, items.get(code, ()), viewer) for code in dict.fromkeys(shown)]


def _reason(code: str, items: Sequence[str], viewer: Viewer) -> str:
    text = reason_text(code, viewer.language)
    return viewer.texts["reason_of"].format(reason=text, items="; ".join(items)) if items else text


def _items(said: Mapping[str, object], names: Names) -> dict[str, list[str]]:
    """Return what is missing by reason: the evidence says which requirement failed, by the version of its item."""
    evidence = said.get("evidence")
    found: dict[str, list[str]] = {}
    for row in evidence.get("requirements", ()) if isinstance(evidence, dict) else ():
        if len(row) > 3 and row[0] in names.items:
            found.setdefault(row[3], []).append(names.items[row[0]])
    return found


def reader_view(
    line: LineSettings, reader: ReaderSettings, now: ReaderNow, viewer: Viewer, *, alive: bool
) -> ReaderView:
    """Show one configured reader with what the records say of it; a silent gate knows nothing of it now."""
    texts = viewer.texts
    offline = now.state == "offline"
    unknown = not alive and now.state not in {None, "offline"}
    return ReaderView(
        name=reader.name,
        equipment=reader.equipment,
        kind=visible(now.equipment_class),
        tag=Tag("off", texts["reader_unknown"]) if unknown else _reader_tag(line, now.state, texts),
        offline=offline,
        trial=now.mode == "shadow",
        mode=texts[f"mode_{now.mode or 'unknown'}"],
        line=line.name if line.kind != "osdp" else f"{line.name}, {texts['address']} {reader.address}",
        link=texts["link_port" if line.kind != "osdp" else "link_secure" if reader.secure else "link_plain"],
        since=viewer.when(now.since_at) if now.since_at and not unknown else None,
        cause=visible(now.cause) if offline else "",
        last_read=viewer.when(now.last_read_at) if now.last_read_at else None,
        present=tuple(_present(somebody, texts) for somebody in now.present),
    )


def _present(somebody: Present, texts: Mapping[str, str]) -> str:
    name = visible(somebody.name)
    return name if somebody.entitled else f"{name} ({texts['no_new_start']})"


def _reader_tag(line: LineSettings, state: str | None, texts: Mapping[str, str]) -> Tag:
    """Unknown is never shown as good: a plain scanner's cut wire cannot be seen, so it is not called online."""
    if state is None:
        return Tag("off", texts["never_seen"])
    if state == "offline":
        return Tag("off", texts["offline"])
    return Tag("port", texts["unwatched"]) if line.supervision == "port-only" else Tag("online", texts["online"])


def gate_view(seq: int, head: str, last_alive: datetime | None, now: datetime, viewer: Viewer) -> GateView:
    """Show the gate: at work or silent, and where its trail stands."""
    return GateView(
        alive=is_alive(last_alive, now), last_alive=viewer.when(last_alive) if last_alive else None, seq=seq, head=head
    )


def is_alive(last_alive: datetime | None, now: datetime) -> bool:
    """Return whether the gate was at work in the last moments."""
    return last_alive is not None and abs(now - last_alive) < timedelta(seconds=ALIVE_S)
