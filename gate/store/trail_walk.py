"""Walk over the rows of the trail and stop at the first that does not continue what came before."""

from collections.abc import Callable
from typing import NamedTuple

import sqlalchemy as sa

from gate.core.audit import NO_LEAF
from gate.core.frontier import extended
from gate.store.verify_rows import Bad, Page, chain_fault, digest_of, fault, pages

Progress = Callable[[int, int], None]
"""Told the entry that was reached, of how many."""


class Proven(NamedTuple):
    """Up to which entry all was found sound: its leaf, and the frontier of the tree up to it."""

    seq: int
    leaf: bytes
    frontier: tuple[bytes, ...]


BEGINNING = Proven(0, NO_LEAF, ())


class Walk:
    """The way through the rows: where it is, the leaf to continue, and the tree so far."""

    def __init__(self, begin: tuple[int, bytes], tree: Proven | None, *, hash_only: bool = False) -> None:
        self.seq, self.leaf = begin
        self.frontier = tree.frontier if tree else ()
        self.tree = tree is not None
        """Whether the frontier is known here."""
        self.hash_only = hash_only
        self._tree_seq = tree.seq if tree else 0

    def rows_to(self, engine: sa.Engine, until: int, progress: Progress | None = None) -> Bad | None:
        """Check the rows up to one; return the first that does not hold, and stay before it."""
        for page in pages(engine, self.seq, until, hash_only=self.hash_only):
            bad = self._page(page)
            if bad is not None:
                return bad
            if progress and page.rows:
                progress(self.seq, until)
        if self.seq < until:
            return Bad(self.seq + 1, f"it and everything up to {until} is missing")
        return None

    def _page(self, page: Page) -> Bad | None:
        fault_of = chain_fault if self.hash_only else fault
        seq, leaf, bad = self.seq, self.leaf, None
        leaves = []
        for row in page.rows:
            digest = digest_of(row[1])
            what = fault_of(row, seq + 1, leaf, digest)
            if what:
                bad = Bad(min(row[0], seq + 1), what)
                break
            seq, leaf = seq + 1, digest
            leaves.append(leaf)
        if self.tree:
            known = max(self._tree_seq - self.seq, 0)
            self.frontier = extended(self.frontier, self.seq + known, leaves[known:])
        self.seq, self.leaf = seq, leaf
        if bad is not None or page.unreadable is None:
            return bad
        return Bad(seq + 1, "its stored text cannot be read" if page.unreadable == seq + 1 else "it is missing")

    def skip_to(self, seq: int, leaf: bytes) -> None:
        """Go on behind rows that are known not to hold; what the tree is there nobody can compute."""
        self.seq, self.leaf, self.tree = seq, leaf, False

    def tree_is(self, frontier: tuple[bytes, ...]) -> None:
        """Take the frontier here from whoever has signed for it."""
        self.frontier, self.tree, self._tree_seq = frontier, not self.hash_only, self.seq
