"""Make the file of an export, in any format, flat in memory; it can be stopped between any two rows."""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import sqlalchemy as sa

from gate.core.report import Report
from gate.export.about import About
from gate.export.bundle import Seal, write_bundle
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


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an evidence bundle holds beside the report."""

    engine: sa.Engine
    seal: Seal
    verifier: bytes
    """The program that checks the bundle."""


@dataclass(frozen=True, slots=True)
class Means:
    """What files are made with: the paper of the site, and where evidence comes from."""

    paper: str
    evidence: Callable[[int, Counted], Evidence | None]
    """Asked with the last entry that a bundle should cover; None: nothing was signed yet."""


def make_file(wanted: Format, report: Report, about: About, path: Path, means: Means, counted: Counted) -> Taken:
    """Write the export to `path` and return what the entry says of it.

    Raises:
        ExportStoppedError: too many rows for this format, no checkpoint, or the disk is nearly full.
    """
    if not takes(wanted, report.total):
        raise ExportStoppedError("ex_too_many")
    tally = Tally()

    def heeded(rows: int) -> None:
        tally.counted(rows)
        leave_room(path.parent)
        counted(rows)

    heeded(0)
    try:
        _write(wanted, report, about, path, means, heeded)
    except PdfError as error:
        raise ExportStoppedError("ex_no_pdf") from error
    heeded(report.total)
    for block in blocks(path):
        tally.add(block)
    return tally.taken(wanted.value, complete=True)


def _write(wanted: Format, report: Report, about: About, path: Path, means: Means, counted: Counted) -> None:
    match wanted:
        case Format.XLSX:
            write_xlsx(report, about, path, counted)
        case Format.PDF:
            write_pdf(report, about, path, means.paper, lambda: counted(0))
        case Format.BUNDLE:
            _write_bundle(report, about, path, means, counted)
        case _:
            with path.open("wb") as file:
                for chunk in chunks(wanted, report, about, counted):
                    file.write(chunk)


def _write_bundle(report: Report, about: About, path: Path, means: Means, counted: Counted) -> None:
    found = means.evidence(report.head_seq, counted)
    if found is None:
        raise ExportStoppedError("ex_no_checkpoint")
    sealed = replace(about, checkpoint=found.seal.note)
    write_bundle(
        report,
        sealed,
        path,
        means.paper,
        engine=found.engine,
        seal=found.seal,
        verifier=found.verifier,
        counted=counted,
    )


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
