"""Lost, returned, found: forms on one side of a gate at work, badges and the relay on the other."""

from collections.abc import Callable, Iterator

import pytest

from tests.scenarios.plant import P1
from tests.scenarios.world import World
from tests.web.badge_site import LENT, NEW, POOL, SIGNED, Site, open_site
from tests.web.people import WORD, send, token

LOST = {"why": "left on the bus"}


@pytest.fixture
def site(make_world: Callable[..., World]) -> Iterator[Site]:
    with open_site(make_world) as found:
        yield found


# --- lost ------------------------------------------------------------------------------------------------------


@pytest.mark.req("A2")
@pytest.mark.scenario(32)
@pytest.mark.parametrize("login", ["sup", "qa", "adm"])
def test_a_badge_lost_in_the_middle_of_a_use_drops_within_5_s(site: Site, login: str) -> None:
    """The machine runs on, the use stays on record, and the next read is denied, whoever of the three reports it."""
    site.world.badge("R1", P1)
    assert site.world.output("R1")
    answer = site.send("/badges/lost/B1", login, **LOST)
    assert answer.status_code == 303
    assert "Reported lost" in site.get(answer.location, login).text
    site.world.run(5)
    assert not site.world.output("R1")
    assert site.world.trail("permissive_dropped")[-1]["detail"]["cause"] == "badge_blocked"
    assert site.world.trail("use_ended") == [], "the use stays on record"
    for reader in ("R1", "R2"):
        site.world.badge(reader, P1)
        assert site.world.reasons() == ["BADGE_LOST"]
    told = site.world.trail("change")[-1]
    assert (told["badge"], told["person"], told["why"]) == ("B1", "E1", LOST["why"])


@pytest.mark.req("A2")
def test_two_taps_and_why(site: Site) -> None:
    """From the list to the form in one tap, and from there to done in one."""
    page = site.get("/badges?lang=en&q=ada").text
    assert 'href="/badges/lost/B1?lang=en"' in page
    assert "Every reader refuses it within 5 seconds" in site.get("/badges/lost/B1?lang=en").text


@pytest.mark.req("A2", "A7")
def test_found_again_is_for_qa_or_the_administrator_and_signed(site: Site) -> None:
    """A supervisor blocks alone, and does not unblock."""
    site.send("/badges/lost/B1", **LOST)
    assert site.get("/badges/found/B1").status_code == 403
    assert "/badges/found/B1" not in site.get("/badges?lang=en").text
    why = "was in the other coat all the time"
    unsigned = site.send("/badges/found/B1", "qa", why=why, sign_user="qa", password="wrong")
    assert unsigned.status_code == 422
    assert why in unsigned.text
    site.world.badge("R1", P1)
    assert site.world.reasons() == ["BADGE_LOST"]
    answer = site.send("/badges/found/B1", "qa", why=why, sign_user="qa", password=WORD)
    assert answer.status_code == 303
    site.world.badge("R1", P1)
    assert site.world.reasons() == ["ALLOW_CERTIFIED"]
    again = site.send("/badges/found/B1", "qa", why=why, password=WORD)
    assert again.status_code == 422
    assert "is not reported lost" in again.text


# --- returned ----------------------------------------------------------------------------------------------------


@pytest.mark.req("A1")
def test_returned_and_given_to_another_the_old_rows_show_the_old_person(site: Site) -> None:
    """Test of A1."""
    site.world.badge("R1", P1)
    assert site.send("/badges/return/B1", why="left the company").status_code == 303
    site.world.run(5)
    assert not site.world.output("R1")
    site.world.badge("R1", P1)
    assert site.world.reasons() == ["PERSON_UNKNOWN"]
    assert "person" not in site.world.decisions()[-1]
    assert site.enrol("E4", P1).status_code == 303
    site.world.badge("R2", P1)
    assert [entry.get("person") for entry in site.world.decisions()] == ["E1", None, "E4"]
    assert {entry["badge"] for entry in site.world.decisions()} == {"B1"}
    story = site.get("/badges/one/B1?lang=en").text
    assert story.index("Di Four") < story.index("left the company") < story.index("Loaded from a file")
    assert "Ada One" in story


# --- found in the list -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "there", "not_there"),
    [
        ("q=ADA", "B1", "B2"),
        ("q=e2", "B2", "B1"),
        ("q=0c86", "B1", "B2"),
        ("q=C86", "", "B1"),
        ("q=2EC0C86", "", "B1"),
        ("q=&state=lost", "", "B1"),
        ("pool=1", "POOL-1", "B1"),
        ("state=nonsense&q=b1", "B1", "B2"),
        ("q=%3Cscript%3E%E2%80%AE", "", "B1"),
    ],
)
def test_a_badge_is_found_by_person_id_or_exactly_its_last_4(
    site: Site, query: str, there: str, not_there: str
) -> None:
    """Searching must not tell more of a number than the page does."""
    rows = site.get(f"/badges?lang=en&{query}").text.partition('id="h-pool"')[0]
    assert (f"/badges/one/{there}?" in rows) is bool(there)
    assert f"/badges/one/{not_there}?" not in rows
    assert "<script>" not in rows.partition("</head>")[2]
    assert "\u202e" not in rows


def test_no_page_shows_more_than_the_last_4(site: Site) -> None:
    """A page that did would be a list to copy badges from."""
    site.enrol("E4", NEW)
    paths = [
        "/badges",
        "/badges/one/B1",
        "/badges/lost/B1",
        "/badges/return/B1",
        "/badges/lend/POOL-1",
        "/badges/enrol",
    ]
    for path in paths:
        text = site.get(path).text
        for number in (P1, NEW, POOL):
            assert number.partition(":")[2] not in text, path


@pytest.mark.parametrize(
    "path",
    ["/badges/one/B404", "/badges/lost/B404", "/badges/lend/B1", "/badges/return/%E2%80%AE", "/badges/lend/B404"],
)
def test_what_is_no_badge_has_no_page(site: Site, path: str) -> None:
    """Ids in addresses are no authority; and only pool badges are lent."""
    assert site.get(path).status_code == 404


def test_a_form_sent_twice_reports_once(site: Site) -> None:
    """The second is told that it stands already."""
    assert site.send("/badges/lost/B1", **LOST).status_code == 303
    again = site.send("/badges/lost/B1", **LOST)
    assert again.status_code == 422
    assert "reported lost already" in again.text
    assert "left on the bus" in again.text


def test_the_pages_speak_french(site: Site) -> None:
    """Half the shift reads French; refusals too."""
    page = site.get("/badges?lang=fr").text
    assert "Badges de prêt" in page
    assert "Déclarer perdu" in page
    site.send("/badges/lost/B1", **LOST)
    answer = send(site.browser(), "/badges/lost/B1?lang=fr", **LOST)
    assert "est déjà déclaré perdu" in answer.text


def test_a_session_that_ended_loses_nothing_but_the_password(site: Site) -> None:
    """The form comes back after signing in, with what was typed, and nothing done."""
    sent = {"csrf_token": token(site.browser(), "/login"), **LENT, "badge_code": NEW}
    site.browser().delete_cookie("gate_session")
    page = site.browser().post("/badges/lend/POOL-1?lang=en", data=sent)
    assert page.status_code == 401
    assert "forgot the badge at home" in page.text
    assert NEW not in page.text
    assert SIGNED["password"] not in page.text
