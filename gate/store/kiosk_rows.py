"""What is asked and answered on the screens at the machines: help wanted, operations to choose from, one chosen."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from gate.core.audit import Kind, timestamp
from gate.core.terms import Operation, Outcome
from gate.store.audit_trail import Trail
from gate.store.equipment_facts import instant
from gate.store.override_rows import COUNTED
from gate.store.reader_requests import RequestKind
from gate.store.schema import (
    areas,
    audit_trail,
    equipment,
    overrides,
    reader_requests,
    reader_status,
    requirement_sets,
    trail_head,
)

ASKED = "asked_for_supervisor"
LATELY = timedelta(hours=12)
LOOK_BACK = 20_000
"""Entries; more than a shift has, and a look at them costs milliseconds."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody at a denied kiosk asked for a supervisor; `told` are the person ids on duty then."""

    seq: int
    at: datetime
    told: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a machine stands and what can be done there besides the usual operation."""

    area_id: str
    usual: Operation
    others: tuple[Operation, ...]
    needs_qa: bool
    """Critical, or in a sterile area: an override there needs QA's co-signature."""


def asked_lately(connection: sa.Connection, now: datetime) -> dict[int, datetime]:
    """Return the denials of the last 12 h at whose kiosk somebody asked for a supervisor: number -> when (UTC)."""
    since = sa.select(trail_head.c.seq - LOOK_BACK).scalar_subquery()
    wanted = _ASKED.where(audit_trail.c.seq > since, audit_trail.c.at >= timestamp(now - LATELY))
    return {asked.seq: asked.at for asked in _asked(connection.execute(wanted).all())}


def asked_since(connection: sa.Connection, equipment_id: str, seq: int) -> Asked | None:
    """Return who was told when help was asked for after this denial."""
    wanted = _ASKED.where(
        audit_trail.c.equipment_id == equipment_id, audit_trail.c.seq > seq, audit_trail.c.ref_seq == seq
    )
    return next(iter(_asked(connection.execute(wanted).all())), None)


def denial(trail: Trail, seq: int) -> tuple[str, datetime] | None:
    """Return machine and time of a denied read, inside the open transaction; None for any other entry."""
    row = trail.run(_DENIAL, {"of_seq": seq}).fetchone()
    return (row[0], instant(row[1])) if row else None


def already_asked(trail: Trail, equipment_id: str, seq: int) -> bool:
    """Whether help was asked for after this denial, inside the open transaction."""
    rows = trail.run(_ASKED_OF, {"of_equipment": equipment_id, "of_seq": seq}).fetchall()
    return any(json.loads(row[0]).get("detail", {}).get("what") == ASKED for row in rows)


def places(connection: sa.Connection, now: datetime) -> dict[str, Place]:
    """Return for each machine the operations that have an approved requirement set of its class in effect."""
    known: dict[str, set[Operation]] = {}
    for class_id, name in connection.execute(_SETS, {"now": timestamp(now)}):
        known.setdefault(class_id, set()).add(Operation(name))
    found = {}
    for row in connection.execute(_PLACES):
        usual = Operation(row.default_operation)
        others = tuple(one for one in Operation if one is not usual and one in known.get(row.class_id, ()))
        found[row.id] = Place(row.area_id, usual, others, bool(row.critical or row.sterile))
    return found


def others_of(trail: Trail, equipment_id: str, now: datetime) -> tuple[Operation, ...]:
    """Return the same for one machine inside the open transaction: what can be chosen there."""
    row = next((row for row in trail.run(_PLACES, {}).fetchall() if row[0] == equipment_id), None)
    if row is None:
        return ()
    known = {name for class_id, name in trail.run(_SETS, {"now": timestamp(now)}).fetchall() if class_id == row[1]}
    return tuple(one for one in Operation if one.value in known and one.value != row[3])


def area_of(trail: Trail, equipment_id: str) -> str | None:
    """Return the area where the machine stands, inside the open transaction."""
    return next((row[2] for row in trail.run(_PLACES, {}).fetchall() if row[0] == equipment_id), None)


