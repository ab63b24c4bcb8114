"""Read the audit trail from its end and go on as entries arrive."""

import time
from collections.abc import Iterator

from sqlalchemy import Engine

from gate.store.trail_reading import TrailRow, entries, head_seq

PAGE = 500
"""Rows in one short read transaction: a long one would let the write-ahead log grow."""

POLL_S = 0.5


def follow(engine: Engine, last: int, *, forever: bool) -> Iterator[TrailRow]:
    """Yield the `last` entries, oldest first, and then, if asked, every new one."""
    after = max(0, head_seq(engine) - last)
    while True:
        rows = entries(engine, after_seq=after, limit=PAGE)
        yield from rows
        if rows:
            after = rows[-1].seq
        elif forever:
            time.sleep(POLL_S)
        else:
            return
