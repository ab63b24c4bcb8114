"""Append to the audit trail: number, bytes, leaf and Merkle frontier in one transaction (21 CFR 11.10(e)).

One `Trail` is one kept connection. It reads the head inside `BEGIN IMMEDIATE`, so several processes may append.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from gate.core.audit import FACT_KINDS, NO_LEAF, Entry, entry_bytes, grown, leaf_hash, timestamp
from gate.core.frontier import LOST_LEAF, extended
from gate.store.database import STORE_FAULTS, begin_writing
from gate.store.schema import audit_trail, trail_head
from gate.store.statements import Statement

LEAF_BYTES = 32


class Head(NamedTuple):
    """The end of the trail: last number, its leaf, the Merkle frontier, and the last entry that changed facts."""

    seq: int
    leaf: bytes
    frontier: tuple[bytes, ...]
    facts_seq: int


EMPTY = Head(0, NO_LEAF, (), 0)


def split_frontier(stored: bytes) -> tuple[bytes, ...]:
    """Return the hashes of a stored frontier."""
    return tuple(stored[start : start + LEAF_BYTES] for start in range(0, len(stored), LEAF_BYTES))


class Trail:
    """The open end of the trail on one connection; not for use by two threads at once."""

    def __init__(self, engine: sa.Engine, gate_id: str, zone: ZoneInfo) -> None:
        self._engine = engine
        self._connection = engine.raw_connection()
        self.cursor: Any = self._connection.cursor()
        self.dialect = engine.dialect
        self._gate_id = gate_id
        self.zone = zone
        self.head = EMPTY
        self.poisoned = False
        """Set by a fault at commit or rollback: nobody knows what is on disk, so the connection must not go on."""
        self._compiled: dict[sa.sql.ClauseElement, Statement] = {}
        self._insert = self.compiled(sa.insert(audit_trail)).sql
        self._begun_at: Head = EMPTY

    @property
    def engine(self) -> sa.Engine:
        """Return what opens further connections to the same records."""
        return self._engine

    @property
    def changes_facts(self) -> bool:
        """Whether the open transaction holds an entry that changes facts, which a rollback would take back."""
        return self.head.facts_seq != self._begun_at.facts_seq

    def compiled(self, statement: sa.sql.ClauseElement) -> Statement:
        """Return the statement compiled for this database; the same object is compiled once."""
        found = self._compiled.get(statement)
        if found is None:
            found = self._compiled[statement] = Statement(statement, self.dialect)
        return found

    def run(self, statement: sa.sql.ClauseElement, values: Mapping[str, Any]) -> Any:
        """Execute a statement in the open transaction and return the cursor."""
        return self.compiled(statement).run(self.cursor, values)

    def begin(self) -> None:
        """Take the write lock and read the head again.

        Raises:
            STORE_FAULTS: locked for too long, or unreadable.
        """
        begin_writing(self.cursor)
        self._read_head()

    def begin_headless(self) -> None:
        """Take the write lock where the head of the trail is gone, to write a new one.

        Raises:
            STORE_FAULTS: locked for too long, or unreadable.
        """
        begin_writing(self.cursor)
        self.head = self._begun_at = EMPTY

    def look(self) -> None:
        """Begin a snapshot that only reads and holds nobody up; `rollback` ends it.

        Raises:
            STORE_FAULTS: unreadable.
        """
        self.cursor.execute("BEGIN")
        self._read_head()

    def _read_head(self) -> None:
        row = self.run(_SELECT_HEAD, {}).fetchone()
        if row is None:
            self.rollback()
            raise OSError("the records have no head; run: gate verify")
        self.head = self._begun_at = Head(row[0], row[1], split_frontier(row[2]), row[3])

    def skip_to(self, seq: int) -> None:
        """Never give the numbers up to `seq` again: they were given, and what they stood for is lost.

        Verification names the gap until QA has signed for it.
        """
        here = self.head
        if seq > here.seq:
            lost = [LOST_LEAF] * (seq - here.seq)
            self.head = Head(seq, here.leaf, extended(here.frontier, here.seq, lost), here.facts_seq)

    def append(self, entry: Entry) -> int:
        """Write one entry into the open transaction and return its number."""
        before = self.head
        seq = before.seq + 1
        data = entry_bytes(entry, seq=seq, gate=self._gate_id, zone=self.zone, previous=before.leaf)
        leaf = leaf_hash(data)
        self.cursor.execute(
            self._insert,
            (
                seq,
                entry.kind.value,
                timestamp(entry.moment.at),
                entry.person,
                entry.equipment,
                entry.reader,
                entry.badge,
                str(entry.outcome) if entry.outcome is not None else None,
                entry.reasons[0] if entry.reasons else None,
                entry.ref,
                data.decode(),
                leaf,
            ),
        )
        frontier = grown(before.frontier, before.seq, leaf)
        self.head = Head(seq, leaf, frontier, seq if entry.kind in FACT_KINDS else before.facts_seq)
        return seq

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Take back everything done inside if it raises; what was done before it stands."""
        before = self.head
        self.cursor.execute("SAVEPOINT work")
        try:
            yield
        except BaseException:
            self.cursor.execute("ROLLBACK TO work")
            self.cursor.execute("RELEASE work")
            self.head = before
            raise
        self.cursor.execute("RELEASE work")

    def commit(self) -> None:
        """Make everything since `begin` durable.

        Raises:
            STORE_FAULTS: it may or may not be durable; the trail is poisoned and must be opened anew.
        """
        try:
            if self.head is not self._begun_at:
                head = self.head
                values = (head.seq, head.leaf, b"".join(head.frontier), head.facts_seq)
                self.run(_UPDATE_HEAD, dict(zip(_HEAD_VALUES, values, strict=True)))
            self.cursor.execute("COMMIT")
        except BaseException:
            self.poisoned = True
            raise

    def rollback(self) -> None:
        """Take back everything since `begin`; harmless where nothing has begun."""
        self.head = self._begun_at
        try:
            if self._connection.driver_connection.in_transaction:  # type: ignore[union-attr]
                self.cursor.execute("ROLLBACK")
        except STORE_FAULTS:
            self.poisoned = True

    @contextmanager
    def transaction(self, begin: Callable[[], None] | None = None) -> Iterator[None]:
        """Begin, and commit what was done inside; take it all back if it raises.

        `begin` takes the write lock in another way than `self.begin`, such as where the head is gone.

        Raises:
            STORE_FAULTS: the records are held by another for too long, or cannot be written.
        """
        (begin or self.begin)()
        try:
            yield
            self.commit()
        except BaseException:
            self.rollback()
            raise

    def close(self) -> None:
        """Let go of the connection; what was not committed is gone."""
        try:
            self._connection.close()
        except STORE_FAULTS:
            self.poisoned = True
        self._engine.dispose()


_SELECT_HEAD = sa.select(trail_head.c.seq, trail_head.c.leaf, trail_head.c.frontier, trail_head.c.facts_seq)

_HEAD_VALUES = ("new_seq", "new_leaf", "new_frontier", "new_facts_seq")
_UPDATE_HEAD = sa.update(trail_head).values(
    seq=sa.bindparam("new_seq"),
    leaf=sa.bindparam("new_leaf"),
    frontier=sa.bindparam("new_frontier"),
    facts_seq=sa.bindparam("new_facts_seq"),
)
