"""Lines of text for the terminal, with nothing in them that a badge or a name could use to fake other lines."""

import json
from zoneinfo import ZoneInfo

from gate.settings import LineSettings, ReaderSettings
from gate.store.trail_reading import ReaderRow, TrailRow

PLAIN = ("person", "badge_last4", "reader", "equipment", "mode", "operation", "outcome", "reasons", "ref", "by", "why")


def printable(text: str) -> str:
    """Return the text with control, bidirectional and other unprintable characters made visible."""
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text)


def as_log_line(row: TrailRow, zone: ZoneInfo) -> str:
    """Return one entry for people: number, local time with offset, kind, and what it says."""
    said = json.loads(row.data)
    at = row.at.astimezone(zone).isoformat(timespec="milliseconds")
    parts = [f"{name}={_value(said[name])}" for name in PLAIN if name in said]
    if "detail" in said:
        parts.append(_value(said["detail"]))
    return printable(f"#{row.seq} {at} {row.kind} " + " ".join(parts))


def _value(value: object) -> str:
    if isinstance(value, list):
        return ",".join(str(item) for item in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def as_reader_line(line: LineSettings, reader: ReaderSettings, row: ReaderRow | None, zone: ZoneInfo) -> str:
    """Return one reader for people: where it is and how it is."""
    kind = f"{line.kind} secure" if reader.secure else line.kind
    state = f"{row.state} since {row.since_at.astimezone(zone).isoformat()} {row.cause}" if row else "never seen"
    return printable(f"{reader.name} {reader.equipment} {line.name}/{reader.address} {kind}: {state}".strip())
