"""Make the file of an export, in any format, flat in memory; it can be stopped between any two rows."""

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from gate.core.report import Report
from gate.export.about import About
from gate.export.formats import Format, takes
from gate.export.pdf_file import PdfError, write_pdf
from gate.export.streams import Counted, csv_chunks, json_chunks, nobody
from gate.export.tally import Tally
from gate.export.xlsx_file import write_xlsx
from gate.export_acts import Taken

LEAST_FREE = 0.05
"""Share of the disk that an export leaves free: the badge reads are recorded on the same one (fault 4)."""

BLOCK = 1024 * 1024


class ExportStoppedError(Exception):
    """The export cannot be made or go on; `key` names the text that says why."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def chunks(wanted: Format, report: Report, about: About, counted: Counted = nobody) -> Iterator[bytes]:
    """Yield a format that is handed over while it is made."""
    made = csv_chunks if wanted is Format.CSV else json_chunks
    return made(report, about, counted)


def make_file(wanted: Format, report: Report, about: About, path: Path, paper: str, counted: Counted) -> Taken:
    """Write the export to `path` and return what the entry says of it.

    Raises:
        ExportStoppedError: too many rows for this format, or the disk is nearly full.
    """
    if not takes(wanted, report.total):
        raise ExportStoppedError("ex_too_many")
    tally = Tally()

    def heeded(rows: int) -> None:
        tally.counted(rows)
        leave_room(path.parent)
        counted(rows)

    heeded(0)
    if wanted is Format.XLSX:
        write_xlsx(report, about, path, heeded)
    elif wanted is Format.PDF:
        _write_pdf(report, about, path, paper, counted)
        heeded(report.total)
    else:
        with path.open("wb") as file:
            for chunk in chunks(wanted, report, about, heeded):
                file.write(chunk)
    for block in blocks(path):
        tally.add(block)
    return tally.taken(wanted.value, complete=True)


def _write_pdf(report: Report, about: About, path: Path, paper: str, counted: Counted) -> None:
    try:
        write_pdf(report, about, path, paper, lambda: counted(0))
    except PdfError as error:
        raise ExportStoppedError("ex_no_pdf") from error


def leave_room(folder: Path) -> None:
    """Stop before the disk is full.

    Raises:
        ExportStoppedError: less than `LEAST_FREE` of it is free.
    """
    found = shutil.disk_usage(folder)
    if found.free < found.total * LEAST_FREE:
        raise ExportStoppedError("ex_disk_full")


def blocks(path: Path) -> Iterator[bytes]:
    """Yield a file in pieces."""
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file."""
    found = hashlib.sha256()
    for block in blocks(path):
        found.update(block)
    return found.hexdigest()
