"""Who can run what: every person at every machine, judged by the rule of a badge read at any instant (B13).

What a badge read asks of the badge, of the gate itself and of who stands there now is left out: the question is
whether this person may do this operation on this machine, not whether somebody is at it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from gate.core import checks
from gate.core.calendar import LATEST, local_day
from gate.core.certification import effective_set
from gate.core.decision import decide
from gate.core.effect import RecordsOfPerson
from gate.core.records import (
    Badge,
    DataAge,
    Decision,
    Equipment,
    Facts,
    Hold,
    Item,
    Moment,
    Override,
    Person,
    RequirementSet,
    Suspension,
)
from gate.core.terms import BadgeState, Operation, Outcome

NEVER = frozenset({"NOT_CERTIFIED", "OPERATION_NOT_CERTIFIED", "OJT_OPEN", "ASSESSMENT_FAILED"})
"""Reasons of somebody who has not been certified here; whatever else fails, nothing was taken from them."""

LACKING = frozenset({"NOT_CERTIFIED", "OPERATION_NOT_CERTIFIED", "OJT_OPEN"})
"""Reasons that no day to come takes away: what is demanded was never trained."""

BARRED = frozenset({"PERSON_SUSPENDED", "PERSON_RESTRICTED"})
NO_OVERRIDES: Mapping[str, tuple[Override, ...]] = {}
FRESH = DataAge(as_of=None, attested_until_at=LATEST)


class Stand(StrEnum):
    """How somebody stands at a machine, in one word."""

    CERTIFIED = "certified"
    GRACE = "grace"
    OVERRIDE = "override"
    HELD = "held"
    """Certified, but the machine is on hold or overdue: nobody runs it."""
    LAPSED = "lapsed"
    """Something that once served no longer does."""
    BARRED = "barred"
    """Suspended, or restricted for a cause that is never shown."""
    NOT_YET = "not_yet"
    NOT_TRAINED = "not_trained"
    UNSET = "unset"
    """No approved requirement set is in force: the reader answers SYS_CONFIG."""


COUNTED = frozenset({Stand.CERTIFIED, Stand.GRACE, Stand.HELD})
"""Who counts as certified in the head-count of a machine: its own state says nothing about people."""


class Cell(NamedTuple):
    """One person at one machine."""

    stand: Stand
    reasons: tuple[str, ...]
    """What stands against it, in order of display."""
    until_at: datetime | None = None
    """The first known instant at which it ends, for those who are certified or hold an override; None: no end known."""
    days: int | None = None
    """Local days left, 0 on the last one."""
    override_id: str = ""


UNTRAINED = Cell(Stand.NOT_TRAINED, ("NOT_CERTIFIED",))


class Barring(NamedTuple):
    """A suspension with where it bars."""

    suspension: Suspension
    scope: str
    scope_id: str | None

    def bars(self, machine: Equipment) -> bool:
        """Whether it counts at this machine."""
        return self.scope == "everywhere" or (self.scope, self.scope_id) in {
            ("class", machine.class_id),
            ("equipment", machine.id),
        }


class Somebody(NamedTuple):
    """One person with everything that may decide about them."""

    person: Person
    records: RecordsOfPerson
    barrings: tuple[Barring, ...] = ()
    overrides: Mapping[str, tuple[Override, ...]] = NO_OVERRIDES
    """Equipment id -> the person's overrides there."""


class Machine(NamedTuple):
    """One machine with its holds."""

    equipment: Equipment
    holds: tuple[Hold, ...] = ()


class Crowd(NamedTuple):
    """Many people, many machines, and what is demanded there."""

    people: tuple[Somebody, ...]
    machines: tuple[Machine, ...]
    class_sets: Mapping[str, Mapping[Operation, tuple[RequirementSet, ...]]]
    area_sets: Mapping[str, tuple[RequirementSet, ...]]
    items: Mapping[str, Item]
    zone: ZoneInfo


