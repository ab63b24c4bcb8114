"""The pages of suspensions: which stand, set one, lift one; QA's alone and signed (requirement B7)."""

from typing import Any

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue

from gate.core.roles import Act
from gate.store.schema import equipment, equipment_classes
from gate.store.schema import suspensions as suspensions_table
from gate.suspension_acts import EVERYWHERE, lift_suspension, set_suspension
from gate.web.admin import admin, admin_page
from gate.web.admin_history import history, shown_history
from gate.web.admin_people_reading import name_of, person, signed_in_at, suspensions_of
from gate.web.admin_things import choices_of
from gate.web.changing import Problems, filled
from gate.web.formats import visible
from gate.web.pages import site, viewer
from gate.web.session import requires
from gate.web.signing import NO_TROUBLE, Trouble, form_value, signed_act
from gate.web.view import Viewer

EMPTY = {"where": "", "reference": "", "why": "", "sign_user": ""}
BETWEEN = ":"
"""Stands between scope and id in the one choice of where a suspension holds."""


@admin.get("/suspensions")
@requires(Act.VIEW_RECORDS)
def suspensions() -> str:
    """List the suspensions that stand."""
    view = viewer()
    return admin_page(
        "admin_suspensions.html",
        rows=[shown_suspension(row, view) for row in suspensions_of(site().records.engine())],
        done=request.args.get("done", ""),
    )


@admin.get("/suspend/<path:person_id>")
@requires(Act.SUSPEND)
def suspend(person_id: str) -> str:
    """Ask where, by which record, why, and for the signature."""
    return _form(_person(person_id), NO_TROUBLE)


@admin.post("/suspend/<path:person_id>")
@requires(Act.SUSPEND)
def suspend_sent(person_id: str) -> ResponseReturnValue:
    """Sign and suspend; it counts at every reader within seconds, also in the middle of a use."""
    problems: Problems = {}
    found = _person(person_id)
    scope, _, scope_id = form_value("where").partition(BETWEEN)
    if form_value("where") not in {value for value, _ in _places(viewer())}:
        problems["where"] = "choose_one"
    return signed_act(
        lambda desk, signer: set_suspension(
            desk.trail,
            person_id,
            scope,
            scope_id or None,
            reference=form_value("reference"),
            why=form_value("why"),
            signer=signer,
            moment=desk.moment,
        ),
        Act.SUSPEND,
        lambda trouble: _form(found, trouble),
        url_for("admin.person_page", person_id=person_id, done="suspended", lang=viewer().language),
        problems,
    )


@admin.get("/suspension/<suspension_id>/lift")
@requires(Act.SUSPEND)
def lift(suspension_id: str) -> str:
    """Ask for the record of the recertification, why, and for the signature."""
    return _lift_form(_standing(suspension_id), NO_TROUBLE)


@admin.post("/suspension/<suspension_id>/lift")
@requires(Act.SUSPEND)
def lift_sent(suspension_id: str) -> ResponseReturnValue:
    """Sign and lift; the next badge read is judged without it."""
    found = _standing(suspension_id)
    return signed_act(
        lambda desk, signer: lift_suspension(
            desk.trail,
            suspension_id,
            reference=form_value("reference"),
            why=form_value("why"),
            signer=signer,
            moment=desk.moment,
        ),
        Act.SUSPEND,
        lambda trouble: _lift_form(found, trouble),
        url_for("admin.person_page", person_id=found.person_id, done="lifted", lang=viewer().language),
    )


def shown_suspension(row: Any, view: Viewer) -> dict[str, object]:
    """Return what the pages say of a suspension: whose, where, since when by whom, never the ground."""
    since = shown_history(history(suspensions_table, row.id), view)
    return {
        "id": row.id,
        "person_id": row.person_id,
        "person": visible(name_of(site().records.engine(), row.person_id)),
        "where": _where(row, view),
        "since": since[-1] if since else None,
    }


def _where(row: Any, view: Viewer) -> str:
    words = view.texts[f"scope_{row.scope}"]
    return f"{words} {visible(row.scope_id)}" if row.scope_id else words


def _places(view: Viewer) -> list[tuple[str, str]]:
    """Return where a suspension can hold, as values and words of one list."""
    places = [(EVERYWHERE, view.texts["scope_everywhere"])]
    for scope, table in (("class", equipment_classes), ("equipment", equipment)):
        word = view.texts[f"scope_{scope}"]
        places += [(f"{scope}{BETWEEN}{id_}", f"{word} {name}") for id_, name in choices_of(table)]
    return places


def _person(person_id: str) -> Any:
    found = person(site().records.engine(), person_id)
    if found is None:
        abort(404)
    return found


def _standing(suspension_id: str) -> Any:
    found = next((row for row in suspensions_of(site().records.engine()) if row.id == suspension_id), None)
    if found is None:
        abort(404)
    return found


def _form(found: Any, trouble: Trouble) -> str:
    return admin_page(
        "admin_suspend.html",
        id=found.id,
        person=visible(found.name),
        places_of_scope=_places(viewer()),
        signed_in=signed_in_at(site().records.engine(), found.id),
        typed=filled(EMPTY),
        trouble=trouble,
    )


def _lift_form(found: Any, trouble: Trouble) -> str:
    return admin_page(
        "admin_lift.html",
        found=shown_suspension(found, viewer()),
        typed=filled(EMPTY),
        trouble=trouble,
    )
