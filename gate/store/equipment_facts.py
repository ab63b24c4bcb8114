"""What is known of one equipment: itself, its holds, its requirement sets with the items they name, the data's age."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

from gate.core.records import DataAge, Equipment, Hold, Item, Requirement, RequirementSet, Revision
from gate.core.terms import HoldKind, ItemKind, Mode, Operation, Permissive, RevisionPolicy
from gate.store.audit_trail import Trail
from gate.store.schema import areas, data_sources, equipment, holds, item_revisions, items, requirement_sets
from gate.store.statements import known_at


@dataclass(frozen=True, slots=True)
class EquipmentFacts:
    """The part of the facts that does not depend on who badges."""

    equipment: Equipment | None
    holds: tuple[Hold, ...]
    sets: Mapping[Operation, tuple[RequirementSet, ...]]
    area_sets: tuple[RequirementSet, ...]
    items: Mapping[str, Item]
    data: DataAge


_KNOWN = sa.bindparam("known", type_=sa.Integer)
EQUIPMENT_COLUMNS = (
    *[column for column in equipment.columns if column.name not in {"known_from", "known_to", "name"}],
    areas.c.sterile,
)
"""In the order of `equipment_of_row`."""
_EQUIPMENT = (
    sa.select(*EQUIPMENT_COLUMNS)
    .select_from(equipment.outerjoin(areas, sa.and_(areas.c.id == equipment.c.area_id, known_at(areas, _KNOWN))))
    .where(equipment.c.id == sa.bindparam("equipment"), known_at(equipment, _KNOWN))
    .order_by(equipment.c.version.desc())
)
_HOLDS = (
    sa.select(holds.c.version, holds.c.kind, holds.c.operations)
    .where(holds.c.equipment_id == sa.bindparam("equipment"), known_at(holds, _KNOWN))
    .order_by(holds.c.version)
)
_SETS = (
    sa.select(
        requirement_sets.c.version,
        requirement_sets.c.operation,
        requirement_sets.c.effective_at,
        requirement_sets.c.approved,
        requirement_sets.c.groups,
    )
    .where(
        requirement_sets.c.scope == sa.bindparam("scope"),
        requirement_sets.c.scope_id == sa.bindparam("scope_id"),
        known_at(requirement_sets, _KNOWN),
    )
    .order_by(requirement_sets.c.effective_at, requirement_sets.c.version)
)
_ITEM = (
    sa.select(items.c.version, items.c.id, items.c.kind, items.c.title)
    .where(items.c.id == sa.bindparam("item"), known_at(items, _KNOWN))
    .order_by(items.c.version.desc())
)
_REVISIONS = (
    sa.select(
        item_revisions.c.version,
        item_revisions.c.revision,
        item_revisions.c.effective_at,
        item_revisions.c.retraining,
    )
    .where(item_revisions.c.item_id == sa.bindparam("item"), known_at(item_revisions, _KNOWN))
    .order_by(item_revisions.c.effective_at, item_revisions.c.version)
)
_SOURCES = (
    sa.select(data_sources.c.last_good_at, data_sources.c.attested_until_at)
    .where(known_at(data_sources, _KNOWN))
    .order_by(data_sources.c.last_good_at)
)


def read_equipment(trail: Trail, equipment_id: str, known: int) -> EquipmentFacts:
    """Return what was known of the equipment at an entry."""
    data = _data_age(trail, known)
    row = trail.run(_EQUIPMENT, {"equipment": equipment_id, "known": known}).fetchone()
    if row is None:
        return EquipmentFacts(None, (), {}, (), {}, data)
    machine = equipment_of_row(row)
    held = trail.run(_HOLDS, {"equipment": equipment_id, "known": known}).fetchall()
    by_operation: dict[Operation, tuple[RequirementSet, ...]] = {}
    for found in _sets(trail, "class", machine.class_id, known):
        operation = Operation(found[1])
        by_operation[operation] = (*by_operation.get(operation, ()), set_of_row(found))
    area_sets = tuple(set_of_row(found) for found in _sets(trail, "area", machine.area_id, known))
    every = [*area_sets, *(version for versions in by_operation.values() for version in versions)]
    return EquipmentFacts(
        equipment=machine,
        holds=tuple(Hold(v, HoldKind(kind), _operations(names)) for v, kind, names in held),
        sets=by_operation,
        area_sets=area_sets,
        items=_items(trail, every, known),
        data=data,
    )


def _sets(trail: Trail, scope: str, scope_id: str, known: int) -> list[Any]:
    found: list[Any] = trail.run(_SETS, {"scope": scope, "scope_id": scope_id, "known": known}).fetchall()
    return found


def set_of_row(row: Any) -> RequirementSet:
    """Return a set from version, operation, effective instant, approval and groups."""
    groups = tuple(tuple(requirement_of(member) for member in group) for group in json.loads(row[4]))
    return RequirementSet(version=row[0], effective_at=instant(row[2]), approved=bool(row[3]), groups=groups)


def requirement_of(member: dict[str, Any]) -> Requirement:
    """Return one member of a group as it is stored."""
    return Requirement(
        item_id=member["item"],
        revision_policy=RevisionPolicy(member.get("revision", RevisionPolicy.CURRENT)),
        interval_months=member.get("interval_months"),
        grace_days=member.get("grace_days", 0),
        warning_days=member.get("warning_days", 30),
    )


def _items(trail: Trail, sets: list[RequirementSet], known: int) -> dict[str, Item]:
    wanted = {requirement.item_id for version in sets for group in version.groups for requirement in group}
    found = {}
    for item_id in sorted(wanted):
        row = trail.run(_ITEM, {"item": item_id, "known": known}).fetchone()
        if row is not None:
            revisions = trail.run(_REVISIONS, {"item": item_id, "known": known}).fetchall()
            found[item_id] = Item(row[0], row[1], ItemKind(row[2]), row[3], tuple(map(revision_of_row, revisions)))
    return found


def revision_of_row(row: Any) -> Revision:
    """Return a revision from version, name, effective instant and whether it asks for retraining."""
    return Revision(version=row[0], revision=row[1], effective_at=instant(row[2]), retraining=bool(row[3]))


def equipment_of_row(row: Any) -> Equipment:
    """Return equipment from the columns of `EQUIPMENT_COLUMNS`."""
    (
        version,
        id_,
        class_id,
        area_id,
        mode,
        permissive,
        window_s,
        exclusive,
        excluding,
        longest_use_s,
        default,
        *dues,
        critical,
        sterile,
    ) = row
    calibration, maintenance, qualified = (date.fromisoformat(due) if due else None for due in dues)
    return Equipment(
        version=version,
        id=id_,
        class_id=class_id,
        area_id=area_id,
        mode=Mode(mode),
        permissive=Permissive(permissive),
        window_s=window_s,
        exclusive=bool(exclusive),
        excluding=bool(excluding),
        longest_use_s=longest_use_s,
        default_operation=Operation(default),
        calibration_due_on=calibration,
        maintenance_due_on=maintenance,
        qualified_until_on=qualified,
        critical=bool(critical),
        sterile=bool(sterile),
    )


def _data_age(trail: Trail, known: int) -> DataAge:
    """The oldest source counts, with what QA has attested of that source."""
    row = trail.run(_SOURCES, {"known": known}).fetchone()
    if row is None:
        return DataAge(None)
    return DataAge(as_of=instant(row[0]), attested_until_at=instant(row[1]) if row[1] else None)


def _operations(names: str) -> frozenset[Operation]:
    return frozenset(Operation(name) for name in names.split())


def instant(text: str) -> datetime:
    """Return a stored time, in UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)
