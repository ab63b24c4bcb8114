"""The cells of a report as text and as plain values: the same in every format."""

from collections.abc import Callable, Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from gate.core.report import Cell, Column, ColumnKind, Row
from gate.export.about import local_iso, utc_iso

DANGEROUS = frozenset("=+-@\t\r\n'＝＋－＠")
"""A text that begins so would be run as a formula by some spreadsheet; the apostrophe itself is here so that the guard
can be taken away again without a doubt."""

PLAINLY_SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") | {""}
"""What most texts begin with: looked up before anything slower is asked."""

GUARDED_MARK = "'"


def guarded(text: str) -> str:
    """Return the text with an apostrophe before it where a spreadsheet would take it for a formula (CWE-1236)."""
    if not text or (text[0].isalnum() and text[0] not in DANGEROUS):
        return text
    first = text.lstrip(" \u00a0\ufeff\u200b")[:1]
    return GUARDED_MARK + text if text[0] in DANGEROUS or first in DANGEROUS else text


def names_of(columns: Iterable[Column]) -> list[str]:
    """Return the stable names; an instant has two columns, at the site and in UTC."""
    return [name for column in columns for name in _names(column)]


def _names(column: Column) -> tuple[str, ...]:
    return (column.name, f"{column.name}_utc") if column.kind is ColumnKind.INSTANT else (column.name,)


Plain = str | int | None


def plain_row(columns: tuple[Column, ...], zone: ZoneInfo) -> Callable[[Row], list[Plain]]:
    """Return what turns a row into plain values, as many as `names_of` has names."""
    instants = [column.kind is ColumnKind.INSTANT for column in columns]

    def plain(row: Row) -> list[Plain]:
        found: list[Plain] = []
        for is_instant, cell in zip(instants, row, strict=True):
            if isinstance(cell, datetime):
                found.append(local_iso(cell, zone))
                if is_instant:
                    found.append(utc_iso(cell))
            else:
                found.append(cell)
                if is_instant:
                    found.append(None)
        return found

    return plain


def csv_row(columns: tuple[Column, ...], zone: ZoneInfo) -> Callable[[Row], list[Plain]]:
    """Return what turns a row into the cells of a CSV line, guarded; a million rows go through here, so it is flat."""
    instants = [column.kind is ColumnKind.INSTANT for column in columns]

    def cells(row: Row) -> list[Plain]:
        found: list[Plain] = []
        add = found.append
        for is_instant, cell in zip(instants, row, strict=True):
            if cell is None:
                add(None)
                if is_instant:
                    add(None)
            elif isinstance(cell, str):
                add(cell if cell[:1] in PLAINLY_SAFE else guarded(cell))
                if is_instant:
                    add(None)
            elif isinstance(cell, datetime):
                add(local_iso(cell, zone))
                if is_instant:
                    add(utc_iso(cell))
            else:
                add(cell)
        return found

    return cells


def shown(cell: Cell, zone: ZoneInfo) -> str:
    """Return a cell as it stands on paper: local time with its distance from UTC."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.astimezone(zone).isoformat(sep=" ", timespec="milliseconds")
    return str(cell)
