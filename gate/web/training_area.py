"""What the pages about requirements and training share: their places, their way to write without a signature, times."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gate.core.roles import Act
from gate.signatures import Signer
from gate.store.database import STORE_FAULTS
from gate.store.equipment_facts import instant
from gate.store.picture import Known, read_picture
from gate.supervision import RefusedError
from gate.web.formats import day_and_offset, visible
from gate.web.pages import around, site, viewer
from gate.web.session import accounts
from gate.web.signing import Trouble, signer, signing_user, trail_whole
from gate.web.view import Viewer
from gate.web.writing import Desk

training_pages = Blueprint("training_pages", __name__)

Problems = dict[str, str]

ANY_ID: dict[str, Any] = {"merge_slashes": False}
"""For addresses that end with an id: two slashes in one are a part of it."""


class TrainingPlace(NamedTuple):
    """One page of the side navigation: endpoint, keys of its word and hint, what it takes, where it is "here"."""

    endpoint: str
    word: str
    hint: str
    act: Act
    paths: tuple[str, ...]


TRAINING_PLACES = (
    TrainingPlace(
        "training_pages.requirements",
        "tr_requirement_sets",
        "tr_requirement_sets_lede",
        Act.VIEW_RECORDS,
        ("/admin/requirements",),
    ),
    TrainingPlace("training_pages.items", "tr_items", "tr_items_lede", Act.VIEW_RECORDS, ("/admin/items",)),
    TrainingPlace(
        "training_pages.training",
        "tr_training",
        "tr_training_lede",
        Act.VIEW_RECORDS,
        ("/admin/training/people", "/admin/training/record", "/admin/training/add"),
    ),
    TrainingPlace("training_pages.first", "tr_first", "tr_first_lede", Act.VIEW_RECORDS, ("/admin/training/first",)),
    TrainingPlace(
        "training_pages.sources", "tr_sources", "tr_sources_lede", Act.VIEW_RECORDS, ("/admin/training/source",)
    ),
)


def page(template: str, **more: object) -> str:
    """Return a page of this area with its side navigation."""
    view = viewer()
    places = [
        {
            "url": url_for(place.endpoint, lang=view.language),
            "word": view.texts[place.word],
            "here": request.path.startswith(place.paths),
        }
        for place in TRAINING_PLACES
    ]
    return render_template(template, **around(view), places=places, done=request.args.get("done", ""), **more)


def address(endpoint: str, **more: str | int) -> str:
    """Return the address of a page of this area in the viewer's language."""
    return url_for(f"training_pages.{endpoint}", lang=viewer().language, **more)  # type: ignore[arg-type]


def unsigned_act(
    act: Callable[[Desk, Signer], object],
    wanted: Act,
    again: Callable[[Trouble], str],
    done: str,
    problems: Mapping[str, str],
) -> ResponseReturnValue:
    """Do an act that needs authority and no signature: what it changes counts for nothing by itself.

    `again` makes the form with what stands against it, `done` is where to go.
    """
    user = signing_user()
    if not trail_whole():
        return again(Trouble(refused=(viewer().texts["chain_broken"],))), 409
    if problems:
        return again(Trouble(problems=problems)), 422
    try:
        with accounts().writer.desk() as desk:
            act(desk, signer(user, wanted))
    except RefusedError as error:
        fields = {error.field: "see_above"} if error.field else {}
        return again(Trouble(fields, error.sentences(viewer().language))), 422
    except STORE_FAULTS:
        return again(Trouble(refused=(viewer().texts["busy_records"],))), 503
    return redirect(done, 303)


def known_now(**narrow: str) -> Known:
    """Return the picture of what is known now."""
    with site().records.engine().connect() as connection:
        return read_picture(connection, site().settings.zone, **narrow)


class When(NamedTuple):
    """An instant for machines and for people."""

    iso: str
    text: str


def when(at: datetime | str) -> When:
    """Show an instant to the minute, with date and distance from UTC."""
    found = instant(at) if isinstance(at, str) else at
    zone = site().settings.zone
    return When(found.isoformat(), f"{day_and_offset(found, zone).replace(' ', f' {found.astimezone(zone):%H:%M} ')}")


def operation_word(operation: str | None, view: Viewer) -> str:
    """Return what an operation is called; None: entering an area."""
    if operation is None:
        return view.texts["tr_entry"]
    return view.texts["tr_op_use"] if operation == "USE" else view.texts.get(f"op_{operation}", operation)


def named(names: Mapping[str, str], id_: str) -> str:
    """Return the name of something, or its id where it has none on record; visible."""
    return visible(names.get(id_, id_))
