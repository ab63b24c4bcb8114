"""What a stored entry says, and whether its columns say the same as its bytes."""

import json
import re
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


_CHARS = r'[^"\\\x00-\x1f]*+'
_TEXT = f'"{_CHARS}"'
_CAUGHT = f'"({_CHARS})"'
_WHOLE = r"-?(?:0|[1-9]\d*+)"
_FLAT = rf'\{{[^{{}}"\\\x00-\x1f]*+(?:{_TEXT}[^{{}}"\\\x00-\x1f]*+)*+\}}'
_VALUE = rf"(?:{_TEXT}|{_WHOLE}|true|false|{_FLAT})"
_FORM = (
    ("at", _CAUGHT, True),
    ("badge", _CAUGHT, False),
    ("badge_last4", _TEXT, False),
    ("boot", _TEXT, True),
    ("boot_us", _WHOLE, True),
    ("by", _TEXT, False),
    ("clock", _TEXT, True),
    ("data_as_of", _TEXT, False),
    ("detail", _FLAT, False),
    ("equipment", _CAUGHT, False),
    ("evidence", _FLAT, False),
    ("gate", _TEXT, True),
    ("kind", _CAUGHT, True),
    ("mode", _TEXT, False),
    ("new", _VALUE, False),
    ("offset", _TEXT, True),
    ("old", _VALUE, False),
    ("operation", _TEXT, False),
    ("outcome", _CAUGHT, False),
    ("person", _CAUGHT, False),
    ("prev", _CAUGHT, True),
    ("reader", _CAUGHT, False),
    ("reasons", rf"\[{_CAUGHT}(?:,{_TEXT})*+\]", False),
    ("ref", f"({_WHOLE})", False),
    ("role", _TEXT, False),
    ("seq", f"({_WHOLE})", True),
    ("subject", _TEXT, False),
    ("until", _TEXT, False),
    ("use", _WHOLE, False),
    ("why", _TEXT, False),
    ("zone", _TEXT, True),
)
"""Key of the canonical bytes, in their order, with what its value looks like and whether every entry has it."""


def _pattern() -> str:
    (first, value, _), *rest = _FORM
    parts = [rf'\{{"{first}":{value}']
    for name, value, needed in rest:
        parts.append(f',"{name}":{value}' if needed else f'(?:,"{name}":{value})?+')
    return "".join(parts) + r"\}"


plain_form = re.compile(_pattern()).fullmatch
"""Match the bytes of an entry whose texts have no escapes and whose objects hold no objects: nearly every one.

The groups are at, badge, equipment, kind, outcome, person, prev, reader, first reason, ref and seq, each where it
stands on the top level. It takes an eighth of the time of reading the JSON; what it does not match is read.
"""
