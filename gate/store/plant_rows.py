"""A checked plant file as rows of the known tables, with every reference between them verified."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from gate.core.audit import canonical, timestamp
from gate.core.calendar import start_of_day
from gate.core.terms import Mode
from gate.store import schema
from gate.store.plant_file import (
    BadgeRow,
    EquipmentRow,
    Instant,
    OverrideRow,
    PersonRow,
    Plant,
    PlantRefusedError,
    RequirementSetRow,
    TrainingRecordRow,
)
from gate.store.registry import Values

Rows = dict[str, Values]
Known = Callable[[sa.Table], Mapping[str, Values]]


def plant_rows(plant: Plant, zone: ZoneInfo, known: Known) -> dict[sa.Table, Rows]:
    """Return, for every table whose section is present, all rows it must come to.

    Raises:
        PlantRefusedError: an id appears twice, or a row names something that neither file nor records know.
    """
    rows: dict[sa.Table, Rows] = {}
    _plain(plant, rows)
    if plant.equipment is not None:
        rows[schema.equipment] = _equipment(plant, known(schema.equipment))
    if plant.item is not None:
        rows[schema.items] = _unique("item", ((r.id, {"kind": r.kind.value, "title": r.title}) for r in plant.item))
        rows[schema.item_revisions] = _revisions(plant, zone)
    if plant.requirement_set is not None:
        rows[schema.requirement_sets] = _unique(
            "requirement_set", (_requirement_set(r, zone) for r in plant.requirement_set)
        )
    _people(plant, rows)
    _restrictions(plant, rows, zone)
    _check_references(plant, lambda table: rows[table] if table in rows else known(table))
    return rows


def _unique(section: str, pairs: Iterable[tuple[str, Values]]) -> Rows:
    rows: Rows = {}
    for id_, values in pairs:
        if id_ in rows:
            raise PlantRefusedError(
                f"plant file: [[{section}]] {id_} appears twice. Keep one of them; nothing was loaded."
            )
        rows[id_] = values
    return rows


def _plain(plant: Plant, rows: dict[sa.Table, Rows]) -> None:
    if plant.area is not None:
        rows[schema.areas] = _unique(
            "area", ((r.id, {"name": r.name, "sterile": _flag(r.sterile)}) for r in plant.area)
        )
    if plant.equipment_class is not None:
        pairs = ((r.id, {"name": r.name}) for r in plant.equipment_class)
        rows[schema.equipment_classes] = _unique("equipment_class", pairs)


def _equipment(plant: Plant, known: Mapping[str, Values]) -> Rows:
    return _unique("equipment", ((row.id, _machine(row, known.get(row.id))) for row in plant.equipment or ()))


def _machine(row: EquipmentRow, before: Values | None) -> Values:
    mode = row.mode.value if row.mode else (before or {}).get("mode", Mode.SHADOW.value)
    return {
        "name": row.name,
        "class_id": row.class_,
        "area_id": row.area,
        "mode": mode,
        "permissive": row.permissive.value,
        "window_s": row.window_s,
        "exclusive": int(row.exclusive),
        "excluding": int(row.excluding),
        "longest_use_s": row.longest_use_h * 3600,
        "default_operation": row.default_operation.value,
        "calibration_due_on": _day(row.calibration_due_on),
        "maintenance_due_on": _day(row.maintenance_due_on),
        "qualified_until_on": _day(row.qualified_until_on),
        "critical": _flag(row.critical),
    }


def _revisions(plant: Plant, zone: ZoneInfo) -> Rows:
    return _unique(
        "item",
        (
            (
                f"{item.id}/{revision.revision}",
                {
                    "item_id": item.id,
                    "revision": revision.revision,
                    "effective_at": _time(revision.effective_at, zone),
                    "retraining": int(revision.retraining),
                },
            )
            for item in plant.item or ()
            for revision in item.revisions
        ),
    )


def _requirement_set(row: RequirementSetRow, zone: ZoneInfo) -> tuple[str, Values]:
    scope, scope_id = ("class", row.class_) if row.class_ else ("area", row.area)
    effective_at = _time(row.effective_at, zone)
    operation = row.operation.value if row.operation else None
    groups = [[member.model_dump(mode="json", exclude_none=True) for member in group] for group in row.groups]
    return ":".join(filter(None, (scope, scope_id, operation, effective_at))), {
        "scope": scope,
        "scope_id": scope_id,
        "operation": operation,
        "effective_at": effective_at,
        "approved": int(row.approved),
        "groups": canonical(groups).decode(),
    }


def _people(plant: Plant, rows: dict[sa.Table, Rows]) -> None:
    if plant.person is not None:
        rows[schema.people] = _unique("person", ((row.id, _person(row)) for row in plant.person))
    if plant.badge is not None:
        rows[schema.badges] = _unique("badge", ((row.id, _badge(row)) for row in plant.badge))
        _unique("badge", ((row.number, {}) for row in plant.badge))
        rows[schema.badge_assignments] = {
            row.id: {"person_id": row.person, "until_at": None} for row in plant.badge if row.person
        }
    if plant.training_record is not None:
        rows[schema.training_records] = _unique(
            "training_record", ((row.id, _training_record(row)) for row in plant.training_record)
        )


def _person(row: PersonRow) -> Values:
    return {
        "name": row.name,
        "kind": row.kind.value,
        "state": row.state.value,
        "language": row.language,
        "contract_from_on": _day(row.contract_from_on),
        "contract_until_on": _day(row.contract_until_on),
        "supervisor_id": row.supervisor,
    }


def _badge(row: BadgeRow) -> Values:
    return {
        "number": row.number,
        "state": row.state.value,
        "assurance": row.assurance,
        "expires_on": _day(row.expires_on),
        "pool": _flag(row.pool),
    }


def _training_record(row: TrainingRecordRow) -> Values:
    return {
        "person_id": row.person,
        "item_id": row.item,
        "state": row.state.value,
        "revision": row.revision,
        "completed_on": _day(row.completed_on),
        "valid_from_on": _day(row.valid_from_on),
        "expires_on": _day(row.expires_on),
        "due_on": _day(row.due_on),
        "batch_id": None,
        "evidence": row.evidence,
    }


def _restrictions(plant: Plant, rows: dict[sa.Table, Rows], zone: ZoneInfo) -> None:
    if plant.suspension is not None:
        rows[schema.suspensions] = _unique(
            "suspension",
            ((r.id, {"person_id": r.person, "scope": r.scope, "scope_id": r.scope_id}) for r in plant.suspension),
        )
    if plant.hold is not None:
        rows[schema.holds] = _unique(
            "hold",
            (
                (r.id, {"equipment_id": r.equipment, "kind": r.kind.value, "operations": " ".join(r.operations)})
                for r in plant.hold
            ),
        )
    if plant.override is not None:
        rows[schema.overrides] = _unique("override", ((row.id, _override(row, zone)) for row in plant.override))


def _override(row: OverrideRow, zone: ZoneInfo) -> Values:
    return {
        "person_id": row.person,
        "equipment_id": row.equipment,
        "class": row.class_.value,
        "operations": " ".join(row.operations),
        "reasons": " ".join(row.reasons),
        "starts_at": _time(row.starts_at, zone),
        "ends_at": _time(row.ends_at, zone),
        "revoked_at": _time(row.revoked_at, zone) if row.revoked_at else None,
        "cosigned": int(row.cosigned),
        "boot_id": "",
        "ends_boot_us": None,
        "reference": row.reference,
        "justification": row.justification,
        "granted_by": None,
        "second_person_id": None,
    }


def _check_references(plant: Plant, known: Known) -> None:
    for row in plant.equipment or ():
        _refer("equipment", row.id, "class", row.class_, known(schema.equipment_classes))
        _refer("equipment", row.id, "area", row.area, known(schema.areas))
    for required in plant.requirement_set or ():
        _check_set(required, known)
    for person in plant.person or ():
        if person.supervisor:
            _refer("person", person.id, "supervisor", person.supervisor, known(schema.people))
    for badge in plant.badge or ():
        if badge.person:
            _refer("badge", badge.id, "person", badge.person, known(schema.people))
    for record in plant.training_record or ():
        _refer("training_record", record.id, "person", record.person, known(schema.people))
        _refer("training_record", record.id, "item", record.item, known(schema.items))
    for suspension in plant.suspension or ():
        _refer("suspension", suspension.id, "person", suspension.person, known(schema.people))
        if suspension.scope_id:
            scopes = schema.equipment_classes if suspension.scope == "class" else schema.equipment
            _refer("suspension", suspension.id, "scope_id", suspension.scope_id, known(scopes))
    for hold in plant.hold or ():
        _refer("hold", hold.id, "equipment", hold.equipment, known(schema.equipment))
    for override in plant.override or ():
        _refer("override", override.id, "person", override.person, known(schema.people))
        _refer("override", override.id, "equipment", override.equipment, known(schema.equipment))


def _check_set(row: RequirementSetRow, known: Known) -> None:
    if row.class_:
        _refer("requirement_set", row.class_, "class", row.class_, known(schema.equipment_classes))
    if row.area:
        _refer("requirement_set", row.area, "area", row.area, known(schema.areas))
    for member in (member for group in row.groups for member in group):
        _refer("requirement_set", row.class_ or row.area, "item", member.item, known(schema.items))


def _refer(section: str, id_: str | None, key: str, named: str, known: Mapping[str, Values]) -> None:
    if named not in known:
        raise PlantRefusedError(
            f"plant file: [[{section}]] {id_}: {key} {named!r} is neither in the file nor on record. "
            "Add it or correct the id; nothing was loaded."
        )


def _flag(value: bool) -> int | None:
    return 1 if value else None


def _day(on: date | None) -> str | None:
    return on.isoformat() if on else None


def _time(at: Instant, zone: ZoneInfo) -> str:
    return timestamp(as_utc(at, zone))


def as_utc(at: Instant, zone: ZoneInfo) -> datetime:
    """Return a day's local midnight, or a time, in UTC; a time without an offset is the site's."""
    if not isinstance(at, datetime):
        return start_of_day(at, zone)
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
