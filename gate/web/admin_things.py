"""Equipment, areas and classes as the pages of administration read them."""

from typing import Any

import sqlalchemy as sa

from gate.store.schema import reader_status
from gate.web.formats import visible
from gate.web.pages import site


def every(table: sa.Table) -> list[Any]:
    """Return what is known now of every thing of a kind, by id."""
    with site().records.engine().connect() as connection:
        return list(connection.execute(sa.select(table).where(table.c.known_to.is_(None)).order_by(table.c.id)))


def one(table: sa.Table, thing_id: str) -> Any | None:
    """Return what is known now of one thing."""
    with site().records.engine().connect() as connection:
        wanted = sa.select(table).where(table.c.id == thing_id, table.c.known_to.is_(None))
        return connection.execute(wanted).one_or_none()


def choices_of(table: sa.Table) -> list[tuple[str, str]]:
    """Return every thing of a kind as a value and its words for a list to choose from."""
    return [
        (row.id, row.id if row.id == row.name else f"{visible(row.id)} ({visible(row.name)})") for row in every(table)
    ]


def readers_of(equipment_id: str) -> list[tuple[str, str | None]]:
    """Return the configured readers of a machine, each with its state as last recorded, None: never seen."""
    readers = [reader for line in site().settings.line for reader in line.reader if reader.equipment == equipment_id]
    if not readers:
        return []
    with site().records.engine().connect() as connection:
        states = {row.reader_id: row.state for row in connection.execute(sa.select(reader_status))}
    return [(reader.name, states.get(reader.name)) for reader in readers]
