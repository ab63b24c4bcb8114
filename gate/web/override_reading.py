"""What the override pages read: who was denied lately, and which overrides stand."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from gate.core.audit import Kind, timestamp
from gate.core.reasons import REASONS, Lift
from gate.core.terms import Outcome
from gate.store.equipment_facts import instant
from gate.store.schema import audit_trail, overrides, people

LATELY = timedelta(hours=12)
MOST = 200
"""Denials looked at: more than a shift has."""

TOLD_OF_AN_OVERRIDE = frozenset({"OVERRIDE_EXPIRED", "OVERRIDE_REVOKED", "OVERRIDE_SCOPE"})
"""Said beside the reasons that fail; an override lifts the others."""


@dataclass(frozen=True, slots=True)
class Denied:
    """One denied read whose person is known."""

    seq: int
    at: datetime
    person_id: str
    person: str
    equipment: str
    operation: str
    reasons: tuple[str, ...]

    @property
    def liftable(self) -> bool:
        """Whether an override could lift every reason."""
        return all(REASONS[code].overridable in (Lift.SUPERVISOR, Lift.COSIGNED) for code in self.reasons)

    @property
    def needs_qa(self) -> bool:
        """Whether a reason asks for QA's co-signature."""
        return any(REASONS[code].overridable is Lift.COSIGNED for code in self.reasons)


@dataclass(frozen=True, slots=True)
class Standing:
    """An override that has not ended and was not revoked."""

    id: str
    person_id: str
    person: str
    equipment: str
    reasons: tuple[str, ...]
    ends_at: datetime


def denied_lately(engine: sa.Engine, now: datetime) -> list[Denied]:
    """Return the newest denial of each person at each equipment, newest first."""
    newest = (
        sa.select(audit_trail.c.seq, audit_trail.c.at, audit_trail.c.data)
        .where(
            audit_trail.c.kind == Kind.DECISION.value,
            audit_trail.c.outcome == Outcome.DENY.value,
            audit_trail.c.person_id.is_not(None),
            audit_trail.c.at >= timestamp(now - LATELY),
        )
        .order_by(audit_trail.c.seq.desc())
        .limit(MOST)
    )
    with engine.connect() as connection:
        rows = connection.execute(newest).all()
        names = _names(connection)
    found: dict[tuple[str, str], Denied] = {}
    for row in rows:
        denied = _denied(row, names)
        found.setdefault((denied.person_id, denied.equipment), denied)
    return list(found.values())


def denied(engine: sa.Engine, seq: int) -> Denied | None:
    """Return one denied read, None if the entry is anything else."""
    wanted = sa.select(audit_trail.c.seq, audit_trail.c.at, audit_trail.c.data).where(
        audit_trail.c.seq == seq,
        audit_trail.c.kind == Kind.DECISION.value,
        audit_trail.c.outcome == Outcome.DENY.value,
        audit_trail.c.person_id.is_not(None),
    )
    with engine.connect() as connection:
        row = connection.execute(wanted).first()
        return _denied(row, _names(connection)) if row else None


def standing(engine: sa.Engine, now: datetime) -> list[Standing]:
    """Return the overrides that stand, the first to end first."""
    wanted = (
        sa.select(overrides)
        .where(overrides.c.known_to.is_(None), overrides.c.revoked_at.is_(None), overrides.c.ends_at > timestamp(now))
        .order_by(overrides.c.ends_at)
    )
    with engine.connect() as connection:
        names = _names(connection)
        return [
            Standing(
                row.id,
                row.person_id,
                names.get(row.person_id, row.person_id),
                row.equipment_id,
                tuple(row.reasons.split()),
                instant(row.ends_at),
            )
            for row in connection.execute(wanted)
        ]


def _names(connection: sa.Connection) -> Mapping[str, str]:
    rows = connection.execute(sa.select(people.c.id, people.c.name).order_by(people.c.version))
    return {row.id: row.name for row in rows}


def _denied(row: Any, names: Mapping[str, str]) -> Denied:
    said = json.loads(row.data)
    return Denied(
        seq=row.seq,
        at=instant(row.at),
        person_id=said["person"],
        person=names.get(said["person"], said["person"]),
        equipment=said["equipment"],
        operation=said["operation"],
        reasons=tuple(code for code in said["reasons"] if code not in TOLD_OF_AN_OVERRIDE),
    )
