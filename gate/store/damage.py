"""Look at the whole trail and past every fault in it: which entries do not hold, and where it goes on soundly."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from gate.core.frontier import LOST_LEAF, extended
from gate.store.audit_trail import split_frontier
from gate.store.schema import audit_trail, trail_head
from gate.store.segments import Break, segments_of, stored_digest
from gate.store.trail_bytes import said_of
from gate.store.trail_walk import BEGINNING, Progress, Proven, Walk
from gate.store.verify_rows import Bad, holds_by_itself, next_row

MOST_BREAKS = 200
"""More are told as one, from the first to the last: an entry that names ten thousand says no more."""

CHANGED = "it has been changed since it was signed for"
BEFORE = "a row stands before the first entry"


@dataclass(frozen=True, slots=True)
class Damage:
    """What was found up to the entry `seq`; no breaks and a head that fits: nothing is wrong."""

    seq: int
    leaf: bytes
    frontier: tuple[bytes, ...]
    """As the gate has committed to it, where that is still known; else made of what is left."""
    breaks: tuple[Break, ...]
    head_seq: int
    head_fits: bool

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.breaks and self.head_fits

    @property
    def entries(self) -> int:
        """Return how many entries do not hold."""
        return sum(one.last - one.first + 1 for one in self.breaks)


def survey(engine: sa.Engine, progress: Progress | None = None) -> Damage:
    """Look at every row, and behind each fault go on where the trail holds again.

    Raises:
        STORE_FAULTS: the file cannot be read.
    """
    head_seq, head_leaf, head_frontier = _head(engine)
    last = max(head_seq, _last(engine))
    walk, breaks = Walk((0, BEGINNING.leaf), BEGINNING), list[Break]()
    known = segments_of(engine)
    first = next_row(engine, -(2**62))
    if first is not None and first[0] < 1 and not any(gap.last == 0 for segment in known for gap in segment.breaks):
        breaks.append(_closed(engine, first[0], 0, BEFORE, walk.leaf))
    for segment in known:
        for gap in segment.breaks:
            breaks += _to(engine, walk, gap.first - 1, progress)
            if stored_digest(engine, gap.first, gap.last) != gap.digest:
                breaks.append(
                    _closed(engine, gap.first, gap.last, "it has been changed since it was signed for", gap.after)
                )
            _pass(engine, walk, gap.first, gap.last, gap.after)
        breaks += _to(engine, walk, segment.seq - 1, progress)
        if segment.breaks:
            walk.tree_is(segment.frontier)
    breaks += _to(engine, walk, last, progress)
    fits = (head_seq, head_leaf, head_frontier) == (walk.seq, walk.leaf, walk.frontier)
    usable = head_seq == walk.seq and len(head_frontier) == head_seq.bit_count()
    frontier = head_frontier if breaks and usable else walk.frontier
    return Damage(walk.seq, walk.leaf, frontier, _at_most(engine, breaks), head_seq, fits or bool(breaks and usable))


def _head(engine: sa.Engine) -> tuple[int, bytes, tuple[bytes, ...]]:
    with engine.connect() as connection:
        row = connection.execute(sa.select(trail_head.c.seq, trail_head.c.leaf, trail_head.c.frontier)).first()
    return (row.seq, row.leaf, split_frontier(row.frontier)) if row else (0, b"", ())


def _last(engine: sa.Engine) -> int:
    with engine.connect() as connection:
        return connection.execute(sa.select(sa.func.max(audit_trail.c.seq))).scalar() or 0


def _to(engine: sa.Engine, walk: Walk, until: int, progress: Progress | None) -> list[Break]:
    """Walk to an entry, past every fault on the way."""
    found = []
    while walk.seq < until:
        bad = walk.rows_to(engine, until, progress)
        if bad is None:
            break
        gap = _break(engine, walk, bad, until)
        found.append(gap)
        _pass(engine, walk, max(gap.first, walk.seq + 1), gap.last, gap.after)
    return found


def _break(engine: sa.Engine, walk: Walk, bad: Bad, until: int) -> Break:
    """Find where the trail goes on: at the next row that holds by itself."""
    first = seq = walk.seq + 1
    after = walk.leaf
    while seq <= until and (found := next_row(engine, seq)) is not None and found[0] <= until:
        number, row = found
        if row is not None and holds_by_itself(row):
            if number == first:
                return _closed(engine, max(1, first - 1), first, bad.what, row[2])
            said = said_of(row[1])
            previous = bytes.fromhex(said["prev"]) if said else after
            return _closed(engine, first, number - 1, bad.what, previous)
        after = row[2] if row is not None else after
        seq = number + 1
    return _closed(engine, first, until, bad.what, after)


def _closed(engine: sa.Engine, first: int, last: int, what: str, after: bytes) -> Break:
    return Break(first, last, what, after, stored_digest(engine, first, last))


def _pass(engine: sa.Engine, walk: Walk, first: int, last: int, after: bytes) -> None:
    """Go behind a break; the tree takes what is left of its leaves, and what the entry behind says of the last."""
    leaves = [LOST_LEAF] * (last - walk.seq)
    kept = sa.select(audit_trail.c.seq, audit_trail.c.leaf).where(audit_trail.c.seq >= first, audit_trail.c.seq <= last)
    with engine.connect() as connection:
        for row in connection.execute(kept):
            if row.seq > walk.seq and len(row.leaf) == len(LOST_LEAF):
                leaves[row.seq - walk.seq - 1] = row.leaf
    if leaves:
        leaves[-1] = after
    frontier = extended(walk.frontier, walk.seq, leaves)
    walk.skip_to(last, after)
    walk.tree_is(frontier)


def _at_most(engine: sa.Engine, breaks: Sequence[Break]) -> tuple[Break, ...]:
    if len(breaks) <= MOST_BREAKS:
        return tuple(breaks)
    first, last = breaks[0], breaks[-1]
    return (_closed(engine, first.first, last.last, f"{len(breaks)} places do not hold: {first.what}", last.after),)


def damage_behind(engine: sa.Engine, known: Damage) -> Damage:
    """Look at what has been written since a survey; the same breaks, and those of the rows since.

    Raises:
        STORE_FAULTS: the file cannot be read.
    """
    head_seq, _, head_frontier = _head(engine)
    walk = Walk((known.seq, known.leaf), Proven(known.seq, known.leaf, known.frontier))
    fresh = _to(engine, walk, max(head_seq, _last(engine)), None)
    usable = head_seq == walk.seq and len(head_frontier) == head_seq.bit_count()
    frontier = head_frontier if usable and (known.breaks or fresh) else walk.frontier
    return Damage(walk.seq, walk.leaf, frontier, (*known.breaks, *fresh), head_seq, known.head_fits and usable)
