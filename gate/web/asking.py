"""What every standard question of an inspection shares: its filters, the entries it rests on, and its cells."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

import sqlalchemy as sa
from pyroaring import BitMap

from gate.core.log_query import Query, holds
from gate.core.log_terms import Field, Term, ms_of
from gate.core.report import Cell, Column, ColumnKind
from gate.core.spans import Span
from gate.store.equipment_facts import instant
from gate.store.schema import audit_trail, equipment, people
from gate.store.search_answer import entries_of
from gate.store.search_live import PIECE, scan
from gate.store.search_reading import Reading
from gate.store.trail_bytes import Said, said_of
from gate.web.formats import visible
from gate.web.log_times import typed_time
from gate.web.pages import site
from gate.web.report_makers import Asked, BadQuestionError
from gate.web.view import Viewer

READ_AT_ONCE = 500


class Shown(str):
    """A cell that a page shows as a tag: a word with the shape and colour of its look."""

    __slots__ = ("look",)

    look: str

    def __new__(cls, word: str, look: str) -> "Shown":
        """Return the word with its look."""
        made = super().__new__(cls, word)
        made.look = look
        return made


@dataclass(frozen=True, slots=True)
class Told:
    """One entry: its number, time and kind, and what its bytes say (empty where they are no entry)."""

    seq: int
    at: datetime
    kind: str
    said: Said


# --- entries -----------------------------------------------------------------------------------------------------


def terms(field: Field, values: Iterable[str]) -> frozenset[Term]:
    """Return what finds any of these values."""
    return frozenset(Term(field, value) for value in values)


def query_of(*clauses: frozenset[Term], span: Span | None = None) -> Query:
    """Return a question to the index; a span is exact to the second, also where the clock was set back."""
    since = ms_of(span.from_at) if span else None
    until = ms_of(span.until_at) if span and span.until_at else None
    return Query(clauses=tuple(clauses), since_ms=since, until_ms=until)


def seqs_of(query: Query) -> BitMap:
    """Return the numbers of all entries that fit; those that are not indexed yet are looked at one by one."""

    def question(lists: Reading) -> tuple[BitMap, int]:
        return entries_of(query, lists), lists.from_seq

    found, from_seq = site().searching.ask(question)
    starts = range(1, from_seq, PIECE)
    for start, end in pairwise((*starts, from_seq)):
        with site().records.engine().connect() as connection:
            found.update(one.found.seq for one in scan(connection, start, end - 1) if holds(query, one.found))
    return found


def told(seqs: Iterable[int]) -> Iterator[Told]:
    """Yield entries by their numbers, in that order, read some at a time in short transactions."""
    wanted = list(seqs)
    for start in range(0, len(wanted), READ_AT_ONCE):
        part = wanted[start : start + READ_AT_ONCE]
        with site().records.engine().connect() as connection:
            rows = connection.execute(_ENTRIES.where(audit_trail.c.seq.in_(part))).all()
        found = {row.seq: row for row in rows}
        for seq in part:
            if seq in found:
                row = found[seq]
                yield Told(seq, instant(row.at), row.kind, said_of(row.data) or {})


_ENTRIES = sa.select(audit_trail.c.seq, audit_trail.c.at, audit_trail.c.kind, audit_trail.c.data)


def after(found: BitMap, asked: Asked) -> Sequence[int]:
    """Return the entries behind the one that the address names as the last one shown."""
    text = asked.get("after", "")
    last = int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
    return list(found[found.rank(min(last, 2**32 - 1)) :]) if last else list(found)


# --- filters -----------------------------------------------------------------------------------------------------


def span_asked(asked: Asked, view: Viewer, *, needed: bool = False) -> Span | None:
    """Return the time that was asked for; None: all of it.

    Raises:
        BadQuestionError: a time cannot be read, the end does not lie after the begin, or a needed one is missing.
    """
    begin, end = instant_asked(asked, "from", view), instant_asked(asked, "to", view, end=True)
    if begin is None and (needed or end is not None):
        if needed:
            raise BadQuestionError(view.texts["in_bad_from"])
        begin = datetime(1990, 1, 1, tzinfo=view.zone)
    if begin is None:
        return None
    if end is not None and end <= begin:
        raise BadQuestionError(view.texts["in_wrong_way"])
    return Span(begin, end)


def instant_asked(asked: Asked, name: str, view: Viewer, *, end: bool = False) -> datetime | None:
    """Return an instant that was asked for, None where it was not.

    Raises:
        BadQuestionError: it cannot be read.
    """
    text = asked.get(name, "").strip()
    if not text:
        return None
    found = typed_time(text, view.zone, end=end)
    if found is None or not 1990 <= found.year <= 2200:
        raise BadQuestionError(view.texts["in_bad_time"].format(text=visible(text[:40])))
    return found


def machine_asked(asked: Asked, view: Viewer, *, needed: bool = False) -> str:
    """Return the machine that was asked for, one that is or was on record; empty: any.

    Raises:
        BadQuestionError: there never was such a machine, or none is named and one is needed.
    """
    return _known(asked.get("equipment", "").strip(), equipment, view.texts, "in_no_machine", needed=needed)


def person_asked(asked: Asked, view: Viewer, *, needed: bool = False) -> str:
    """Return the person who was asked for, somebody who is or was on record; empty: anybody.

    Raises:
        BadQuestionError: nobody ever had this number, or none is named and one is needed.
    """
    return _known(asked.get("person", "").strip(), people, view.texts, "in_no_person", needed=needed)


def _known(id_: str, table: sa.Table, texts: Mapping[str, str], wrong: str, *, needed: bool) -> str:
    if not id_:
        if needed:
            raise BadQuestionError(texts[f"{wrong}_named"])
        return ""
    with site().records.engine().connect() as connection:
        found = connection.execute(sa.select(table.c.id).where(table.c.id == id_).limit(1)).scalar()
    if found is None:
        raise BadQuestionError(texts[wrong].format(id=visible(id_[:40])))
    return str(found)


# --- reports -----------------------------------------------------------------------------------------------------


def columns_of(view: Viewer, *columns: tuple[str, str, ColumnKind]) -> tuple[Column, ...]:
    """Return columns from their stable name, the key of their title, and their kind."""
    return tuple(Column(name, view.texts[key], kind) for name, key, kind in columns)


OF_MACHINE, OF_FROM, OF_TO = ("equipment", "lo_machine"), ("from", "in_from"), ("to", "in_to")
"""What nearly every question is narrowed by: the name in the address, and the key of its label."""

OF_SPAN = (OF_FROM, OF_TO)


def filters_of(view: Viewer, asked: Asked, *named: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    """Return what was asked, as labels and values; `named` are parameters with the key of their label."""
    found = [(view.texts[key], visible(asked[name].strip())) for name, key in named if asked.get(name, "").strip()]
    return tuple(found)


def text_of(value: Any) -> str:
    """Return a value of an entry as one line of text."""
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {text_of(one)}" for key, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(text_of(one) for one in value)
    return visible(str(value)) if value is not None else ""


def tag(word: str, look: str) -> Cell:
    """Return a cell that a page shows as a tag."""
    return Shown(word, look)
