"""Read what certification is worked out from, for many people at once: for previews and lists, never for a badge read.

One short read transaction as known at the end of the trail; `known` tells an act whether facts have changed since.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from gate.core.effect import Ground, Picture
from gate.core.records import Item, RequirementSet, Revision, TrainingRecord
from gate.core.terms import ItemKind, Operation, PersonState
from gate.store.equipment_facts import revision_of_row, set_of_row
from gate.store.facts import record_of_row
from gate.store.schema import (
    accounts,
    areas,
    batches,
    equipment,
    equipment_classes,
    item_revisions,
    items,
    people,
    requirement_sets,
    trail_head,
    training_records,
)
from gate.store.statements import known_at


@dataclass(frozen=True, slots=True)
class Known:
    """A picture with the names of everything in it."""

    picture: Picture
    facts_seq: int
    """The last entry that changed facts when it was taken."""
    people: Mapping[str, str]
    """Active people, visitors too, by id."""
    signers: Mapping[str, str]
    """Printed names of accounts by the person's id, closed accounts too."""
    classes: Mapping[str, str]
    areas: Mapping[str, str]


def read_picture(
    connection: sa.Connection,
    zone: ZoneInfo,
    *,
    class_id: str | None = None,
    area_id: str | None = None,
    person_id: str | None = None,
) -> Known:
    """Return what is known now of active people, narrowed to a class or an area, and to one person, if any.

    A class without machines is a ground of its own, so that it can be set up before its first machine.
    """
    head = connection.execute(sa.select(trail_head.c.seq, trail_head.c.facts_seq)).first()
    seq, facts_seq = (head[0], head[1]) if head else (0, 0)
    at = sa.literal(seq)
    class_names, area_names = _names(connection, equipment_classes, at), _names(connection, areas, at)
    grounds = _grounds(connection, at, class_names, class_id, area_id)
    return Known(
        picture=Picture(grounds, read_items(connection, at), _records(connection, at, person_id), zone),
        facts_seq=facts_seq,
        people=_people(connection, at),
        signers=_signers(connection, at),
        classes=class_names,
        areas=area_names,
    )


def _names(connection: sa.Connection, table: sa.Table, at: sa.ColumnElement[int]) -> dict[str, str]:
    rows = connection.execute(sa.select(table.c.id, table.c.name).where(known_at(table, at)).order_by(table.c.id))
    return {row[0]: row[1] for row in rows}


def _people(connection: sa.Connection, at: sa.ColumnElement[int]) -> dict[str, str]:
    active = sa.and_(known_at(people, at), people.c.state == PersonState.ACTIVE.value)
    rows = connection.execute(sa.select(people.c.id, people.c.name).where(active).order_by(people.c.name, people.c.id))
    return {row[0]: row[1] for row in rows}


def _signers(connection: sa.Connection, at: sa.ColumnElement[int]) -> dict[str, str]:
    known = known_at(accounts, at)
    rows = connection.execute(sa.select(accounts.c.person_id, accounts.c.name).where(known).order_by(accounts.c.id))
    return {row[0]: row[1] for row in rows}


def _grounds(
    connection: sa.Connection,
    at: sa.ColumnElement[int],
    classes: Iterable[str],
    class_id: str | None,
    area_id: str | None,
) -> tuple[Ground, ...]:
    by_class, by_area = read_sets(connection, at)
    machines: dict[tuple[str, str], list[str]] = defaultdict(list)
    columns = (equipment.c.id, equipment.c.class_id, equipment.c.area_id)
    for row in connection.execute(sa.select(*columns).where(known_at(equipment, at)).order_by(equipment.c.id)):
        machines[row[1], row[2]].append(row[0])
    there = {place for place, _ in machines}
    every = {**{(name, ""): [] for name in classes if name not in there}, **machines}
    return tuple(
        Ground(in_class, in_area, tuple(ids), by_class.get(in_class, {}), tuple(by_area.get(in_area, ())))
        for (in_class, in_area), ids in sorted(every.items())
        if class_id in (None, in_class) and area_id in (None, in_area)
    )


Sets = dict[Operation, tuple[RequirementSet, ...]]


def read_sets(
    connection: sa.Connection, at: sa.ColumnElement[int]
) -> tuple[dict[str, Sets], dict[str, list[RequirementSet]]]:
    """Return every version by class and operation, and by area, oldest first."""
    columns = (requirement_sets.c[name] for name in ("version", "operation", "effective_at", "approved", "groups"))
    wanted = (
        sa.select(*columns, requirement_sets.c.scope, requirement_sets.c.scope_id)
        .where(known_at(requirement_sets, at))
        .order_by(requirement_sets.c.effective_at, requirement_sets.c.version)
    )
    by_class: dict[str, Sets] = defaultdict(dict)
    by_area: dict[str, list[RequirementSet]] = defaultdict(list)
    for row in connection.execute(wanted):
        if row.scope == "area":
            by_area[row.scope_id].append(set_of_row(row))
        else:
            operation, sets = Operation(row.operation), by_class[row.scope_id]
            sets[operation] = (*sets.get(operation, ()), set_of_row(row))
    return by_class, by_area


def read_items(connection: sa.Connection, at: sa.ColumnElement[int]) -> dict[str, Item]:
    """Return every item with its revisions."""
    names = ("version", "revision", "effective_at", "retraining", "item_id")
    wanted = (
        sa.select(*(item_revisions.c[name] for name in names))
        .where(known_at(item_revisions, at))
        .order_by(item_revisions.c.effective_at, item_revisions.c.version)
    )
    revisions: dict[str, tuple[Revision, ...]] = {}
    for row in connection.execute(wanted):
        revisions[row.item_id] = (*revisions.get(row.item_id, ()), revision_of_row(row[:4]))
    rows = connection.execute(
        sa.select(items.c.version, items.c.id, items.c.kind, items.c.title)
        .where(known_at(items, at))
        .order_by(items.c.id)
    )
    return {row.id: Item(row[0], row[1], ItemKind(row[2]), row[3], revisions.get(row.id, ())) for row in rows}


def _records(
    connection: sa.Connection, at: sa.ColumnElement[int], person_id: str | None
) -> dict[str, dict[str, tuple[TrainingRecord, ...]]]:
    published = sa.exists(
        sa.select(batches.c.id).where(batches.c.id == training_records.c.batch_id, batches.c.published_seq <= at)
    )
    wanted = (
        sa.select(*(training_records.c[name] for name in _RECORD), training_records.c.person_id)
        .join(people, sa.and_(people.c.id == training_records.c.person_id, known_at(people, at)))
        .where(
            known_at(training_records, at),
            sa.or_(training_records.c.batch_id.is_(None), published),
            training_records.c.person_id == person_id if person_id else people.c.state == PersonState.ACTIVE.value,
        )
        .order_by(training_records.c.version)
    )
    found: dict[str, dict[str, tuple[TrainingRecord, ...]]] = defaultdict(dict)
    for row in connection.execute(wanted):
        mine, record = found[row.person_id], _record(row)
        mine[record.item_id] = (*mine.get(record.item_id, ()), record)
    return dict(found)


_RECORD = (
    "version",
    "id",
    "item_id",
    "state",
    "revision",
    "completed_on",
    "valid_from_on",
    "expires_on",
    "due_on",
)


def _record(row: Any) -> TrainingRecord:
    return record_of_row(row[: len(_RECORD)])
