"""What a stored entry says, and whether its columns say the same as its bytes."""

import json
from typing import Any

Said = dict[str, Any]

COLUMNS = {
    "kind": "kind",
    "at": "at",
    "person_id": "person",
    "equipment_id": "equipment",
    "reader_id": "reader",
    "badge_id": "badge",
    "outcome": "outcome",
    "ref_seq": "ref",
}
"""Column of the audit trail -> key in the canonical bytes."""

_NEEDED = {"kind": str, "at": str, "clock": str, "boot": str, "boot_us": int, "seq": int, "prev": str}


def said_of(data: str) -> Said | None:
    """Return what the bytes say, None if they are not an entry."""
    try:
        said = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict):
        return None
    return said if all(isinstance(said.get(name), kind) for name, kind in _NEEDED.items()) else None


def column_mismatch(row: Any, said: Said) -> str | None:
    """Return the first column that says something else than the bytes."""
    for column, key in COLUMNS.items():
        if getattr(row, column) != said.get(key):
            return column
    reasons = said.get("reasons")
    first = reasons[0] if isinstance(reasons, list) and reasons else None
    return "reason" if row.reason != first else None
