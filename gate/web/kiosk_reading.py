"""What a kiosk reads from the records: the last answer at each machine and who uses it, in one short read."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from gate.core.audit import Kind
from gate.settings import Settings
from gate.store.schema import (
    audit_trail,
    equipment,
    equipment_classes,
    equipment_uses,
    items,
    overrides,
    people,
    reader_status,
    training_records,
    use_members,
)
from gate.web.kiosk_more import NOTHING_MORE, More, more_of
from gate.web.reading import BADGE_OUT, Records

ANSWERS = (Kind.DECISION.value, Kind.USE_LEFT.value, Kind.USE_ENDED.value)
UNDONE = (Kind.ANSWERED_LATE.value, Kind.OUTCOME_UNKNOWN.value)
LOOK_BACK = 6
"""A read leaves at most one decision and the ends of the uses it took over; more hides nothing newer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The last decision or badge-out at a machine."""

    seq: int
    at: datetime
    person: str | None
    data: str
    """The canonical bytes as text."""
    name: str | None
    language: str | None
    items: tuple[tuple[int, tuple[str, str]], ...]
    """Version of an item -> its id and title, for the items the decision was about."""
    ending: tuple[tuple[str, str], ...]
    """What the records behind the decision say ends next, soonest first: date and item id."""
    undone: bool
    """The answer came too late to enable anything."""


@dataclass(frozen=True, slots=True)
class Using:
    """Somebody who uses a machine now; `entitled` False: the permissive has dropped."""

    person: str
    name: str
    language: str | None
    joined_at: datetime
    until_at: datetime | None
    entitled: bool
    dropped_cause: str
    under_override: bool
    reference: str


@dataclass(frozen=True, slots=True)
class MachineNow:
    """One machine as the records show it; `mode` None: it is not on record."""

    equipment: str
    kind: str
    mode: str | None
    reader: str | None
    """online, offline, or None when no reader of it was ever seen."""
    reader_since_at: datetime | None
    using: tuple[Using, ...]
    answer: Answer | None
    more: More = NOTHING_MORE


def machines_now(records: Records, settings: Settings, wanted: Iterable[str], now: datetime) -> dict[str, MachineNow]:
    """Return the machines as one snapshot shows them, with what is beside them at this instant.

    Raises:
        what `gate.web.reading.UNREADABLE` lists: the records cannot be read.
    """
    with records.engine().connect() as connection:
        known = {row.id: row for row in connection.execute(_MACHINES)}
        using, readers = _using(connection), _readers(connection, settings)
        found: dict[str, MachineNow] = {}
        for name in wanted:
            row, (state, since_at) = known.get(name), readers.get(name, (None, None))
            found[name] = MachineNow(
                equipment=name,
                kind=row.class_name if row else "",
                mode=row.mode if row else None,
                reader=state,
                reader_since_at=since_at,
                using=using.get(name, ()),
                answer=_answer(connection, name),
            )
        answers = {name: (m.answer.seq, m.answer.person) if m.answer else None for name, m in found.items()}
        more = more_of(connection, settings, answers, now)
    return {name: replace(machine, more=more.get(name, NOTHING_MORE)) for name, machine in found.items()}


_MACHINES = (
    sa.select(
        equipment.c.id,
        equipment.c.mode,
        sa.func.coalesce(equipment_classes.c.name, equipment.c.name).label("class_name"),
    )
    .select_from(
        equipment.outerjoin(
            equipment_classes,
            sa.and_(equipment_classes.c.id == equipment.c.class_id, equipment_classes.c.known_to.is_(None)),
        )
    )
    .where(equipment.c.known_to.is_(None))
)

_USING = (
    sa.select(
        equipment_uses.c.equipment_id,
        use_members.c.person_id,
        people.c.name,
        people.c.language,
        use_members.c.joined_at,
        use_members.c.valid_until_at,
        use_members.c.permissive_until_at,
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


def _using(connection: sa.Connection) -> dict[str, tuple[Using, ...]]:
    """Return who uses each machine, in the order of joining."""
    found: dict[str, tuple[Using, ...]] = {}
    for row in connection.execute(_USING).all():
        version = _evidence(row.data or "{}").get("override")
        ends = [end for end in (row.valid_until_at, row.permissive_until_at) if end]
        somebody = Using(
            person=row.person_id,
            name=row.name or row.person_id,
            language=row.language,
            joined_at=datetime.fromisoformat(row.joined_at),
            until_at=min(map(datetime.fromisoformat, ends), default=None),
            entitled=row.dropped_seq is None,
            dropped_cause=row.dropped_cause or "",
            under_override=version is not None,
            reference=_reference(connection, version),
        )
        found[row.equipment_id] = (*found.get(row.equipment_id, ()), somebody)
    return found


def _reference(connection: sa.Connection, version: object) -> str:
    if version is None:
        return ""
    return connection.execute(sa.select(overrides.c.reference).where(overrides.c.version == version)).scalar() or ""


def _readers(connection: sa.Connection, settings: Settings) -> dict[str, tuple[str | None, datetime | None]]:
    """Return the best state among the readers of each machine: one that answers is enough to present a badge."""
    states = {row.reader_id: row for row in connection.execute(sa.select(reader_status))}
    found: dict[str, tuple[str | None, datetime | None]] = {}
    for reader in (reader for line in settings.line for reader in line.reader):
        row = states.get(reader.name)
        if row is not None and found.get(reader.equipment, (None, None))[0] != "online":
            found[reader.equipment] = (row.state, datetime.fromisoformat(row.since_at))
    return found


def _answer(connection: sa.Connection, name: str) -> Answer | None:
    newest = (
        sa.select(audit_trail.c.seq, audit_trail.c.at, audit_trail.c.kind, audit_trail.c.data)
        .where(audit_trail.c.equipment_id == name, audit_trail.c.kind.in_(ANSWERS))
        .order_by(audit_trail.c.seq.desc())
        .limit(LOOK_BACK)
    )
    for row in connection.execute(newest):
        said = json.loads(row.data)
        if row.kind != Kind.DECISION and said.get("detail", {}).get("cause") != BADGE_OUT:
            continue
        person = connection.execute(_PERSON, {"id": said.get("person")}).first()
        return Answer(
            seq=row.seq,
            at=datetime.fromisoformat(row.at),
            person=said.get("person"),
            data=row.data,
            name=person.name if person else said.get("person"),
            language=person.language if person else None,
            items=tuple(_items(connection, row.data).items()),
            ending=_ending(connection, row.data),
            undone=connection.execute(_UNDONE, {"seq": row.seq}).first() is not None,
        )
    return None


_PERSON = (
    sa.select(people.c.name, people.c.language)
    .where(people.c.id == sa.bindparam("id"))
    .order_by(people.c.version.desc())
    .limit(1)
)

_UNDONE = (
    sa.select(audit_trail.c.seq)
    .where(
        audit_trail.c.seq > sa.bindparam("seq"),
        audit_trail.c.seq < sa.bindparam("seq") + 1000,
        audit_trail.c.ref_seq == sa.bindparam("seq"),
        audit_trail.c.kind.in_(UNDONE),
    )
    .limit(1)
)
"""What became of a read is told within seconds of it, so a short stretch of the trail is enough."""


def _evidence(data: str) -> Mapping[str, object]:
    found = json.loads(data).get("evidence")
    return found if isinstance(found, dict) else {}


def _requirements(data: str) -> list[list[object]]:
    found = _evidence(data).get("requirements")
    return found if isinstance(found, list) else []


def _items(connection: sa.Connection, data: str) -> dict[int, tuple[str, str]]:
    asked = [row[0] for row in _requirements(data)]
    things = sa.select(items.c.version, items.c.id, items.c.title).where(items.c.version.in_(asked))
    return {row.version: (row.id, row.title) for row in connection.execute(things)}


def _ending(connection: sa.Connection, data: str) -> tuple[tuple[str, str], ...]:
    """Return date and item of the records behind the decision; empty when none of them has an end of its own."""
    asked = [row[1] for row in _requirements(data) if row[1]]
    ends = sa.func.min(
        sa.func.coalesce(training_records.c.expires_on, training_records.c.due_on),
        sa.func.coalesce(training_records.c.due_on, training_records.c.expires_on),
    ).label("ends_on")
    rows = connection.execute(
        sa.select(ends, training_records.c.item_id).where(training_records.c.version.in_(asked)).order_by(ends)
    )
    return tuple((row.ends_on, row.item_id) for row in rows if row.ends_on)
