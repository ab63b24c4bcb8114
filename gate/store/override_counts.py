"""How many overrides began in a span of time, by machine and by whoever granted them; whatever became of them."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from gate.core.audit import timestamp
from gate.store.schema import accounts, equipment, overrides


def by_machine(connection: sa.Connection, from_at: datetime, until_at: datetime) -> Mapping[str, int]:
    """Return how many began at each machine, the span half-open."""
    return _counts(connection, overrides.c.equipment_id, from_at, until_at)


def by_approver(connection: sa.Connection, from_at: datetime, until_at: datetime) -> Mapping[str, int]:
    """Return how many each person granted, by person id; "" for those that were loaded and not granted here."""
    return _counts(connection, sa.func.coalesce(overrides.c.granted_by, ""), from_at, until_at)


def machine_names(connection: sa.Connection) -> Mapping[str, str]:
    """Return the newest name of every machine that ever was."""
    rows = connection.execute(sa.select(equipment.c.id, equipment.c.name).order_by(equipment.c.version))
    return {row[0]: row[1] for row in rows}


def approver_names(connection: sa.Connection) -> Mapping[str, str]:
    """Return the newest printed name of everybody with an account, by person id."""
    rows = connection.execute(sa.select(accounts.c.person_id, accounts.c.name).order_by(accounts.c.version))
    return {row[0]: row[1] for row in rows}


def _counts(
    connection: sa.Connection, column: sa.ColumnElement[str], from_at: datetime, until_at: datetime
) -> Mapping[str, int]:
    began = sa.and_(overrides.c.starts_at >= timestamp(from_at), overrides.c.starts_at < timestamp(until_at))
    wanted = sa.select(column, sa.func.count(sa.distinct(overrides.c.id))).where(began).group_by(column)
    return {row[0]: row[1] for row in connection.execute(wanted)}
