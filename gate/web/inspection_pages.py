"""Inspection mode: the standard questions, each as one page and one export, read-only (H9)."""

from collections.abc import Mapping
from itertools import islice
from typing import Any

from flask import Blueprint, abort, current_app, has_request_context, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gate.core.report import Cell, Column, ColumnKind, Report, Row
from gate.core.roles import Act
from gate.store.schema import equipment
from gate.web.admin_things import choices_of
from gate.web.asking import Shown
from gate.web.formats import visible
from gate.web.opening import note_opening
from gate.web.pages import around, site, viewer
from gate.web.questions import Filter, Question, question, questions
from gate.web.report_makers import BadQuestionError
from gate.web.session import requires
from gate.web.signing import signing_user
from gate.web.view import Viewer

inspection_pages = Blueprint("inspection_pages", __name__, url_prefix="/inspection")

SHOWN = 100
MOST = 500
"""Rows of a question that is not paged; the rest is in its export."""

NOT_ASKED = frozenset({"lang", "after"})
LINKS: Mapping[str, tuple[str, str]] = {
    "person_id": ("person", "person"),
    "equipment": ("use_log", "equipment"),
}
"""Column -> the question that its cells lead to, and the filter that they fill."""


@inspection_pages.get("")
@requires(Act.VIEW_RECORDS)
def inspection() -> str:
    """List the questions that this account may ask."""
    user, view = signing_user(), viewer()
    rows = [
        {
            "name": one.name,
            "title": view.texts[f"in_q_{one.name}"],
            "lede": view.texts[f"in_q_{one.name}_lede"],
            "url": page_of(one, view),
        }
        for one in questions()
        if user.may(one.act)
    ]
    return render_template("inspection.html", **around(view), groups=_groups(rows), elsewhere=_elsewhere(view))


@inspection_pages.get("/<name>")
@requires(Act.VIEW_RECORDS)
def ask(name: str) -> ResponseReturnValue:
    """Show one question with its filters and, where it can be answered, the answer."""
    found = question(name) or abort(404)
    if found.own_page or not signing_user().may(found.act):
        abort(404 if found.own_page else 403)
    return asked_page(found)


def asked_page(found: Question) -> ResponseReturnValue:
    """Return the page of a question: 422 with the reason where what was asked makes no sense."""
    asked = asked_now()
    try:
        report = found.make(asked, viewer()) if _complete(found, asked) else None
    except BadQuestionError as error:
        return _page(found, asked, None, str(error)), 422
    if report is not None and found.recorded and "after" not in asked:
        note_opening(found.name, asked)
    return _page(found, asked, report, "")


def asked_now() -> dict[str, str]:
    """Return the parameters of the address that say something; absurdly long ones are cut."""
    return {key: value[:200] for key, value in request.args.items() if key != "lang" and value.strip()}


def _complete(found: Question, asked: Mapping[str, str]) -> bool:
    """Whether everything that is needed is there; before that only the form is shown."""
    return all(one.name in asked for one in found.filters if one.needed)


def _page(found: Question, asked: Mapping[str, str], report: Report | None, trouble: str) -> str:
    view = viewer()
    limit = SHOWN if found.paged_by else MOST
    rows = list(islice(report.rows(), limit + 1)) if report else []
    return render_template(
        "question.html",
        **around(view),
        **frame(found, asked, report, view),
        trouble=trouble,
        rows=[_cells(row, report, view) for row in rows[:limit]] if report else [],
        shown=min(len(rows), limit),
        later=_later(found, asked, report, rows[:limit], view) if len(rows) > limit else "",
    )


def frame(found: Question, asked: Mapping[str, str], report: Report | None, view: Viewer) -> dict[str, Any]:
    """Return what the page of every question has: title, form, notes, and the way to its export."""
    query = {key: value for key, value in asked.items() if key not in NOT_ASKED}
    can_export = "export_pages.export" in current_app.view_functions and signing_user().may(Act.EXPORT_RECORDS)
    export = url_for("export_pages.export", name=found.name, lang=view.language, **query) if can_export else ""  # type: ignore[arg-type]
    return {
        "question": found,
        "title": view.texts[f"in_q_{found.name}"],
        "lede": view.texts[f"in_q_{found.name}_lede"],
        "fields": [_field(one, asked, view) for one in found.filters],
        "report": report,
        "export": export if report is not None else "",
        "now": view.when(site().clock.read().at),
    }


