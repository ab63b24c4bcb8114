"""What the pages read from the records: each look is one short read transaction, so the log never grows for a page."""

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from gate.core.audit import Kind
from gate.settings import Settings
from gate.store.database import STORE_FAULTS, DatabaseRefusedError, data_version, open_database
from gate.store.numbered import without_names
from gate.store.schema import (
    audit_trail,
    equipment,
    equipment_classes,
    equipment_uses,
    items,
    people,
    reader_status,
    trail_head,
    use_members,
)
from gate.web.numbering import by_number

SHOWN = (Kind.DECISION.value, Kind.USE_LEFT.value, Kind.USE_ENDED.value)
BADGE_OUT = "badge_out"

UNREADABLE: tuple[type[BaseException], ...] = (DatabaseRefusedError, *STORE_FAULTS)
"""What a look can meet: no records yet, the wrong ones, a lock, a lost disk."""


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """One entry of the trail that the live page shows: a decision, or a badge-out."""

    seq: int
    at: datetime
    kind: str
    data: str
    """The canonical bytes as text."""


@dataclass(frozen=True, slots=True)
class Names:
    """Names for the ids in the entries."""

    people: Mapping[str, str] = field(default_factory=dict)
    items: Mapping[int, str] = field(default_factory=dict)
    """Version of an item -> its id and title."""


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody signed in at a machine; `entitled` False: the permissive has dropped, so no new start."""

    name: str
    joined_at: datetime
    entitled: bool


@dataclass(frozen=True, slots=True)
class ReaderNow:
    """What the records say of one reader now; `state` None: it was never seen, `mode` None: no such equipment."""

    state: str | None = None
    since_at: datetime | None = None
    cause: str = ""
    mode: str | None = None
    equipment_class: str = ""
    last_read_at: datetime | None = None
    present: tuple[Present, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """One snapshot: the end of the trail, the newest entries behind a number (oldest first), and the readers."""

    seq: int
    head: str
    entries: tuple[ShownEntry, ...]
    names: Names
    readers: Mapping[str, ReaderNow]


class Records:
    """The records as the pages read them, from many threads; opened with the first look, and never written."""

    def __init__(self, settings: Settings, key: str | None) -> None:
        self._settings = settings
        self._key = key
        self._lock = threading.Lock()
        self._engines: dict[bool, sa.Engine] = {}
        self._last_reads: dict[str, datetime] = {}
        self._reads_until: int | None = None

    def engine(self) -> sa.Engine:
        """Return the engine on the records; in an export without names it reads numbers in their place.

        Raises:
            DatabaseRefusedError: there are none yet, or they are not for this program.
        """
        numbers = by_number()
        with self._lock:
            if numbers not in self._engines:
                found = open_database(self._settings.database_path, key=self._key, read_only=True)
                self._engines[numbers] = without_names(found) if numbers else found
            return self._engines[numbers]

    def close(self) -> None:
        """Let go of the records."""
        with self._lock:
            for engine in self._engines.values():
                engine.dispose()

    @contextmanager
    def version_watch(self) -> Iterator[Callable[[], int]]:
        """Give a function whose value changes when something was committed; it keeps no transaction open."""
        with self.engine().connect() as connection:

            def version() -> int:
                found = data_version(connection)
                connection.rollback()
                return found

            yield version

    def head_seq(self) -> int:
        """Return the number of the last entry, 0 before the first."""
        with self.engine().connect() as connection:
            return _head(connection)[0]

    def look(self, after: int, limit: int) -> Look:
        """Return one snapshot with at most `limit` entries behind the number `after`."""
        with self.engine().connect() as connection:
            seq, head = _head(connection)
            entries = _entries(connection, after, limit)
            names = names_of(connection, entries)
            self._note_reads(connection, seq)
            readers = self._readers(connection)
        return Look(seq, head, entries, names, readers)

    def _note_reads(self, connection: sa.Connection, seq: int) -> None:
        """Keep the time of each reader's last read; only entries behind the last look are read for it."""
        with self._lock:
            if self._reads_until is None:
                self._last_reads = _first_last_reads(connection, self._settings)
            else:
                self._last_reads |= _later_reads(connection, self._reads_until)
            self._reads_until = max(seq, self._reads_until or 0)

    def _readers(self, connection: sa.Connection) -> dict[str, ReaderNow]:
        status = {row.reader_id: row for row in connection.execute(sa.select(reader_status))}
        machines = {row.id: row for row in connection.execute(_MACHINES)}
        present = _present(connection)
        found = {}
        for reader in (reader for line in self._settings.line for reader in line.reader):
            state, machine = status.get(reader.name), machines.get(reader.equipment)
            found[reader.name] = ReaderNow(
                state=state.state if state else None,
                since_at=datetime.fromisoformat(state.since_at) if state else None,
                cause=state.cause if state else "",
                mode=machine.mode if machine else None,
                equipment_class=machine.class_name if machine else "",
                last_read_at=self._last_reads.get(reader.name),
                present=present.get(reader.equipment, ()),
            )
        return found


