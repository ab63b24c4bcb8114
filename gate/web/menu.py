"""The menu: which pages somebody with an account is led to, in one order for everybody."""

from typing import NamedTuple

from flask import current_app, request, url_for

from gate.core.roles import Act
from gate.web.session import User
from gate.web.view import Viewer


class Place(NamedTuple):
    """One entry of the menu: the page, the key of its word, its drawing, and what it takes to see it."""

    endpoint: str
    word: str
    icon: str
    act: Act


MENU = (
    Place("floor.floor", "floor", "floor", Act.VIEW_RECORDS),
    Place("overrides.overrides", "overrides", "over", Act.VIEW_RECORDS),
    Place("reviews.reviews", "reviews", "review", Act.VIEW_REVIEWS),
    Place("alert_pages.alerts", "alerts", "alert", Act.VIEW_RECORDS),
    Place("badge_pages.badges", "badges", "badge", Act.BLOCK_BADGE),
    Place("admin.index", "administration", "admin", Act.VIEW_RECORDS),
)


def menu_of(user: User | None, view: Viewer) -> list[dict[str, object]]:
    """Return the entries for this account; a page that it may not open is left out."""
    if user is None:
        return []
    blueprint = (request.endpoint or "").partition(".")[0]
    return [
        {
            "url": url_for(place.endpoint, lang=view.language),
            "word": view.texts[place.word],
            "short": view.texts.get(f"{place.word}_short", view.texts[place.word]),
            "icon": place.icon,
            "here": place.endpoint.partition(".")[0] == blueprint
            or request.path.startswith(f"{url_for(place.endpoint)}/"),
        }
        for place in MENU
        if user.may(place.act) and place.endpoint in current_app.view_functions
    ]
