"""The menu: which pages somebody with an account is led to, in one order for everybody.

No screen is wide enough for all of them. The places that a role works with have the first ranks and stand in the bar;
`menu.css` moves the others under "More", the fewer the wider the screen. The order never changes, so that a place is
always to the left of the same others.
"""

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
    Place("log_pages.access_log", "access_log", "log", Act.VIEW_RECORDS),
    Place("reviews.reviews", "reviews", "review", Act.VIEW_REVIEWS),
    Place("inspection_pages.inspection", "inspection", "ask", Act.VIEW_RECORDS),
    Place("matrix_pages.matrix", "matrix", "people", Act.VIEW_RECORDS),
    Place("trend_pages.trends", "trends", "trend", Act.VIEW_RECORDS),
    Place("overrides.overrides", "overrides", "over", Act.VIEW_RECORDS),
    Place("alert_pages.alerts", "alerts", "alert", Act.VIEW_RECORDS),
    Place("badge_pages.badges", "badges", "badge", Act.BLOCK_BADGE),
    Place("admin.index", "administration", "admin", Act.VIEW_RECORDS),
)
"""In the order of the bar; a page that this program does not have is left out."""

OF_SUPERVISORS = ("floor", "overrides", "alerts", "badges", "access_log", "matrix")
OF_QA = ("floor", "access_log", "reviews", "inspection", "matrix", "overrides", "trends")
OF_OTHERS = ("floor", "badges", "administration", "access_log", "alerts", "matrix")
"""What each works with, the most needed first; what is not named comes after, in the order of the bar."""


def menu_of(user: User | None, view: Viewer) -> list[dict[str, object]]:
    """Return the entries for this account with their ranks, from 1; a page that it may not open is left out."""
    if user is None:
        return []
    places = [place for place in MENU if user.may(place.act) and place.endpoint in current_app.view_functions]
    order = _order(user)
    needed = sorted(places, key=lambda place: _need(place, order))
    ranks = {place.word: rank for rank, place in enumerate(needed, 1)}
    return [
        {
            "url": url_for(place.endpoint, lang=view.language),
            "word": view.texts[place.word],
            "short": view.texts.get(f"{place.word}_short", view.texts[place.word]),
            "icon": place.icon,
            "here": _is_here(place),
            "rank": ranks[place.word],
        }
        for place in places
    ]


def _order(user: User) -> tuple[str, ...]:
    if user.may(Act.GRANT_OVERRIDE):
        return OF_SUPERVISORS
    return OF_QA if user.may(Act.EXPORT_RECORDS) else OF_OTHERS


def _need(place: Place, order: tuple[str, ...]) -> int:
    return order.index(place.word) if place.word in order else len(order) + MENU.index(place)


def _is_here(place: Place) -> bool:
    """Whether the page is shown, or one of the same area."""
    blueprint = (request.endpoint or "").partition(".")[0]
    return place.endpoint.partition(".")[0] == blueprint or request.path.startswith(f"{url_for(place.endpoint)}/")
