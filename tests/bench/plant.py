"""A plant of any size, written straight into the tables: every third equipment fits every third person."""

import json
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from firmware_protocol.badge import WIEGAND, wiegand
from gate.core.audit import Entry, Kind, timestamp
from gate.core.clock_trust import ClockState, Reading, Trust
from gate.core.records import Moment
from gate.desk import Desk, Plan
from gate.store import schema
from gate.store.audit_trail import Trail
from gate.store.database import create_database, open_database
from gate.store.facts import FactReader

ZONE = ZoneInfo("America/Toronto")
GATE = "bench"
BLOCKS = 3
"""Persons, items and equipment fall into so many kinds; a person is certified for the equipment of its kind."""

REQUIREMENTS = 20
ALWAYS_AT = "2020-01-01T05:00:00.000Z"
CHUNK = 20_000
PLAN = Plan(language="en", outputs=frozenset(), readers={}, shift_s=43_200, warn_after_s=10**8, deny_after_s=10**8)


@dataclass(frozen=True, slots=True)
class Size:
    """How large a plant is; `records` training records are spread evenly over the people."""

    people: int
    equipment: int
    records: int
    exclusive: bool = False
    shadow: int = 0
    """How many machines, the last ones, are in trial."""

    @property
    def items(self) -> int:
        """Items in each kind: as many as each person has records."""
        return self.records // self.people


def person_id(number: int) -> str:
    """Return the id of a person."""
    return f"E{number:06d}"


def equipment_id(number: int) -> str:
    """Return the id of an equipment."""
    return f"EQ-{number:04d}"


def badge_number(number: int) -> str:
    """Return the badge number of a person, with the parities of its format."""
    data = number & 0xFFFFFF
    even = (data >> 12).bit_count() & 1
    odd = 1 - ((data & 0xFFF).bit_count() & 1)
    value = even << 25 | data << 1 | odd
    return wiegand(WIEGAND["w26"], 26, (value << 6).to_bytes(4))


def moment_now(at: datetime | None = None) -> Moment:
    """Return this instant, or the one that is named, trusted."""
    now = at or datetime.now(UTC)
    return Moment(now.replace(microsecond=now.microsecond // 1000 * 1000), "bench-boot", 1, trusted=True, clock="ntp")


def reading(moment: Moment) -> Reading:
    """Return the clocks' reading that a moment came from."""
    return Reading(moment.at, moment.boot_id, moment.boot_us, synchronised=True)


def create(path: Path, size: Size, at: datetime | None = None) -> None:
    """Create the records and fill them as of one entry of the trail, made now or at the named instant."""
    moment = moment_now(at)
    for old in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        old.unlink(missing_ok=True)
    create_database(path, gate_id=GATE)
    engine = open_database(path)
    trail = Trail(engine, GATE, ZONE)
    with closing(trail):
        trail.begin()
        trail.append(Entry(kind=Kind.LOAD, moment=moment, by="bench", why="a plant to measure"))
        for table, rows in _tables(size, moment.at):
            _insert(trail, table, rows)
        trail.commit()


def _insert(trail: Trail, table: sa.Table, rows: Iterable[dict[str, Any]]) -> None:
    statement, names, waiting = "", [], []
    for row in rows:
        if not statement:
            names = ["id", "known_from", *(name for name in row if name != "id")]
            columns = ", ".join(f'"{name}"' for name in names)
            marks = ", ".join("?" * len(names))
            statement = f"INSERT INTO {table.name} ({columns}) VALUES ({marks})"  # noqa: S608 - our own names
        waiting.append([1 if name == "known_from" else row[name] for name in names])
        if len(waiting) == CHUNK:
            trail.cursor.executemany(statement, waiting)
            waiting.clear()
    trail.cursor.executemany(statement, waiting)


def _tables(size: Size, at: datetime) -> Sequence[tuple[sa.Table, Iterable[dict[str, Any]]]]:
    return (
        (schema.areas, [{"id": "AREA", "name": "Area"}]),
        (schema.equipment_classes, ({"id": f"C{n}", "name": f"Class {n}"} for n in range(size.equipment))),
        (schema.equipment, (_equipment(n, size) for n in range(size.equipment))),
        (schema.items, ({"id": i, "kind": "sop", "title": f"Procedure {i}"} for i in _items(size))),
        (schema.item_revisions, (_revision(i) for i in _items(size))),
        (schema.requirement_sets, (_set(n, size) for n in range(size.equipment))),
        (schema.people, (_person(n) for n in range(size.people))),
        (schema.badges, (_badge(n) for n in range(size.people))),
        (schema.badge_assignments, ({"id": f"B{n}", "person_id": person_id(n)} for n in range(size.people))),
        (schema.training_records, (_record(n, i, at.date()) for n in range(size.people) for i in range(size.items))),
        (schema.data_sources, [{"id": "lms", "kind": "csv", "last_good_at": timestamp(at)}]),
    )


def _item(kind: int, number: int) -> str:
    return f"SOP-{kind}-{number:03d}"


def _items(size: Size) -> Iterable[str]:
    return (_item(kind, number) for kind in range(BLOCKS) for number in range(size.items))


def _revision(item: str) -> dict[str, Any]:
    return {"id": f"{item}/R1", "item_id": item, "revision": "R1", "effective_at": ALWAYS_AT, "retraining": 1}


def _equipment(number: int, size: Size) -> dict[str, Any]:
    return {
        "id": equipment_id(number),
        "name": f"Machine {number}",
        "class_id": f"C{number}",
        "area_id": "AREA",
        "mode": "shadow" if number >= size.equipment - size.shadow else "enforce",
        "permissive": "held",
        "window_s": 60,
        "exclusive": int(size.exclusive),
        "excluding": 0,
        "longest_use_s": 13 * 3600,
        "default_operation": "USE",
    }


def _set(number: int, size: Size) -> dict[str, Any]:
    wanted = [_item(number % BLOCKS, (number + step) % size.items) for step in range(REQUIREMENTS)]
    groups = [[{"item": item, "interval_months": 24}] for item in wanted]
    return {
        "id": f"class:C{number}",
        "scope": "class",
        "scope_id": f"C{number}",
        "operation": "USE",
        "effective_at": ALWAYS_AT,
        "approved": 1,
        "groups": json.dumps(groups),
    }


def _person(number: int) -> dict[str, Any]:
    return {
        "id": person_id(number),
        "name": f"Person {number}",
        "kind": "employee",
        "state": "active",
        "language": "fr" if number % 2 else "en",
    }


def _badge(number: int) -> dict[str, Any]:
    return {"id": f"B{number}", "number": badge_number(number), "state": "active", "assurance": "uid"}


def _record(person: int, number: int, day: date) -> dict[str, Any]:
    return {
        "id": f"T{person}-{number}",
        "person_id": person_id(person),
        "item_id": _item(person % BLOCKS, number),
        "state": "passed",
        "revision": "R1",
        "completed_on": day.replace(year=day.year - 1, day=1).isoformat(),
    }


def open_desk(path: Path, plan: Plan = PLAN) -> Desk:
    """Open the records as the reader process does, without looking for damage first."""
    trail = Trail(open_database(path), GATE, ZONE)
    return Desk(trail=trail, facts=FactReader(trail, ZONE), plan=plan, clock=ClockState(Trust.ASSERTED, None))
