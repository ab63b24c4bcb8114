"""Add and change equipment, areas and classes: signed, with QA's approval where it changes who may start what."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from gate.core.audit import Entry, Kind
from gate.core.records import Moment
from gate.core.roles import Act, Role, may
from gate.core.terms import Mode, Operation, Permissive
from gate.refusals import Asked, on_record_if_refused, refuse_odd_name, refuse_stale, refuse_without_why
from gate.signatures import Signer, signed
from gate.store import registry
from gate.store.audit_trail import Trail
from gate.store.history import current_version, ids_like
from gate.store.registry import Values
from gate.store.schema import areas, equipment, equipment_classes
from gate.supervision import RefusedError

THING_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
LONGEST_NAME = 120
LONGEST_WINDOW_S, LONGEST_USE_H = 3600, 24


@dataclass(frozen=True, slots=True)
class EquipmentData:
    """What is to be known of one machine from now on; its mode is changed elsewhere."""

    name: str
    class_id: str
    area_id: str
    permissive: Permissive = Permissive.HELD
    window_s: int = 60
    longest_use_h: int = 13
    exclusive: bool = False
    excluding: bool = False
    default_operation: Operation = Operation.USE
    calibration_due_on: date | None = None
    maintenance_due_on: date | None = None
    qualified_until_on: date | None = None
    critical: bool = False


@dataclass(frozen=True, slots=True)
class AreaData:
    """A room or zone; in a sterile one every override needs QA."""

    name: str
    sterile: bool = False


@dataclass(frozen=True, slots=True)
class ClassData:
    """Equipment sharing one set of requirements."""

    name: str


Data = EquipmentData | AreaData | ClassData


@dataclass(frozen=True, slots=True)
class Hands:
    """Who changes (`signer`), who from QA approves (`cosigner`), why, and when."""

    signer: Signer
    cosigner: Signer | None
    why: str
    moment: Moment


def add(trail: Trail, thing_id: str, data: Data, hands: Hands) -> int:
    """Put something new on record and return the entry's number; a new machine starts in SHADOW.

    Raises:
        RefusedError: the id is or was given, a value cannot be, or a signature or the justification is missing; it is
            on record.
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    kind = _KINDS[type(data)]
    with on_record_if_refused(trail, _asked("adding", kind, thing_id, data, hands), hands.moment):
        refuse_without_why(hands.why)
        _refuse_id(trail, kind.table, thing_id)
        first = {"mode": Mode.SHADOW.value} if kind.table is equipment else {}
        return _put(trail, kind, thing_id, None, {**_values(data), **first}, data, hands)


