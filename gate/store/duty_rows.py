"""Who is on duty where and when, and who can therefore help at a machine now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gate.core.audit import timestamp
from gate.core.roles import Role, from_text
from gate.store import registry
from gate.store.accounts import ACTIVE
from gate.store.audit_trail import Trail
from gate.store.equipment_facts import instant
from gate.store.floor_schema import duties, qa_delegates
from gate.store.schema import accounts, areas, people

DutyValues = Mapping[str, str]

CALENDAR, SWITCH = "calendar", "switch"
"""Planned by somebody, or switched on by a badge."""


@dataclass(frozen=True, slots=True)
class Duty:
    """One person on duty for one area between two instants (UTC); `name` is the printed name of the account."""

    id: str
    person_id: str
    name: str
    roles: frozenset[Role]
    area_id: str
    starts_at: datetime
    ends_at: datetime
    origin: str


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose a badge is: the person's active account, if there is one."""

    person_id: str
    name: str
    language: str
    account_id: str | None
    roles: frozenset[Role]


def duties_between(connection: sa.Connection, from_at: datetime, to_at: datetime) -> list[Duty]:
    """Return the duties that meet this time, the first to start first; of closed accounts too, by the last name."""
    within = sa.and_(duties.c.starts_at < timestamp(to_at), duties.c.ends_at > timestamp(from_at))
    rows = connection.execute(_DUTIES.where(within).order_by(duties.c.starts_at, duties.c.id))
    return [_duty(row) for row in rows]


def on_duty(connection: sa.Connection, now: datetime) -> list[Duty]:
    """Return who is on duty now with an active account that is supervisor or QA, the first to start first."""
    at = timestamp(now)
    present = sa.and_(duties.c.starts_at <= at, duties.c.ends_at > at, accounts.c.state == ACTIVE)
    found = [_duty(row) for row in connection.execute(_DUTIES.where(present).order_by(duties.c.starts_at, duties.c.id))]
    return [duty for duty in found if duty.roles & {Role.SUPERVISOR, Role.QA}]


def areas_with_duties(connection: sa.Connection) -> frozenset[str]:
    """Return the areas for which anybody was ever put on duty."""
    return frozenset(connection.execute(sa.select(duties.c.area_id).distinct()).scalars())


def delegates_now(connection: sa.Connection, now: datetime) -> list[str]:
    """Return the names of those who may sign for QA now by appointment."""
    at = timestamp(now)
    wanted = (
        sa.select(people.c.name)
        .select_from(qa_delegates.join(people, people.c.id == qa_delegates.c.person_id))
        .where(
            qa_delegates.c.known_to.is_(None),
            people.c.known_to.is_(None),
            qa_delegates.c.starts_at <= at,
            qa_delegates.c.ends_at > at,
        )
        .order_by(people.c.name)
    )
    return list(connection.execute(wanted).scalars())


def read_areas(connection: sa.Connection) -> dict[str, str]:
    """Return the name of every area by its id, in order of the ids."""
    wanted = sa.select(areas.c.id, areas.c.name).where(areas.c.known_to.is_(None)).order_by(areas.c.id)
    return {row.id: row.name for row in connection.execute(wanted)}


def holder_of(connection: sa.Connection, person_id: str) -> Holder | None:
    """Return the person and the active account, None for a person who is not on record."""
    mine = sa.and_(accounts.c.person_id == people.c.id, accounts.c.known_to.is_(None), accounts.c.state == ACTIVE)
    wanted = (
        sa.select(people.c.name, people.c.language, accounts.c.id, accounts.c.name.label("printed"), accounts.c.roles)
        .select_from(people.outerjoin(accounts, mine))
        .where(people.c.id == person_id, people.c.known_to.is_(None))
    )
    row = connection.execute(wanted).first()
    if row is None:
        return None
    roles = from_text(row.roles) if row.roles else frozenset()
    return Holder(person_id, row.printed or row.name, row.language, row.id, roles)


def area_known(trail: Trail, area_id: str) -> bool:
    """Whether there is such an area, inside the open transaction."""
    return registry.current(trail, areas, area_id) is not None


def duty_known(trail: Trail, duty_id: str) -> DutyValues | None:
    """Return what is known of a duty, inside the open transaction."""
    return registry.current(trail, duties, duty_id)


def standing(trail: Trail, person_id: str, area_id: str, now: datetime) -> dict[str, DutyValues]:
    """Return the duties of the person in the area that have begun and not ended, inside the open transaction."""
    at = timestamp(now)
    every = registry.current_rows(trail, duties)
    return {
        id_: {name: str(value) for name, value in row.items()}
        for id_, row in every.items()
        if (row["person_id"], row["area_id"]) == (person_id, area_id)
        and str(row["starts_at"]) <= at < str(row["ends_at"])
    }


def put_duty(trail: Trail, duty_id: str, values: DutyValues, seq: int) -> None:
    """Make this what is known of the duty from the entry `seq` on."""
    registry.put(trail, duties, duty_id, dict(values), seq)


def close_duty(trail: Trail, duty_id: str, seq: int) -> None:
    """Let the duty be known no more: it never was to be."""
    registry.close(trail, duties, duty_id, seq)


def _duty(row: Any) -> Duty:
    return Duty(
        row.id,
        row.person_id,
        row.name or row.person_id,
        from_text(row.roles or ""),
        row.area_id,
        instant(row.starts_at),
        instant(row.ends_at),
        row.origin,
    )


_NEWEST_ACCOUNT = (
    sa.select(sa.func.max(accounts.c.version))
    .where(accounts.c.person_id == duties.c.person_id, accounts.c.known_to.is_(None))
    .correlate(duties)
    .scalar_subquery()
)
_DUTIES = (
    sa.select(
        duties.c.id,
        duties.c.person_id,
        accounts.c.name,
        accounts.c.roles,
        duties.c.area_id,
        duties.c.starts_at,
        duties.c.ends_at,
        duties.c.origin,
    )
    .select_from(duties.outerjoin(accounts, accounts.c.version == _NEWEST_ACCOUNT))
    .where(duties.c.known_to.is_(None))
)
