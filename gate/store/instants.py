"""Which entry of the trail was the last one at an instant: what was known then is what was known as of that entry."""

from datetime import datetime

import sqlalchemy as sa

from gate.core.audit import timestamp
from gate.store.schema import audit_trail, trail_head

_AT = sa.select(audit_trail.c.at).where(audit_trail.c.seq == sa.bindparam("seq"))


def seq_at(connection: sa.Connection, at: datetime) -> int:
    """Return the number of the last entry made at or before an instant; 0: there was none yet.

    Order is by number, never by time. Where the clock was set back, times come twice, and the entry
    found is one whose own time is not after the instant while that of the next one is.
    """
    wanted = timestamp(at)
    low, high = 0, connection.execute(sa.select(trail_head.c.seq)).scalar() or 0
    while low < high:
        middle = (low + high + 1) // 2
        found = connection.execute(_AT, {"seq": middle}).scalar()
        if found is not None and found > wanted:
            high = middle - 1
        else:
            low = middle
    return low
