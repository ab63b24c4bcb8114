"""Make the paper for bad days: the list of who can run what, and log sheets; each file is an export on record."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from gate.core.report import Report
from gate.core.terms import Operation
from gate.export.about import About, By
from gate.export.making import file_sha256
from gate.export.paper_forms import SheetMachine, log_sheet_report, write_log_sheets, write_who_can_run
from gate.export_acts import Taken
from gate.store.schema import areas, equipment
from gate.web.export_asking import about_by
from gate.web.pages import site
from gate.web.view import Viewer
from gate.web.who_can_run_report import who_can_run_report

LIST, SHEETS = "who-can-run", "log-sheets"
LANGUAGES = ("en", "fr")

NIGHT = By("Gate", "gate", "timetable", "system")
"""Nobody asked for it: it is made every night."""

Record = Callable[[Report, About, Taken], int]
"""Puts an export on record and gives the entry's number."""


@dataclass(frozen=True, slots=True)
class Made:
    """The last paper of the night."""

    at: datetime
    head_seq: int


def folder() -> Path:
    """Return where the paper of the night lies."""
    return site().settings.gate.state_dir / "reports"


def paper_path(what: str, language: str) -> Path:
    """Return where one file lies."""
    return folder() / f"{what}.{language}.pdf"


def last_made() -> Made | None:
    """Return when the paper was made last, None where it never was."""
    try:
        told = json.loads((folder() / "made.json").read_text(encoding="ascii"))
        return Made(datetime.fromisoformat(told["at"]), int(told["head_seq"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def make_nightly(record: Record) -> list[int]:
    """Make the list and all log sheets in each language, and return the numbers of their entries.

    Raises:
        PdfError: one could not be set; the others of before stay.
        STORE_FAULTS: the records cannot be read or written.
    """
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    seqs, report = [], None
    for language in LANGUAGES:
        view = site().parts.viewer(language)
        report, seq = make_list(view, "", NIGHT, paper_path(LIST, language), record)
        seqs += [seq, make_sheets(view, machines(), NIGHT, paper_path(SHEETS, language), record)]
    if report is not None:
        told = {"at": site().clock.read().at.isoformat(), "head_seq": report.head_seq}
        (folder() / "made.json").write_text(json.dumps(told), encoding="ascii")
    return seqs


def make_list(view: Viewer, at: str, by: By, path: Path, record: Record) -> tuple[Report, int]:
    """Make the list of who can run what at an instant, now where it is empty; return it and its entry's number.

    Raises:
        BadQuestionError: `at` is no instant.
    """
    report = who_can_run_report({"at": at} if at else {}, view)
    about = about_by(report, by, f"at={at}" if at else "")
    partial = path.with_suffix(".making")
    write_who_can_run(report, machines(), about, partial, site().settings.export.paper)
    return report, _recorded(report, about, partial, path, record)


def make_sheets(view: Viewer, some: tuple[SheetMachine, ...], by: By, path: Path, record: Record) -> int:
    """Make one numbered log sheet a machine and return the number of the entry that tells of their issue."""
    report = log_sheet_report(some, site().records.head_seq(), view.language)
    about = about_by(report, by, "&".join(f"machine={machine.id}" for machine in some[:20]))
    words = tuple(view.texts[f"op_{operation.value}"] for operation in Operation)
    partial = path.with_suffix(".making")
    write_log_sheets(report, some, words, about, partial, site().settings.export.paper)
    return _recorded(report, about, partial, path, record)


def _recorded(report: Report, about: About, partial: Path, path: Path, record: Record) -> int:
    """The file gets its name once its entry is committed."""
    taken = Taken("pdf", report.total, partial.stat().st_size, file_sha256(partial))
    seq = record(report, about, taken)
    partial.replace(path)
    return seq


def machines() -> tuple[SheetMachine, ...]:
    """Return every machine on record, by area and id."""
    area = sa.func.coalesce(areas.c.name, equipment.c.area_id)
    wanted = (
        sa.select(equipment.c.id, equipment.c.name, area)
        .select_from(equipment.outerjoin(areas, sa.and_(areas.c.id == equipment.c.area_id, areas.c.known_to.is_(None))))
        .where(equipment.c.known_to.is_(None))
        .order_by(area, equipment.c.id)
    )
    with site().records.engine().connect() as connection:
        return tuple(SheetMachine(*row) for row in connection.execute(wanted))
