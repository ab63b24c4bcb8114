"""Records in which everybody is called by their person number: what an export without names is read from.

A temporary view stands before the tables that hold names, so that no question, however it is asked, can read one.
"""

import sqlalchemy as sa

from gate.store.database import see_views
from gate.store.schema import accounts, people

NUMBER_FOR_NAME = ((people, "id"), (accounts, "person_id"))
"""Table -> the column that stands where its name would."""


def without_names(engine: sa.Engine) -> sa.Engine:
    """Let every connection of a reading engine see numbers instead of names, and return the engine."""
    see_views(engine, {table.name: _query(table, number) for table, number in NUMBER_FOR_NAME})
    return engine


def _query(table: sa.Table, number: str) -> str:
    columns = (f"{number} AS name" if column.name == "name" else column.name for column in table.columns)
    return f"SELECT {', '.join(columns)} FROM main.{table.name}"  # noqa: S608 - words of the schema alone
