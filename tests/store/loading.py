"""What is known in some records, and a row that every plant test needs."""

from datetime import UTC, datetime, timedelta
from typing import Any

from gate.store import registry, schema
from gate.store.floor_schema import EVERY_KNOWN_TABLE
from tests.store.open_records import Records, sql

OVERRIDE = {
    "id": "O1",
    "person": "E1",
    "equipment": "TP-01",
    "class": "COVERAGE",
    "reasons": ["NOT_CERTIFIED"],
    "starts_at": datetime(2026, 11, 23, 12, tzinfo=UTC),
    "ends_at": datetime(2026, 11, 23, 12, tzinfo=UTC) + timedelta(hours=8),
    "justification": "short of people",
}

Rows = dict[str, registry.Values]


def known(records: Records, table: str) -> Rows:
    """Return what is known now of one table."""
    records.trail.begin()
    try:
        return registry.current_rows(records.trail, schema.metadata.tables[table])
    finally:
        records.trail.rollback()


def everything(records: Records) -> list[list[tuple[Any, ...]]]:
    """Return every row of every known table and the trail."""
    names = ["audit_trail", *(table.name for table in EVERY_KNOWN_TABLE)]
    return [records.rows(sql("SELECT * FROM", name, "ORDER BY 1")) for name in names]
