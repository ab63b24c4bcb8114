"""Which schema the program needs and which a database has; every start asks, so it needs no migration tool."""

from pathlib import Path

import sqlalchemy as sa

from gate.store.database import DatabaseRefusedError

REVISIONS = ("0001", "0002", "0003", "0004")
"""Every schema there ever was, oldest first; a test compares them with the migrations."""

_VERSION = sa.table("alembic_version", sa.column("version_num"))


def wanted_revision() -> str:
    """Return the schema revision of this program."""
    return REVISIONS[-1]


def found_revision(engine: sa.Engine) -> str | None:
    """Return the schema revision of a database, None for an empty one."""
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table(_VERSION.name):
            return None
        found = connection.execute(sa.select(_VERSION.c.version_num)).scalar()
    return None if found is None else str(found)


def refuse_other_schema(engine: sa.Engine, path: Path) -> None:
    """Refuse a database whose schema is not this program's.

    Raises:
        DatabaseRefusedError: it is older (run `gate init`), or newer (use the newer program).
    """
    found, wanted = found_revision(engine), wanted_revision()
    if found == wanted:
        return
    if found is None or found in REVISIONS:
        raise DatabaseRefusedError(
            f"{path}: its schema is {found or 'none'}, this program needs {wanted}. Back it up, then run: gate init."
        )
    raise DatabaseRefusedError(
        f"{path}: its schema {found} is newer than this program, which knows up to {wanted}. "
        "Start the newer program; nothing was changed."
    )
