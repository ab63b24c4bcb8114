"""Verify the audit trail: numbers, chain, leaves, columns against bytes, Merkle frontier and head (21 CFR 11.10(e)).

It reads pages of their own short transactions, so it can run beside the gate.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import sqlalchemy as sa

from gate.core.audit import NO_LEAF, Json, tree_root
from gate.core.frontier import extended
from gate.store.audit_trail import split_frontier
from gate.store.schema import audit_trail, trail_head
from gate.store.verify_rows import Bad, Page, chain_fault, digest_of, fault, leaf_of, pages

LATEST = 1000
"""Rows that the check at the start looks at."""

Progress = Callable[[int, int], None]


class Proven(NamedTuple):
    """Up to which entry all was found sound: its leaf, and the frontier of the tree up to it."""

    seq: int
    leaf: bytes
    frontier: tuple[bytes, ...]


BEGINNING = Proven(0, NO_LEAF, ())


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
    if since is not None and (lost := _lost(engine, head, since)) is not None:
        return Verification(full, 0, head.seq, head.leaf.hex(), None, *lost, False, hash_only)
    reachable = since is not None and (most is None or head.seq - since.seq <= most)
    begin, tree = _begin(engine, head, full, since if reachable else None)
    walk = _Walk(begin, None if hash_only else tree, hash_only=hash_only)
    bad = walk.up_to(engine, head, full, progress) or walk.end(engine, head)
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


class _Walk:
    """The way through the rows: where it is, the leaf to continue, and the tree so far."""

    def __init__(self, begin: tuple[int, bytes], tree: Proven | None, *, hash_only: bool) -> None:
        self.seq, self.leaf = begin
        self.frontier = tree.frontier if tree else ()
        self.tree = tree is not None
        self._tree_seq = tree.seq if tree else 0
        self._hash_only = hash_only

    def up_to(self, engine: sa.Engine, head: _Head, full: bool, progress: Progress | None) -> Bad | None:
        """Check the rows up to the head; return the first that does not hold."""
        if full and (first := _first(engine)) is not None and first < 1:
            return Bad(first, "a row stands before the first entry")
        for page in pages(engine, self.seq, head.seq, hash_only=self._hash_only):
            bad = self._page(page)
            if bad is not None:
                return bad
            if progress and page.rows:
                progress(self.seq, head.seq)
        if self.seq < head.seq:
            return Bad(self.seq + 1, f"it and everything up to {head.seq} is missing")
        return None

    def _page(self, page: Page) -> Bad | None:
        fault_of = chain_fault if self._hash_only else fault
        seq, leaf = self.seq, self.leaf
        leaves = []
        for row in page.rows:
            seq += 1
            digest = digest_of(row[1])
            what = fault_of(row, seq, leaf, digest)
            if what:
                self.seq = seq - 1
                return Bad(min(row[0], seq), what)
            leaf = digest
            leaves.append(leaf)
        if self.tree:
            known = max(self._tree_seq - self.seq, 0)
            self.frontier = extended(self.frontier, self.seq + known, leaves[known:])
        self.seq, self.leaf = seq, leaf
        if page.unreadable is None:
            return None
        return Bad(seq + 1, "its stored text cannot be read" if page.unreadable == seq + 1 else "it is missing")

    def end(self, engine: sa.Engine, head: _Head) -> Bad | None:
        """Check the end against the head, and that no row stands behind the head."""
        if self.seq and self.leaf != head.leaf:
            return Bad(head.seq, "the head of the trail is not this entry's hash")
        if self.tree and self.frontier != head.frontier:
            return Bad(head.seq, "the Merkle frontier is not that of these entries")
        with engine.connect() as connection:
            now = connection.execute(sa.select(trail_head.c.seq)).scalar() or 0
            last = connection.execute(sa.select(sa.func.max(audit_trail.c.seq))).scalar() or 0
        return Bad(now + 1, "a row stands behind the head of the trail") if last > now else None


def _first(engine: sa.Engine) -> int | None:
    with engine.connect() as connection:
        return connection.execute(sa.select(sa.func.min(audit_trail.c.seq))).scalar()
