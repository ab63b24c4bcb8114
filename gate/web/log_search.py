"""One question to the access log: the page of records, the counts of every view, the bars, and the neighbours."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa
from pyroaring import BitMap

from gate.core.log_query import Query, holds
from gate.core.log_terms import Field, Term, View
from gate.store.search_answer import entries_of
from gate.store.search_reading import Reading
from gate.web.log_asked import Around, Asked, understood
from gate.web.log_bars import Counts, counted
from gate.web.log_rows import Record, records
from gate.web.pages import site
from gate.web.view import Viewer

PAGE_ROWS = 50


class Cursor(NamedTuple):
    """Which page: records before a number, or after one; neither: the newest."""

    before: int | None = None
    after: int | None = None
    oldest: bool = False
    """Oldest first."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What the index answers."""

    seqs: tuple[int, ...]
    """Of this page, in its order."""
    first: int
    """Place of the first of them among all that fit, from 1 in that order."""
    total: int
    views: Mapping[View, int]
    bars: Counts
    from_seq: int
    head_seq: int

    @property
    def complete(self) -> bool:
        """Whether every record was looked at; otherwise those from `from_seq` on."""
        return self.from_seq <= 1

    @property
    def last(self) -> int:
        """Return the place of the last record of the page."""
        return self.first + len(self.seqs) - 1


class Neighbours(NamedTuple):
    """The records beside one, among those that fit."""

    newer: int | None
    older: int | None


def asked_of(given: Mapping[str, str], connection: sa.Connection, view: Viewer) -> Asked:
    """Understand what an address asks, now."""
    return understood(given, Around(connection, view, site().clock.read().at))


def look(asked: Asked, cursor: Cursor, view: Viewer) -> Looked:
    """Ask the index.

    Raises:
        TooManyFitError: a text is part of too many ids.
    """
    return site().searching.ask(lambda lists: _look(lists, asked, cursor, view))


def _look(lists: Reading, asked: Asked, cursor: Cursor, view: Viewer) -> Looked:
    every = entries_of(asked.query, lists)
    of_view = {one: lists.read((Term(Field.VIEW, one),)) for one in View if one is not View.EVERYTHING}
    counts: dict[View, int] = {one: every.intersection_cardinality(seqs) for one, seqs in of_view.items()}
    found = every & of_view[asked.view] if asked.view in of_view else every
    start, end = _page(found, cursor)
    shown = tuple(found[start:end]) if end > start else ()
    return Looked(
        seqs=shown if cursor.oldest else shown[::-1],
        first=start + 1 if cursor.oldest else len(found) - end + 1,
        total=len(found),
        views={View.EVERYTHING: len(every), **counts},
        bars=counted(found, asked.query.since_ms, asked.query.until_ms, view.zone, lists),
        from_seq=lists.from_seq,
        head_seq=lists.head_seq,
    )


def _page(found: BitMap, cursor: Cursor) -> tuple[int, int]:
    """Return how many of the records that fit lie before the page, and before its end, by number."""
    if cursor.before is not None:
        end = found.rank(cursor.before - 1) if cursor.before > 0 else 0
        return max(0, end - PAGE_ROWS), end
    if cursor.after is not None or cursor.oldest:
        start = found.rank(max(0, cursor.after or 0))
        return start, min(len(found), start + PAGE_ROWS)
    return max(0, len(found) - PAGE_ROWS), len(found)


def rows_of(connection: sa.Connection, looked: Looked, query: Query) -> list[Record] | None:
    """Return the records of the page, None where one does not fit the question: then the index is not right."""
    by_seq = {one.seq: one for one in records(connection, looked.seqs)}
    found = [by_seq[seq] for seq in looked.seqs if seq in by_seq]
    if len(found) != len(looked.seqs) or not all(holds(query, one.found) for one in found):
        site().searching.index.doubt("a record that was found does not fit the question")
        return None
    return found


def newer_than(asked: Asked, seq: int) -> int:
    """Return how many records that fit came after one."""
    return site().searching.ask(lambda lists: _after(entries_of(asked.whole, lists), seq))


def _after(found: BitMap, seq: int) -> int:
    return len(found) - found.rank(max(0, seq))


def neighbours(asked: Asked, seq: int) -> Neighbours:
    """Return the records before and after one, among those that fit; the one itself need not fit.

    Raises:
        TooManyFitError: a text is part of too many ids.
    """
    return site().searching.ask(lambda lists: _beside(entries_of(asked.whole, lists), seq))


def _beside(found: BitMap, seq: int) -> Neighbours:
    upto = found.rank(seq)
    before = upto - 1 if seq in found else upto
    newer = found[upto] if upto < len(found) else None
    return Neighbours(newer, found[before - 1] if before else None)
