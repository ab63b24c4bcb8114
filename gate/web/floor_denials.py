"""What the floor reads of denials: the newest of each person at each machine, and whether somebody has handled it."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from gate.core.audit import Kind, timestamp
from gate.core.terms import Mode, Outcome
from gate.store.equipment_facts import instant
from gate.store.schema import audit_trail
from gate.web.reading import ShownEntry

LATELY = timedelta(minutes=30)
"""A denial older than this has gone another way; the override pages keep it for 12 hours."""

AGAIN = frozenset({"BADGE_UNREADABLE", "READ_LATE", "EQ_BUSY"})
"""Denials that the person mends alone by badging once more: nobody is called for them."""


@dataclass(frozen=True, slots=True)
class OverrideNow:
    """An override that stands."""

    id: str
    person_id: str
    name: str
    reference: str
    ends_at: datetime
    seq: int


@dataclass(frozen=True, slots=True)
class DeniedNow:
    """The newest denial of somebody at a machine; `trial`: it withheld nothing; `handled`: it needs nobody any more."""

    entry: ShownEntry
    person_id: str | None
    last4: str
    reasons: tuple[str, ...]
    trial: bool
    handled: bool


def denied_now(
    connection: sa.Connection, now: datetime, lifted: Mapping[str, list[OverrideNow]]
) -> Mapping[str, list[DeniedNow]]:
    """Return the newest denial of each person at each machine, newest first; only the last entries are read."""
    older = sa.select(audit_trail.c.seq).where(audit_trail.c.at < timestamp(now - LATELY))
    bound = connection.execute(older.order_by(audit_trail.c.seq.desc()).limit(1)).scalar() or 0
    newest = sa.select(audit_trail).where(audit_trail.c.seq > bound, audit_trail.c.kind == Kind.DECISION.value)
    allowed: set[tuple[str | None, str | None]] = set()
    met: set[tuple[str, str]] = set()
    found = defaultdict(list)
    for row in connection.execute(newest.order_by(audit_trail.c.seq.desc())):
        if row.outcome == Outcome.ALLOW.value:
            allowed.add((row.person_id, row.equipment_id))
        if row.outcome != Outcome.DENY.value or row.equipment_id is None:
            continue
        said = json.loads(row.data)
        key = (row.equipment_id, row.person_id or f"{said.get('subject')} {said.get('badge_last4')}")
        if key in met or set(said["reasons"]) <= AGAIN:
            continue
        met.add(key)
        granted = any(one.person_id == row.person_id and one.seq > row.seq for one in lifted.get(row.equipment_id, ()))
        found[row.equipment_id].append(
            DeniedNow(
                ShownEntry(row.seq, instant(row.at), row.kind, row.data),
                row.person_id,
                said.get("badge_last4", ""),
                tuple(said["reasons"]),
                said.get("mode") != Mode.ENFORCE.value,
                granted or (row.person_id is not None and (row.person_id, row.equipment_id) in allowed),
            )
        )
    return found
