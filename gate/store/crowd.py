"""Read many people and machines as known at an entry of the trail, for the question who can run what.

Read in parts of at most some thousand rows, each in a transaction of its own: what was known as of an entry is the
same in each of them, so an open page never holds up the writer.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from gate.core.matrix import Barring, Crowd, Machine, Somebody
from gate.core.records import Hold, Override, Person, RequirementSet, Suspension, TrainingRecord
from gate.core.terms import HoldKind, Operation, PersonKind, PersonState
from gate.store.equipment_facts import EQUIPMENT_COLUMNS, equipment_of_row
from gate.store.facts import override_of_row, person_of_row, record_of_row
from gate.store.person_queries import OVERRIDE_COLUMNS, PERSON_COLUMNS, RECORD_COLUMNS
from gate.store.picture import read_items, read_sets
from gate.store.schema import areas, batches, equipment, equipment_classes, holds, overrides, people, suspensions
from gate.store.schema import training_records as records
from gate.store.statements import known_at

PEOPLE_A_READ = 100
"""With some dozen records of interest each, far below the 5000 rows of one read transaction."""


class Knowledge(NamedTuple):
    """As known when: the entry up to which acts count, and the one up to which training data counts.

    People, machines, holds, suspensions and overrides are what they are on record as: they began when they were
    recorded. Training records, revisions and requirement sets carry dates of their own, so asking again today what
    held then takes the acts of then and the training data of today.
    """

    acts: int
    training: int


@dataclass(frozen=True, slots=True)
class CrowdKnown:
    """A crowd with the names of everything in it."""

    crowd: Crowd
    machine_names: Mapping[str, str]
    class_names: Mapping[str, str]
    area_names: Mapping[str, str]


class Place(NamedTuple):
    """One area that has machines, with their ids."""

    area_id: str
    name: str
    machines: tuple[str, ...]


def places(engine: sa.Engine, known: int) -> tuple[Place, ...]:
    """Return the areas that have machines as known at an entry, by name."""
    at = sa.literal(known)
    name = sa.func.coalesce(areas.c.name, equipment.c.area_id)
    wanted = (
        sa.select(equipment.c.area_id, name, equipment.c.id)
        .select_from(equipment.outerjoin(areas, sa.and_(areas.c.id == equipment.c.area_id, known_at(areas, at))))
        .where(known_at(equipment, at))
        .order_by(name, equipment.c.area_id, equipment.c.id)
    )
    with engine.connect() as connection:
        rows = connection.execute(wanted).all()
    grouped = groupby(rows, key=lambda row: (row[0], row[1]))
    return tuple(Place(area, named, tuple(row[2] for row in there)) for (area, named), there in grouped)


def read_crowd(
    engine: sa.Engine,
    zone: ZoneInfo,
    known: Knowledge,
    *,
    area_id: str | None = None,
    equipment_id: str | None = None,
    person_id: str | None = None,
) -> CrowdKnown:
    """Return everybody who works here and every machine, narrowed to an area, a machine or a person, if any.

    Whoever is inactive, and visitors, who never get a start permissive (B10), are left out.
    """
    acts, training = sa.literal(known.acts), sa.literal(known.training)
    with engine.connect() as connection:
        found = _machines(connection, acts, area_id, equipment_id)
        class_sets, area_sets = read_sets(connection, training)
        items = read_items(connection, training)
        class_names, area_names = _names(connection, equipment_classes, acts), _names(connection, areas, acts)
    machines = tuple(machine for machine, _name in found)
    demanded = _demanded(machines, class_sets, area_sets)
    crowd = Crowd(
        people=tuple(_people(engine, acts, training, person_id, tuple(sorted(demanded)))),
        machines=machines,
        class_sets=class_sets,
        area_sets={area: tuple(sets) for area, sets in area_sets.items()},
        items={item: items[item] for item in sorted(demanded) if item in items},
        zone=zone,
    )
    names = {machine.equipment.id: name for machine, name in found}
    return CrowdKnown(crowd, names, class_names, area_names)


# --- machines ----------------------------------------------------------------------------------------------------


def _machines(
    connection: sa.Connection, at: sa.ColumnElement[int], area_id: str | None, equipment_id: str | None
) -> list[tuple[Machine, str]]:
    """Return the machines with their names, by area and id, which is their place for good."""
    wanted = (
        sa.select(*EQUIPMENT_COLUMNS, equipment.c.name)
        .select_from(equipment.outerjoin(areas, sa.and_(areas.c.id == equipment.c.area_id, known_at(areas, at))))
        .where(known_at(equipment, at))
        .order_by(sa.func.coalesce(areas.c.name, equipment.c.area_id), equipment.c.id)
    )
    if area_id is not None:
        wanted = wanted.where(equipment.c.area_id == area_id)
    if equipment_id is not None:
        wanted = wanted.where(equipment.c.id == equipment_id)
    held = _holds(connection, at)
    machines = [(equipment_of_row(row[:-1]), row[-1]) for row in connection.execute(wanted)]
    return [(Machine(one, tuple(held.get(one.id, ()))), name) for one, name in machines]


def _holds(connection: sa.Connection, at: sa.ColumnElement[int]) -> Mapping[str, list[Hold]]:
    wanted = sa.select(holds).where(known_at(holds, at)).order_by(holds.c.version)
    found: dict[str, list[Hold]] = defaultdict(list)
    for row in connection.execute(wanted):
        stopped = frozenset(map(Operation, row.operations.split()))
        found[row.equipment_id].append(Hold(row.version, HoldKind(row.kind), stopped))
    return found


def _names(connection: sa.Connection, table: sa.Table, at: sa.ColumnElement[int]) -> dict[str, str]:
    rows = connection.execute(sa.select(table.c.id, table.c.name).where(known_at(table, at)).order_by(table.c.id))
    return {row[0]: row[1] for row in rows}


def _demanded(
    machines: Sequence[Machine],
    class_sets: Mapping[str, Mapping[Operation, tuple[RequirementSet, ...]]],
    area_sets: Mapping[str, Sequence[RequirementSet]],
) -> set[str]:
    """Return every item that anything here asks for."""
    wanted: list[RequirementSet] = []
    for place in {machine.equipment.class_id for machine in machines}:
        wanted += [version for versions in class_sets.get(place, {}).values() for version in versions]
    for area in {machine.equipment.area_id for machine in machines}:
        wanted += area_sets.get(area, ())
    return {member.item_id for version in wanted for group in version.groups for member in group}


# --- people ------------------------------------------------------------------------------------------------------


def _people(
    engine: sa.Engine,
    acts: sa.ColumnElement[int],
    training: sa.ColumnElement[int],
    person_id: str | None,
    items: tuple[str, ...],
) -> Iterator[Somebody]:
    for some in _parts(engine, acts, person_id):
        ids = [person.id for person in some]
        with engine.connect() as connection:
            barred, lifted = _barrings(connection, acts, ids), _overrides(connection, acts, ids)
            trained = _records(connection, training, ids, items)
        for person in some:
            mine = {item: tuple(found) for item, found in trained.get(person.id, {}).items()}
            own = {machine: tuple(found) for machine, found in lifted.get(person.id, {}).items()}
            yield Somebody(person, mine, tuple(barred.get(person.id, ())), own)


def _parts(engine: sa.Engine, acts: sa.ColumnElement[int], person_id: str | None) -> Iterator[list[Person]]:
    """Return the people by name, some at a time; two of one name by id."""
    states = [PersonState.ACTIVE.value, PersonState.RESTRICTED.value]
    wanted = (
        sa.select(*PERSON_COLUMNS)
        .where(known_at(people, acts), people.c.state.in_(states), people.c.kind != PersonKind.VISITOR.value)
        .order_by(people.c.name, people.c.id)
        .limit(PEOPLE_A_READ)
    )
    if person_id is not None:
        wanted = wanted.where(people.c.id == person_id)
    behind = sa.tuple_(people.c.name, people.c.id)
    last: Person | None = None
    while True:
        asked = wanted if last is None else wanted.where(behind > sa.tuple_(sa.literal(last.name), sa.literal(last.id)))
        with engine.connect() as connection:
            some = [person_of_row(row) for row in connection.execute(asked)]
        if some:
            yield some
        if len(some) < PEOPLE_A_READ:
            return
        last = some[-1]


def _barrings(connection: sa.Connection, at: sa.ColumnElement[int], ids: list[str]) -> Mapping[str, list[Barring]]:
    mine = sa.and_(suspensions.c.person_id.in_(ids), known_at(suspensions, at))
    found: dict[str, list[Barring]] = defaultdict(list)
    for row in connection.execute(sa.select(suspensions).where(mine).order_by(suspensions.c.version)):
        found[row.person_id].append(Barring(Suspension(row.version), row.scope, row.scope_id))
    return found


def _overrides(
    connection: sa.Connection, at: sa.ColumnElement[int], ids: list[str]
) -> Mapping[str, Mapping[str, list[Override]]]:
    wanted = (
        sa.select(*OVERRIDE_COLUMNS, overrides.c.person_id, overrides.c.equipment_id)
        .where(overrides.c.person_id.in_(ids), known_at(overrides, at))
        .order_by(overrides.c.version)
    )
    found: dict[str, dict[str, list[Override]]] = defaultdict(lambda: defaultdict(list))
    for *row, person_id, equipment_id in connection.execute(wanted):
        found[person_id][equipment_id].append(override_of_row(row))
    return found


def _records(
    connection: sa.Connection, at: sa.ColumnElement[int], ids: list[str], items: tuple[str, ...]
) -> Mapping[str, Mapping[str, list[TrainingRecord]]]:
    """Return the records that count here; an unpublished batch is not seen."""
    published = sa.exists(
        sa.select(batches.c.id).where(batches.c.id == records.c.batch_id, batches.c.published_seq <= at)
    )
    wanted = (
        sa.select(*RECORD_COLUMNS, records.c.person_id)
        .where(
            records.c.person_id.in_(ids),
            records.c.item_id.in_(items),
            known_at(records, at),
            sa.or_(records.c.batch_id.is_(None), published),
        )
        .order_by(records.c.version)
    )
    found: dict[str, dict[str, list[TrainingRecord]]] = defaultdict(lambda: defaultdict(list))
    for *row, person_id in connection.execute(wanted):
        record = record_of_row(row)
        found[person_id][record.item_id].append(record)
    return found
