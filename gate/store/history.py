"""What was known of one thing, version by version, with the entry that brought each: who changed what, when and why."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gate.store.audit_trail import Trail
from gate.store.equipment_facts import instant
from gate.store.registry import known_columns
from gate.store.schema import audit_trail

Known = str | int | None


@dataclass(frozen=True, slots=True)
class Change:
    """One change on record: the fields that differ with their values before and after; `ended`: closed for good."""

    seq: int
    version: int
    at: datetime | None
    by: str
    why: str
    fields: Mapping[str, tuple[Known, Known]]
    ended: bool = False


def current_version(trail: Trail, table: sa.Table, id_: str) -> int | None:
    """Return the number of the version that is known now, inside the open transaction."""
    wanted = sa.select(table.c.version).where(table.c.id == sa.bindparam("id_"), table.c.known_to.is_(None))
    row = trail.run(wanted, {"id_": id_}).fetchone()
    return int(row[0]) if row else None


def ids_like(trail: Trail, table: sa.Table, id_: str) -> str | None:
    """Return an id that was ever given and differs at most in capitals: ids of the past are never given again."""
    wanted = sa.select(table.c.id).where(sa.func.lower(table.c.id) == sa.bindparam("id_"))
    row = trail.run(wanted, {"id_": id_.lower()}).fetchone()
    return str(row[0]) if row else None


def changes_of(connection: sa.Connection, table: sa.Table, id_: str) -> list[Change]:
    """Return what became of one thing, newest first."""
    names = known_columns(table)
    rows = connection.execute(sa.select(table).where(table.c.id == id_).order_by(table.c.version)).all()
    seqs = {row.known_from for row in rows} | {row.known_to for row in rows if row.known_to is not None}
    told = _entries(connection, seqs)
    found: list[Change] = []
    before: Mapping[str, Known] = dict.fromkeys(names)
    for number, row in enumerate(rows):
        now = {name: getattr(row, name) for name in names}
        fields = {name: (before[name], now[name]) for name in names if before[name] != now[name]}
        found.append(_change(row.known_from, row.version, told, fields))
        before = now
        next_from = rows[number + 1].known_from if number + 1 < len(rows) else None
        if row.known_to is not None and row.known_to != next_from:
            found.append(_change(row.known_to, row.version, told, {}, ended=True))
            before = dict.fromkeys(names)
    return found[::-1]


def _entries(connection: sa.Connection, seqs: set[int]) -> dict[int, dict[str, Any]]:
    """Return what the entries say; a list of numbers is asked for in parts, each far below the database's limit."""
    found: dict[int, dict[str, Any]] = {}
    numbers = sorted(seqs)
    for start in range(0, len(numbers), 500):
        part = numbers[start : start + 500]
        rows = connection.execute(sa.select(audit_trail.c.seq, audit_trail.c.data).where(audit_trail.c.seq.in_(part)))
        found |= {row.seq: json.loads(row.data) for row in rows}
    return found


def _change(
    seq: int,
    version: int,
    told: Mapping[int, Mapping[str, Any]],
    fields: Mapping[str, tuple[Known, Known]],
    *,
    ended: bool = False,
) -> Change:
    said = told.get(seq, {})
    at = instant(said["at"]) if "at" in said else None
    return Change(seq, version, at, str(said.get("by") or ""), str(said.get("why") or ""), fields, ended)
