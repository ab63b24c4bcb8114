"""Enrolment by tapping: bytes of a badge at a reader on one side of a gate at work, forms on the other."""

from collections.abc import Callable, Iterator

import pytest

from tests.badge_people import HOSTILE
from tests.scenarios.plant import P1
from tests.scenarios.world import World
from tests.web.badge_site import ASKED, NEW, NEW_2, POOL, Site, open_site


@pytest.fixture
def site(make_world: Callable[..., World]) -> Iterator[Site]:
    with open_site(make_world) as found:
        yield found


@pytest.mark.req("A1", "G4")
def test_a_tapped_badge_is_confirmed_and_then_allowed(site: Site) -> None:
    """Choose, tap, confirm; the next read of that badge is the person's."""
    page = site.ask("E4")
    waiting = site.get(page).text
    assert "Hold the badge to reader R2" in waiting
    assert '<noscript><meta http-equiv="refresh" content="1"></noscript>' in waiting
    site.world.badge("R2", NEW)
    read = site.get(page).text
    assert f"Badge read: it ends in {NEW[-4:]}" in read
    assert NEW not in read
    assert "refresh" not in read
    assert site.world.decisions() == [], "a badge held out starts nothing"
    done = site.confirm(page)
    assert done.status_code == 303
    assert "is enrolled for Di Four" in site.get(done.location).text
    told = site.world.trail("change")[-1]
    assert (told["person"], told["reader"], told["new"]["identity"]) == ("E4", "R2", "photo_id")
    site.world.badge("R1", NEW)
    assert site.world.decisions()[-1]["person"] == "E4"
    assert site.world.reasons() == ["ALLOW_CERTIFIED"]
    assert site.world.output("R1")
    assert site.world.sound()


def test_one_after_another_without_choosing_again(site: Site) -> None:
    """Forty people on their first day: two taps each, the reader stays chosen."""
    first = site.enrol("E4", NEW, going_on="yes")
    assert first.status_code == 303
    site.world.run(1.2)
    waiting = site.get(first.location).text
    assert "is enrolled for Di Four" in waiting
    assert "Éli &lt;b&gt;Cinq&lt;/b&gt;" in waiting
    site.world.badge("R2", NEW_2)
    last = site.confirm(first.location)
    assert "/badges/enrol?" in last.location
    page = site.get(last.location).text
    assert "That was the last person on the list." in page
    assert "Everybody active carries a badge." in page
    assert '<option value="R2" selected>' in page
    site.world.badge("R1", NEW_2)
    assert site.world.decisions()[-1]["person"] == "E5"


def test_somebody_who_is_not_there_is_passed_over(site: Site) -> None:
    """The list must not end at the first one who is late."""
    page = site.ask("E4", going_on="yes")
    skipped = site.send(page.partition("?")[0], step="skip")
    assert "Éli" in site.get(skipped.location).text
    assert site.world.asked(int(page.partition("?")[0].rsplit("/", 1)[1])).result == {}  # type: ignore[union-attr]
    over = site.send(skipped.location.partition("?")[0], step="skip")
    assert "over=yes" in over.location


@pytest.mark.req("A1")
def test_a_badge_with_an_owner_is_refused_with_the_name(site: Site) -> None:
    """Also when the form is sent against the page's advice; then it is on record."""
    page = site.ask("E4")
    site.world.badge("R2", P1)
    text = site.get(page).text
    assert "Badge B1 belongs to Ada One (E1)" in text
    assert 'value="confirm"' not in text
    answer = site.confirm(page)
    assert answer.status_code == 422
    refused = site.world.trail("security")[-1]
    assert (refused["detail"]["refused"], refused["badge"], refused["by"]) == ("has_owner", "B1", "P-sup")


def test_a_pool_badge_and_a_lost_one_are_refused_in_their_own_words(site: Site) -> None:
    """Each refusal has another next step."""
    page = site.ask("E4")
    site.world.badge("R2", POOL)
    assert "is a pool badge" in site.get(page).text
    site.send("/badges/lost/B1", why="left on the bus")
    page = site.ask("E4")
    site.world.badge("R2", P1)
    assert "was reported lost. QA or the system administrator" in site.get(page).text


@pytest.mark.req("A1")
def test_the_same_badge_tapped_for_two_persons_is_one_persons(site: Site) -> None:
    """Two clerks at two readers pass one badge on: the second is told, and nothing is doubled."""
    one, two = site.ask("E4"), site.ask("E5", "two", reader="R1")
    site.world.badge("R2", NEW)
    site.world.badge("R1", NEW)
    assert site.confirm(one).status_code == 303
    assert "Tap it again" in site.get(two, "two").text
    assert site.confirm(two, "two").status_code == 422
    again = site.send(two.partition("?")[0], "two", step="again")
    site.world.run(1.2)
    site.world.badge("R1", NEW)
    assert "belongs to Di Four (E4)" in site.get(again.location, "two").text
    assert len([entry for entry in site.world.trail("change") if entry.get("badge")]) == 1


def test_two_clerks_at_the_same_reader(site: Site) -> None:
    """The second is told; the badge that comes is held out to the first, and never to the second."""
    one = site.ask("E4")
    answer = site.send("/badges/enrol", "two", **{**ASKED, "person": "E5"})
    assert answer.status_code == 422
    assert "waits for a badge on somebody else’s page" in answer.text
    site.world.badge("R2", NEW)
    assert "it ends in" in site.get(one).text
    other = site.get(one, "two")
    assert NEW[-4:] not in other.text
    assert "This request is over" in other.text
    assert site.confirm(one, "two").status_code == 422
    assert site.confirm(one).status_code == 303


