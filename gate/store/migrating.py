"""Bring a database to this program's schema with alembic."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from gate.store.revision import REVISIONS, found_revision, refuse_other_schema

SCRIPTS = Path(__file__).parent / "migrations"


def alembic_config() -> Config:
    """Return the configuration of the migration scripts that come with the program."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    return config


def upgrade(engine: sa.Engine, path: Path) -> None:
    """Run the migrations that are missing.

    Raises:
        DatabaseRefusedError: the database is newer than the program.
    """
    found = found_revision(engine)
    if found is not None and found not in REVISIONS:
        refuse_other_schema(engine, path)
    config = alembic_config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
