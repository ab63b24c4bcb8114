"""What the entries of a gate on record say."""

import json
from typing import Any

from gate.store.database import open_database
from gate.store.trail_reading import entries
from tests.web.records import GateOnRecord


def said(gate: GateOnRecord, kind: str | None = None) -> list[dict[str, Any]]:
    """Return what the entries say, oldest first."""
    engine = open_database(gate.settings.database_path, read_only=True)
    found = [json.loads(row.data) for row in entries(engine, after_seq=0, limit=100_000)]
    engine.dispose()
    return [entry for entry in found if kind is None or entry["kind"] == kind]
