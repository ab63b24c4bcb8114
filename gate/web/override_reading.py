"""What the override pages read: who was denied lately, what was lifted before, and the names of people and machines."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from gate.core.audit import Kind, timestamp
from gate.core.reasons import REASONS, Lift
from gate.core.roles import Role
from gate.core.terms import Outcome, PersonKind, PersonState
from gate.store.accounts import Account, read_accounts
from gate.store.equipment_facts import instant
from gate.store.override_rows import COUNTED
from gate.store.schema import areas, audit_trail, equipment, overrides, people

LATELY = timedelta(hours=12)
MOST = 200
"""Denials looked at: more than a shift has."""
MOST_PEOPLE = 1000
"""Names offered in one list."""

TOLD_OF_AN_OVERRIDE = frozenset({"OVERRIDE_EXPIRED", "OVERRIDE_REVOKED", "OVERRIDE_SCOPE"})
"""Said beside the reasons that fail; an override lifts the others."""


@dataclass(frozen=True, slots=True)
class Denied:
    """One denied read whose person is known; `requirements` as the decision's evidence tells them."""

    seq: int
    at: datetime
    person_id: str
    person: str
    equipment: str
    operation: str
    reasons: tuple[str, ...]
    requirements: Sequence[Sequence[Any]] = ()

    @property
    def liftable(self) -> bool:
        """Whether an override could lift every reason."""
        return all(REASONS[code].overridable in (Lift.SUPERVISOR, Lift.COSIGNED) for code in self.reasons)

    @property
    def needs_qa(self) -> bool:
        """Whether a reason asks for QA's co-signature."""
        return any(REASONS[code].overridable is Lift.COSIGNED for code in self.reasons)


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine as the pages name it, and whether every override there needs QA (D4)."""

    name: str = ""
    area: str = ""
    for_qa: bool = False


@dataclass(frozen=True, slots=True)
class Earlier:
    """The overrides of one person on one machine within 30 days (D4)."""

    count: int
    last_at: datetime | None
    same: tuple[str, ...]
    """Reasons asked for now that were lifted before."""


_COLUMNS = (audit_trail.c.seq, audit_trail.c.at, audit_trail.c.data)
_DENIAL = sa.and_(
    audit_trail.c.kind == Kind.DECISION.value,
    audit_trail.c.outcome == Outcome.DENY.value,
    audit_trail.c.person_id.is_not(None),
)


def denied_lately(connection: sa.Connection, now: datetime) -> list[Denied]:
    """Return the newest denial of each person at each equipment, newest first."""
    recent = sa.select(*_COLUMNS).where(_DENIAL, audit_trail.c.at >= timestamp(now - LATELY))
    names = names_of_people(connection)
    found: dict[tuple[str, str], Denied] = {}
    for row in connection.execute(recent.order_by(audit_trail.c.seq.desc()).limit(MOST)):
        one = _denied(row, names)
        found.setdefault((one.person_id, one.equipment), one)
    return list(found.values())


def denied(connection: sa.Connection, seq: int) -> Denied | None:
    """Return one denied read, None if the entry is anything else."""
    row = connection.execute(sa.select(*_COLUMNS).where(audit_trail.c.seq == seq, _DENIAL)).first()
    return _denied(row, names_of_people(connection)) if row else None


def earlier(connection: sa.Connection, found: Denied, now: datetime) -> Earlier:
    """Return what was lifted for this person on this machine within 30 days."""
    rows = connection.execute(
        sa.select(overrides.c.id, overrides.c.starts_at, overrides.c.reasons).where(
            overrides.c.person_id == found.person_id,
            overrides.c.equipment_id == found.equipment,
            overrides.c.starts_at >= timestamp(now - COUNTED),
        )
    ).all()
    lifted = {code for row in rows for code in row.reasons.split()}
    last = max((instant(row.starts_at) for row in rows), default=None)
    return Earlier(len({row.id for row in rows}), last, tuple(code for code in found.reasons if code in lifted))


def machine(connection: sa.Connection, equipment_id: str) -> Machine:
    """Return what is known of a machine now."""
    row = connection.execute(_MACHINE, {"machine": equipment_id}).first()
    return Machine(row.name, row.area or "", bool(row.critical or row.sterile)) if row else Machine()


def names_of_people(connection: sa.Connection) -> Mapping[str, str]:
    """Return the newest name of everybody there ever was."""
    rows = connection.execute(sa.select(people.c.id, people.c.name).order_by(people.c.version))
    return {row.id: row.name for row in rows}


def names_of_all(connection: sa.Connection) -> Mapping[str, str]:
    """Return names of people and, for who has an account and is no person on record, the account's."""
    of_accounts = {account.person_id: account.name for account in read_accounts(connection)}
    return {**of_accounts, **names_of_people(connection)}


def active_people(connection: sa.Connection, without: frozenset[str]) -> list[tuple[str, str]]:
    """Return (id, name) of who works here now and can be named as second person, by name."""
    wanted = (
        sa.select(people.c.id, people.c.name)
        .where(
            people.c.known_to.is_(None),
            people.c.state == PersonState.ACTIVE.value,
            people.c.kind != PersonKind.VISITOR.value,
            people.c.id.not_in(without),
        )
        .order_by(people.c.name)
        .limit(MOST_PEOPLE)
    )
    return [(row.id, row.name) for row in connection.execute(wanted)]


def accounts_with(connection: sa.Connection, roles: frozenset[Role]) -> list[Account]:
    """Return the active accounts that have one of these roles."""
    return [account for account in read_accounts(connection) if account.active and account.roles & roles]


_MACHINE = (
    sa.select(equipment.c.name, equipment.c.critical, areas.c.name.label("area"), areas.c.sterile)
    .select_from(equipment.outerjoin(areas, sa.and_(areas.c.id == equipment.c.area_id, areas.c.known_to.is_(None))))
    .where(equipment.c.id == sa.bindparam("machine"), equipment.c.known_to.is_(None))
)


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
        requirements=(said.get("evidence") or {}).get("requirements", ()),
    )
