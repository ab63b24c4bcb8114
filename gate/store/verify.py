"""Verify the audit trail: numbers, chain, leaves, columns against bytes, Merkle frontier and head (21 CFR 11.10(e)).

It reads pages of their own short transactions, so it can run beside the gate.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from gate.core.audit import NO_LEAF, Json, grown, leaf_hash, tree_root
from gate.store.audit_trail import split_frontier
from gate.store.schema import audit_trail, trail_head
from gate.store.trail_bytes import column_mismatch, said_of

PAGE = 5000
"""Rows in one read transaction: a longer one would let the write-ahead log grow."""

LATEST = 1000
"""Rows that the check at the start looks at."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Verification:
    """What a verification found; `first_bad_seq` None means sound."""

    full: bool
    checked: int
    head_seq: int
    head_leaf: str
    root: str | None
    first_bad_seq: int | None = None
    what: str = ""

    @property
    def sound(self) -> bool:
        """Whether everything that was checked holds."""
        return self.first_bad_seq is None

    def as_json(self) -> dict[str, Json]:
        """Return the result as plain values."""
        return {
            "sound": self.sound,
            "full": self.full,
            "checked": self.checked,
            "head_seq": self.head_seq,
            "head_leaf": self.head_leaf,
            "root": self.root,
            "first_bad_seq": self.first_bad_seq,
            "what": self.what,
        }

    def in_words(self) -> str:
        """Return the result in one line."""
        scope = "in full" if self.full else "at the end of the trail"
        if self.sound:
            return f"sound: {self.checked} entries checked {scope}, head {self.head_seq} {self.head_leaf[:16]}"
        return (
            f"UNSOUND: first bad entry {self.first_bad_seq}: {self.what} ({self.checked} entries checked {scope}). "
            "Keep the file as it is and call QA."
        )


class _Head(NamedTuple):
    seq: int
    leaf: bytes
    frontier: tuple[bytes, ...]


class _Bad(NamedTuple):
    seq: int
    what: str


class _State(NamedTuple):
    """What the next row must continue."""

    seq: int
    leaf: bytes
    frontier: tuple[bytes, ...]


def verify(engine: sa.Engine, *, full: bool, progress: Progress | None = None) -> Verification:
    """Check every row (`full`), or the last thousand and the head.

    Raises:
        STORE_FAULTS: the file cannot be read.
    """
    head = _head(engine)
    if head is None:
        return Verification(full, 0, 0, "", None, 1, "the head of the trail is missing")
    start = 0 if full else max(0, head.seq - LATEST)
    state, bad = _rows(engine, _before(engine, start), head.seq, full, progress)
    bad = bad or _end(engine, state, head, full)
    checked = state.seq - start
    root = tree_root(state.frontier).hex() if full and bad is None else None
    found = (bad.seq, bad.what) if bad else (None, "")
    return Verification(full, checked, head.seq, head.leaf.hex(), root, *found)


def _head(engine: sa.Engine) -> _Head | None:
    with engine.connect() as connection:
        row = connection.execute(sa.select(trail_head.c.seq, trail_head.c.leaf, trail_head.c.frontier)).first()
    return _Head(row.seq, row.leaf, split_frontier(row.frontier)) if row else None


def _before(engine: sa.Engine, seq: int) -> _State:
    """Take the leaf of the row before the first one checked at its word."""
    if seq == 0:
        return _State(0, NO_LEAF, ())
    with engine.connect() as connection:
        leaf = connection.execute(sa.select(audit_trail.c.leaf).where(audit_trail.c.seq == seq)).scalar()
    return _State(seq, leaf or NO_LEAF, ())


def _rows(
    engine: sa.Engine, state: _State, until: int, full: bool, progress: Progress | None
) -> tuple[_State, _Bad | None]:
    below = sa.select(sa.func.min(audit_trail.c.seq))
    with engine.connect() as connection:
        first = connection.execute(below).scalar()
    if full and first is not None and first < 1:
        return state, _Bad(first, "a row stands before the first entry")
    while state.seq < until:
        rows, unreadable = _page(engine, state.seq, until)
        if not rows and unreadable is None:
            return state, _Bad(state.seq + 1, f"it and everything up to {until} is missing")
        for row in rows:
            what = _fault(row, state)
            if what:
                return state, _Bad(min(row.seq, state.seq + 1), what)
            frontier = grown(state.frontier, state.seq, row.leaf) if full else ()
            state = _State(row.seq, row.leaf, frontier)
        if unreadable is not None:
            what = "its stored text cannot be read" if unreadable == state.seq + 1 else "it is missing"
            return state, _Bad(state.seq + 1, what)
        if progress:
            progress(state.seq, until)
    return state, None


def _page(engine: sa.Engine, after: int, until: int) -> tuple[list[Any], int | None]:
    """Return the rows that can be read behind an entry, and the first one behind them that cannot."""
    wanted = sa.and_(audit_trail.c.seq > after, audit_trail.c.seq <= until)
    every = sa.select(audit_trail).where(wanted).order_by(audit_trail.c.seq).limit(PAGE)
    try:
        with engine.connect() as connection:
            return list(connection.execute(every)), None
    except sa.exc.DBAPIError:
        numbers = sa.select(audit_trail.c.seq).where(wanted).order_by(audit_trail.c.seq).limit(PAGE)
        with engine.connect() as connection:
            return _one_by_one(connection, list(connection.scalars(numbers)))


def _one_by_one(connection: sa.Connection, numbers: list[int]) -> tuple[list[Any], int | None]:
    """One row whose text is no text (invalid UTF-8) makes its whole page unreadable, so look for it."""
    rows = []
    for number in numbers:
        try:
            rows.append(connection.execute(sa.select(audit_trail).where(audit_trail.c.seq == number)).one())
        except sa.exc.DBAPIError:
            return rows, number
    return rows, None


def _fault(row: Any, state: _State) -> str | None:
    """Return what is wrong with a row that should continue the trail."""
    if row.seq != state.seq + 1:
        return "it is missing"
    said = said_of(row.data)
    if said is None:
        return "its bytes are not an entry"
    if said["seq"] != row.seq:
        return f"its bytes are those of entry {said['seq']}"
    if said["prev"] != state.leaf.hex():
        return "it does not continue the chain: the entry before it is not the one it was written after"
    if leaf_hash(row.data.encode()) != row.leaf:
        return "its bytes do not match its hash"
    mismatch = column_mismatch(row, said)
    return f"its column {mismatch} does not say what its bytes say" if mismatch else None


def _end(engine: sa.Engine, state: _State, head: _Head, full: bool) -> _Bad | None:
    """Check the end against the head, and that no row stands behind the head."""
    if state.seq and state.leaf != head.leaf:
        return _Bad(head.seq, "the head of the trail is not this entry's hash")
    if full and state.frontier != head.frontier:
        return _Bad(head.seq, "the Merkle frontier is not that of these entries")
    with engine.connect() as connection:
        now = connection.execute(sa.select(trail_head.c.seq)).scalar() or 0
        last = connection.execute(sa.select(sa.func.max(audit_trail.c.seq))).scalar() or 0
    return _Bad(now + 1, "a row stands behind the head of the trail") if last > now else None
