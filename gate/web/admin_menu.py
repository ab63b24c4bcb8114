"""The pages of administration in one table: the index and the side navigation list what an account may open."""

from typing import NamedTuple

from flask import current_app, request, url_for

from gate.core.roles import Act
from gate.web.session import User
from gate.web.view import Viewer


class AdminPlace(NamedTuple):
    """One page: endpoint, keys of its word and of the sentence on the index, what it takes, and where it is "here"."""

    endpoint: str
    word: str
    hint: str
    act: Act
    paths: tuple[str, ...]
    """Beginnings of the addresses that belong to it."""


def _of_another_part(endpoint: str, word: str, path: str) -> AdminPlace:
    return AdminPlace(endpoint, f"place_{word}", f"place_{word}_hint", Act.VIEW_RECORDS, (path,))


ADMIN_PLACES = (
    AdminPlace("admin.people", "people", "people_hint", Act.VIEW_RECORDS, ("/admin/people", "/admin/person")),
    AdminPlace(
        "admin.suspensions",
        "suspensions",
        "suspensions_hint",
        Act.VIEW_RECORDS,
        ("/admin/suspensions", "/admin/suspension"),
    ),
    AdminPlace(
        "admin.equipment",
        "equipment_list",
        "equipment_hint",
        Act.VIEW_RECORDS,
        ("/admin/equipment", "/admin/machine", "/admin/area", "/admin/class"),
    ),
    _of_another_part("training_pages.requirements", "requirements", "/admin/requirements"),
    _of_another_part("training_pages.items", "items", "/admin/items"),
    _of_another_part("training_pages.training", "training", "/admin/training/people"),
    _of_another_part("training_pages.sources", "sources", "/admin/training/source"),
    _of_another_part("reader_pages.readers", "readers", "/admin/readers"),
    _of_another_part("duty.week", "duty", "/duty"),
    _of_another_part("shift_pages.shift", "shift", "/shift"),
    AdminPlace("admin.accounts_list", "accounts", "accounts_hint", Act.MANAGE_ACCOUNTS, ("/admin/account",)),
    AdminPlace(
        "admin.configuration", "configuration", "configuration_hint", Act.VIEW_RECORDS, ("/admin/configuration",)
    ),
)


def admin_places(user: User | None, view: Viewer) -> list[dict[str, object]]:
    """Return the pages that this account may open and that this program has."""
    if user is None:
        return []
    return [
        {
            "url": url_for(place.endpoint, lang=view.language),
            "word": view.texts[place.word],
            "hint": view.texts[place.hint],
            "here": request.path.startswith(place.paths),
        }
        for place in ADMIN_PLACES
        if user.may(place.act) and place.endpoint in current_app.view_functions
    ]
