"""What a shift summary reads from the records: one snapshot of what happened from one instant to another."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gate.core.audit import Kind, timestamp
from gate.core.shifts import Shift
from gate.core.terms import Mode, Outcome
from gate.store.alerts import Alert, alerts_between
from gate.store.equipment_facts import instant
from gate.store.floor_schema import shift_notes
from gate.store.schema import accounts, audit_trail, equipment_uses, holds, overrides, people, use_members

MOST = 20_000
"""Entries that are counted: more than any shift of one gate has."""


@dataclass(frozen=True, slots=True)
class Told:
    """One entry that is told by itself: an override granted or revoked."""

    kind: str
    at: datetime
    equipment: str
    person: str
    reference: str


@dataclass(frozen=True, slots=True)
class Outage:
    """A reader was offline; `end` None: it still was at the end."""

    reader: str
    begin: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True)
class InUse:
    """Somebody signed in at a machine at the end."""

    equipment: str
    person: str
    since: datetime
    entitled: bool


@dataclass(frozen=True, slots=True)
class Bound:
    """An override that stands at the end, or that ended by itself in the shift."""

    equipment: str
    person: str
    reference: str
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody wrote for the next shift."""

    area: str
    by: str
    at: datetime
    text: str


@dataclass(slots=True)
class Counts:
    """What is counted over the entries of the shift."""

    allowed: int = 0
    denied: int = 0
    trial: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    told: list[Told] = field(default_factory=list)
    outages: list[Outage] = field(default_factory=list)
    offline: dict[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ShiftNow:
    """Everything a summary tells."""

    shift: Shift
    counts: Counts
    cut: bool
    in_use: list[InUse]
    active: list[Bound]
    over: list[Bound]
    holds: list[tuple[str, str]]
    alerts: list[Alert]
    notes: list[Note]
    people: Mapping[str, str]


def shift_now(engine: sa.Engine, shift: Shift) -> ShiftNow:
    """Return what the records say of a shift; of one that still runs, up to now."""
    with engine.connect() as connection:
        first, behind = _seq_at(connection, shift.starts_at), _seq_at(connection, shift.ends_at)
        rows = _rows(connection, first, min(behind, first + MOST))
        counts = _counted(rows)
        in_use = _in_use(connection, behind)
        standing = _overrides(connection, behind, shift)
        return ShiftNow(
            shift=shift,
            counts=counts,
            cut=behind - first > MOST,
            in_use=in_use,
            active=[bound for bound in standing if bound.ends_at >= shift.ends_at],
            over=[bound for bound in standing if bound.ends_at < shift.ends_at],
            holds=_holds(connection, behind),
            alerts=alerts_between(connection, shift.starts_at, shift.ends_at),
            notes=_notes(connection, shift),
            people=_names(
                connection,
                {use.person for use in in_use}
                | {bound.person for bound in standing}
                | {told.person for told in counts.told},
            ),
        )


def _seq_at(connection: sa.Connection, at: datetime) -> int:
    """Return the first number at or behind an instant, by halving: the numbers are in the order of the days."""
    low, high = 1, (connection.execute(sa.select(sa.func.max(audit_trail.c.seq))).scalar() or 0) + 1
    wanted = timestamp(at)
    while low < high:
        middle = (low + high) // 2
        of = sa.select(audit_trail.c.at).where(audit_trail.c.seq >= middle).order_by(audit_trail.c.seq).limit(1)
        found = connection.execute(of).scalar()
        if found is not None and found < wanted:
            low = middle + 1
        else:
            high = middle
    return low


def _rows(connection: sa.Connection, first: int, behind: int) -> list[Any]:
    wanted = (
        sa.select(audit_trail.c.kind, audit_trail.c.at, audit_trail.c.data)
        .where(audit_trail.c.seq >= first, audit_trail.c.seq < behind)
        .order_by(audit_trail.c.seq)
    )
    return list(connection.execute(wanted))


def _counted(rows: Sequence[Any]) -> Counts:
    counts = Counts()
    for row in rows:
        said = json.loads(row.data)
        match row.kind:
            case Kind.DECISION:
                _count_decision(counts, said)
            case Kind.OVERRIDE_GRANTED | Kind.OVERRIDE_REVOKED:
                counts.told.append(_told(row.kind, instant(row.at), said))
            case Kind.READER_OFFLINE:
                counts.offline.setdefault(said.get("reader", ""), instant(row.at))
            case Kind.READER_ONLINE:
                begin = counts.offline.pop(said.get("reader", ""), None)
                if begin is not None:
                    counts.outages.append(Outage(said["reader"], begin, instant(row.at)))
            case _:
                pass
    counts.outages += [Outage(reader, begin, None) for reader, begin in counts.offline.items()]
    return counts


def _count_decision(counts: Counts, said: Mapping[str, Any]) -> None:
    if said.get("outcome") == Outcome.ALLOW:
        counts.allowed += 1
    elif said.get("outcome") == Outcome.DENY:
        if said.get("mode") == Mode.SHADOW:
            counts.trial += 1
        else:
            counts.denied += 1
        counts.reasons.update(said.get("reasons", ())[:1])


def _told(kind: str, at: datetime, said: Mapping[str, Any]) -> Told:
    new = said.get("new")
    reference = str(new.get("reference") or "") if isinstance(new, Mapping) else ""
    return Told(kind, at, said.get("equipment", ""), said.get("person", ""), reference)


def _in_use(connection: sa.Connection, behind: int) -> list[InUse]:
    wanted = (
        sa.select(
            equipment_uses.c.equipment_id, use_members.c.person_id, use_members.c.joined_at, use_members.c.dropped_seq
        )
        .select_from(equipment_uses.join(use_members, use_members.c.use_id == equipment_uses.c.id))
        .where(
            use_members.c.decision_seq < behind,
            sa.or_(use_members.c.left_seq.is_(None), use_members.c.left_seq >= behind),
        )
        .order_by(equipment_uses.c.equipment_id, use_members.c.id)
    )
    return [
        InUse(
            row.equipment_id,
            row.person_id,
            instant(row.joined_at),
            row.dropped_seq is None or row.dropped_seq >= behind,
        )
        for row in connection.execute(wanted)
    ]


def _overrides(connection: sa.Connection, behind: int, shift: Shift) -> list[Bound]:
    """Return what stood at some time of the shift and was not revoked by its end, the first to end first."""
    wanted = sa.select(overrides).where(
        overrides.c.known_from < behind,
        sa.or_(overrides.c.known_to.is_(None), overrides.c.known_to >= behind),
        overrides.c.revoked_at.is_(None),
        overrides.c.starts_at < timestamp(shift.ends_at),
        overrides.c.ends_at >= timestamp(shift.starts_at),
    )
    return [
        Bound(row.equipment_id, row.person_id, row.reference, instant(row.ends_at))
        for row in connection.execute(wanted.order_by(overrides.c.ends_at))
    ]


def _holds(connection: sa.Connection, behind: int) -> list[tuple[str, str]]:
    wanted = sa.select(holds.c.equipment_id, holds.c.kind).where(
        holds.c.known_from < behind, sa.or_(holds.c.known_to.is_(None), holds.c.known_to >= behind)
    )
    return [(row.equipment_id, row.kind) for row in connection.execute(wanted.order_by(holds.c.equipment_id))]


def _notes(connection: sa.Connection, shift: Shift) -> list[Note]:
    named = shift_notes.outerjoin(
        accounts, sa.and_(accounts.c.id == shift_notes.c.written_by, accounts.c.known_to.is_(None))
    )
    wanted = (
        sa.select(shift_notes, accounts.c.name)
        .select_from(named)
        .where(
            shift_notes.c.known_to.is_(None),
            shift_notes.c.written_at >= timestamp(shift.starts_at),
            shift_notes.c.written_at < timestamp(shift.ends_at),
        )
        .order_by(shift_notes.c.version)
    )
    return [
        Note(row.area_id, row.name or row.written_by, instant(row.written_at), row.note)
        for row in connection.execute(wanted)
    ]


def _names(connection: sa.Connection, ids: set[str]) -> dict[str, str]:
    known = sa.select(people.c.id, people.c.name).where(people.c.id.in_(sorted(ids))).order_by(people.c.version)
    return {row.id: row.name for row in connection.execute(known)}
