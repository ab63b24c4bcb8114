"""`gate export` and `gate report`: the exports of the pages from a terminal, and the paper for bad days."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import click
from flask import Flask

from gate.clock import SystemClock
from gate.command_context import moment_of_command, opened_desk, plainly
from gate.core.report import Report
from gate.desk_opening import database_key
from gate.export.about import About, By
from gate.export.formats import Format
from gate.export.making import ExportStoppedError, Means, make_file
from gate.export.pdf_file import PdfError
from gate.export.streams import nobody
from gate.export_acts import Taken, record_export
from gate.settings import Settings
from gate.web.app import create_app
from gate.web.export_asking import about_by, as_asked, made_report
from gate.web.export_sealing import evidence_of
from gate.web.pages import viewer
from gate.web.paper_making import Record, machines, make_list, make_nightly, make_sheets
from gate.web.report_makers import BadQuestionError, report_maker, report_names
from gate.web.texts import PAGE_TEXTS

KILLED_FIRST = "500"
"""The nightly run is a child of the reader process: where memory runs out, it goes, and the reader process stays."""

LANGUAGE = click.option("--language", type=click.Choice(["en", "fr"]), help="Else the site's.")


@click.command("export")
@click.argument("name")
@click.option("--query", default="", help="What the page's address asks, such as from=1&to=5000.")
@click.option("--format", "format_", type=click.Choice([item.value for item in Format]), default="csv")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The file to write.")
@click.option("--by", required=True, help="Who exports.")
@click.option("--why", required=True, help="The justification.")
@click.option("--numbers", is_flag=True, help="Employee numbers instead of names.")
@LANGUAGE
@click.pass_obj
def export_(
    obj: tuple[Path, Settings],
    name: str,
    query: str,
    format_: str,
    out: Path,
    by: str,
    why: str,
    language: str | None,
    *,
    numbers: bool,
) -> None:
    """Write the rows of report NAME to a file, as the page Export does, once that is on record."""
    settings = obj[1]
    wanted = Format(format_)
    with _refusing(), plainly(), asking(settings, language, query):
        report = _report(name, query, numbers=numbers)
        about = about_by(report, _by(by), query)
        partial = out.with_name(f"{out.name}.making")
        try:
            means = Means(settings.export.paper, evidence_of)
            taken = make_file(wanted, report, about, partial, means, nobody)
            seq = recorder(settings, why)(report, about, taken)
            partial.replace(out)
        finally:
            partial.unlink(missing_ok=True)
    click.echo(f"entry {seq}: {about.id}, {taken.rows} rows, {out}, sha256 {taken.sha256}")


@click.group()
def report() -> None:
    """Make the paper for bad days."""


@report.command("who-can-run")
@click.option("--at", default="", help="The instant, such as 2026-11-23T14:00 site time; else now.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The PDF to write.")
@click.option("--by", required=True, help="Who asks.")
@LANGUAGE
@click.pass_obj
def who_can_run_(obj: tuple[Path, Settings], at: str, out: Path, by: str, language: str | None) -> None:
    """Write for each machine who may run it, as a PDF."""
    with _refusing(), plainly(), asking(obj[1], language, ""):
        found, seq = make_list(viewer(), at, _by(by), out, recorder(obj[1]))
    click.echo(f"entry {seq}: {found.total} rows, {out}")


@report.command("log-sheet")
@click.argument("equipment", nargs=-1, required=True)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The PDF to write.")
@click.option("--by", required=True, help="Who asks.")
@LANGUAGE
@click.pass_obj
def log_sheet_(
    obj: tuple[Path, Settings], equipment: tuple[str, ...], out: Path, by: str, language: str | None
) -> None:
    """Write one numbered log sheet for each machine EQUIPMENT, as a PDF."""
    with _refusing(), plainly(), asking(obj[1], language, ""):
        known = {machine.id: machine for machine in machines()}
        unknown = [name for name in equipment if name not in known]
        if unknown:
            raise click.ClickException(f"{' '.join(unknown)}: no such machine is on record.")
        seq = make_sheets(viewer(), tuple(known[name] for name in equipment), _by(by), out, recorder(obj[1]))
    click.echo(f"entry {seq}: {len(equipment)} sheets, {out}")


@report.command("nightly")
@click.pass_obj
def nightly_(obj: tuple[Path, Settings]) -> None:
    """Make the list and all log sheets in both languages, as the timetable does every night."""
    Path("/proc/self/oom_score_adj").write_text(KILLED_FIRST, encoding="ascii")
    with _refusing(), plainly(), asking(obj[1], None, ""):
        seqs = make_nightly(recorder(obj[1]))
    click.echo(f"entries {', '.join(map(str, seqs))}: the paper lies in {obj[1].gate.state_dir / 'reports'}")


@contextmanager
def asking(settings: Settings, language: str | None, query: str) -> Iterator[Flask]:
    """Ask as a page would: the same makers, in the site's language unless another is named."""
    app = create_app(settings, SystemClock(), database_key(settings))
    pairs = [*parse_qsl(query, keep_blank_values=True), ("lang", language or settings.site.language)]
    try:
        with app.test_request_context(f"/?{urlencode(pairs)}"):
            yield app
    finally:
        app.extensions["gate"].close()


def recorder(settings: Settings, why: str | None = None) -> Record:
    """Return what puts an export on record from here."""

    def record(found: Report, about: About, taken: Taken) -> int:
        with opened_desk(settings) as desk:
            return record_export(desk.trail, found, as_asked(about, why), taken, moment_of_command(desk))

    return record


def _report(name: str, query: str, *, numbers: bool) -> Report:
    found = report_maker(name)
    if found is None:
        raise click.ClickException(f"{name}: there is no such report. There are: {', '.join(report_names())}.")
    return made_report(found, dict(parse_qsl(query, keep_blank_values=True)), viewer(), by_number=numbers)


def _by(by: str) -> By:
    return By(by, by, getpass.getuser(), "command")


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except BadQuestionError as error:
        raise click.ClickException(str(error)) from error
    except ExportStoppedError as error:
        raise click.ClickException(PAGE_TEXTS["en"][error.key]) from error
    except PdfError as error:
        raise click.ClickException(PAGE_TEXTS["en"]["ex_no_pdf"]) from error