class Asked(NamedTuple):
    """The question: of whom and what, at which instant, for which operation (None: each machine's default one)."""

    crowd: Crowd
    at: datetime
    operation: Operation | None = None

    def of(self, equipment: Equipment) -> Operation:
        """Return the operation asked about at a machine."""
        return self.operation or equipment.default_operation


Key = tuple[str, str, Operation, tuple[int, ...]]
"""Class, area, operation, suspensions: machines with the same key ask the same of a person."""
Cells = tuple[Cell, ...]
Judged = tuple[Somebody, Cells]
"""A person with a cell for each machine of the crowd."""


def who_can_run(asked: Asked) -> Iterator[Judged]:
    """Yield everybody with their cells, in the order of the crowd.

    Machines that demand the same of somebody share one judgement.
    """
    places = [
        (machine, against_everybody(asked, machine), _groups(asked, machine.equipment))
        for machine in asked.crowd.machines
    ]
    for somebody in asked.crowd.people:
        known: dict[Key, Cell] = {}
        trained = somebody.records.keys()
        yield (
            somebody,
            tuple(
                [
                    UNTRAINED
                    if machine.equipment.id not in somebody.overrides and any(map(trained.isdisjoint, groups))
                    else _cell(asked, somebody, machine, why, known)
                    for machine, why, groups in places
                ]
            ),
        )


def answer(asked: Asked, somebody: Somebody, machine: Machine) -> Decision:
    """Return what the gate would answer this person there at that instant, with its evidence."""
    return decide(facts_of(asked, somebody, machine), Moment(asked.at, "", 0, trusted=True, clock="asserted"))


def facts_of(asked: Asked, somebody: Somebody, machine: Machine) -> Facts:
    """Return the facts as if the person badged there, with a good badge, fresh data and nobody at the machine."""
    crowd, equipment = asked.crowd, machine.equipment
    return Facts(
        zone=crowd.zone,
        operation=asked.of(equipment),
        badge=Badge(0, "", BadgeState.ACTIVE, somebody.person.id),
        person=somebody.person,
        equipment=equipment,
        holds=machine.holds,
        sets=crowd.class_sets.get(equipment.class_id, {}),
        area_sets=crowd.area_sets.get(equipment.area_id, ()),
        items=crowd.items,
        records=somebody.records,
        suspensions=tuple([one.suspension for one in somebody.barrings if one.bars(equipment)]),
        overrides=tuple([_as_it_stood(one, asked.at) for one in somebody.overrides.get(equipment.id, ())]),
        use=None,
        elsewhere=(),
        elsewhere_excluding=(),
        data=FRESH,
    )


def head_counts(asked: Asked, rows: Iterable[Judged], at: datetime) -> tuple[int, ...]:
    """Return for each machine how many of these people will be certified at an instant after the one asked about."""
    machines = asked.crowd.machines
    counts, later = [0] * len(machines), asked._replace(at=at)
    changing = [_demand_changes(asked, machine.equipment, at) for machine in machines]
    for somebody, cells in rows:
        known: dict[Key, Cell] = {}
        for number, (machine, cell) in enumerate(zip(machines, cells, strict=True)):
            if cell.stand in COUNTED and (cell.until_at is None or cell.until_at > at):
                counts[number] += 1
            elif changing[number] or LACKING.isdisjoint(cell.reasons):
                counts[number] += _own(later, somebody, machine, known).stand in COUNTED
    return tuple(counts)


def _demand_changes(asked: Asked, equipment: Equipment, at: datetime) -> bool:
    """Whether another requirement set takes effect there: without one nobody gains what they were never trained on."""
    by_operation = asked.crowd.class_sets.get(equipment.class_id, {})
    sets = (*by_operation.get(asked.of(equipment), ()), *asked.crowd.area_sets.get(equipment.area_id, ()))
    return any(version.approved and asked.at < version.effective_at <= at for version in sets)


