"""Read the audit trail and the readers' state in short transactions, for people and for the start of the gate."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from gate.core.clock_trust import Reading
from gate.store.equipment_facts import instant
from gate.store.schema import audit_trail, reader_status, trail_head
from gate.store.trail_bytes import Said, said_of

PAGE = 500


@dataclass(frozen=True, slots=True)
class TrailRow:
    """One entry as stored; `data` is its canonical bytes as text."""

    seq: int
    kind: str
    at: datetime
    data: str
    leaf: bytes


@dataclass(frozen=True, slots=True)
class ReaderRow:
    """How a reader was last recorded."""

    reader_id: str
    state: str
    cause: str
    since_at: datetime


def entries(engine: sa.Engine, *, after_seq: int, limit: int) -> list[TrailRow]:
    """Return the entries behind a number, oldest first, in one short transaction."""
    columns = (
        audit_trail.c.seq,
        audit_trail.c.kind,
        audit_trail.c.at,
        audit_trail.c.data,
        audit_trail.c.leaf,
    )
    wanted = sa.select(*columns).where(audit_trail.c.seq > after_seq).order_by(audit_trail.c.seq).limit(limit)
    with engine.connect() as connection:
        return [TrailRow(row.seq, row.kind, instant(row.at), row.data, row.leaf) for row in connection.execute(wanted)]


def head_seq(engine: sa.Engine) -> int:
    """Return the number of the last entry, 0 before the first."""
    with engine.connect() as connection:
        return connection.execute(sa.select(trail_head.c.seq)).scalar() or 0


def reader_rows(engine: sa.Engine) -> list[ReaderRow]:
    """Return how every reader was last recorded."""
    with engine.connect() as connection:
        rows = connection.execute(sa.select(reader_status).order_by(reader_status.c.reader_id))
        return [ReaderRow(row.reader_id, row.state, row.cause, instant(row.since_at)) for row in rows]


def last_entry_at(engine: sa.Engine) -> datetime | None:
    """Return when the last entry was made."""
    newest = sa.select(audit_trail.c.at).order_by(audit_trail.c.seq.desc()).limit(1)
    with engine.connect() as connection:
        found = connection.execute(newest).scalar()
    return instant(found) if found else None


def last_trusted_reading(engine: sa.Engine) -> Reading | None:
    """Return the clocks at the last entry made while the clock was trusted."""
    before: int | None = None
    while True:
        newest = sa.select(audit_trail.c.seq, audit_trail.c.data).order_by(audit_trail.c.seq.desc()).limit(PAGE)
        if before is not None:
            newest = newest.where(audit_trail.c.seq < before)
        with engine.connect() as connection:
            rows = connection.execute(newest).all()
        if not rows:
            return None
        before = rows[-1].seq
        for row in rows:
            said = said_of(row.data)
            if said is not None and not said["clock"].endswith(":untrusted"):
                return _reading(said)


def _reading(said: Said) -> Reading:
    return Reading(at=instant(said["at"]), boot_id=said["boot"], boot_us=said["boot_us"], synchronised=True)
