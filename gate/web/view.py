"""What the pages show of an entry, a reader and the gate: plain words in one language, ready for a template."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from gate.settings import LineSettings, ReaderSettings
from gate.web.formats import clock_time, day_and_offset, visible
from gate.web.reading import Names, ReaderNow, ShownEntry
from gate.web.reason_texts import reason_text
from gate.web.texts import PAGE_TEXTS

ALIVE_S = 15
"""The gate tells every 5 s that it is at work; three missed tellings mean it is silent."""

READ_AGAIN = frozenset({"BADGE_UNREADABLE", "READ_LATE"})
BY_OVERRIDE = frozenset({"ALLOW_OVERRIDE", "ALLOW_EMERGENCY"})


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
    trial: bool
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
    reasons = [reason_text(code, viewer.language) for code in said.get("reasons", ())]
    person = said.get("person")
    operation = said.get("operation", "USE")
    return EntryView(
        seq=row.seq,
        when=viewer.when(row.at),
        tag=_tag(said, viewer.texts),
        trial=said.get("mode") == "shadow",
        who=visible(names.people.get(person, person)) if person else _nobody(said.get("badge_last4"), viewer),
        equipment=visible(said.get("equipment", "")),
        operation="" if operation == "USE" else viewer.texts.get(f"op_{operation}", operation),
        reasons=tuple(visible(text) for text in [*reasons, *_items(said, names)]),
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


def _strings(found: object) -> frozenset[str]:
    return frozenset(found) if isinstance(found, list) else frozenset()


def _nobody(last4: str | None, viewer: Viewer) -> str:
    texts = viewer.texts
    return f"{texts['badge_ending']} {visible(last4)}" if last4 else texts["no_badge"]


def _items(said: Mapping[str, object], names: Names) -> list[str]:
    """Name what is missing: the evidence says which requirement failed, by the version of its item."""
    evidence = said.get("evidence")
    rows = evidence.get("requirements", ()) if isinstance(evidence, dict) else ()
    failed = [row[0] for row in rows if len(row) > 3]
    return [names.items[version] for version in failed if version in names.items]


def reader_view(line: LineSettings, reader: ReaderSettings, now: ReaderNow, viewer: Viewer) -> ReaderView:
    """Show one configured reader with what the records say of it."""
    texts = viewer.texts
    offline = now.state == "offline"
    return ReaderView(
        name=reader.name,
        equipment=reader.equipment,
        kind=visible(now.equipment_class),
        tag=_reader_tag(line, now.state, texts),
        offline=offline,
        trial=now.mode == "shadow",
        mode=texts[f"mode_{now.mode or 'unknown'}"],
        line=line.name if line.kind != "osdp" else f"{line.name}, {texts['address']} {reader.address}",
        link=texts["link_port" if line.kind != "osdp" else "link_secure" if reader.secure else "link_plain"],
        since=viewer.when(now.since_at) if now.since_at else None,
        cause=visible(now.cause) if offline else "",
        last_read=viewer.when(now.last_read_at) if now.last_read_at else None,
    )


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
