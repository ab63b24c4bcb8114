"""The part of the search index that is only in memory: the newest entries, and a span while it is being built."""

from array import array
from collections.abc import Iterable
from typing import NamedTuple

import sqlalchemy as sa
from pyroaring import BitMap

from gate.core.log_query import has_text
from gate.core.log_terms import Found, Term, found_of, unreadable
from gate.store.schema import audit_trail, trail_head
from gate.store.search_file import BLOCK, BlockTimes, block_times
from gate.store.trail_bytes import said_of

PIECE = 2000
"""Entries read in one transaction (law 3)."""


class Scanned(NamedTuple):
    """An entry as a search sees it, and its leaf."""

    found: Found
    leaf: bytes


class Part:
    """Posting lists and times of the entries from `first` on, as far as they were added, in order."""

    def __init__(self, first: int) -> None:
        self.first = first
        self.last = first - 1
        self.leaf = b""
        """Of the last entry that was there."""
        self.held: dict[Term, BitMap] = {}
        self.at: dict[int, array[int]] = {}

    def add(self, scanned: Iterable[Scanned]) -> None:
        """Add entries; a number that is missing in the trail belongs to nothing and has the time before it."""
        for found, leaf in scanned:
            self._fill(found.seq - 1, found.at_ms)
            for term in found.terms:
                seqs = self.held.get(term)
                if seqs is None:
                    seqs = self.held[term] = BitMap()
                seqs.add(found.seq)
            self._time(found.seq, found.at_ms)
            self.last, self.leaf = found.seq, leaf

    def fill_to(self, last: int) -> None:
        """Cover the numbers up to the last one of a span, where the trail has none."""
        self._fill(last, 0)
        self.last = max(self.last, last)

    def _fill(self, last: int, at_ms: int) -> None:
        for seq in range(self.last + 1, last + 1):
            self._time(seq, self._before(seq, at_ms))

    def _before(self, seq: int, at_ms: int) -> int:
        block = self.at.get((seq - 1) // BLOCK)
        return block[-1] if block else at_ms

    def _time(self, seq: int, at_ms: int) -> None:
        block = self.at.get(seq // BLOCK)
        if block is None:
            block = self.at[seq // BLOCK] = array("q")
        block.append(at_ms)

    def read(self, terms: Iterable[Term]) -> BitMap:
        """Return the numbers of the entries that have any of the terms."""
        found = [self.held[term] for term in terms if term in self.held]
        return BitMap.union(*found) if found else BitMap()

    def find(self, text: str) -> list[Term]:
        """Return every term whose value holds a text, which is in lower case."""
        return [term for term in self.held if has_text(text, term)]

    def blocks(self) -> dict[int, BlockTimes]:
        """Return what the times of the blocks come to."""
        return {block: block_times(at) for block, at in sorted(self.at.items())}

    def taken(self, last: int) -> "Part":
        """Return a part with the entries up to `last`, the end of a block, and keep only those behind it."""
        front = Part(self.first)
        front.last = last
        for term, seqs in list(self.held.items()):
            before = BitMap(seqs)
            before.remove_range(last + 1, self.last + 1)
            seqs.remove_range(self.first, last + 1)
            if before:
                front.held[term] = before
            if not seqs:
                del self.held[term]
        front.at = {block: self.at.pop(block) for block in sorted(self.at) if block <= last // BLOCK}
        self.first = last + 1
        return front


_HEAD = sa.select(trail_head.c.seq)
_ENTRIES = (
    sa.select(audit_trail.c.seq, audit_trail.c.kind, audit_trail.c.data, audit_trail.c.leaf)
    .where(audit_trail.c.seq >= sa.bindparam("first"), audit_trail.c.seq <= sa.bindparam("last"))
    .order_by(audit_trail.c.seq)
)
_LEAF = (
    sa.select(audit_trail.c.leaf)
    .where(audit_trail.c.seq <= sa.bindparam("asked"))
    .order_by(audit_trail.c.seq.desc())
    .limit(1)
)


def head_seq(connection: sa.Connection) -> int:
    """Return the number of the last entry, 0 before the first."""
    return int(connection.execute(_HEAD).scalar() or 0)


def leaf_of(connection: sa.Connection, seq: int) -> bytes:
    """Return the leaf of an entry, or of the last one before it where its number is missing; empty: there is none."""
    return bytes(connection.execute(_LEAF, {"asked": seq}).scalar() or b"")


def scan(connection: sa.Connection, first: int, last: int) -> list[Scanned]:
    """Return the entries of a range as a search sees them, from their canonical bytes."""
    rows = connection.execute(_ENTRIES, {"first": first, "last": last})
    return [Scanned(_found(row.seq, row.kind, row.data), row.leaf) for row in rows]


def _found(seq: int, kind: str, data: str) -> Found:
    said = said_of(data)
    return unreadable(seq, kind) if said is None else found_of(seq, said)
