"""The entries of the trail in order, many of them: each page is a short read transaction on one kept connection.

A connection for each page would derive the key of encrypted records anew each time, a tenth of a second.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import sqlalchemy as sa

from gate.store.schema import audit_trail

PAGE = 1000
"""Rows in one read transaction: with more, the write-ahead log and the memory of the reader would grow (P8)."""

NAMED = 500
"""Entries asked for by number at once."""

Line = tuple[int, str]
"""Number and canonical line."""


def paged(engine: sa.Engine, first: int, last: int, *columns: sa.Column[Any]) -> Iterator[Sequence[Any]]:
    """Yield the entries from `first` to `last` page by page, as rows of seq and these columns."""
    wanted = sa.select(audit_trail.c.seq, *columns).order_by(audit_trail.c.seq).limit(PAGE)
    after = first - 1
    with engine.connect() as connection:
        while after < last:
            rows = connection.execute(wanted.where(audit_trail.c.seq > after, audit_trail.c.seq <= last)).all()
            connection.rollback()
            if not rows:
                return
            after = rows[-1][0]
            yield rows


def lines_until(engine: sa.Engine, last: int) -> Iterator[Line]:
    """Yield every entry from the first to `last`, in order."""
    for rows in paged(engine, 1, last, audit_trail.c.data):
        yield from ((seq, data) for seq, data in rows)


def lines_of(engine: sa.Engine, numbers: Iterable[int]) -> Iterator[Line]:
    """Yield the entries of these numbers, which come in order; a number that is not there is left out."""
    wanted, waiting = sa.select(audit_trail.c.seq, audit_trail.c.data).order_by(audit_trail.c.seq), iter(numbers)
    with engine.connect() as connection:
        while some := list(islice(waiting, NAMED)):
            rows = connection.execute(wanted.where(audit_trail.c.seq.in_(some))).all()
            connection.rollback()
            yield from ((seq, data) for seq, data in rows)
