"""The database's own refusals: no change of history, whatever program asks (requirement E3). SQLite only.

The tables are handed in by each migration with the columns they had then, so an old migration never changes.
"""

from collections.abc import Iterable, Mapping

_ONCE = {
    "equipment_uses": ("ended_seq",),
    "use_members": ("dropped_seq", "dropped_cause", "left_seq", "answered"),
    "batches": ("published_seq",),
}
"""Columns that may go from NULL to a value once; everything else in these rows stays as it was written."""

Columns = Mapping[str, Iterable[str]]
"""Table -> its columns, the key first."""


def trigger_statements(*, frozen: Columns, known: Columns, once: Columns) -> list[str]:
    """Return the CREATE TRIGGER statements, one for each refusal.

    `frozen` tables take no update at all; of `known` tables a version can be closed; `once` tables are listed above.
    """
    tables = {table: list(columns) for part in (frozen, known, once) for table, columns in part.items()}
    statements = [_refuse(table, "delete") for table in tables]
    statements += [_refuse(table, "update") for table in frozen]
    statements += [_refuse_replacing(table, columns[0]) for table, columns in tables.items()]
    statements += [_only_closing(table, ("known_to",), tables[table]) for table in known]
    statements += [_only_closing(table, _ONCE[table], tables[table]) for table in once]
    return statements


def _refuse(table: str, verb: str) -> str:
    return (
        f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table}: {verb} is refused, history only grows'); END"
    )


def _refuse_replacing(table: str, key: str) -> str:
    """INSERT OR REPLACE removes the old row without firing its delete trigger."""
    there = " ".join(["SELECT 1 FROM", table, f'WHERE "{key}" = NEW."{key}"'])
    return (
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN EXISTS ({there}) "
        f"BEGIN SELECT RAISE(ABORT, '{table}: replace is refused, history only grows'); END"
    )


def _only_closing(table: str, once: tuple[str, ...], columns: list[str]) -> str:
    fixed = [f'NEW."{name}" IS NOT OLD."{name}"' for name in columns if name not in once]
    closed = [f'(OLD."{name}" IS NOT NULL AND NEW."{name}" IS NOT OLD."{name}")' for name in once]
    return (
        f"CREATE TRIGGER {table}_only_closing BEFORE UPDATE ON {table} WHEN {' OR '.join([*fixed, *closed])} "
        f"BEGIN SELECT RAISE(ABORT, '{table}: update is refused, a row can only be closed'); END"
    )
