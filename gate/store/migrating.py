"""Bring a database to this program's schema with alembic, or refuse it by name."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from gate.store.database import DatabaseRefusedError

SCRIPTS = Path(__file__).parent / "migrations"


def alembic_config() -> Config:
    """Return the configuration of the migration scripts that come with the program."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    return config


def wanted_revision() -> str:
    """Return the schema revision of this program."""
    return ScriptDirectory.from_config(alembic_config()).get_current_head() or ""


def found_revision(engine: sa.Engine) -> str | None:
    """Return the schema revision of a database, None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def refuse_other_schema(engine: sa.Engine, path: Path) -> None:
    """Refuse a database whose schema is not this program's.

    Raises:
        DatabaseRefusedError: it is older (run `gate init`), or newer (use the newer program).
    """
    found, wanted = found_revision(engine), wanted_revision()
    if found == wanted:
        return
    known = {script.revision for script in ScriptDirectory.from_config(alembic_config()).walk_revisions()}
    if found is None or found in known:
        raise DatabaseRefusedError(
            f"{path}: its schema is {found or 'none'}, this program needs {wanted}. Back it up, then run: gate init."
        )
    raise DatabaseRefusedError(
        f"{path}: its schema {found} is newer than this program, which knows up to {wanted}. "
        "Start the newer program; nothing was changed."
    )


def upgrade(engine: sa.Engine, path: Path) -> None:
    """Run the migrations that are missing.

    Raises:
        DatabaseRefusedError: the database is newer than the program.
    """
    found = found_revision(engine)
    known = {script.revision for script in ScriptDirectory.from_config(alembic_config()).walk_revisions()}
    if found is not None and found not in known:
        refuse_other_schema(engine, path)
    config = alembic_config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