def _field(one: Filter, asked: Mapping[str, str], view: Viewer) -> dict[str, Any]:
    choices = one.choices(view) if one.choices else choices_of(equipment) if one.kind == "machine" else ()
    return {
        "name": one.name,
        "label": view.texts[one.label],
        "kind": one.kind,
        "hint": view.texts[one.hint] if one.hint else view.texts["in_time_hint"] if one.kind == "instant" else "",
        "choices": choices,
        "value": visible(asked.get(one.name, "")),
        "needed": one.needed,
    }


def _later(found: Question, asked: Mapping[str, str], report: Report | None, rows: list[Row], view: Viewer) -> str:
    if report is None or not found.paged_by:
        return ""
    place = [column.name for column in report.columns].index(found.paged_by)
    query = {key: value for key, value in asked.items() if key not in NOT_ASKED}
    return url_for(request.endpoint or "", **_view_args(), after=str(rows[-1][place]), lang=view.language, **query)  # type: ignore[arg-type]


def _view_args() -> dict[str, str]:
    return {key: str(value) for key, value in (request.view_args or {}).items()}


def _cells(row: Row, report: Report, view: Viewer) -> list[dict[str, Any]]:
    return [_cell(cell, column, view) for cell, column in zip(row, report.columns, strict=True)]


def _cell(cell: Cell, column: Column, view: Viewer) -> dict[str, Any]:
    """Return one cell ready for the template: text, an instant, a number of an entry, or a tag."""
    shown: dict[str, Any] = {"name": column.name, "text": "", "when": None, "seq": None, "look": "", "url": ""}
    if cell is None or cell == "":
        return shown
    if column.kind is ColumnKind.INSTANT and not isinstance(cell, str | int):
        return {**shown, "when": view.when(cell)}
    if column.kind is ColumnKind.SEQ:
        return {**shown, "seq": cell, "url": record_url(cell, view)}
    text = visible(str(cell))
    return {
        **shown,
        "text": text,
        "look": cell.look if isinstance(cell, Shown) else "",
        "url": _link(column, text, view),
    }


def _link(column: Column, text: str, view: Viewer) -> str:
    name, parameter = LINKS.get(column.name, ("", ""))
    found = question(name)
    if found is None or not signing_user().may(found.act):
        return ""
    return url_for("inspection_pages.ask", name=name, lang=view.language, **{parameter: text})  # type: ignore[arg-type]


def record_url(seq: object, view: Viewer) -> str:
    """Return the address of the page of one record, empty where there is none: a long export has no page."""
    if not has_request_context() or "record_pages.record" not in current_app.view_functions:
        return ""
    return url_for("record_pages.record", seq=seq, lang=view.language)


def page_of(one: Question, view: Viewer) -> str:
    """Return the address of a question."""
    if one.own_page:
        return url_for(one.own_page, lang=view.language)
    return url_for("inspection_pages.ask", name=one.name, lang=view.language)


GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("in_group_lots", ("who_operated", "use_log", "open_uses")),
    ("in_group_people", ("person_history", "could_have", "untrained_use")),
    ("in_group_exceptions", ("override_register", "denials_followed")),
    ("in_group_control", ("changes", "access_roles", "badges_held", "log_complete", "interruptions")),
)


def _groups(rows: list[dict[str, str]]) -> list[tuple[str, list[dict[str, str]]]]:
    by_name = {row["name"]: row for row in rows}
    texts = viewer().texts
    found = [(texts[key], [by_name[name] for name in names if name in by_name]) for key, names in GROUPS]
    return [(title, those) for title, those in found if those]


ELSEWHERE = (
    ("lot_pages.lot_list", "lots", "lo_lede", Act.VIEW_RECORDS),
    ("late_pages.late_list", "late_entries", "la_lede", Act.VIEW_RECORDS),
    ("record_pages.impact", "in_impact", "in_impact_lede", Act.VIEW_RECORDS),
    ("access_review.access_reviews", "ar_reviews", "ar_lede", Act.EXPORT_RECORDS),
)


def _elsewhere(view: Viewer) -> list[dict[str, str]]:
    """Return the pages beside the questions that this program has and this account may open."""
    user = signing_user()
    return [
        {"url": url_for(endpoint, lang=view.language), "title": view.texts[title], "lede": view.texts[lede]}
        for endpoint, title, lede, act in ELSEWHERE
        if endpoint in current_app.view_functions and user.may(act)
    ]
