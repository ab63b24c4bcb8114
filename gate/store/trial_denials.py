"""Who would have been denied: the denials at a machine while its decisions withheld nothing."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from gate.core.audit import Kind, timestamp
from gate.core.terms import Mode, Outcome
from gate.store.equipment_facts import instant
from gate.store.schema import audit_trail, equipment

LOOK_BACK = timedelta(days=30)
"""A change of mode is judged by the last weeks; older denials were of other people and other procedures."""

Read = Callable[[sa.sql.ClauseElement, Mapping[str, Any]], Iterable[Any]]
"""Runs a statement, in a transaction that writes or in one that only reads."""


@dataclass(frozen=True, slots=True)
class TrialDenial:
    """One read that would have been denied; `person` None: nobody's badge, of which the last 4 are kept."""

    seq: int
    at: datetime
    person: str | None
    last4: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrialDenials:
    """Every one of them, newest first, and since when they were collected; `since_at` None: decisions withhold."""

    since_at: datetime | None
    found: tuple[TrialDenial, ...]


_VERSIONS = (
    sa.select(equipment.c.known_from, equipment.c.mode)
    .where(equipment.c.id == sa.bindparam("equipment"))
    .order_by(equipment.c.version.desc())
)
_AT = sa.select(audit_trail.c.at).where(audit_trail.c.seq == sa.bindparam("seq"))
_DENIALS = (
    sa.select(audit_trail.c.seq, audit_trail.c.at, audit_trail.c.data)
    .where(
        audit_trail.c.equipment_id == sa.bindparam("equipment"),
        audit_trail.c.seq >= sa.bindparam("since"),
        audit_trail.c.at >= sa.bindparam("since_at"),
        audit_trail.c.kind == Kind.DECISION.value,
        audit_trail.c.outcome == Outcome.DENY.value,
    )
    .order_by(audit_trail.c.seq.desc())
)


def trial_denials(read: Read, equipment_id: str, now: datetime) -> TrialDenials:
    """Return what would have been denied since decisions withhold nothing there, at most 30 days back."""
    since = _since(read, equipment_id)
    if since is None:
        return TrialDenials(None, ())
    row = next(iter(read(_AT, {"seq": since})), None)
    since_at = max(now - LOOK_BACK, instant(row[0])) if row else now - LOOK_BACK
    rows = read(_DENIALS, {"equipment": equipment_id, "since": since, "since_at": timestamp(since_at)})
    return TrialDenials(since_at, tuple(_denial(*found) for found in rows))


def _since(read: Read, equipment_id: str) -> int | None:
    """Return the entry from which on no version of the equipment was in ENFORCE; None where the newest is."""
    since = None
    for known_from, mode in read(_VERSIONS, {"equipment": equipment_id}):
        if mode == Mode.ENFORCE.value:
            break
        since = int(known_from)
    return since


def _denial(seq: int, at: str, data: str) -> TrialDenial:
    said = json.loads(data)
    return TrialDenial(seq, instant(at), said.get("person"), said.get("badge_last4", ""), tuple(said["reasons"]))
