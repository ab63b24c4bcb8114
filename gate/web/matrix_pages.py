"""The pages of who can run what: the table, one machine as a list, and one person at one machine with the evidence."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

from flask import Blueprint, abort, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gate.core.roles import Act
from gate.core.terms import Operation
from gate.web import matrix_reports
from gate.web.formats import day_and_offset
from gate.web.matrix_lot import at_start_of_lot
from gate.web.matrix_machine import machine_view
from gate.web.matrix_one import one_view
from gate.web.matrix_question import THEN, TODAY, Question, at_instant, question_of
from gate.web.matrix_reading import Matrix, read_matrix
from gate.web.matrix_view import Link, matrix_view
from gate.web.pages import around, site, viewer
from gate.web.session import requires
from gate.web.training_area import operation_word
from gate.web.view import Viewer

__all__ = ["matrix_pages", "matrix_reports"]

matrix_pages = Blueprint("matrix_pages", __name__)

STEPS = (("mx_day_back", timedelta(days=-1)), ("mx_30", timedelta(days=30)), ("mx_90", timedelta(days=90)))


@matrix_pages.get("/matrix")
@requires(Act.VIEW_RECORDS)
def matrix() -> ResponseReturnValue:
    """Show everybody at every machine, or one machine as a list."""
    view, question = viewer(), at_start_of_lot(asked_now(), site())
    if question.problems:
        return render_template("matrix.html", **around(view), **_form(question, view, None), found=None), 422
    answer = _read(question)
    around_it = {**around(view), **_form(answer.question, view, answer)}
    if question.machine and answer.asked.crowd.machines:
        machine = machine_view(answer, site().settings.training.minimum_certified, _link(answer.question, view), view)
        return render_template("matrix_machine.html", **around_it, found=machine)
    minimum = site().settings.training.minimum_certified
    found = matrix_view(answer, minimum, _link(answer.question, view), view)
    return render_template("matrix.html", **around_it, found=found, minimum=minimum)


@matrix_pages.get("/matrix/of")
@requires(Act.VIEW_RECORDS)
def one() -> ResponseReturnValue:
    """Show one person at one machine: what the gate would answer, by the data of then and by that of today."""
    view, question = viewer(), asked_now()
    if question.problems or not question.machine:
        abort(404)
    engine, zone = site().records.engine(), site().settings.zone
    found = one_view(engine, zone, question, request.args.get("person", ""), view)
    if found is None:
        abort(404)
    back = url_for("matrix_pages.matrix", lang=view.language, **replace(question, machine="").address())  # type: ignore[arg-type]
    return render_template(
        "matrix_one.html",
        **around(view),
        found=found,
        when=when_of(question, view),
        question=question,
        operation=operation_word(question.operation, view) if question.operation else "",
        back=back,
    )


def asked_now() -> Question:
    """Return what the address asks."""
    return question_of(request.args, site().clock.read().at, site().settings.zone)


def _read(question: Question) -> Matrix:
    return read_matrix(site().records.engine(), site().settings, question)


def _link(question: Question, view: Viewer) -> Link:
    asked = {**question.address(), "lang": view.language}
    asked.pop("machine", None)
    base, rest = url_for("matrix_pages.one"), urlencode(asked)
    return lambda person, machine: f"{base}?{urlencode({'person': person, 'machine': machine})}&{rest}"


# --- around the table ------------------------------------------------------------------------------------------


def when_of(question: Question, view: Viewer) -> Mapping[str, str]:
    """Return the instant as people read it: to the minute, with date and distance from UTC."""
    local = question.at.astimezone(view.zone)
    day, offset = day_and_offset(question.at, view.zone).split(" ")
    return {"iso": question.at.isoformat(timespec="seconds"), "day": day, "time": f"{local:%H:%M}", "offset": offset}


def _form(question: Question, view: Viewer, answer: Matrix | None) -> dict[str, object]:
    """Return the form over the table, as it was asked, and every way on from here."""
    local = question.at.astimezone(view.zone)
    return {
        "question": question,
        "answer": answer,
        "when": when_of(question, view),
        "typed": question.typed if question.problems else f"{local:%Y-%m-%d %H:%M}",
        "steps": [(key, _url(at_instant(question, question.at + step), view)) for key, step in STEPS],
        "now_url": _url(replace(question, chosen=False, lot="", after=""), view),
        "knowns": [
            (f"mx_known_{known}", _url(replace(question, known=known, after=""), view), known == question.known)
            for known in (THEN, TODAY)
        ],
        "operations": [(one.value, operation_word(one.value, view)) for one in Operation],
        "machines": _machines(answer),
        "everybody_url": _url(replace(question, everybody=not question.everybody, after=""), view),
        "next_url": lambda after: f"{_url(replace(question, after=''), view)}&{urlencode({'after': after})}",
        "machine_url": lambda machine: _url(replace(question, machine=machine, after=""), view),
        "first_url": _url(replace(question, after=""), view),
        "export_url": _export(question, view),
    }


def _machines(answer: Matrix | None) -> list[str]:
    """Return the machines to choose from: those of the area, or all."""
    if answer is None:
        return []
    area = answer.question.area
    return [machine for place in answer.places if area in ("", place.area_id) for machine in place.machines]


def _url(question: Question, view: Viewer) -> str:
    return url_for("matrix_pages.matrix", lang=view.language, **question.address())  # type: ignore[arg-type]


def _export(question: Question, view: Viewer) -> str:
    if "export_pages.export" not in current_app.view_functions:
        return ""
    return url_for("export_pages.export", name="matrix", lang=view.language, **question.address())  # type: ignore[arg-type]
