"""Read the facts of one decision in one snapshot, as known at an entry of the trail.

What is known of the equipment changes seldom, so it is kept until an entry changes facts; the badge, the person and
the uses are read each time.
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from gate.core.records import Badge, Equipment, Facts, Override, Person, Suspension, TrainingRecord, Use
from gate.core.terms import (
    BadgeState,
    Mode,
    Operation,
    OverrideClass,
    PersonKind,
    PersonState,
    RecordState,
)
from gate.store import person_queries as query
from gate.store.audit_trail import Trail
from gate.store.equipment_facts import EquipmentFacts, instant, read_equipment
from gate.store.uses import current_use

_STATES = {state.value: state for state in RecordState}


class OfPerson(NamedTuple):
    """The part of the facts that is read only for a known person at known equipment."""

    records: Mapping[str, tuple[TrainingRecord, ...]]
    suspensions: tuple[Suspension, ...]
    overrides: tuple[Override, ...]
    elsewhere: tuple[str, ...]
    elsewhere_excluding: tuple[str, ...]


NOTHING = OfPerson({}, (), (), (), ())


class FactReader:
    """Reads facts through the trail's connection, inside its open transaction."""

    def __init__(self, trail: Trail, zone: ZoneInfo) -> None:
        self._trail = trail
        self._zone = zone
        self._kept: dict[str, EquipmentFacts] = {}
        self._kept_seq = -1

    def facts(
        self, badge_number: str, equipment_id: str, operation: Operation | None, known: int | None = None
    ) -> Facts:
        """Return the facts for a badge number; `known` None means as known now."""
        row = self._trail.run(query.BADGE_BY_NUMBER, {"number": badge_number, "known": self._known(known)}).fetchone()
        badge, person = _badge_and_person(row) if row else (None, None)
        return self._facts(badge, person, equipment_id, operation, known)

    def facts_of_person(
        self, person_id: str, badge_id: str, equipment_id: str, operation: Operation | None, known: int | None = None
    ) -> Facts:
        """Return the facts as if this person presented this badge, whoever carries it by now."""
        values = {"badge": badge_id, "known": self._known(known)}
        row = self._trail.run(query.BADGE_BY_ID, values).fetchone()
        badge = _badge_and_person(row)[0] if row else None
        found = self._trail.run(query.PERSON, {"person": person_id, "known": self._known(known)}).fetchone()
        return self._facts(badge, person_of_row(found) if found else None, equipment_id, operation, known)

    def mode(self, equipment_id: str) -> Mode | None:
        """Return the equipment's mode as known now, None for equipment that is not on record."""
        machine = self._equipment(equipment_id, None).equipment
        return machine.mode if machine else None

    def _known(self, known: int | None) -> int:
        return self._trail.head.seq if known is None else known

    def _facts(
        self,
        badge: Badge | None,
        person: Person | None,
        equipment_id: str,
        operation: Operation | None,
        known: int | None,
    ) -> Facts:
        there = self._equipment(equipment_id, known)
        found = NOTHING
        if person is not None and there.equipment is not None:
            found = self._of_person(person.id, there.equipment, tuple(there.items), known)
        return Facts(
            zone=self._zone,
            operation=operation,
            badge=badge,
            person=person,
            equipment=there.equipment,
            holds=there.holds,
            sets=there.sets,
            area_sets=there.area_sets,
            items=there.items,
            records=found.records,
            suspensions=found.suspensions,
            overrides=found.overrides,
            use=self._use(equipment_id),
            elsewhere=found.elsewhere,
            elsewhere_excluding=found.elsewhere_excluding,
            data=there.data,
        )

    def _of_person(self, person: str, machine: Equipment, items: tuple[str, ...], known: int | None) -> OfPerson:
        elsewhere = self._elsewhere(person, machine.id)
        seq = self._known(known)
        return OfPerson(
            self._records(person, items, seq),
            self._suspensions(person, machine.id, machine.class_id, seq),
            self._overrides(person, machine.id, seq),
            elsewhere,
            tuple([e for e in elsewhere if self._is_excluding(e, known)]) if elsewhere else (),
        )

    def _equipment(self, equipment_id: str, known: int | None) -> EquipmentFacts:
        if known is not None:
            return read_equipment(self._trail, equipment_id, known)
        if self._trail.changes_facts:
            return read_equipment(self._trail, equipment_id, self._trail.head.seq)
        if self._kept_seq != self._trail.head.facts_seq:
            self._kept.clear()
            self._kept_seq = self._trail.head.facts_seq
        found = self._kept.get(equipment_id)
        if found is None:
            found = self._kept[equipment_id] = read_equipment(self._trail, equipment_id, self._trail.head.seq)
        return found

    def _use(self, equipment_id: str) -> Use | None:
        return current_use(self._trail, equipment_id)

    def _is_excluding(self, equipment_id: str, known: int | None) -> bool:
        machine = self._equipment(equipment_id, known).equipment
        return machine is not None and machine.excluding

    def _records(
        self, person_id: str, item_ids: tuple[str, ...], known: int
    ) -> Mapping[str, tuple[TrainingRecord, ...]]:
        if not item_ids:
            return {}
        values: dict[str, int | str] = dict(zip(query.item_names(len(item_ids)), item_ids, strict=True))
        values["person"] = person_id
        values["known"] = known
        found: dict[str, tuple[TrainingRecord, ...]] = {}
        for row in self._trail.run(query.training_records_of(len(item_ids)), values):
            record = record_of_row(row)
            before = found.get(record.item_id)
            found[record.item_id] = (*before, record) if before else (record,)
        return found

    def _suspensions(self, person_id: str, equipment_id: str, class_id: str, known: int) -> tuple[Suspension, ...]:
        values = {"person": person_id, "equipment": equipment_id, "class": class_id, "known": known}
        return tuple([Suspension(row[0]) for row in self._trail.run(query.SUSPENSIONS, values).fetchall()])

    def _overrides(self, person_id: str, equipment_id: str, known: int) -> tuple[Override, ...]:
        values = {"person": person_id, "equipment": equipment_id, "known": known}
        return tuple([override_of_row(row) for row in self._trail.run(query.OVERRIDES, values).fetchall()])

    def _elsewhere(self, person_id: str, equipment_id: str) -> tuple[str, ...]:
        rows = self._trail.run(query.ELSEWHERE, {"person": person_id, "equipment": equipment_id}).fetchall()
        return tuple([row[0] for row in rows])


