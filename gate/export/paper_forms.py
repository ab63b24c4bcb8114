"""Paper for bad days: who can run what, and numbered log sheets to write on while the gate is down (21 CFR 211.182)."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

from gate.core.report import Cell, Column, ColumnKind, Report, Row
from gate.export.about import About
from gate.export.cells import shown
from gate.export.paper_glyphs import printable
from gate.export.paper_texts import paper_text
from gate.export.pdf_file import HERE, Alive, head_qr, page_data, set_pdf
from gate.export.streams import csv_chunks

LINES = {"letter": 11, "a4": 11}
"""Lines of a log sheet that fit on one page beside its head and its foot."""

SHEET_COLUMNS = (
    "sheet_date",
    "sheet_start",
    "sheet_end",
    "sheet_operator",
    "sheet_badge",
    "sheet_product",
    "sheet_lot",
    "sheet_operation",
    "sheet_checked",
    "sheet_remarks",
)


@dataclass(frozen=True, slots=True)
class SheetMachine:
    """A machine as a log sheet names it."""

    id: str
    name: str
    area: str


def write_who_can_run(report: Report, machines: tuple[SheetMachine, ...], about: About, path: Path, paper: str) -> None:
    """Write the list, machine by machine, of the rows of the report `who_can_run`; a machine nobody may run says so.

    Raises:
        PdfError: typst refused, or took too long or too much memory.
    """
    data = page_data(report, about, paper, landscape=False)
    data["machines"] = _blocks(report, machines, about)
    _set(report, about, path, "who_can_run.typ", data)


def _blocks(report: Report, machines: tuple[SheetMachine, ...], about: About) -> list[dict[str, Any]]:
    rows = {machine: list(some) for machine, some in groupby(report.rows(), key=lambda row: row[0])}
    return [
        {
            "id": printable(machine.id),
            "name": printable(machine.name),
            "area": printable(machine.area),
            "operations": list(_operations(rows.get(machine.id, []), about, report.language)),
        }
        for machine in machines
    ]


def _operations(rows: list[Row], about: About, language: str) -> Iterator[dict[str, Any]]:
    for operation, some in groupby(rows, key=lambda row: row[3]):
        yield {"name": printable(str(operation)), "people": [_person(row, about, language) for row in some]}
    if not rows:
        yield {"name": paper_text("nobody", language), "people": []}


def _person(row: Row, about: About, language: str) -> dict[str, str]:
    return {
        "id": printable(shown(row[4], about.zone)),
        "name": printable(shown(row[5], about.zone)),
        "until": _end(row[6], about, language),
        "remark": printable(shown(row[7], about.zone)),
    }


def _end(until: Cell, about: About, language: str) -> str:
    """What ends at a local midnight is said by its last day, as people say it."""
    if not isinstance(until, datetime):
        return ""
    local = until.astimezone(about.zone)
    if local.time() == time.min:
        return paper_text("through", language).format(day=f"{local - timedelta(days=1):%Y-%m-%d}")
    return paper_text("until", language).format(time=local.isoformat(sep=" ", timespec="minutes"))


def log_sheet_report(machines: tuple[SheetMachine, ...], head_seq: int, language: str) -> Report:
    """Return what is on record of issued sheets: one row a sheet."""
    return Report(
        name="log_sheet",
        title=paper_text("sheet_title", language),
        language=language,
        filters=(),
        columns=(Column("machine", "Machine", ColumnKind.ID),),
        rows=lambda: iter((machine.id,) for machine in machines),
        total=len(machines),
        head_seq=head_seq,
        entries=(),
    )


def write_log_sheets(
    report: Report,
    machines: tuple[SheetMachine, ...],
    operations: tuple[str, ...],
    about: About,
    path: Path,
    paper: str,
) -> None:
    """Write one numbered sheet a machine: an issued blank form is counted (FDA, data integrity guidance, question 6).

    Raises:
        PdfError: typst refused, or took too long or too much memory.
    """
    data = page_data(report, about, paper, landscape=True)
    data["machines"] = [
        {
            "id": printable(machine.id),
            "name": printable(machine.name),
            "area": printable(machine.area),
            "sheet": f"{about.id}/{number}",
        }
        for number, machine in enumerate(machines, start=1)
    ]
    data["columns"] = [paper_text(name, report.language) for name in SHEET_COLUMNS]
    data["operations"] = [printable(word) for word in operations]
    data["lines"] = LINES[paper]
    _set(report, about, path, "log_sheet.typ", data)


def _set(report: Report, about: About, path: Path, template: str, data: dict[str, Any]) -> None:
    alive: Alive = int
    with tempfile.TemporaryDirectory(dir=path.parent, prefix="pdf-") as name:
        folder = Path(name)
        (folder / "rows.csv").write_bytes(b"".join(csv_chunks(report, about)))
        set_pdf(folder, HERE / template, data, head_qr(about, report.head_seq), about.at, alive)
        (folder / "report.pdf").replace(path)
