"""The pages of exports: what would be exported, the file itself, and what became of those that take a while."""

from collections.abc import Iterator
from itertools import islice

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from gate.core.report import ColumnKind, Report, Row
from gate.core.roles import Act
from gate.export.cells import shown
from gate.export.formats import MIME, STREAMED, Format, suffix_of, takes
from gate.export.shelf import UNDER_WAY, Job, State
from gate.web import entries_report, who_can_run_report
from gate.web.export_asking import about_asked, leaf_of, query_asked, report_asked
from gate.web.export_queue import QUEUE, ExportQueue, QueueFullError, export_queue
from gate.web.export_streaming import recorder, streamed
from gate.web.export_view import choices_of, job_view, manifest_of
from gate.web.formats import visible
from gate.web.handing_over import hand_over_export
from gate.web.numbering import by_number
from gate.web.pages import around, site, viewer
from gate.web.report_makers import BadQuestionError
from gate.web.session import accounts, requires
from gate.web.signing import signing_user
from gate.web.view import Viewer

__all__ = ["entries_report", "export_pages", "who_can_run_report"]

export_pages = Blueprint("export_pages", __name__)

LOOKED_AT = 2000
"""Rows up to which the page goes through all of them to name the first and the last record."""

NUMBERS = "numbers"
"""The field that asks for employee numbers instead of names."""

AT_ONCE_S = 2.0
"""A small file is ready within this; a larger one is fetched from its own page."""


@export_pages.record
def _queue(state: BlueprintSetupState) -> None:
    if isinstance(state.app, Flask):
        state.app.extensions[QUEUE] = ExportQueue(state.app, state.app.extensions["gate"].settings)


@export_pages.get("/export/<name>")
@requires(Act.EXPORT_RECORDS)
def export(name: str) -> ResponseReturnValue:
    """Say what would be exported and in which formats; nothing is exported yet."""
    try:
        return _form(report_asked(name))
    except BadQuestionError as error:
        return _not_understood(name, str(error))


@export_pages.post("/export/<name>")
@requires(Act.EXPORT_RECORDS)
def export_sent(name: str) -> ResponseReturnValue:
    """Hand over the file, or start to make it."""
    try:
        report = report_asked(name, by_number=request.form.get(NUMBERS) == "yes")
    except BadQuestionError as error:
        return _not_understood(name, str(error))
    asked = request.form.get("format", "")
    if asked not in set(Format):
        return _form(report, "ex_choose"), 422
    wanted = Format(asked)
    if not takes(wanted, report.total):
        return _form(report, "ex_too_many"), 422
    return _handed_over(report, wanted) if wanted in STREAMED else _ordered(report, wanted)


@export_pages.get("/exports")
@requires(Act.EXPORT_RECORDS)
def exports() -> str:
    """List what this account has exported in the last days."""
    view = viewer()
    rows = [job_view(job, view) for job in export_queue().ready().of(signing_user().account_id)]
    hours = site().settings.export.keep_hours
    return render_template("exports.html", **around(view), rows=rows, hours=hours)


@export_pages.get("/exports/<export_id>")
@requires(Act.EXPORT_RECORDS)
def one(export_id: str) -> str:
    """Show how far an export has come, and where its file is."""
    view, job = viewer(), _own(export_id)
    return render_template(
        "export_job.html",
        **around(view),
        job=job_view(job, view),
        ahead=export_queue().ahead(job.id),
        there=_there(job),
        under_way=job.state in UNDER_WAY,
        query=job.query,
    )


@export_pages.get("/exports/<export_id>/file")
@requires(Act.EXPORT_RECORDS)
def fetched(export_id: str) -> ResponseReturnValue:
    """Hand over a file that was made; each time is on record."""
    job = _own(export_id)
    if not _there(job):
        abort(404)
    return hand_over_export(job, export_queue().shelf.result(job.id))


@export_pages.get("/exports/<export_id>/manifest")
@requires(Act.EXPORT_RECORDS)
def manifest(export_id: str) -> ResponseReturnValue:
    """Hand over what the audit trail says of an export, to be kept beside its file."""
    job = _own(export_id)
    found = manifest_of(site().records.engine(), job)
    if found is None:
        abort(404)
    return Response(found, mimetype="application/json", headers=_as_file(f"{job.id}_manifest.json"))


@export_pages.post("/exports/<export_id>/cancel")
@requires(Act.EXPORT_RECORDS)
def cancelled(export_id: str) -> ResponseReturnValue:
    """Make it no more, or throw its file away."""
    job = _own(export_id)
    export_queue().cancel(job)
    export_queue().wait(job.id, AT_ONCE_S)
    return redirect(url_for("export_pages.one", export_id=job.id, lang=viewer().language), 303)


def _own(export_id: str) -> Job:
    """An export is the business of whoever asked for it."""
    job = export_queue().get(export_id)
    if job is None or job.account != signing_user().account_id:
        abort(404)
    return job


def _there(job: Job) -> bool:
    return job.state is State.DONE and bool(job.file) and export_queue().shelf.result(job.id).exists()


def _handed_over(report: Report, wanted: Format) -> Response:
    about = about_asked(report)
    record = recorder(report, about, accounts().writer)
    body: Iterator[bytes] = streamed(report, about, wanted, export_queue().ready(), record)
    name = about.file_name(report, suffix_of(wanted))
    return Response(stream_with_context(body), mimetype=MIME[wanted], headers=_as_file(name))


def _ordered(report: Report, wanted: Format) -> ResponseReturnValue:
    about = about_asked(report)
    try:
        job = export_queue().order(report, about, wanted, recorder(report, about, accounts().writer))
    except QueueFullError:
        return _form(report, "ex_queue_full"), 503
    export_queue().wait(job.id, AT_ONCE_S)
    return redirect(url_for("export_pages.one", export_id=job.id, lang=viewer().language), 303)


def _as_file(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def _form(report: Report, problem: str = "") -> str:
    view = viewer()
    first, last = _ends(report, view)
    return render_template(
        "export.html",
        **around(view),
        report=report,
        title=visible(report.title),
        filters=[(visible(label), visible(value)) for label, value in report.filters],
        notes=[visible(note) for note in report.notes],
        choices=choices_of(report, view),
        first=first,
        last=last,
        head=leaf_of(site().records.engine(), report.head_seq),
        problem=problem,
        query=query_asked(),
        numbers=by_number(),
        bad="",
        name=report.name,
    )


def _not_understood(name: str, why: str) -> ResponseReturnValue:
    view = viewer()
    return render_template("export.html", **around(view), report=None, name=name, bad=visible(why), query=""), 400


def _ends(report: Report, view: Viewer) -> tuple[str, str]:
    """Name the first and the last row as they come; of many rows only the first is worth the time."""
    if not report.total:
        return "", ""
    rows = list(islice(report.rows(), LOOKED_AT if report.total <= LOOKED_AT else 1))
    named = [_named(report, row, view) for row in (rows[:1] + rows[-1:] if rows else [])]
    return (named[0], named[-1] if report.total <= LOOKED_AT else "") if named else ("", "")


def _named(report: Report, row: Row, view: Viewer) -> str:
    """A row by its record number and its time, else by its first cell."""
    pairs = list(zip(report.columns, row, strict=True))
    numbers = [f"#{cell}" for column, cell in pairs if column.kind is ColumnKind.SEQ and cell][:1]
    times = [shown(cell, view.zone) for column, cell in pairs if column.kind is ColumnKind.INSTANT and cell][:1]
    return visible(", ".join(numbers + times) or shown(row[0], view.zone))
