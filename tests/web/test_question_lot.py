"""Who operated TP-01 while lot 123 was made, and was each certified then? From badge bytes to the page."""

import re
from collections.abc import Callable, Iterator
from datetime import date

import pytest

from gate.web.pages import viewer
from gate.web.report_makers import report_maker
from tests.scenarios.plant import P1, P2, P3, changed, plant, record
from tests.scenarios.supervisors import grant
from tests.scenarios.world import World, local
from tests.web.floor_site import FloorSite, floor_site
from tests.web.people import send
from tests.web.test_lot_pages import RIGHT

Make = Callable[..., World]


@pytest.fixture
def site(make_world: Make) -> Iterator[FloorSite]:
    with floor_site(make_world(local("2026-11-23T06:00"))) as found:
        yield found


def lot(site: FloorSite, begin: str, end: str = "", number: str = "123", machine: str = "TP-01") -> None:
    values = {
        **RIGHT,
        "lot": number,
        "equipment_id": machine,
        "from_time": begin,
        "until_time": end,
        "sign_user": "sup",
    }
    values["until_day"] = "2026-11-23" if end else ""
    answer = send(site.browser("sup"), "/lots/new?lang=en", **values)
    assert answer.status_code == 303, answer.text


def plain(html: str) -> str:
    """Return the words of a page, one blank between them."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html)).replace(" ,", ",")


def asked(site: FloorSite, login: str = "qa", language: str = "en", **query: str) -> str:
    where = "&".join(f"{key}={value}" for key, value in {"lot": "123", **query}.items())
    answer = site.browser(login).get(f"/inspection/who-operated?{where}&lang={language}")
    assert answer.status_code == 200, answer.text
    return plain(answer.text)


@pytest.mark.req("H1", "E7")
def test_who_operated_is_answered_with_intervals_evidence_gaps_and_denials(site: FloorSite) -> None:
    """Two people one after the other, one who was refused, and an hour with nobody signed in."""
    world = site.world
    world.go_to(local("2026-11-23T06:30"))
    world.badge("R1", P1, 11)
    world.go_to(local("2026-11-23T08:00"))
    world.badge("R1", P1, 11)
    world.badge("R1", P3, 11)
    world.go_to(local("2026-11-23T09:00"))
    world.badge("R1", P2, 11)
    world.go_to(local("2026-11-23T10:00"))
    lot(site, "07:00", "09:30")
    page = asked(site)
    assert "Lot 123 on TP-01" in page
    assert "People: 2. Starts by badge: 2, of these certified as known then: 2." in page
    assert re.search(r"Ada One \(E1\) Use 2026-11-23 07:00:00 UTC−05:00 joined 2026-11-23 06:30", page)
    assert re.search(r"Bo Deux \(E2\) Use 2026-11-23 09:00:0\d UTC−05:00 2026-11-23 09:30:00", page)
    assert "badged out" in page
    assert "still there" in page
    assert page.count("Press operation, SOP-1 : met") + page.count("Press operation, SOP-1: met") == 2
    assert "E1-SOP-1-R6-2026-01-10 R6, 2026-01-10 – …" in page
    assert re.search(r"08:00:\d\d UTC−05:00 2026-11-23 09:00:\d\d UTC−05:00 (59 min|1 h 0 min)", page), "the gap"
    assert "Cy Three (E3)" in page
    assert "Not certified for this machine" in page or "Denials in that time 1" in page
    assert "The clock was asserted by the site" in page
    assert asked(site, language="fr").count("Ada One (E1)") == 1


@pytest.mark.req("H1", "E7", "E8")
def test_a_record_that_came_later_is_known_now_and_not_then(site: FloorSite) -> None:
    """Somebody refused in trial, trained on paper, entered next day: both truths stand side by side."""
    world = site.world
    world.badge("R1", P1, 11)
    ended = {**plant(), "training_record": [{**record("E1"), "expires_on": date(2026, 11, 1)}, record("E2")]}
    world.load(ended)
    world.go_to(local("2026-11-23T08:00"))
    lot(site, "05:00", "07:30")
    page = asked(site)
    assert "Starts that are judged otherwise as known now: 1" in page
    assert re.search(r"Certified Not certified: ", page)
    assert "As known now : " in page or "As known now: " in page


@pytest.mark.req("H1")
def test_the_answer_says_what_it_does_not_know(site: FloorSite) -> None:
    """An unknown lot, a machine that never was, hostile text: each by name, nothing broken."""
    browser = site.browser("qa")
    for query, words in (
        ("lot=nope", "No window of the lot nope"),
        ("lot=123&equipment=XX", "There never was a machine XX"),
        ("lot=%3Cscript%3E&equipment=", "No window of the lot"),
        ("lot=" + "x" * 10_000, "No window of the lot"),
    ):
        answer = browser.get(f"/inspection/who-operated?{query}&lang=en")
        assert answer.status_code == 422
        assert words in answer.text
        assert "<script>" not in answer.text
    assert "Fill in the filters" in browser.get("/inspection/who-operated?lang=en").text


@pytest.mark.req("H1", "H6")
def test_the_same_answer_is_exported(site: FloorSite) -> None:
    """What the inspector takes home has the same rows as what was shown."""
    world = site.world
    world.badge("R1", P1, 11)
    world.go_to(local("2026-11-23T08:00"))
    lot(site, "05:00")
    page = site.browser("qa").get("/inspection/who-operated?lot=123&lang=en").text
    link = re.search(r'href="(/export/who_operated\?[^"]+)"', page)
    assert link
    assert site.browser("qa").get(link[1].replace("&amp;", "&")).status_code == 200
    maker = report_maker("who_operated")
    assert maker
    with site.app.test_request_context("/?lang=en"):
        report = maker.make({"lot": "123"}, viewer())
        rows = list(report.rows())
    assert report.total == len(rows) == 2
    assert [str(row[0]) for row in rows] == ["nobody signed in", "use"]


@pytest.mark.req("H1", "D9")
def test_a_start_under_an_override_names_its_reference(make_world: Make) -> None:
    """Allowed, and not certified: the answer says both, and on whose word."""
    expired = {**plant(), "training_record": [{**record("E1"), "expires_on": date(2026, 1, 31)}, record("E2")]}
    with floor_site(make_world(local("2026-11-23T06:00"), expired)) as site:
        grant(site.world)
        site.world.badge("R1", P1, 11)
        assert site.world.reasons()[0] == "ALLOW_OVERRIDE"
        site.world.go_to(local("2026-11-23T08:00"))
        lot(site, "05:00", "07:30")
        page = asked(site)
    assert "of these certified as known then: 0" in page
    assert "Starts under an override: 1" in page
    assert "By override DEV-2026-0042" in page


@pytest.mark.req("H1", "L1")
def test_a_machine_in_trial_withheld_nothing_and_the_answer_says_so(make_world: Make) -> None:
    """Somebody who would have been denied could start it all the same."""
    trial = changed(plant(), "equipment", "TP-01", mode="shadow")
    with floor_site(make_world(local("2026-11-23T06:00"), trial)) as site:
        site.world.badge("R1", P3, 11)
        site.world.go_to(local("2026-11-23T08:00"))
        lot(site, "05:00", "07:30")
        page = asked(site)
    assert "TRIAL: the machine withheld nothing" in page
    assert re.search(r"Cy Three \(E3\) TRIAL", page)
    assert "Somebody was signed in all the time" not in page