def test_the_request_is_over_after_30_seconds_and_can_be_made_again(site: Site) -> None:
    """A page left open must not swallow the badges of a shift."""
    page = site.ask("E4")
    site.world.run(30)
    text = site.get(page).text
    assert "No badge came within 30 seconds" in text
    site.world.badge("R2", P1)
    assert len(site.world.decisions()) == 1
    assert site.confirm(page).status_code == 422
    again = site.send(page.partition("?")[0], step="again")
    site.world.run(1.2)
    site.world.badge("R2", NEW)
    assert site.confirm(again.location).status_code == 303


def test_a_form_sent_twice_enrols_once(site: Site) -> None:
    """The back button and a double tap are no second badge."""
    page = site.ask("E4")
    site.world.badge("R2", NEW)
    assert site.confirm(page).status_code == 303
    assert site.confirm(page).status_code == 422
    assert len([entry for entry in site.world.trail("change") if entry.get("badge")]) == 1


@pytest.mark.req("G4")
def test_without_the_tick_nothing_is_enrolled(site: Site) -> None:
    """Who verified is the one who ticks; it is never ticked beforehand."""
    page = site.ask("E4")
    site.world.badge("R2", NEW)
    assert "checked" not in site.get(page).text.partition('id="f-confirmed"')[2].partition(">")[0]
    answer = site.send(page.partition("?")[0], step="confirm")
    assert answer.status_code == 422
    assert "Confirm that you checked who the person is" in answer.text
    site.world.badge("R1", NEW)
    assert site.world.reasons() == ["BADGE_UNKNOWN"]


@pytest.mark.req("A2")
@pytest.mark.scenario(26)
def test_a_replacement_keeps_the_person_and_ends_the_old_badge(site: Site) -> None:
    """The old one says: use the new one."""
    site.world.badge("R1", P1)
    site.world.badge("R1", P1)
    answer = site.enrol("E1", NEW, replaces="B1")
    assert answer.status_code == 303
    site.world.badge("R1", P1)
    assert site.world.reasons() == ["BADGE_REPLACED"]
    site.world.badge("R1", NEW)
    assert site.world.decisions()[-1]["person"] == "E1"
    assert "Replaced by another" in site.get("/badges/one/B1?lang=en").text


def test_a_badge_is_enrolled_for_the_pool(site: Site) -> None:
    """The drawer is filled the same way."""
    answer = site.enrol("", NEW, for_pool="yes")
    assert "is in the pool" in site.get(answer.location).text
    site.world.badge("R1", NEW)
    assert site.world.reasons() == ["PERSON_UNKNOWN"]


def test_a_number_typed_by_hand_is_marked_and_not_shown_again(site: Site) -> None:
    """The way out where no reader works; QA sees it on the badge."""
    typed = {"person": "E4", "how": "photo_id", "why": "reader R2 is being repaired", "confirmed": "yes"}
    page = "/badges/enrol/type"
    assert "Only if no reader can read it" in site.get(f"{page}?lang=en&person=E4").text
    wrong = site.send(page, **typed, badge_code="w26:NOPE")
    assert wrong.status_code == 422
    assert "NOPE" not in wrong.text
    assert site.send(page, **{**typed, "confirmed": ""}, badge_code=NEW).status_code == 422
    done = site.send(page, **typed, badge_code=NEW.lower())
    assert done.status_code == 303
    badge = site.world.trail("change")[-1]["badge"]
    text = site.get(f"/badges/one/{badge}?lang=en").text
    assert "number typed by hand" in text
    assert NEW not in text
    listed = site.get("/badges?lang=en&typed=1", "qa").text.partition('id="h-pool"')[0]
    assert f"/badges/one/{badge}?" in listed
    assert "/badges/one/B1?" not in listed
    site.world.badge("R1", NEW)
    assert site.world.decisions()[-1]["person"] == "E4"


@pytest.mark.parametrize(
    "wrong",
    [
        {"reader": "R404"},
        {"reader": HOSTILE},
        {"how": ""},
        {"how": "a friend said so"},
        {"person": "E404"},
        {"person": "E9"},
        {"person": HOSTILE},
        {"person": ""},
    ],
)
def test_values_that_the_form_does_not_offer_ask_no_reader(site: Site, wrong: dict[str, str]) -> None:
    """A form can say anything; the reader goes on answering operators."""
    answer = site.send("/badges/enrol", **{**ASKED, "person": "E4", **wrong})
    assert answer.status_code == 422
    site.world.run(1)
    site.world.badge("R2", P1)
    assert len(site.world.decisions()) == 1


@pytest.mark.parametrize("path", ["/badges/enrol/999999", "/badges/enrol/0"])
def test_a_request_that_never_was_is_over(site: Site, path: str) -> None:
    """Ids in addresses are no authority."""
    assert "This request is over" in site.get(f"{path}?lang=en").text
    assert site.get("/badges/enrol/type?person=E404").status_code == 404


def test_nobody_enrols_oneself(site: Site) -> None:
    """The page says it before anybody confirms."""
    page = site.ask("E2", "bo")
    site.world.badge("R2", NEW)
    assert "Nobody does this for oneself" in site.get(page, "bo").text
    assert site.confirm(page, "bo").status_code == 422
