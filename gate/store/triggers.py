"""The database's own refusals: no change of history, whatever program asks (requirement E3). SQLite only."""

from gate.store.schema import KNOWN_TABLES

_ONCE = {
    "equipment_uses": ("ended_seq",),
    "use_members": ("dropped_seq", "dropped_cause", "left_seq", "answered"),
    "batches": ("published_seq",),
}
"""Columns that may go from NULL to a value once; everything else in these rows stays as it was written."""


def trigger_statements() -> list[str]:
    """Return the CREATE TRIGGER statements, one for each refusal."""
    tables = ["audit_trail", *(table.name for table in KNOWN_TABLES), *_ONCE]
    statements = [_refuse(table, "delete") for table in tables]
    statements.append(_refuse("audit_trail", "update"))
    statements += [_refuse_replacing(table) for table in tables]
    statements += [_only_closing(table.name, ("known_to",), _columns(table.name)) for table in KNOWN_TABLES]
    statements += [_only_closing(table, once, _columns(table)) for table, once in _ONCE.items()]
    return statements


def _columns(table: str) -> list[str]:
    return [column.name for column in KNOWN_TABLES[0].metadata.tables[table].columns]


def _refuse(table: str, verb: str) -> str:
    return (
        f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table}: {verb} is refused, history only grows'); END"
    )


def _refuse_replacing(table: str) -> str:
    """INSERT OR REPLACE removes the old row without firing its delete trigger."""
    key = _columns(table)[0]
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
