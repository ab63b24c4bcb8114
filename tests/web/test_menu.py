"""The menu: one order for everybody, the places of one's own work first in the bar, the rest under More."""

import re

import pytest
from flask import Flask

from gate.core.roles import Role
from gate.web.menu import MENU, OF_OTHERS, OF_QA, OF_SUPERVISORS
from tests.web.people import add_account, signed_in
from tests.web.records import GateOnRecord

PLACE = re.compile(r'<li class="p(\d+)"><a href="(/[^"?]*)')


def bar(app: Flask, gate: GateOnRecord, role: Role, path: str = "/log") -> list[tuple[int, str]]:
    """Return rank and address of each place in the bar of somebody with a role."""
    add_account(gate, role.value, role)
    page = signed_in(app, role.value).get(f"{path}?lang=en").text
    nav = page.partition('<nav class="topnav"')[2].partition("</ul>")[0]
    return [(int(rank), url) for rank, url in PLACE.findall(nav)]


@pytest.mark.parametrize("role", [Role.QA, Role.SUPERVISOR, Role.SYSADMIN, Role.AUDITOR, Role.TRAINER])
def test_the_order_is_the_same_for_everybody_and_every_place_has_a_rank(
    gate: GateOnRecord, app: Flask, role: Role
) -> None:
    """A place is always to the left of the same others; a rank that two share would show both or none."""
    found = bar(app, gate, role)
    urls = [url for _, url in found]
    order = ["/floor", "/log", "/reviews", "/inspection", "/matrix", "/trends", "/overrides", "/alerts", "/badges"]
    assert urls == [url for url in (*order, "/admin") if url in urls]
    assert sorted(rank for rank, _ in found) == list(range(1, len(found) + 1))


def test_what_a_role_works_with_comes_first(gate: GateOnRecord, app: Flask) -> None:
    """On a phone four places stand in the bar: those of a night shift, or those of a review."""
    supervisor = {url for rank, url in bar(app, gate, Role.SUPERVISOR) if rank <= 4}
    quality = {url for rank, url in bar(app, gate, Role.QA) if rank <= 4}
    assert supervisor == {"/floor", "/overrides", "/alerts", "/badges"}
    assert quality >= {"/floor", "/log"}
    assert "/badges" not in quality


def test_the_places_that_are_named_exist() -> None:
    """A word that no place has would rank nothing."""
    assert {*OF_SUPERVISORS, *OF_QA, *OF_OTHERS} <= {place.word for place in MENU}


def test_the_rest_is_under_more_without_a_script(gate: GateOnRecord, app: Flask) -> None:
    """Nothing is out of reach on a small screen; the place one is at is marked in both."""
    add_account(gate, "qa", Role.QA)
    page = signed_in(app, "qa").get("/alerts?lang=en").text
    assert page.count('<details class="menumore') == 2
    assert len(re.findall(r'href="/alerts\?lang=en" aria-current="page"', page)) == 4


def test_nobody_who_is_not_signed_in_sees_a_menu(app: Flask) -> None:
    """The menu says what there is."""
    assert "topnav" not in app.test_client().get("/?lang=en").text
