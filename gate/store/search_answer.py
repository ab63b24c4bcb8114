"""The answer to a question: which entries fit, as far as the index reaches, and how they lie in time."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Protocol

from pyroaring import BitMap

from gate.core.log_query import Query, Window
from gate.core.log_terms import ALL, Term
from gate.store.search_file import BLOCK, BlockTimes

MOST_TERMS = 100
"""Ids that one text may stand for; more of them are no answer to anybody."""


class TooManyFitError(Exception):
    """A text is part of more ids than are looked up."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class Lists(Protocol):
    """Posting lists and times of all that is indexed."""

    def read(self, terms: Iterable[Term]) -> BitMap:
        """Return the numbers of the entries that have any of the terms."""
        ...

    def find(self, text: str, most: int) -> Sequence[Term]:
        """Return at most `most` terms whose value holds a text."""
        ...

    def blocks(self) -> Mapping[int, BlockTimes]:
        """Return what the times of every block come to, in the order of the entries."""
        ...

    def times(self, blocks: Sequence[int]) -> Mapping[int, "array[int]"]:
        """Return the times of every entry of some blocks."""
        ...


def entries_of(query: Query, lists: Lists) -> BitMap:
    """Return the numbers of the entries that fit.

    Raises:
        TooManyFitError: a text is part of too many ids.
    """
    found: BitMap | None = None
    for clause in query.clauses:
        found = _narrowed(found, lists.read(clause))
    for text in query.texts:
        found = _narrowed(found, lists.read(_terms_with(text, lists)))
    if query.inside is not None:
        found = _narrowed(found, _ranges(query.inside))
    if query.since_ms is not None or query.until_ms is not None:
        found = _narrowed(found, in_time(query.since_ms, query.until_ms, lists))
    if query.windows is not None:
        found = _narrowed(found, _in_windows(query.windows, lists))
    existing = lists.read((ALL,))
    found = existing if found is None else found & existing
    return found - _ranges(query.outside) if query.outside else found


def in_time(since_ms: int | None, until_ms: int | None, lists: Lists) -> BitMap:
    """Return the numbers of the entries whose time is at or after the one and before the other.

    Numbers are in the order of recording; times may go back, so each block of entries is asked, and those that lie
    across a border entry by entry.
    """
    since = since_ms if since_ms is not None else -(2**62)
    until = until_ms if until_ms is not None else 2**62
    found, edges = BitMap(), []
    begin = end = 0
    for block, (low, high, _) in lists.blocks().items():
        if since <= low and high < until:
            if block != end:
                found.add_range(begin * BLOCK, end * BLOCK)
                begin = block
            end = block + 1
        elif low < until and since <= high:
            edges.append(block)
    found.add_range(begin * BLOCK, end * BLOCK)
    for block, at in lists.times(edges).items():
        start = start_of(block)
        found.update(start + place for place, ms in enumerate(at) if since <= ms < until)
    return found


def span(found: BitMap, lists: Lists) -> tuple[int, int] | None:
    """Return the earliest and the latest time of the blocks that hold the entries, None where there are none."""
    if not found:
        return None
    first, last = found[0] // BLOCK, found[-1] // BLOCK
    within = [times for block, times in lists.blocks().items() if first <= block <= last]
    return min(times.low for times in within), max(times.high for times in within)


def histogram(series: Sequence[BitMap], edges: Sequence[int], lists: Lists) -> list[list[int]]:
    """Return for each series how many of its entries lie between each edge (milliseconds since 1970) and the next."""
    counts = [[0] * (len(edges) - 1) for _ in series]
    whole, across = _by_place(edges, lists.blocks())
    for place, begin, end in whole:
        for row, seqs in zip(counts, series, strict=True):
            row[place] += seqs.range_cardinality(begin * BLOCK, end * BLOCK)
    times = lists.times([block for block, _ in across])
    for block, ordered in across:
        count = _count_ordered if ordered else _count_each
        count(start_of(block), times[block], series, edges, counts)
    return counts


def _by_place(
    edges: Sequence[int], blocks: Mapping[int, BlockTimes]
) -> tuple[list[tuple[int, int, int]], list[tuple[int, bool]]]:
    """Return runs of blocks that lie between two edges, as place, first block and end, and the blocks across edges."""
    whole: list[tuple[int, int, int]] = []
    across: list[tuple[int, bool]] = []
    place, begin, end, since, until = -1, 0, 0, 0, 0
    for block, (low, high, ordered) in blocks.items():
        if place >= 0 and block == end and since <= low and high < until:
            end += 1
            continue
        if place >= 0:
            whole.append((place, begin, end))
            place = -1
        if high < edges[0] or low >= edges[-1]:
            continue
        here = bisect_right(edges, low) - 1
        if here >= 0 and high < edges[here + 1]:
            place, begin, end, since, until = here, block, block + 1, edges[here], edges[here + 1]
        else:
            across.append((block, ordered))
    if place >= 0:
        whole.append((place, begin, end))
    return whole, across


def _count_ordered(
    start: int, at: "array[int]", series: Sequence[BitMap], edges: Sequence[int], counts: list[list[int]]
) -> None:
    first = max(0, bisect_right(edges, at[0]) - 1)
    last = min(len(edges) - 1, bisect_right(edges, at[-1]))
    places = [start + bisect_left(at, edges[place]) for place in range(first, last + 1)]
    for row, seqs in zip(counts, series, strict=True):
        for place, (begin, end) in enumerate(pairwise(places), first):
            row[place] += seqs.range_cardinality(begin, end) if begin < end else 0


def _count_each(
    start: int, at: "array[int]", series: Sequence[BitMap], edges: Sequence[int], counts: list[list[int]]
) -> None:
    here = BitMap(range(start, start + len(at)))
    for row, seqs in zip(counts, series, strict=True):
        for seq in seqs & here:
            place = bisect_right(edges, at[seq - start]) - 1
            if 0 <= place < len(row):
                row[place] += 1


def start_of(block: int) -> int:
    """Return the number of the first entry of a block; there is no entry 0."""
    return max(1, block * BLOCK)


def _narrowed(found: BitMap | None, more: BitMap) -> BitMap:
    return more if found is None else found & more


def _terms_with(text: str, lists: Lists) -> Sequence[Term]:
    found = lists.find(text, MOST_TERMS + 1)
    if len(found) > MOST_TERMS:
        raise TooManyFitError(text)
    return found


def _in_windows(windows: Sequence[Window], lists: Lists) -> BitMap:
    found = BitMap()
    for window in windows:
        of_terms = lists.read(window.any_of)
        if window.since_ms is not None or window.until_ms is not None:
            of_terms &= in_time(window.since_ms, window.until_ms, lists)
        found |= of_terms
    return found


def _ranges(ranges: Sequence[tuple[int, int]]) -> BitMap:
    found = BitMap()
    for first, last in ranges:
        if first <= last:
            found.add_range(max(0, first), min(last, 2**32 - 1) + 1)
    return found