def _as_it_stood(override: Override, at: datetime) -> Override:
    """Return an override that was revoked later as one that ends then: until that instant it counted."""
    if override.revoked_at is None or override.revoked_at <= at:
        return override
    return replace(override, revoked_at=None, ends_at=min(override.ends_at, override.revoked_at))


# --- one cell --------------------------------------------------------------------------------------------------


def against_everybody(asked: Asked, machine: Machine) -> tuple[str, ...]:
    """Return why nobody runs the machine: a hold, or what is overdue."""
    nobody = Somebody(Person(0, "", ""), {})
    case = (facts_of(asked, nobody, machine), nobody.person, machine.equipment, asked.of(machine.equipment), asked.at)
    return checks.no_hold(*case) + checks.nothing_overdue(*case)


def _groups(asked: Asked, equipment: Equipment) -> tuple[frozenset[str], ...]:
    """Return the items of each group in force there: without a record of any of them somebody is not trained.

    Empty where that does not follow, because the set could not be judged.
    """
    sets = asked.crowd.class_sets.get(equipment.class_id, {}).get(asked.of(equipment), ())
    version = effective_set(sets, asked.at)
    groups = version.groups if version else ()
    found = tuple([frozenset([member.item_id for member in group]) for group in groups])
    return found if all(group and group <= asked.crowd.items.keys() for group in found) else ()


def _cell(asked: Asked, somebody: Somebody, machine: Machine, against: tuple[str, ...], known: dict[Key, Cell]) -> Cell:
    equipment = machine.equipment
    if somebody.overrides.get(equipment.id):
        found = answer(asked, somebody, machine)
        if "override" in found.evidence:
            used = _used(somebody.overrides[equipment.id], found)
            return Cell(Stand.OVERRIDE, found.reasons, *_left(found, asked), used)
    cell = _own(asked, somebody, machine, known)
    if against and cell.stand in COUNTED:
        return cell._replace(stand=Stand.HELD, reasons=against)
    return cell


def _own(asked: Asked, somebody: Somebody, machine: Machine, known: dict[Key, Cell]) -> Cell:
    """Judge the person alone, without holds, overrides and dates of the machine; once for machines that are alike."""
    equipment = machine.equipment
    barred = tuple([one.suspension.version for one in somebody.barrings if one.bars(equipment)])
    key = (equipment.class_id, equipment.area_id, asked.of(equipment), barred)
    cell = known.get(key)
    if cell is None:
        alone = replace(equipment, calibration_due_on=None, maintenance_due_on=None, qualified_until_on=None)
        cell = known[key] = _alone(asked, answer(asked, somebody._replace(overrides=NO_OVERRIDES), Machine(alone)))
    return cell


def _alone(asked: Asked, found: Decision) -> Cell:
    if found.outcome is Outcome.ALLOW:
        stand = Stand.GRACE if "ALLOW_GRACE" in found.reasons else Stand.CERTIFIED
        return Cell(stand, (), *_left(found, asked))
    return Cell(_stand_of(frozenset(found.reasons)), found.reasons)


def _stand_of(reasons: frozenset[str]) -> Stand:
    if "SYS_CONFIG" in reasons:
        return Stand.UNSET
    if reasons & NEVER:
        return Stand.NOT_TRAINED
    if reasons & BARRED:
        return Stand.BARRED
    return Stand.NOT_YET if reasons == {"NOT_YET_VALID"} else Stand.LAPSED


def _left(found: Decision, asked: Asked) -> tuple[datetime | None, int | None]:
    until, zone = found.valid_until_at, asked.crowd.zone
    if until is None:
        return None, None
    return until, (local_day(until - datetime.resolution, zone) - local_day(asked.at, zone)).days


def _used(overrides: tuple[Override, ...], found: Decision) -> str:
    return next(one.id for one in overrides if one.version == found.evidence["override"])
