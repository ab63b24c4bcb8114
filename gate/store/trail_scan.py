"""Go through a stretch of the trail, oldest first, in pages that are each a short transaction of their own."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gate.core.spans import Span
from gate.store.equipment_facts import instant
from gate.store.instants import seq_at
from gate.store.schema import audit_trail, trail_head
from gate.store.trail_bytes import Said, said_of

STRETCH = 5000
"""Entries that one transaction looks at (law 3)."""


@dataclass(frozen=True, slots=True)
class Told:
    """One entry: its number, time and kind, and what its bytes say (empty where they are no entry)."""

    seq: int
    at: datetime
    kind: str
    said: Said


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: empty parts narrow nothing."""

    kinds: Collection[str] = ()
    equipment_id: str = ""
    person_id: str = ""
    outcome: str = ""
    span: Span | None = None
    """The entry's own time lies in it; where the clock was set back, times come twice."""


def seq_range(engine: sa.Engine, span: Span) -> tuple[int, int]:
    """Return the numbers of the entries between two instants, as far as times and numbers go together."""
    with engine.connect() as connection:
        first = seq_at(connection, span.from_at)
        last = head_seq(connection) if span.until_at is None else seq_at(connection, span.until_at)
    return max(1, first), last


def head_seq(connection: sa.Connection) -> int:
    """Return the number of the last entry, 0 before the first."""
    return int(connection.execute(sa.select(trail_head.c.seq)).scalar() or 0)


def told_between(engine: sa.Engine, first: int, last: int, wanted: Wanted) -> Iterator[Told]:
    """Yield the entries from one number to another that are wanted, oldest first."""
    if wanted.equipment_id or wanted.person_id:
        yield from _by_index(engine, first, last, wanted)
        return
    for start in range(max(1, first), last + 1, STRETCH):
        between = audit_trail.c.seq.between(start, min(last, start + STRETCH - 1))
        with engine.connect() as connection:
            rows = connection.execute(_SELECT.where(between, *_fits(wanted))).all()
        yield from _in_time(rows, wanted)


def _by_index(engine: sa.Engine, first: int, last: int, wanted: Wanted) -> Iterator[Told]:
    after = first - 1
    while True:
        between = sa.and_(audit_trail.c.seq > after, audit_trail.c.seq <= last)
        with engine.connect() as connection:
            rows = connection.execute(_SELECT.where(between, *_fits(wanted)).limit(STRETCH)).all()
        yield from _in_time(rows, wanted)
        if len(rows) < STRETCH:
            return
        after = rows[-1].seq


_SELECT = sa.select(audit_trail.c.seq, audit_trail.c.at, audit_trail.c.kind, audit_trail.c.data).order_by(
    audit_trail.c.seq
)


def _fits(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    columns = audit_trail.c
    named = {"equipment_id": wanted.equipment_id, "person_id": wanted.person_id, "outcome": wanted.outcome}
    found = [columns[name] == value for name, value in named.items() if value]
    return [*found, columns.kind.in_(sorted(wanted.kinds))] if wanted.kinds else found


def _in_time(rows: Any, wanted: Wanted) -> Iterator[Told]:
    for row in rows:
        at = instant(row.at)
        if wanted.span is None or wanted.span.covers(at):
            yield Told(row.seq, at, row.kind, said_of(row.data) or {})
