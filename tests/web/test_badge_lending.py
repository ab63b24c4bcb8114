"""A pool badge is lent for some hours, signed, and is nobody's again by itself, whether or not it is in use."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from gate.web.badge_lend_pages import end_of
from tests.badge_people import HOSTILE
from tests.scenarios.world import World, local
from tests.web.badge_site import LENT, POOL, Site, open_site


@pytest.fixture
def site(make_world: Callable[..., World]) -> Iterator[Site]:
    with open_site(make_world) as found:
        yield found


@pytest.mark.req("A1", "A2", "G1")
def test_a_lent_badge_ends_by_itself_in_the_middle_of_a_use(site: Site) -> None:
    """At 20:00 the permissive drops, without a page, a person or a badge."""
    assert site.send("/badges/lend/POOL-1", **LENT).status_code == 303
    signature = site.world.trail("change")[-1]["detail"]["signatures"][0]
    assert (signature["name"], signature["meaning"]) == ("Name of sup", "pool badge lent")
    site.world.badge("R1", POOL)
    allowed = site.world.decisions()[-1]
    assert (allowed["person"], allowed["outcome"]) == ("E4", "allow")
    assert allowed["until"] == site.world.trail("change")[-1]["until"], "an allow says until when"
    end = datetime.fromisoformat(allowed["until"])
    site.world.go_to(end)
    assert site.world.clock.at == end
    site.world.run(1.5)
    assert not site.world.output("R1")
    assert site.world.trail("use_ended") == []
    site.world.badge("R1", POOL)
    assert site.world.reasons() == ["PERSON_UNKNOWN"]
    assert "person" not in site.world.decisions()[-1], "nobody knows who holds it there now"
    assert site.world.sound()


@pytest.mark.req("A2")
def test_the_permissive_stands_until_the_very_end(site: Site) -> None:
    """An end that comes early stops a start that is allowed."""
    site.send("/badges/lend/POOL-1", **{**LENT, "hours": "other", "until": "13:00"})
    site.world.badge("R1", POOL)
    site.world.go_to(local("2026-11-23T12:59:59"))
    assert site.world.output("R1")
    site.world.run(2)
    assert not site.world.output("R1")


@pytest.mark.req("A1")
def test_a_lent_badge_ends_by_itself_between_uses(site: Site) -> None:
    """It lies in a pocket over night and opens nothing in the morning; then it is lent again."""
    site.send("/badges/lend/POOL-1", **{**LENT, "hours": "4"})
    site.world.go_to(local("2026-11-23T16:00:01"))
    site.world.badge("R1", POOL)
    assert site.world.reasons() == ["PERSON_UNKNOWN"]
    text = site.get("/badges?lang=en", "qa").text
    assert "ended by itself" in text
    assert "In the drawer" in text
    site.browsers.pop("sup")
    assert site.send("/badges/lend/POOL-1", **{**LENT, "person": "E1"}).status_code == 303
    site.world.badge("R1", POOL)
    assert site.world.decisions()[-1]["person"] == "E1"


@pytest.mark.req("A1")
def test_a_pool_badge_is_not_lent_twice_and_can_come_back_early(site: Site) -> None:
    """Two people with one badge is two people with one name."""
    site.send("/badges/lend/POOL-1", **LENT)
    site.world.badge("R1", POOL)
    again = site.send("/badges/lend/POOL-1", **{**LENT, "person": "E1"})
    assert again.status_code == 422
    assert "is lent to Di Four (E4)" in again.text
    assert site.world.trail("security")[-1]["detail"]["refused"] == "lent_already"
    assert site.send("/badges/return/POOL-1", why="handed in").status_code == 303
    site.world.run(5)
    assert not site.world.output("R1")
    listed = site.get("/badges?lang=en", "qa").text
    assert "returned 12:00" in listed
    assert "Name of sup" in listed


@pytest.mark.req("A7", "G3")
def test_only_a_supervisor_lends_and_only_with_a_password(site: Site) -> None:
    """The tablet lies open on the table."""
    for login in ("qa", "adm"):
        assert site.get("/badges/lend/POOL-1", login).status_code == 403
    assert site.send("/badges/lend/POOL-1", **{**LENT, "password": "wrong"}).status_code == 422
    assert site.send("/badges/lend/POOL-1", **{**LENT, "sign_user": "two"}).status_code == 422
    assert [entry for entry in site.world.trail("change") if entry.get("badge")] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"hours": "13"},
        {"hours": ""},
        {"hours": "other", "until": "25:00"},
        {"hours": "other", "until": HOSTILE},
        {"hours": "other", "until": "11:00"},
        {"how": "none"},
        {"person": "E404"},
        {"person": "E9"},
        {"why": ""},
        {"why": HOSTILE},
    ],
)
def test_values_that_the_form_does_not_offer_lend_nothing(site: Site, wrong: dict[str, str]) -> None:
    """11:00 is 23 hours ahead; the rest was never on the form."""
    answer = site.send("/badges/lend/POOL-1", **{**LENT, **wrong})
    assert answer.status_code == 422
    assert "\u202e" not in answer.text
    assert "<b>" not in answer.text
    site.world.badge("R1", POOL)
    assert site.world.reasons() == ["PERSON_UNKNOWN"]


TORONTO = ZoneInfo("America/Toronto")


@pytest.mark.parametrize(
    ("now", "clock", "wanted"),
    [
        ("2026-11-23T17:00", "15:30", "2026-11-23T20:30"),
        ("2026-11-23T17:00", "11:00", "2026-11-24T16:00"),
        ("2026-11-23T17:00", "12:00", "2026-11-24T17:00"),
        ("2026-11-23T17:00", "7 h 05", "2026-11-24T12:05"),
        ("2026-11-01T04:00", "1:30", "2026-11-01T05:30"),
        ("2026-11-01T05:45", "1:30", "2026-11-01T06:30"),
        ("2026-03-08T06:00", "2:30", "2026-03-08T07:30"),
        ("2026-11-23T17:00", "24:00", None),
        ("2026-11-23T17:00", "", None),
    ],
)
def test_a_time_of_day_is_the_next_one_on_the_sites_clock(now: str, clock: str, wanted: str | None) -> None:
    """Also in the night when it comes twice, and in the one when it never comes."""
    found = end_of("other", clock, datetime.fromisoformat(now).replace(tzinfo=UTC), TORONTO)
    assert found == (datetime.fromisoformat(wanted).replace(tzinfo=UTC) if wanted else None)
