"""Verify the audit trail: numbers, chain, leaves, columns against bytes, Merkle frontier and head (21 CFR 11.10(e)).

It reads pages of their own short transactions, so it can run beside the gate.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import sqlalchemy as sa

from gate.core.audit import NO_LEAF, Json, tree_root
from gate.store.audit_trail import split_frontier
from gate.store.schema import audit_trail, trail_head
from gate.store.segments import Segment, segments_of, stored_digest
from gate.store.trail_walk import BEGINNING, Progress, Proven, Walk
from gate.store.verify_rows import Bad, leaf_of

__all__ = ["Progress", "Proven", "Verification", "verify"]

LATEST = 1000
"""Rows that the check at the start looks at."""


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
    head_sound: bool = True
    """Whether the end of the trail holds: where only older rows are damaged, badging goes on."""
    hash_only: bool = False
    """Whether only the hashes were computed: columns and tree were not compared."""
    proven: Proven | None = None
    """What a later verification can go on from; None where nothing was proven."""

    @property
    def sound(self) -> bool:
        """Whether everything that was checked holds."""
        return self.first_bad_seq is None

    def as_json(self) -> dict[str, Json]:
        """Return the result as plain values."""
        return {
            "sound": self.sound,
            "full": self.full,
            "hash_only": self.hash_only,
            "checked": self.checked,
            "head_seq": self.head_seq,
            "head_leaf": self.head_leaf,
            "head_sound": self.head_sound,
            "root": self.root,
            "first_bad_seq": self.first_bad_seq,
            "what": self.what,
        }

    def in_words(self) -> str:
        """Return the result in one line."""
        scope = "in full" if self.full else "at the end of the trail"
        scope += ", hashes only" if self.hash_only else ""
        if self.sound:
            return f"sound: {self.checked} entries checked {scope}, head {self.head_seq} {self.head_leaf[:16]}"
        end = "The end of the trail is sound. " if self.head_sound else ""
        return (
            f"UNSOUND: first bad entry {self.first_bad_seq}: {self.what} ({self.checked} entries checked {scope}). "
            f"{end}Keep the file as it is and call QA."
        )


class _Head(NamedTuple):
    seq: int
    leaf: bytes
    frontier: tuple[bytes, ...]


def verify(
    engine: sa.Engine,
    *,
    full: bool,
    since: Proven | None = None,
    most: int | None = None,
    hash_only: bool = False,
    progress: Progress | None = None,
) -> Verification:
    """Check every row (`full`); or those behind what was proven before, and the last thousand in any case.

    Only the last thousand are checked where more than `most` rows have come since. Where entries that were proven
    `since` are gone, or are others now, the end of the trail does not hold.

    Raises:
        STORE_FAULTS: the file cannot be read.
    """
    head = _head(engine)
    if head is None:
        return Verification(full, 0, 0, "", None, 1, "the head of the trail is missing", False, hash_only)
    known = segments_of(engine)
    if since is not None and any(segment.seq > since.seq for segment in known):
        since = None
    if since is not None and (lost := _lost(engine, head, since)) is not None:
        return Verification(full, 0, head.seq, head.leaf.hex(), None, *lost, False, hash_only)
    reachable = since is not None and (most is None or head.seq - since.seq <= most)
    begin, tree = _begin(engine, head, full, since if reachable else None)
    walk = Walk(begin, None if hash_only else tree, hash_only=hash_only)
    bad = _up_to(engine, walk, known, head, progress) or _end(engine, walk, head)
    found = Verification(full, walk.seq - begin[0], head.seq, head.leaf.hex(), None, hash_only=hash_only)
    if bad is not None:
        head_sound = begin[0] < head.seq - LATEST >= bad.seq and verify(engine, full=False).sound
        return replace(found, first_bad_seq=bad.seq, what=bad.what, head_sound=head_sound)
    if not walk.tree:
        return found
    proven = Proven(walk.seq, walk.leaf, walk.frontier)
    return replace(found, root=tree_root(walk.frontier).hex() if full else None, proven=proven)


def _lost(engine: sa.Engine, head: _Head, since: Proven) -> Bad | None:
    if since.seq > head.seq:
        return Bad(head.seq + 1, f"it and everything up to {since.seq}, found sound before, is missing")
    if leaf_of(engine, since.seq) != since.leaf:
        return Bad(since.seq, "it is not the entry that was found sound before")
    return None


def _begin(engine: sa.Engine, head: _Head, full: bool, since: Proven | None) -> tuple[tuple[int, bytes], Proven | None]:
    """Return entry and leaf that the first row checked must continue, and from where on the tree is known."""
    if full:
        return (0, NO_LEAF), BEGINNING
    latest = max(0, head.seq - LATEST)
    seq = latest if since is None else min(since.seq, latest)
    return (seq, leaf_of(engine, seq)), since or (BEGINNING if seq == 0 else None)


def _head(engine: sa.Engine) -> _Head | None:
    with engine.connect() as connection:
        row = connection.execute(sa.select(trail_head.c.seq, trail_head.c.leaf, trail_head.c.frontier)).first()
    return _Head(row.seq, row.leaf, split_frontier(row.frontier)) if row else None


def _up_to(
    engine: sa.Engine, walk: Walk, known: Sequence[Segment], head: _Head, progress: Progress | None
) -> Bad | None:
    """Check the rows up to the head; what QA has signed for is skipped if it is still what was signed for."""
    signed_for = min((gap.first for segment in known for gap in segment.breaks), default=1)
    if walk.seq == 0 and (first := _first(engine)) is not None and first < min(1, signed_for):
        return Bad(first, "a row stands before the first entry")
    for segment in known:
        bad = _segment(engine, walk, segment, progress)
        if bad is not None:
            return bad
    return walk.rows_to(engine, head.seq, progress)


def _segment(engine: sa.Engine, walk: Walk, segment: Segment, progress: Progress | None) -> Bad | None:
    if segment.seq <= walk.seq:
        return None
    for gap in segment.breaks:
        if gap.last <= walk.seq and gap.last > 0:
            continue
        bad = walk.rows_to(engine, gap.first - 1, progress) if gap.first - 1 > walk.seq else None
        if bad is not None:
            return bad
        if stored_digest(engine, gap.first, gap.last) != gap.digest:
            return Bad(gap.first, f"it is not what segment {segment.number} was signed for: it has been changed since")
        walk.skip_to(gap.last, gap.after)
    bad = walk.rows_to(engine, segment.seq - 1, progress) if segment.seq - 1 > walk.seq else None
    if bad is None and (not walk.tree or segment.breaks):
        walk.tree_is(segment.frontier)
    return bad


def _end(engine: sa.Engine, walk: Walk, head: _Head) -> Bad | None:
    """Check the end against the head, and that no row stands behind the head."""
    if walk.seq and walk.leaf != head.leaf:
        return Bad(head.seq, "the head of the trail is not this entry's hash")
    if walk.tree and walk.frontier != head.frontier:
        return Bad(head.seq, "the Merkle frontier is not that of these entries")
    with engine.connect() as connection:
        now = connection.execute(sa.select(trail_head.c.seq)).scalar() or 0
        last = connection.execute(sa.select(sa.func.max(audit_trail.c.seq))).scalar() or 0
    return Bad(now + 1, "a row stands behind the head of the trail") if last > now else None


def _first(engine: sa.Engine) -> int | None:
    with engine.connect() as connection:
        return connection.execute(sa.select(sa.func.min(audit_trail.c.seq))).scalar()