@lru_cache(maxsize=4096)
def day(text: str | None) -> date | None:
    """Return a stored date."""
    return date.fromisoformat(text) if text else None


def _badge_and_person(row: Any) -> tuple[Badge, Person | None]:
    badge = Badge(
        version=row[0],
        id=row[1],
        state=BadgeState(row[2]),
        person_id=row[4],
        assignment_version=row[5],
        expires_on=day(row[3]),
        until_at=instant(row[6]) if row[6] else None,
    )
    return badge, person_of_row(row[7:]) if row[7] is not None else None


def person_of_row(row: Any) -> Person:
    """Return a person from the columns of `person_queries.PERSON_COLUMNS`."""
    return Person(
        version=row[0],
        id=row[1],
        name=row[2],
        kind=PersonKind(row[3]),
        state=PersonState(row[4]),
        language=row[5],
        contract_from_on=day(row[6]),
        contract_until_on=day(row[7]),
    )


def record_of_row(row: Any) -> TrainingRecord:
    """Return a training record from its columns in the order of `person_queries.training_records_of`."""
    return TrainingRecord(
        row[0], row[1], row[2], _STATES[row[3]], row[4], day(row[5]), day(row[6]), day(row[7]), day(row[8])
    )


def override_of_row(row: Any) -> Override:
    """Return an override from the columns of `person_queries.OVERRIDE_COLUMNS`."""
    return Override(
        version=row[0],
        id=row[1],
        override_class=OverrideClass(row[2]),
        operations=frozenset(Operation(name) for name in row[3].split()),
        reasons=frozenset(row[4].split()),
        starts_at=instant(row[5]),
        ends_at=instant(row[6]),
        revoked_at=instant(row[7]) if row[7] else None,
        cosigned=bool(row[8]),
        boot_id=row[9],
        ends_boot_us=row[10],
    )
