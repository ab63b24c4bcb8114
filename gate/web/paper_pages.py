"""The page of the paper for bad days: what was made in the night and how old it is, and one log sheet more."""

import tempfile
from datetime import timedelta
from pathlib import Path

from flask import Blueprint, Response, abort, render_template
from flask.typing import ResponseReturnValue

from gate.core.report import Report
from gate.core.roles import Act, Role
from gate.export.about import About, By
from gate.export.formats import MIME, Format
from gate.export.pdf_file import PdfError
from gate.export_acts import Taken, record_export
from gate.web.export_asking import as_asked
from gate.web.formats import visible
from gate.web.handing_over import hand_over_paper
from gate.web.pages import around, site, viewer
from gate.web.paper_making import LIST, SHEETS, last_made, machines, make_sheets, paper_path
from gate.web.session import accounts, requires
from gate.web.signing import form_value, signing_user

paper_pages = Blueprint("paper_pages", __name__)

OLD = timedelta(hours=25)
"""The paper is made every night; a night that was missed is said."""


@paper_pages.get("/paper")
@requires(Act.VIEW_RECORDS)
def paper() -> str:
    """Show what there is to print, and how old it is."""
    return _page("")


@paper_pages.get("/paper/who-can-run")
@requires(Act.VIEW_RECORDS)
def the_list() -> ResponseReturnValue:
    """Hand over the list of the last night in the viewer's language."""
    return _printed(LIST, "who_can_run")


@paper_pages.get("/paper/log-sheets")
@requires(Act.VIEW_RECORDS)
def sheets() -> ResponseReturnValue:
    """Hand over the log sheets of the last night in the viewer's language."""
    return _printed(SHEETS, "log_sheet")


def _printed(what: str, report: str) -> ResponseReturnValue:
    path = paper_path(what, viewer().language)
    if not path.exists():
        abort(404)
    return hand_over_paper(path, report)


@paper_pages.post("/paper/log-sheet")
@requires(Act.VIEW_RECORDS)
def log_sheet() -> ResponseReturnValue:
    """Issue one numbered log sheet of one machine."""
    some = tuple(machine for machine in machines() if machine.id == form_value("equipment"))
    if not some:
        return _page("choose_one"), 422
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "sheet.pdf"
        try:
            make_sheets(viewer(), some, _by(), path, record_now)
        except PdfError:
            return _page("ex_no_pdf"), 503
        data = path.read_bytes()
    headers = {"Content-Disposition": f'attachment; filename="log-sheet-{some[0].id}.pdf"'}
    return Response(data, mimetype=MIME[Format.PDF], headers=headers if some[0].id.isascii() else {})


def record_now(report: Report, about: About, taken: Taken) -> int:
    """Put an export on record with the pages' own pen."""
    with accounts().writer.desk() as desk:
        return record_export(desk.trail, report, as_asked(about), taken, desk.moment)


def _by() -> By:
    user = signing_user()
    role = next(role for role in Role if role in user.roles)
    return By(user.name, user.person_id, user.account_id, role.value)


def _page(problem: str) -> str:
    view, made = viewer(), last_made()
    now = site().clock.read().at
    return render_template(
        "paper.html",
        **around(view),
        made=view.when(made.at) if made else None,
        age=_age(now - made.at, view.texts["wr_hours"]) if made else "",
        old=made is not None and now - made.at > OLD,
        there={what: paper_path(what, view.language).exists() for what in (LIST, SHEETS)},
        rows=[(machine.id, visible(f"{machine.id} {machine.name}")) for machine in machines()],
        problems={"equipment": problem} if problem else {},
    )


def _age(span: timedelta, words: str) -> str:
    minutes = max(0, round(span / timedelta(minutes=1)))
    return words.format(h=minutes // 60, m=minutes % 60)