def change(trail: Trail, thing_id: str, data: Data, hands: Hands, *, opened: int) -> int:
    """Change what is known of it; `opened` is the version that the change was made from. Return the entry's number.

    Raises:
        RefusedError: the record changed meanwhile, nothing would change, a value cannot be, or a signature or the
            justification is missing; it is on record.
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    kind = _KINDS[type(data)]
    with on_record_if_refused(trail, _asked("changing", kind, thing_id, data, hands), hands.moment):
        refuse_without_why(hands.why)
        before = registry.current(trail, kind.table, thing_id)
        refuse_stale(opened, current_version(trail, kind.table, thing_id))
        after = {**(before or {}), **_values(data)}
        if before == after:
            raise RefusedError(
                "Nothing was changed: everything is on record like this already.",
                "Rien n’a été changé : tout est déjà ainsi au registre.",
            )
        return _put(trail, kind, thing_id, before, after, data, hands)


def carries_rights(table: sa.Table, before: Mapping[str, object] | None, after: Mapping[str, object]) -> bool:
    """Tell whether a change touches who may start what: all but names does, and a new machine; not a new area."""
    if before is None:
        return table is equipment
    return any(before.get(name) != value for name, value in after.items() if name != "name")


def _put(
    trail: Trail, kind: "_ThingKind", thing_id: str, before: Values | None, after: Values, data: Data, hands: Hands
) -> int:
    if before is None or before["name"] != data.name:
        refuse_odd_name(data.name, LONGEST_NAME)
    kind.check(trail, data)
    approved = _approver(hands) if carries_rights(kind.table, before, after) else None
    entry = Entry(
        kind=Kind.CHANGE,
        moment=hands.moment,
        role=hands.signer.role,
        equipment=thing_id if kind.table is equipment else None,
        subject=f"{kind.word}:{thing_id}",
        old=_said(before) if before else None,
        new=_said(after),
        by=hands.signer.person_id,
        why=hands.why,
    )
    signatures = [(hands.signer, "changed"), *([(approved, "approved")] if approved else [])]
    seq = trail.append(signed(entry, trail.zone, *signatures))
    registry.put(trail, kind.table, thing_id, after, seq)
    return seq


def _approver(hands: Hands) -> Signer:
    found = hands.cosigner
    if found is None or not may({Role(found.role)}, Act.APPROVE_EQUIPMENT):
        raise RefusedError(
            "This changes who may start what: somebody from QA signs it too.",
            "Ceci change qui peut démarrer quoi : une personne de l’AQ le signe aussi.",
            "cosign_user",
        )
    if found.person_id == hands.signer.person_id:
        raise RefusedError(
            "Nobody approves his own change; another person from QA signs it.",
            "Personne n’approuve son propre changement; une autre personne de l’AQ le signe.",
            "cosign_user",
        )
    return found


def _refuse_id(trail: Trail, table: sa.Table, thing_id: str) -> None:
    if not THING_ID.fullmatch(thing_id):
        raise RefusedError(
            "An id has 1 to 40 characters: letters, digits, dot, hyphen, underscore.",
            "Un identifiant a de 1 à 40 caractères : lettres, chiffres, point, tiret, souligné.",
            "id",
        )
    taken = ids_like(trail, table, thing_id)
    if taken is not None:
        raise RefusedError(
            f"The id {taken} is or was given already; ids are never given twice.",
            f"L’identifiant {taken} est ou a été donné; un identifiant n’est jamais donné deux fois.",
            "id",
        )


def _check_machine(trail: Trail, data: Data) -> None:
    if not isinstance(data, EquipmentData):
        raise AssertionError("only a machine has these values")
    if registry.current(trail, equipment_classes, data.class_id) is None:
        raise RefusedError(
            "Choose an equipment class on record.", "Choisissez une classe d’équipement au registre.", "class_id"
        )
    if registry.current(trail, areas, data.area_id) is None:
        raise RefusedError("Choose an area on record.", "Choisissez une zone au registre.", "area_id")
    if not 1 <= data.window_s <= LONGEST_WINDOW_S:
        raise RefusedError(
            f"The window has 1 to {LONGEST_WINDOW_S} seconds.",
            f"La fenêtre a de 1 à {LONGEST_WINDOW_S} secondes.",
            "window_s",
        )
    if not 1 <= data.longest_use_h <= LONGEST_USE_H:
        raise RefusedError(
            f"The longest use has 1 to {LONGEST_USE_H} hours.",
            f"La plus longue utilisation a de 1 à {LONGEST_USE_H} heures.",
            "longest_use_h",
        )


def _check_nothing(_trail: Trail, _data: Data) -> None:
    """An area or a class is a name."""


@dataclass(frozen=True, slots=True)
class _ThingKind:
    word: str
    table: sa.Table
    check: Callable[[Trail, Data], None]


_KINDS: Mapping[type[Data], _ThingKind] = {
    EquipmentData: _ThingKind("equipment", equipment, _check_machine),
    AreaData: _ThingKind("area", areas, _check_nothing),
    ClassData: _ThingKind("equipment_class", equipment_classes, _check_nothing),
}


def _asked(what: str, kind: _ThingKind, thing_id: str, data: Data, hands: Hands) -> Asked:
    return Asked(
        f"{what} {kind.word.replace('_', ' ')}",
        hands.signer.person_id,
        f"{kind.word}:{thing_id}",
        {**_values(data), "why": hands.why, "cosigner": hands.cosigner.person_id if hands.cosigner else None},
        equipment=thing_id if kind.table is equipment else None,
        role=hands.signer.role,
    )


def _values(data: Data) -> dict[str, str | int | None]:
    match data:
        case ClassData():
            return {"name": data.name}
        case AreaData():
            return {"name": data.name, "sterile": 1 if data.sterile else None}
        case EquipmentData():
            return {
                "name": data.name,
                "class_id": data.class_id,
                "area_id": data.area_id,
                "permissive": data.permissive.value,
                "window_s": data.window_s,
                "exclusive": int(data.exclusive),
                "excluding": int(data.excluding),
                "longest_use_s": data.longest_use_h * 3600,
                "default_operation": data.default_operation.value,
                "calibration_due_on": _day(data.calibration_due_on),
                "maintenance_due_on": _day(data.maintenance_due_on),
                "qualified_until_on": _day(data.qualified_until_on),
                "critical": 1 if data.critical else None,
            }


def _day(on: date | None) -> str | None:
    return on.isoformat() if on else None


def _said(values: Values) -> dict[str, str | int]:
    return {name: value for name, value in values.items() if value is not None}
