"""XLSX: the rows on one sheet and what stands with them on another; a text is never a formula, a link or a number."""

from pathlib import Path
from typing import Any

import xlsxwriter

from gate.core.audit import Json
from gate.core.report import Report
from gate.export.about import About, about_json
from gate.export.cells import Plain, names_of, plain_row
from gate.export.streams import EVERY, Counted

LONGEST_CELL = 32_767
"""Characters that a cell of a sheet holds."""

LARGEST_NUMBER = 10**15
"""A larger whole number would lose digits in a sheet; it is written as text."""

OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def write_xlsx(report: Report, about: About, path: Path, counted: Counted) -> None:
    """Write the report to `path`, row by row."""
    with xlsxwriter.Workbook(str(path), {**OPTIONS, "tmpdir": str(path.parent)}) as book:
        book.set_properties({"title": report.title, "subject": about.id, "author": about.made_by.name})
        bold = book.add_format({"bold": True})
        _write_rows(book.add_worksheet("Rows"), report, about, bold, counted)
        _write_about(book.add_worksheet("About"), report, about, bold)


def _write_rows(sheet: Any, report: Report, about: About, bold: Any, counted: Counted) -> None:
    names = names_of(report.columns)
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, max(0, len(names) - 1), 18)
    for place, name in enumerate(names):
        sheet.write_string(0, place, name, bold)
    plain, number = plain_row(report.columns, about.zone), 0
    for number, row in enumerate(report.rows(), start=1):
        for place, value in enumerate(plain(row)):
            _write_cell(sheet, number, place, value)
        if number % EVERY == 0:
            counted(number)
    sheet.autofilter(0, 0, number, max(0, len(names) - 1))
    counted(number)


def _write_cell(sheet: Any, row: int, place: int, value: Plain) -> None:
    if isinstance(value, int) and abs(value) < LARGEST_NUMBER:
        sheet.write_number(row, place, value)
    elif value is not None:
        sheet.write_string(row, place, _fitting(str(value)))


def _fitting(text: str) -> str:
    """Cut nothing in silence: a text that a cell cannot hold says how much of it is missing."""
    if len(text) <= LONGEST_CELL:
        return text
    note = f" [... {len(text)} characters; the CSV has them all]"
    return text[: LONGEST_CELL - len(note)] + note


def _write_about(sheet: Any, report: Report, about: About, bold: Any) -> None:
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 90)
    for row, (name, value) in enumerate(_flat("", about_json(report, about))):
        sheet.write_string(row, 0, name, bold)
        sheet.write_string(row, 1, _fitting(value))


def _flat(name: str, value: Json) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [pair for key, inner in value.items() for pair in _flat(f"{name}.{key}".strip("."), inner)]
    if isinstance(value, list):
        return [pair for number, inner in enumerate(value, start=1) for pair in _flat(f"{name}.{number}", inner)]
    return [(name, "" if value is None else str(value))]
