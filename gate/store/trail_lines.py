"""The entries of the trail as their exact lines, many of them, in short read transactions of a few thousand rows."""

from collections.abc import Iterable, Iterator
from itertools import islice

import sqlalchemy as sa

from gate.store.schema import audit_trail

PAGE = 5000
"""Rows in one read transaction: a longer one would let the write-ahead log grow under the badge reads."""

NAMED = 500
"""Entries asked for by number at once."""

Line = tuple[int, str]
"""Number and canonical line."""

_LINES = sa.select(audit_trail.c.seq, audit_trail.c.data).order_by(audit_trail.c.seq)


def lines_until(engine: sa.Engine, last: int) -> Iterator[Line]:
    """Yield every entry from the first to `last`, in order."""
    after = 0
    while after < last:
        wanted = _LINES.where(audit_trail.c.seq > after, audit_trail.c.seq <= last).limit(PAGE)
        with engine.connect() as connection:
            rows = connection.execute(wanted).all()
        if not rows:
            return
        for row in rows:
            yield row[0], row[1]
        after = rows[-1][0]


def lines_of(engine: sa.Engine, numbers: Iterable[int]) -> Iterator[Line]:
    """Yield the entries of these numbers, which come in order; a number that is not there is left out."""
    waiting = iter(numbers)
    while some := list(islice(waiting, NAMED)):
        with engine.connect() as connection:
            rows = connection.execute(_LINES.where(audit_trail.c.seq.in_(some))).all()
        for row in rows:
            yield row[0], row[1]
