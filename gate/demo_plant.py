"""The demo's plant file: machines, procedures, people, badges and training around today."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from gate.demo_badges import number_of, old_number_of
from gate.demo_machines import AREAS, CALIBRATION_OVERDUE, CLASSES, IN_TRIAL, MACHINES, ON_QA_HOLD, DemoMachine
from gate.demo_people import PEOPLE, DemoPerson
from gate.demo_training import (
    GMP,
    GMP_MONTHS,
    GOWNING,
    GOWNING_MONTHS,
    NEXT_EFFECTIVE_DAYS,
    NEXT_REVISION,
    OLD_REVISION,
    SOP_MONTHS,
    SOPS,
    ojt_of,
    training,
)

YEAR = timedelta(days=365)
OPERATIONS = ("USE", "SETUP", "CLEAN")
BADGE_KINDS = ("w26", "em", "txt")

Value = str | int | bool | date | datetime | list["Value"] | dict[str, "Value"]


def plant_toml(now: datetime, zone: ZoneInfo) -> str:
    """Return the plant as it would be loaded on this day."""
    today = now.astimezone(zone).date()
    sections = [
        *_places(),
        *_equipment(today),
        *_items(today),
        *_requirements(today),
        *_people(today),
        *_training(today),
        *_restrictions(now),
    ]
    return "# Invented people, written by `make demo`.\n\n" + "\n".join(sections)


def _section(section: str, /, **values: Value) -> str:
    rows = [f"{key.rstrip('_')} = {_toml(value)}" for key, value in values.items()]
    return "\n".join([f"[[{section}]]", *rows, ""])


def _toml(value: Value) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int():
            return str(value)
        case datetime() | date():
            return value.isoformat()
        case str():
            return json.dumps(value, ensure_ascii=False)
        case list():
            return "[" + ", ".join(_toml(inner) for inner in value) + "]"
        case dict():
            return "{ " + ", ".join(f"{key} = {_toml(inner)}" for key, inner in value.items()) + " }"


def _places() -> Iterator[str]:
    for id_, name in AREAS.items():
        yield _section("area", id=id_, name=name)
    for id_, name in CLASSES.items():
        yield _section("equipment_class", id=id_, name=name)


def _equipment(today: date) -> Iterator[str]:
    for machine in MACHINES:
        overdue = machine.id == CALIBRATION_OVERDUE
        yield _section(
            "equipment",
            id=machine.id,
            name=f"{CLASSES[machine.class_id]} {machine.id}",
            class_=machine.class_id,
            area=machine.area_id,
            mode="shadow" if machine.id == IN_TRIAL else "enforce",
            calibration_due_on=today - timedelta(days=2) if overdue else today + timedelta(days=90),
        )


def _items(today: date) -> Iterator[str]:
    yield _section("item", id=GMP, kind="gmp", title="GMP refresher, yearly")
    yield _section("item", id=GOWNING, kind="gowning", title="Gowning, grade D")
    for class_id, (item, title, revision) in SOPS.items():
        revisions: list[Value] = [_revision(revision, today - 3 * YEAR)]
        if class_id == "PRESS":
            revisions.insert(0, _revision(OLD_REVISION, today - 5 * YEAR))
            revisions.append(_revision(NEXT_REVISION, today + timedelta(days=NEXT_EFFECTIVE_DAYS)))
        yield _section("item", id=item, kind="sop", title=title, revisions=revisions)
        yield _section("item", id=ojt_of(class_id), kind="ojt", title=f"On-the-job training, {CLASSES[class_id]}")


def _revision(name: str, effective_on: date) -> dict[str, Value]:
    return {"revision": name, "effective_at": effective_on}


def _requirements(today: date) -> Iterator[str]:
    since = today - 3 * YEAR
    gowning: list[Value] = [[{"item": GOWNING, "interval_months": GOWNING_MONTHS}]]
    for area in AREAS:
        yield _section("requirement_set", area=area, effective_at=since, approved=True, groups=gowning)
    for class_id, (sop, _, _) in SOPS.items():
        for operation in OPERATIONS:
            groups: list[Value] = [
                [{"item": GMP, "interval_months": GMP_MONTHS}],
                [{"item": sop, "interval_months": SOP_MONTHS, "warning_days": 14}],
                [{"item": ojt_of(class_id), "revision": "any"}],
            ]
            yield _section(
                "requirement_set",
                class_=class_id,
                operation=operation,
                effective_at=since,
                approved=True,
                groups=groups,
            )


def _people(today: date) -> Iterator[str]:
    for person in PEOPLE:
        more: dict[str, Value] = {}
        if person.story in {"contractor", "contract_ended"}:
            ends = today - timedelta(days=1) if person.story == "contract_ended" else today + timedelta(days=60)
            more = {"kind": "contractor", "contract_from_on": today - YEAR, "contract_until_on": ends}
        elif person.story == "visitor":
            more = {"kind": "visitor"}
        yield _section("person", id=person.id, name=person.name, language=person.language, **more)
    for person in PEOPLE:
        yield from _badges(person)


def _badges(person: DemoPerson) -> Iterator[str]:
    state = "lost" if person.story == "badge_lost" else "active"
    for kind in BADGE_KINDS:
        yield _section(
            "badge", id=f"B-{person.id}-{kind}", number=number_of(person, kind), person=person.id, state=state
        )
    if person.story == "badge_replaced":
        yield _section(
            "badge", id=f"B-{person.id}-old", number=old_number_of(person), person=person.id, state="replaced"
        )


def _training(today: date) -> Iterator[str]:
    for record in training(today):
        more: dict[str, Value] = {"revision": record.revision} if record.revision else {}
        yield _section(
            "training_record",
            id=record.id,
            person=record.person,
            item=record.item,
            state=record.state,
            completed_on=record.completed_on,
            **more,
        )


def _restrictions(now: datetime) -> Iterator[str]:
    for person in PEOPLE:
        if person.story == "suspended":
            yield _section("suspension", id=f"S-{person.id}", person=person.id)
        if person.story == "override":
            yield from (_override(person, machine, now) for machine in MACHINES if machine.class_id == "PRESS")
    yield _section("hold", id=f"H-{ON_QA_HOLD}", equipment=ON_QA_HOLD, kind="qa")


def _override(person: DemoPerson, machine: DemoMachine, now: datetime) -> str:
    return _section(
        "override",
        id=f"O-{person.id}-{machine.id}",
        person=person.id,
        equipment=machine.id,
        class_="COVERAGE",
        reasons=["TRAINING_EXPIRED"],
        starts_at=(now - timedelta(hours=1)).astimezone(UTC).replace(microsecond=0),
        ends_at=(now + timedelta(hours=6)).astimezone(UTC).replace(microsecond=0),
        reference="DEV-DEMO-0001",
        justification="Retraining is booked for tomorrow; no other trained operator on this shift",
    )
