"""Change what is known: a new version is put, the one before it closed, nothing is ever overwritten."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from gate.core.terms import Mode
from gate.store.audit_trail import Trail
from gate.store.schema import equipment

Values = Mapping[str, str | int | None]

ADMINISTRATIVE = ("version", "id", "known_from", "known_to")


def known_columns(table: sa.Table) -> list[str]:
    """Return the columns of a known table that say something, without version, id, known-from and known-to."""
    return [column.name for column in table.columns if column.name not in ADMINISTRATIVE]


def current_rows(trail: Trail, table: sa.Table) -> dict[str, Values]:
    """Return what is known now, by id."""
    names = known_columns(table)
    columns = [table.c[name] for name in names]
    statement = _kept(table, "all", lambda: sa.select(table.c.id, *columns).where(table.c.known_to.is_(None)))
    return {row[0]: dict(zip(names, row[1:], strict=True)) for row in trail.run(statement, {}).fetchall()}


def current(trail: Trail, table: sa.Table, id_: str) -> dict[str, Any] | None:
    """Return what is known of one thing now."""
    names = known_columns(table)
    columns = [table.c[name] for name in names]
    this = sa.and_(table.c.id == sa.bindparam("id_"), table.c.known_to.is_(None))
    statement = _kept(table, "one", lambda: sa.select(*columns).where(this))
    row = trail.run(statement, {"id_": id_}).fetchone()
    return dict(zip(names, row, strict=True)) if row else None


def put(trail: Trail, table: sa.Table, id_: str, values: Values, seq: int) -> None:
    """Make this what is known of `id_` from the entry `seq` on."""
    close(trail, table, id_, seq)
    row = {"id": id_, "known_from": seq, "known_to": None, **dict.fromkeys(known_columns(table)), **values}
    names = [column.name for column in table.columns if column.name != "version"]
    statement = _kept(table, "insert", lambda: sa.insert(table).values({n: sa.bindparam(f"new_{n}") for n in names}))
    trail.run(statement, {f"new_{name}": row[name] for name in names})


def close(trail: Trail, table: sa.Table, id_: str, seq: int) -> None:
    """Let what is known of `id_` end with the entry `seq`."""
    statement = _kept(
        table,
        "close",
        lambda: (
            sa.update(table)
            .where(table.c.id == sa.bindparam("old_id"), table.c.known_to.is_(None))
            .values(known_to=sa.bindparam("end_seq"))
        ),
    )
    trail.run(statement, {"old_id": id_, "end_seq": seq})


_STATEMENTS: dict[tuple[str, str], sa.sql.ClauseElement] = {}


def _kept(table: sa.Table, what: str, make: Callable[[], sa.sql.ClauseElement]) -> sa.sql.ClauseElement:
    """Return the same statement object each time, so that it is compiled once."""
    key = (table.name, what)
    if key not in _STATEMENTS:
        _STATEMENTS[key] = make()
    return _STATEMENTS[key]


def current_mode(trail: Trail, equipment_id: str) -> Mode | None:
    """Return the equipment's mode, None for equipment that is not on record."""
    found = current(trail, equipment, equipment_id)
    return Mode(found["mode"]) if found else None


def set_mode(trail: Trail, equipment_id: str, mode: Mode, seq: int) -> None:
    """Set the mode from the entry `seq` on; everything else known of the equipment stays."""
    found = current(trail, equipment, equipment_id)
    if found is None:
        raise KeyError(equipment_id)
    put(trail, equipment, equipment_id, {**found, "mode": mode.value}, seq)


def differences(before: Mapping[str, Values], after: Mapping[str, Values]) -> Iterator[tuple[str, Values | None]]:
    """Yield what must be put (with its values) or closed (None) to get from one state to the other."""
    for id_, values in after.items():
        if before.get(id_) != values:
            yield id_, values
    for id_ in before:
        if id_ not in after:
            yield id_, None