def operations_waiting(connection: sa.Connection, now: datetime) -> dict[str, tuple[Operation, datetime]]:
    """Return by reader the operation that the next badge is for, and until when."""
    waiting = sa.select(reader_requests).where(
        reader_requests.c.kind.like(f"{RequestKind.OPERATION} %"),
        reader_requests.c.result.is_(None),
        reader_requests.c.expires_at > timestamp(now),
    )
    return {
        row.reader_id: (Operation(row.kind.partition(" ")[2]), datetime.fromisoformat(row.expires_at))
        for row in connection.execute(waiting)
        if row.kind.partition(" ")[2] in Operation.__members__
    }


def online_readers(connection: sa.Connection) -> frozenset[str]:
    """Return the readers that answer."""
    wanted = sa.select(reader_status.c.reader_id).where(reader_status.c.state == "online")
    return frozenset(connection.execute(wanted).scalars())


def granted_since(
    connection: sa.Connection, person_id: str, equipment_id: str, seq: int, now: datetime
) -> tuple[datetime, datetime] | None:
    """Return until when an override lasts that was granted after this denial to this person here, and when it was."""
    wanted = (
        sa.select(overrides.c.ends_at, audit_trail.c.at)
        .select_from(overrides.join(audit_trail, audit_trail.c.seq == overrides.c.known_from))
        .where(
            overrides.c.person_id == person_id,
            overrides.c.equipment_id == equipment_id,
            overrides.c.known_from > seq,
            overrides.c.known_to.is_(None),
            overrides.c.revoked_at.is_(None),
            overrides.c.starts_at <= timestamp(now),
            overrides.c.ends_at > timestamp(now),
        )
        .order_by(overrides.c.ends_at.desc())
    )
    row = connection.execute(wanted).first()
    return (instant(row.ends_at), instant(row.at)) if row else None


def had_override_lately(connection: sa.Connection, person_id: str, equipment_id: str, now: datetime) -> bool:
    """Whether another override of this person here would be the second within 30 days (D4)."""
    wanted = sa.select(overrides.c.id).where(
        overrides.c.person_id == person_id,
        overrides.c.equipment_id == equipment_id,
        overrides.c.starts_at >= timestamp(now - COUNTED),
    )
    return connection.execute(wanted.limit(1)).first() is not None


def _asked(rows: Iterable[Any]) -> list[Asked]:
    found = []
    for row in rows:
        detail: Mapping[str, object] = json.loads(row.data).get("detail") or {}
        told = detail.get("told")
        if detail.get("what") == ASKED:
            found.append(Asked(row.ref_seq, instant(row.at), tuple(told) if isinstance(told, list) else ()))
    return found


_ASKED = sa.select(audit_trail.c.ref_seq, audit_trail.c.at, audit_trail.c.data).where(
    audit_trail.c.kind == Kind.SECURITY.value, audit_trail.c.ref_seq.is_not(None)
)
_ASKED_OF = sa.select(audit_trail.c.data).where(
    audit_trail.c.kind == Kind.SECURITY.value,
    audit_trail.c.equipment_id == sa.bindparam("of_equipment"),
    audit_trail.c.seq > sa.bindparam("of_seq"),
    audit_trail.c.ref_seq == sa.bindparam("of_seq"),
)
_DENIAL = sa.select(audit_trail.c.equipment_id, audit_trail.c.at).where(
    audit_trail.c.seq == sa.bindparam("of_seq"),
    audit_trail.c.kind == Kind.DECISION.value,
    audit_trail.c.outcome == Outcome.DENY.value,
)
_SETS = (
    sa.select(requirement_sets.c.scope_id, requirement_sets.c.operation)
    .where(
        requirement_sets.c.known_to.is_(None),
        requirement_sets.c.scope == "class",
        requirement_sets.c.operation.is_not(None),
        requirement_sets.c.approved == 1,
        requirement_sets.c.effective_at <= sa.bindparam("now"),
    )
    .distinct()
)
_PLACES = (
    sa.select(
        equipment.c.id,
        equipment.c.class_id,
        equipment.c.area_id,
        equipment.c.default_operation,
        equipment.c.critical,
        areas.c.sterile,
    )
    .select_from(equipment.outerjoin(areas, sa.and_(areas.c.id == equipment.c.area_id, areas.c.known_to.is_(None))))
    .where(equipment.c.known_to.is_(None))
)
