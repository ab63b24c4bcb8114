"""Build the facts of a person who meets everything at a tablet press, for tests to take one thing away.

The site is in Toronto; `NOON` is 2026-11-23 12:00 there. The training data never ages unless a test says so.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from gate.core.calendar import LATEST
from gate.core.decision import decide
from gate.core.records import (
    Badge,
    DataAge,
    Decision,
    Equipment,
    Facts,
    Item,
    Member,
    Moment,
    Override,
    Person,
    Requirement,
    RequirementSet,
    Revision,
    TrainingRecord,
    Use,
)
from gate.core.terms import BadgeState, ItemKind, Operation, Outcome, OverrideClass, RecordState, RevisionPolicy

TORONTO = ZoneInfo("America/Toronto")
BERLIN = ZoneInfo("Europe/Berlin")


def local(text: str, zone: ZoneInfo = TORONTO, fold: int = 0) -> datetime:
    """Return the instant of a wall clock reading at the site, such as `2026-11-23 23:59:59`."""
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(UTC)


def day(text: str) -> date:
    return date.fromisoformat(text)


NOON = local("2026-11-23 12:00")
A_SECOND = timedelta(seconds=1)
AN_HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)
LONG_AGO = local("2024-01-01 00:00")

BADGE = Badge(version=11, id="B-7", state=BadgeState.ACTIVE, person_id="E1", assignment_version=12)
PERSON = Person(version=13, id="E1", name="Ann Roy")
EQUIPMENT = Equipment(version=14, id="TP-01", class_id="PRESS", area_id="COMP")

SOP = Item(21, "SOP-114", ItemKind.SOP, "Tablet press", (Revision(31, "R6", LONG_AGO),))
OJT = Item(22, "OJT-TP", ItemKind.OJT, "Tablet press, practical")
GMP = Item(23, "GMP-1", ItemKind.GMP, "GMP refresher")
OTHER = Item(24, "SAFE-2", ItemKind.OTHER, "Dust safety")
GOWN = Item(25, "GOWN-C", ItemKind.GOWNING, "Gowning")
AREA = Item(26, "AREA-C", ItemKind.OTHER, "Compression area")
ITEMS = {item.id: item for item in (SOP, OJT, GMP, OTHER, GOWN, AREA)}


def requirement(item: Item, *, months: int | None = None, grace: int = 0) -> Requirement:
    return Requirement(item.id, RevisionPolicy.CURRENT, months, grace)


def set_of(
    *groups: tuple[Requirement, ...], at: datetime = LONG_AGO, version: int = 41, approved: bool = True
) -> RequirementSet:
    return RequirementSet(version, at, approved, groups)


USE_SET = set_of(
    (requirement(SOP),), (requirement(OJT),), (requirement(GMP, months=12),), (requirement(OTHER, months=24),)
)
AREA_SET = set_of((requirement(GOWN, months=24),), (requirement(AREA),), version=42)


def record(
    item: Item,
    completed: str | None = "2026-06-11",
    state: RecordState = RecordState.PASSED,
    *,
    revision: str | None = None,
    valid_from: str | None = None,
    expires: str | None = None,
    due: str | None = None,
    version: int = 50,
) -> TrainingRecord:
    return TrainingRecord(
        version,
        f"T-{version}",
        item.id,
        state,
        revision,
        completed_on=day(completed) if completed else None,
        valid_from_on=day(valid_from) if valid_from else None,
        expires_on=day(expires) if expires else None,
        due_on=day(due) if due else None,
    )


RECORDS: Mapping[str, tuple[TrainingRecord, ...]] = {
    "SOP-114": (record(SOP, revision="R6", version=51),),
    "OJT-TP": (record(OJT, version=52),),
    "GMP-1": (record(GMP, version=53),),
    "SAFE-2": (record(OTHER, version=54),),
    "GOWN-C": (record(GOWN, version=55),),
    "AREA-C": (record(AREA, version=56),),
}

CERTIFIED = Facts(
    zone=TORONTO,
    operation=Operation.USE,
    badge=BADGE,
    person=PERSON,
    equipment=EQUIPMENT,
    holds=(),
    sets={Operation.USE: (USE_SET,)},
    area_sets=(AREA_SET,),
    items=ITEMS,
    records=RECORDS,
    suspensions=(),
    overrides=(),
    use=None,
    elsewhere=(),
    elsewhere_excluding=(),
    data=DataAge(NOON - AN_HOUR, attested_until_at=LATEST),
)
"""Meets everything at `NOON`; the first end is the GMP refresher, 200 days later."""


def with_item(facts: Facts, item: Item, *records: TrainingRecord) -> Facts:
    """Return the facts with this item as it stands here, and with these records of it only."""
    return replace(facts, items={**facts.items, item.id: item}, records={**facts.records, item.id: records})


def with_use_set(facts: Facts, *sets: RequirementSet) -> Facts:
    return replace(facts, sets={**facts.sets, Operation.USE: sets})


def with_equipment(facts: Facts, equipment: Equipment) -> Facts:
    return replace(facts, equipment=equipment)


def used_by(*people: str) -> Use:
    """Return an open use at the press by these people."""
    return Use(
        1,
        "TP-01",
        tuple(
            Member(number, person, f"B-{person}", Operation.USE, 10 + number, NOON - AN_HOUR, True)
            for number, person in enumerate(people, 1)
        ),
    )


def moment(at: datetime = NOON, *, trusted: bool = True, boot: str = "boot-1", boot_us: int = 5_000_000) -> Moment:
    return Moment(at, boot, boot_us, trusted, "ntp" if trusted else "ntp:untrusted")


def override(
    *reasons: str,
    start: datetime = NOON - AN_HOUR,
    end: datetime = NOON + AN_HOUR,
    override_class: OverrideClass = OverrideClass.COVERAGE,
    operations: frozenset[Operation] = frozenset({Operation.USE}),
    revoked: datetime | None = None,
    cosigned: bool = False,
    boot: str = "",
    ends_boot_us: int | None = None,
    version: int = 71,
) -> Override:
    return Override(
        version,
        f"OV-{version}",
        override_class,
        operations,
        frozenset(reasons),
        start,
        end,
        revoked,
        cosigned,
        boot,
        ends_boot_us,
    )


def decided(facts: Facts, at: datetime = NOON) -> Decision:
    return decide(facts, moment(at))


def answer(facts: Facts, at: datetime = NOON) -> tuple[Outcome, tuple[str, ...]]:
    found = decided(facts, at)
    return found.outcome, found.reasons