_MACHINES = (
    sa.select(
        equipment.c.id,
        equipment.c.mode,
        sa.func.coalesce(equipment_classes.c.name, equipment.c.name).label("class_name"),
    )
    .select_from(
        equipment.outerjoin(
            equipment_classes,
            sa.and_(equipment_classes.c.id == equipment.c.class_id, equipment_classes.c.known_to.is_(None)),
        )
    )
    .where(equipment.c.known_to.is_(None))
)

_PRESENT = (
    sa.select(
        equipment_uses.c.equipment_id,
        use_members.c.person_id,
        people.c.name,
        use_members.c.joined_at,
        use_members.c.dropped_seq,
    )
    .select_from(
        equipment_uses.join(use_members, use_members.c.use_id == equipment_uses.c.id).outerjoin(
            people, sa.and_(people.c.id == use_members.c.person_id, people.c.known_to.is_(None))
        )
    )
    .where(equipment_uses.c.ended_seq.is_(None), use_members.c.left_seq.is_(None))
    .order_by(use_members.c.id)
)


def _present(connection: sa.Connection) -> dict[str, tuple[Present, ...]]:
    """Return who is signed in at each machine, in the order of joining."""
    found: dict[str, tuple[Present, ...]] = {}
    for row in connection.execute(_PRESENT):
        somebody = Present(row.name or row.person_id, datetime.fromisoformat(row.joined_at), row.dropped_seq is None)
        found[row.equipment_id] = (*found.get(row.equipment_id, ()), somebody)
    return found


def _head(connection: sa.Connection) -> tuple[int, str]:
    row = connection.execute(sa.select(trail_head.c.seq, trail_head.c.leaf)).first()
    return (row.seq, row.leaf.hex()) if row and row.seq else (0, "")


def _entries(connection: sa.Connection, after: int, limit: int) -> tuple[ShownEntry, ...]:
    newest = (
        sa.select(audit_trail.c.seq, audit_trail.c.at, audit_trail.c.kind, audit_trail.c.data)
        .where(audit_trail.c.seq > after, audit_trail.c.kind.in_(SHOWN))
        .order_by(audit_trail.c.seq.desc())
        .limit(limit)
    )
    rows = [
        ShownEntry(row.seq, datetime.fromisoformat(row.at), row.kind, row.data) for row in connection.execute(newest)
    ]
    return tuple(row for row in reversed(rows) if row.kind == Kind.DECISION or _cause(row) == BADGE_OUT)


def _cause(row: ShownEntry) -> object:
    detail = json.loads(row.data).get("detail")
    return detail.get("cause") if isinstance(detail, dict) else None


def names_of(connection: sa.Connection, entries: Iterable[ShownEntry]) -> Names:
    """Look up the newest name of everybody in the entries: somebody who has left is still named."""
    said = [json.loads(row.data) for row in entries]
    persons = {found["person"] for found in said if "person" in found}
    asked = {row[0] for found in said for row in found.get("evidence", {}).get("requirements", ())}
    known = sa.select(people.c.id, people.c.name).where(people.c.id.in_(persons)).order_by(people.c.version)
    things = sa.select(items.c.version, items.c.id, items.c.title).where(items.c.version.in_(asked))
    return Names(
        {row.id: row.name for row in connection.execute(known)},
        {row.version: f"{row.id} {row.title}" for row in connection.execute(things)},
    )


def _first_last_reads(connection: sa.Connection, settings: Settings) -> dict[str, datetime]:
    found = {}
    for reader in (reader for line in settings.line for reader in line.reader):
        newest = (
            sa.select(audit_trail.c.at)
            .where(
                audit_trail.c.equipment_id == reader.equipment,
                audit_trail.c.reader_id == reader.name,
                audit_trail.c.kind == Kind.DECISION.value,
            )
            .order_by(audit_trail.c.seq.desc())
            .limit(1)
        )
        at = connection.execute(newest).scalar()
        if at is not None:
            found[reader.name] = datetime.fromisoformat(at)
    return found


def _later_reads(connection: sa.Connection, seq: int) -> dict[str, datetime]:
    later = (
        sa.select(audit_trail.c.reader_id, audit_trail.c.at)
        .where(audit_trail.c.seq > seq, audit_trail.c.kind == Kind.DECISION.value)
        .order_by(audit_trail.c.seq)
    )
    return {row.reader_id: datetime.fromisoformat(row.at) for row in connection.execute(later) if row.reader_id}
