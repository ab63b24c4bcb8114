"""Remember when the gate was last at work, so that the next start can say how long it was blind."""

import json
from datetime import datetime
from pathlib import Path

from gate.core.clock_trust import Reading

EVERY_S = 5
"""How exactly the blind time is known; the file is never synced, so it costs the disk little."""


def tell_alive(path: Path, reading: Reading, seq: int | None = None) -> None:
    """Replace the file with this instant and the last entry that is durable; it is a hint, so it is not synced.

    Where nothing is durable yet in this run, the last run's number is kept: it may be all that tells of lost entries.
    """
    known = last_seq(path) if seq is None else seq
    told: dict[str, str | int] = {"at": reading.at.isoformat(), "boot_id": reading.boot_id, "seq": known}
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(told), encoding="ascii")
    partial.replace(path)


def last_alive(path: Path) -> datetime | None:
    """Return the last instant told, or None where nothing usable is left of it."""
    try:
        told = datetime.fromisoformat(json.loads(path.read_text(encoding="ascii"))["at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return told if told.tzinfo else None


def last_seq(path: Path) -> int:
    """Return the last entry that was durable when the gate was last alive; 0 where nobody knows.

    It was durable before it was told, so a trail that ends earlier has lost entries.
    """
    try:
        return int(json.loads(path.read_text(encoding="ascii"))["seq"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0
