"""What the reader pages read: how often each reader decided and was lost of late, and what it reported."""

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from gate.core.audit import Kind, timestamp
from gate.store.schema import audit_trail, trail_head

DAY = timedelta(hours=24)
NEWEST = 20_000
"""Entries looked at: a page must stay quick beside ten million rows."""
EVENTS = 20

REPORTED = [kind.value for kind in Kind if kind is Kind.SECURITY or kind.value.startswith("reader_")]


@dataclass(frozen=True, slots=True)
class OfLate:
    """How often the readers did something in the last 24 hours, among the newest entries."""

    decisions: Counter[str] = field(default_factory=Counter)
    losses: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Reported:
    """One thing that a reader or its line reported."""

    seq: int
    at: datetime
    kind: str
    what: str


def of_late(engine: sa.Engine, now: datetime) -> OfLate:
    """Count decisions and losses by reader."""
    counted = (
        sa.select(audit_trail.c.reader_id, audit_trail.c.kind, sa.func.count().label("times"))
        .where(
            audit_trail.c.seq > _newest(),
            audit_trail.c.at >= timestamp(now - DAY),
            audit_trail.c.reader_id.is_not(None),
            audit_trail.c.kind.in_([Kind.DECISION.value, Kind.READER_OFFLINE.value]),
        )
        .group_by(audit_trail.c.reader_id, audit_trail.c.kind)
    )
    found = OfLate()
    with engine.connect() as connection:
        for row in connection.execute(counted):
            counter = found.decisions if row.kind == Kind.DECISION else found.losses
            counter[row.reader_id] += row.times
    return found


def reported(engine: sa.Engine, reader: str) -> list[Reported]:
    """Return what the reader reported last, newest first."""
    wanted = (
        sa.select(audit_trail.c.seq, audit_trail.c.at, audit_trail.c.kind, audit_trail.c.data)
        .where(audit_trail.c.seq > _newest(), audit_trail.c.reader_id == reader, audit_trail.c.kind.in_(REPORTED))
        .order_by(audit_trail.c.seq.desc())
        .limit(EVENTS)
    )
    with engine.connect() as connection:
        rows = connection.execute(wanted).all()
    return [Reported(row.seq, datetime.fromisoformat(row.at), row.kind, _what(row.data)) for row in rows]


def _newest() -> sa.ScalarSelect[Any]:
    return sa.select(trail_head.c.seq - NEWEST).scalar_subquery()


def _what(data: str) -> str:
    detail = json.loads(data).get("detail")
    return str(detail.get("what", "")) if isinstance(detail, dict) else ""
