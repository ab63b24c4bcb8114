"""Forgotten uses from the form to the relay: the gate process must see what the page has closed."""

import re
from collections.abc import Callable, Iterator

import pytest

from tests.scenarios.plant import P1, P2
from tests.scenarios.world import World, local
from tests.web.floor_site import FloorSite, floor_site, member, signed_right
from tests.web.people import WORD

Make = Callable[..., World]


@pytest.fixture
def site(make_world: Make) -> Iterator[FloorSite]:
    with floor_site(make_world(local("2026-11-23T13:00"))) as found:
        yield found


@pytest.mark.req("C7", "C10", "G1", "J2")
def test_closing_a_forgotten_use_drops_its_permissive_and_claims_a_time_at_the_end_of_the_trail(
    site: FloorSite,
) -> None:
    """Somebody went home without badging out: the entry is made now, and carries the claimed time beside its own."""
    site.world.badge("R1", P1)
    site.world.badge("R2", P2)
    site.world.run(600)
    assert site.world.output("R1")
    path = member(site)
    before = site.world.trail()[-1]["seq"]
    answer = site.sign("sup", path, left_day="2026-11-23", left_time="13:04")
    assert answer.status_code == 303, answer.text
    site.world.run(5)
    assert not site.world.output("R1"), "another process closed it; the gate must see it"
    assert site.world.output("R2"), "and nothing else"
    closed = site.world.trail("use_closed")
    assert [(e["person"], e["equipment"], e["new"]["use_ended"]) for e in closed] == [("E1", "TP-01", True)]
    assert closed[0]["new"]["claimed_left_at"] == "2026-11-23T18:04:00.000Z"
    assert closed[0]["seq"] > before, "never inserted between older entries"
    assert closed[0]["at"] > closed[0]["new"]["claimed_left_at"]
    assert signed_right(closed[0], "Name of sup", "closed")
    site.world.badge("R1", P1)
    assert site.world.reasons() == ["ALLOW_CERTIFIED"], "a new use, not a badge-out of the old one"
    assert site.world.output("R1")
    assert site.world.sound()


@pytest.mark.req("C7")
def test_closing_one_of_two_leaves_the_other_and_the_permissive(site: FloorSite) -> None:
    """The permissive stands while one person remains entitled."""
    site.world.badge("R1", P1, 11)
    site.world.badge("R1", P2, 11)
    assert site.sign("sup", member(site), left_day="2026-11-23", left_time="13 h 00").status_code == 303
    site.world.run(5)
    assert site.world.output("R1")
    assert [entry["new"]["use_ended"] for entry in site.world.trail("use_closed")] == [False]
    assert "Ada One" not in site.page("sup", "/floor")
    assert "Bo Deux" in site.page("sup", "/floor")


CLAIMS = (
    ("2026-11-23", "12:59", "before the time of badging in"),
    ("2026-11-23", "13:30", "still to come"),
    ("2026-11-24", "00:00", "still to come"),
    ("", "13:02", "Type the day as"),
    ("2026-11-23", "", "Type the day as"),
    ("2026-02-30", "13:02", "Type the day as"),
    ("0001-01-01", "00:00", "before the time of badging in"),
    ("9999-12-31", "23:59", "Type the day as"),
    ("9998-12-31", "23:59", "still to come"),
    ("20261123", "13:02", "Type the day as"),
    ("2026-11-23", "25:00", "Type the day as"),
    ("2026-11-23", "<b>\u202e1:00", "Type the day as"),
    ("٢٠٢٦-11-23", "13:02", "Type the day as"),
    ("2026-03-08", "02:30", "skipped this time"),
)


@pytest.mark.req("C10")
def test_a_claimed_time_lies_between_joining_and_now(site: FloorSite) -> None:
    """A claim that cannot be true is no evidence."""
    site.world.badge("R1", P1)
    site.world.run(600)
    path = member(site)
    for day, clock, said in CLAIMS:
        answer = site.sign("sup", path, left_day=day, left_time=clock)
        assert answer.status_code == 422, (day, clock)
        assert said in answer.text, (day, clock)
        assert "\u202e" not in answer.text
    assert site.world.trail("use_closed") == []
    site.world.run(2)
    assert site.world.output("R1")


@pytest.mark.req("C10")
def test_a_use_closed_twice_is_closed_once_and_the_second_is_told(site: FloorSite) -> None:
    """Two supervisors see the same forgotten use; the second signature closes nothing."""
    site.world.badge("R1", P1)
    site.world.run(120)
    path = member(site)
    form = site.browser("sue").get(f"{path}?lang=en").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', form)
    assert token
    fields = {"left_day": "2026-11-23", "left_time": "13:01", "justification": "The locker is empty"}
    assert site.sign("sup", path, **fields).status_code == 303
    data = {**fields, "csrf_token": token[1], "sign_user": "sue", "password": WORD}
    late = site.browser("sue").post(f"{path}?lang=en", data=data)
    assert late.status_code == 422
    assert "not signed in there any more" in late.text
    assert len(site.world.trail("use_closed")) == 1
    assert site.refused("closing a use refused") == [["closed_already"]]


@pytest.mark.req("C7")
def test_who_is_signed_in_too_long_or_without_permissive_is_lifted_to_the_top(site: FloorSite) -> None:
    """A use nobody ended spoils the answer to who operated the machine."""
    site.world.badge("R1", P1)
    assert "is still signed in" not in site.page("sup", "/floor")
    site.world.go_to(local("2026-11-24T02:00:10"))
    site.browsers.clear()
    page = site.page("sup", "/floor")
    assert "<bdi>Ada One</bdi> is still signed in at <bdi>TP-01</bdi>" in page
    assert "Longer than the longest use." in page
    assert "Close the use" in page
    assert "Close the use" not in site.page("qa", "/floor"), "only a supervisor closes it"
