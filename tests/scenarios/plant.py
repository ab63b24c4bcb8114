"""Plant files for the scenarios: one person, one press, one procedure, and whatever a scenario changes of it."""

import json
from datetime import date, datetime
from typing import Any

from gate.demo_badges import wiegand26

Row = dict[str, Any]
Plant = dict[str, list[Row]]

P1 = "w26:2EC0C86"
P2 = wiegand26(118, 1604)
P3 = wiegand26(118, 1605)


def toml(value: object) -> str:
    """Return a value as TOML."""
    match value:
        case bool():
            return str(value).lower()
        case int():
            return str(value)
        case datetime() | date():
            return value.isoformat()
        case list():
            return "[" + ", ".join(toml(inner) for inner in value) + "]"
        case dict():
            return "{ " + ", ".join(f"{key} = {toml(inner)}" for key, inner in value.items()) + " }"
        case _:
            return json.dumps(value, ensure_ascii=False)


def plant_file(plant: Plant) -> bytes:
    """Return the plant as `gate load` takes it."""
    empty = [f"{section} = []" for section, rows in plant.items() if not rows]
    rows = [
        "\n".join([f"[[{section}]]", *(f"{key} = {toml(value)}" for key, value in row.items())])
        for section, rows_ in plant.items()
        for row in rows_
    ]
    return "\n\n".join([*empty, *rows]).encode()


def requirement(item: str, **more: object) -> Row:
    return {"item": item, **more}


def requirement_set(*groups: list[Row], operation: str = "USE", class_id: str = "PRESS", **more: Any) -> Row:
    return {
        "class": class_id,
        "operation": operation,
        "effective_at": date(2020, 1, 1),
        "approved": True,
        "groups": [list(group) for group in groups],
        **more,
    }


def record(person: str, item: str = "SOP-1", completed_on: date = date(2026, 1, 10), **more: Any) -> Row:
    name = f"{person}-{item}-{more.get('revision', 'R6')}-{completed_on}"
    return {
        "id": name,
        "person": person,
        "item": item,
        "revision": "R6",
        "completed_on": completed_on,
        **more,
    }


def plant() -> Plant:
    """P1 and P2 certified for USE on TP-01, an SOP in revision R6 without an interval."""
    return {
        "area": [{"id": "COMP", "name": "Compression"}],
        "equipment_class": [{"id": "PRESS", "name": "Tablet press"}],
        "equipment": [
            {"id": "TP-01", "name": "Press 1", "class": "PRESS", "area": "COMP", "mode": "enforce"},
            {"id": "TP-02", "name": "Press 2", "class": "PRESS", "area": "COMP", "mode": "enforce"},
        ],
        "item": [
            {
                "id": "SOP-1",
                "kind": "sop",
                "title": "Press operation",
                "revisions": [{"revision": "R6", "effective_at": date(2020, 1, 1)}],
            },
            {"id": "GMP", "kind": "gmp", "title": "GMP refresher"},
            {"id": "GOWN", "kind": "gowning", "title": "Gowning"},
        ],
        "requirement_set": [requirement_set([requirement("SOP-1")])],
        "person": [
            {"id": "E1", "name": "Ada One"},
            {"id": "E2", "name": "Bo Deux", "language": "fr"},
            {"id": "E3", "name": "Cy Three"},
        ],
        "badge": [
            {"id": "B1", "number": P1, "person": "E1"},
            {"id": "B2", "number": P2, "person": "E2"},
            {"id": "B3", "number": P3, "person": "E3"},
        ],
        "training_record": [record("E1"), record("E2")],
        "suspension": [],
        "hold": [],
        "override": [],
    }


def changed(base: Plant, section: str, id_: str, **values: Any) -> Plant:
    """Return the plant with one row changed."""
    rows = [{**row, **values} if row.get("id") == id_ else row for row in base[section]]
    return {**base, section: rows}
