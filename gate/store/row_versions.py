"""Which version of a thing is known now, and whether the same thing is on record already, for any known table."""

import sqlalchemy as sa

from gate.store.audit_trail import Trail
from gate.store.registry import Values, known_columns


def version_of(trail: Trail, table: sa.Table, id_: str) -> int | None:
    """Return the version that is known now of one thing."""
    if table.name not in _VERSION:
        this = sa.and_(table.c.id == sa.bindparam("of_id"), table.c.known_to.is_(None))
        _VERSION[table.name] = sa.select(table.c.version).where(this)
    row = trail.run(_VERSION[table.name], {"of_id": id_}).fetchone()
    return int(row[0]) if row else None


def is_on_record(trail: Trail, table: sa.Table, values: Values) -> bool:
    """Whether anything known now says exactly this, whatever its id."""
    names = known_columns(table)
    if table.name not in _SAME:
        same = (table.c[name].is_not_distinct_from(sa.bindparam(f"same_{name}", type_=sa.Text)) for name in names)
        _SAME[table.name] = sa.select(table.c.id).where(table.c.known_to.is_(None), *same)
    wanted = {f"same_{name}": values.get(name) for name in names}
    return trail.run(_SAME[table.name], wanted).fetchone() is not None


def was_ever_known(trail: Trail, table: sa.Table, beginning: str) -> bool:
    """Whether anything whose id begins so is or was on record."""
    if table.name not in _EVER:
        starts = sa.func.substr(table.c.id, 1, sa.func.length(sa.bindparam("begins"))) == sa.bindparam("begins")
        _EVER[table.name] = sa.select(table.c.id).where(starts).limit(1)
    return trail.run(_EVER[table.name], {"begins": beginning}).fetchone() is not None


_EVER: dict[str, sa.Select[tuple[str]]] = {}
_VERSION: dict[str, sa.Select[tuple[int]]] = {}
_SAME: dict[str, sa.Select[tuple[str]]] = {}
