"""What the floor reads from the records: every machine with who, holds, overrides and denials, in one short read."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gate.core.audit import timestamp
from gate.settings import Settings
from gate.store.equipment_facts import instant
from gate.store.schema import (
    areas,
    audit_trail,
    equipment,
    equipment_classes,
    equipment_uses,
    holds,
    overrides,
    people,
    reader_status,
    trail_head,
    use_members,
)
from gate.web.floor_denials import DeniedNow, OverrideNow, denied_now
from gate.web.reading import Names, Records, names_of


@dataclass(frozen=True, slots=True)
class MemberNow:
    """Somebody signed in at a machine."""

    id: int
    person_id: str
    name: str
    joined_at: datetime
    entitled: bool
    cause: str
    """Why the permissive dropped; empty while it stands."""
    under_override: bool


@dataclass(frozen=True, slots=True)
class HoldNow:
    """A hold that stands; `by` is the printed name of whoever signed it, or who loaded it."""

    id: str
    kind: str
    operations: tuple[str, ...]
    by: str
    since_at: datetime | None
    seq: int


@dataclass(frozen=True, slots=True)
class ReaderSeen:
    """One configured reader; `state` None: never seen."""

    name: str
    state: str | None
    since_at: datetime | None
    port_only: bool


@dataclass(frozen=True, slots=True)
class FloorMachine:
    """One machine as the records show it."""

    id: str
    name: str
    kind: str
    area: str
    mode: str
    longest_use_s: int
    readers: tuple[ReaderSeen, ...] = ()
    members: tuple[MemberNow, ...] = ()
    holds: tuple[HoldNow, ...] = ()
    overrides: tuple[OverrideNow, ...] = ()
    denied: tuple[DeniedNow, ...] = ()
    """Newest first."""


@dataclass(frozen=True, slots=True)
class FloorLook:
    """One snapshot of the floor: the machines by area and id, which is their place for good."""

    seq: int
    machines: tuple[FloorMachine, ...]
    names: Names


def floor_look(records: Records, settings: Settings, now: datetime, only: str | None = None) -> FloorLook:
    """Return the floor, or one machine of it, as one snapshot shows it.

    Raises:
        what `gate.web.reading.UNREADABLE` lists: the records cannot be read.
    """
    with records.engine().connect() as connection:
        seq = connection.execute(sa.select(trail_head.c.seq)).scalar() or 0
        rows = [row for row in connection.execute(_MACHINES) if only is None or row.id == only]
        readers, members, held = _readers(connection, settings), _members(connection), _holds(connection)
        lifted = _overrides(connection, now)
        denied = denied_now(connection, now, lifted)
        machines = tuple(
            FloorMachine(
                id=row.id,
                name=row.name,
                kind=row.class_name or row.name,
                area=row.area_name or row.area_id,
                mode=row.mode,
                longest_use_s=row.longest_use_s,
                readers=tuple(readers.get(row.id, ())),
                members=tuple(members.get(row.id, ())),
                holds=tuple(held.get(row.id, ())),
                overrides=tuple(lifted.get(row.id, ())),
                denied=tuple(denied.get(row.id, ())),
            )
            for row in rows
        )
        shown = [one.entry for machine in machines for one in machine.denied]
        return FloorLook(seq, machines, names_of(connection, shown))


_MACHINES = (
    sa.select(
        equipment.c.id,
        equipment.c.name,
        equipment.c.mode,
        equipment.c.longest_use_s,
        equipment.c.area_id,
        equipment_classes.c.name.label("class_name"),
        areas.c.name.label("area_name"),
    )
    .select_from(
        equipment.outerjoin(
            equipment_classes,
            sa.and_(equipment_classes.c.id == equipment.c.class_id, equipment_classes.c.known_to.is_(None)),
        ).outerjoin(areas, sa.and_(areas.c.id == equipment.c.area_id, areas.c.known_to.is_(None)))
    )
    .where(equipment.c.known_to.is_(None))
    .order_by(sa.func.coalesce(areas.c.name, equipment.c.area_id), equipment.c.id)
)

_MEMBERS = (
    sa.select(
        equipment_uses.c.equipment_id,
        use_members.c.id,
        use_members.c.person_id,
        people.c.name,
        use_members.c.joined_at,
        use_members.c.dropped_seq,
        use_members.c.dropped_cause,
        audit_trail.c.data,
    )
    .select_from(
        equipment_uses.join(use_members, use_members.c.use_id == equipment_uses.c.id)
        .outerjoin(people, sa.and_(people.c.id == use_members.c.person_id, people.c.known_to.is_(None)))
        .outerjoin(audit_trail, audit_trail.c.seq == use_members.c.decision_seq)
    )
    .where(equipment_uses.c.ended_seq.is_(None), use_members.c.left_seq.is_(None))
    .order_by(use_members.c.id)
)

_HOLDS = (
    sa.select(holds, audit_trail.c.at, audit_trail.c.data)
    .select_from(holds.outerjoin(audit_trail, audit_trail.c.seq == holds.c.known_from))
    .where(holds.c.known_to.is_(None))
    .order_by(holds.c.known_from)
)

_OVERRIDES = (
    sa.select(overrides, people.c.name)
    .select_from(
        overrides.outerjoin(people, sa.and_(people.c.id == overrides.c.person_id, people.c.known_to.is_(None)))
    )
    .where(overrides.c.known_to.is_(None), overrides.c.revoked_at.is_(None), overrides.c.ends_at > sa.bindparam("now"))
    .order_by(overrides.c.ends_at)
)


def _readers(connection: sa.Connection, settings: Settings) -> Mapping[str, list[ReaderSeen]]:
    states = {row.reader_id: row for row in connection.execute(sa.select(reader_status))}
    found = defaultdict(list)
    for line in settings.line:
        for reader in line.reader:
            row = states.get(reader.name)
            state, since = (row.state, instant(row.since_at)) if row else (None, None)
            found[reader.equipment].append(ReaderSeen(reader.name, state, since, line.supervision == "port-only"))
    return found


def _members(connection: sa.Connection) -> Mapping[str, list[MemberNow]]:
    found = defaultdict(list)
    for row in connection.execute(_MEMBERS):
        evidence = json.loads(row.data).get("evidence", {}) if row.data else {}
        found[row.equipment_id].append(
            MemberNow(
                row.id,
                row.person_id,
                row.name or row.person_id,
                instant(row.joined_at),
                row.dropped_seq is None,
                row.dropped_cause or "",
                "override" in evidence,
            )
        )
    return found


def _holds(connection: sa.Connection) -> Mapping[str, list[HoldNow]]:
    found = defaultdict(list)
    for row in connection.execute(_HOLDS).all():
        said = json.loads(row.data) if row.data else {}
        found[row.equipment_id].append(
            HoldNow(
                row.id,
                row.kind,
                tuple(row.operations.split()),
                _by(said),
                instant(row.at) if row.at else None,
                row.known_from,
            )
        )
    return found


def _by(said: Mapping[str, Any]) -> str:
    """Return the printed name of the signature, else who the entry says it was."""
    signatures = said.get("detail", {}).get("signatures") or [{}]
    return str(signatures[0].get("name") or said.get("by", ""))


def _overrides(connection: sa.Connection, now: datetime) -> Mapping[str, list[OverrideNow]]:
    found = defaultdict(list)
    for row in connection.execute(_OVERRIDES, {"now": timestamp(now)}):
        found[row.equipment_id].append(
            OverrideNow(
                row.id, row.person_id, row.name or row.person_id, row.reference, instant(row.ends_at), row.known_from
            )
        )
    return found
