"""Requirement sets and revisions, from the form to the badge: drafted by one, approved by another, effective at T."""

import re
from collections.abc import Callable, Iterator

import pytest
from flask.testing import FlaskClient

from tests.scenarios.plant import P1, P2
from tests.scenarios.world import World, local
from tests.web.people import WORD, token
from tests.web.trained_site import TrainedSite, trained_site

DRAFT = "/admin/requirements/draft/class/USE/PRESS"
SET = "/admin/requirements/of/class/USE/PRESS"
HOSTILE = "<script>alert(1)</script>\u202egro.live \U0001f600"
LONG = "x" * 10_000

GROUPS = {
    "groups": "2",
    "members1": "1",
    "g1m1_item": "SOP-1",
    "g1m1_revision": "current",
    "g1m1_months": "",
    "g1m1_grace": "0",
    "g1m1_warning": "30",
    "members2": "2",
    "g2m1_item": "GMP",
    "g2m1_revision": "current",
    "g2m1_months": "12",
    "g2m1_grace": "5",
    "g2m1_warning": "14",
    "g2m2_item": "",
    "g2m2_revision": "current",
    "g2m2_months": "",
    "g2m2_grace": "0",
    "g2m2_warning": "30",
}
GOOD = {
    **GROUPS,
    "effective_on": "2026-11-24",
    "effective_time": "06:00",
    "why": "The GMP programme covers the presses from tomorrow on",
}


@pytest.fixture
def site(make_world: Callable[..., World]) -> Iterator[TrainedSite]:
    with trained_site(make_world) as found:
        yield found


def draft_version(site: TrainedSite) -> int:
    return int(site.rows("SELECT version FROM requirement_sets WHERE known_to IS NULL AND approved = 0")[0][0])


def seen(browser: FlaskClient, path: str) -> str:
    """Return the fingerprint of the effect that the page shows."""
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', browser.get(f"{path}?lang=en").text)
    assert found
    return found[1]


def approve(site: TrainedSite, login: str, version: int) -> str:
    """Sign as the page offers it; return where it leads, or the page that came back."""
    path = f"/admin/requirements/approve/{version}"
    answer = site.sign(login, path, seen=seen(site.of(login), path))
    return answer.location or answer.text


@pytest.mark.req("B2", "G1", "G2")
def test_from_a_draft_to_the_reader_at_the_very_instant(site: TrainedSite) -> None:
    """E2 has no GMP refresher: the page says so before the signature, and the reader says so from 06:00 on."""
    assert site.fill("tr", DRAFT, **GOOD).status_code == 303
    version = draft_version(site)
    page = site.of("qa").get(f"/admin/requirements/approve/{version}?lang=en").text
    assert "Would lose: 1" in page
    assert "Would gain: 0" in page
    assert "Bo Deux" in page
    assert "GMP GMP refresher" in page
    assert "Ada One" not in page, "she has the refresher"
    assert "/admin/requirements/of/class/USE/PRESS" in approve(site, "qa", version)
    entry = site.world.trail("change")[-1]
    assert (entry["new"]["losing"], entry["new"]["losing_people"]) == (1, ["E2"])
    assert entry["detail"]["signatures"][0]["meaning"] == "approved"
    now = site.of("qa").get(f"{SET}?lang=en").text
    assert "Approved by Name of qa" in now
    site.world.go_to(local("2026-11-24T05:59:50"))
    site.world.badge("R2", P2)
    assert site.world.decisions()[-1]["outcome"] == "allow"
    site.world.go_to(local("2026-11-24T06:00:05"))
    assert not site.world.output("R2"), "the permissive fell at the instant"
    site.world.badge("R2", P2)
    assert site.world.reasons() == ["NOT_CERTIFIED"]
    site.world.badge("R1", P1)
    assert site.world.decisions()[-1]["outcome"] == "allow"
    assert site.world.sound()


@pytest.mark.req("B2", "A7")
def test_whoever_had_a_hand_in_the_draft_does_not_approve_it(site: TrainedSite) -> None:
    """The page says it before the password is typed, and the act refuses on record all the same."""
    assert site.fill("both", DRAFT, **GOOD).status_code == 303
    version = draft_version(site)
    path = f"/admin/requirements/approve/{version}"
    assert "You had a hand in this draft" in site.of("both").get(f"{path}?lang=en").text
    assert "nobody approves a change of their own" in approve(site, "both", version)
    assert site.refusals("requirement approval") == [["own_change"]]
    assert "done=approved" in approve(site, "qb", version)
    assert site.rows("SELECT count(*) FROM requirement_sets WHERE known_to IS NULL AND approved = 0") == [(0,)]


@pytest.mark.req("B2")
def test_two_browsers_approve_one_draft_once(site: TrainedSite) -> None:
    """Both saw the same page; the second is told and on record."""
    site.fill("tr", DRAFT, **GOOD)
    version = draft_version(site)
    path = f"/admin/requirements/approve/{version}"
    shown = {login: seen(site.of(login), path) for login in ("qa", "qb")}
    tokens = {login: token(site.of(login), path) for login in ("qa", "qb")}
    answers = [
        site.of(login).post(
            f"{path}?lang=en",
            data={"csrf_token": tokens[login], "seen": shown[login], "sign_user": login, "password": WORD},
        )
        for login in ("qa", "qb")
    ]
    assert [answer.status_code for answer in answers] == [303, 422]
    assert "This has changed since the page was opened" in answers[1].text
    assert site.refusals("requirement approval") == [["changed"]]
    late = site.of("qb").get(f"{path}?lang=en", follow_redirects=True)
    assert "Here is how it stands now" in late.text


@pytest.mark.req("B2", "G2")
def test_an_effect_that_changed_while_the_page_was_open_comes_back_with_the_new_one(site: TrainedSite) -> None:
    """E2 is given the refresher meanwhile: nobody loses any more, and QA is shown that before signing."""
    site.fill("tr", DRAFT, **GOOD)
    version = draft_version(site)
    path = f"/admin/requirements/approve/{version}"
    old = seen(site.of("qa"), path)
    given = site.sign(
        "tr", "/admin/training/add/E2", item="GMP", state="passed", completed_on="2026-11-20", evidence="Binder 4"
    )
    assert given.status_code == 303, given.text
    answer = site.sign("qa", path, seen=old)
    assert answer.status_code == 422
    assert "Who is affected has changed" in answer.text
    assert "Would lose: 0" in answer.text
    assert site.refusals("requirement approval") == [["effect_changed"]]
    assert "done=approved" in approve(site, "qa", version)


def test_groups_and_choices_are_added_without_script_and_nothing_typed_is_lost(site: TrainedSite) -> None:
    """The form grows by a button, up to its limits, and Enter saves instead of adding."""
    page = site.fill("tr", DRAFT, **{**GOOD, "more": "group", "g2m1_item": HOSTILE}).text
    assert 'name="g3m1_item"' in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\\u202egro.live" in page
    assert "GMP programme covers" in page
    page = site.fill("tr", DRAFT, **{**GOOD, "more": "2"}).text
    assert 'name="g2m3_item"' in page
    full = {"groups": "12", **{f"members{n}": "6" for n in range(1, 13)}}
    page = site.fill("tr", DRAFT, **{**GOOD, **full, "more": "group"}).text
    assert 'name="g12m6_item"' in page
    assert 'name="g13m1_item"' not in page
    page = site.fill("tr", DRAFT, **{**GOOD, **full, "more": "12"}).text
    assert 'name="g12m7_item"' not in page
    first_button = re.search(r"<button[^>]*>", page[page.index("<form") :])
    assert first_button
    assert "more" not in first_button[0]
    assert site.rows("SELECT count(*) FROM requirement_sets WHERE known_to IS NULL AND approved = 0") == [(0,)]


@pytest.mark.req("B2", "B6")
@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"effective_on": ""}, "Choose a day"),
        ({"effective_on": "2026-W48-2"}, "Choose a day"),
        ({"effective_on": "9999-12-31", "effective_time": "23:59"}, "Choose a day"),
        ({"effective_time": "25:00"}, "Choose a time"),
        ({"effective_on": "2027-03-14", "effective_time": "02:30"}, "the clocks change"),
        ({"effective_on": "2027-11-07", "effective_time": "01:30"}, "the clocks change"),
        ({"effective_on": "2026-11-22"}, "It would take effect in the past"),
        ({"g2m1_grace": "31"}, "A grace of 0 to 30 days"),
        ({"g2m1_grace": "-1"}, "A grace of 0 to 30 days"),
        ({"g2m1_months": "0"}, "1 to 240 months"),
        ({"g2m1_months": "²"}, "1 to 240 months"),
        ({"g2m1_warning": "366"}, "A warning of 0 to 365 days"),
        ({"g2m1_revision": "newest"}, "Choose one of the values offered"),
        ({"g2m1_item": HOSTILE}, "is not on record"),
        ({"g2m1_item": LONG}, "is not on record"),
        ({"g2m2_item": "GMP"}, "names GMP twice"),
        ({"g1m1_item": "", "g2m1_item": ""}, "Name at least one item"),
        ({"groups": LONG, "members1": HOSTILE, "g1m1_item": ""}, "Name at least one item"),
        ({"why": ""}, "A justification is needed"),
        ({"why": LONG}, "at most 2000"),
        ({"replaces": "99999999"}, "This has changed"),
    ],
)
def test_values_that_cannot_stand_come_back_named_and_change_nothing(
    site: TrainedSite, more: dict[str, str], words: str
) -> None:
    """Every field takes what a browser, a mistake or an attacker sends."""
    answer = site.fill("tr", DRAFT, **{**GOOD, **more})
    assert answer.status_code == 422
    assert words in answer.text
    assert "<script>alert(1)" not in answer.text
    assert site.rows("SELECT count(*) FROM requirement_sets WHERE known_to IS NULL AND approved = 0") == [(0,)]


@pytest.mark.req("B2")
def test_a_draft_is_changed_and_taken_back(site: TrainedSite) -> None:
    """The form begins with the draft; sent twice it is refused, not doubled."""
    site.fill("tr", DRAFT, **GOOD)
    assert site.fill("tr", DRAFT, **GOOD).status_code == 422
    assert site.refusals("requirement draft") == [["instant_taken"]]
    version = draft_version(site)
    form = site.of("qa").get(f"{DRAFT}?lang=en&from={version}").text
    assert f'name="replaces" value="{version}"' in form
    assert 'value="2026-11-24"' in form
    assert 'value="06:00"' in form
    assert re.search(r'name="g2m1_item"[^>]*value="GMP"', form)
    later = {**GOOD, "effective_time": "07:00", "replaces": str(version)}
    assert site.fill("qa", DRAFT, **later).status_code == 303
    assert "Drafted by Name of qa, Name of tr" in site.of("qa").get(f"{SET}?lang=en").text
    newer = draft_version(site)
    stale = site.fill("tr", f"/admin/requirements/back/{newer}", why="")
    assert stale.status_code == 422
    assert site.fill("tr", f"/admin/requirements/back/{newer}", why="Postponed to spring").status_code == 303
    assert site.rows("SELECT count(*) FROM requirement_sets WHERE known_to IS NULL AND approved = 0") == [(0,)]
    gone = site.of("tr").get(f"/admin/requirements/back/{newer}?lang=en", follow_redirects=True)
    assert "Here is how it stands now" in gone.text


@pytest.mark.parametrize(
    "path",
    [
        "/admin/requirements/of/class/USE/NOWHERE",
        "/admin/requirements/of/class/FLY/PRESS",
        "/admin/requirements/of/area/USE/COMP",
        "/admin/requirements/of/door/-/COMP",
        "/admin/requirements/draft/area/-/NOWHERE",
        "/admin/requirements/approve/999999",
        "/admin/requirements/approve/99999999999999999999999999",
        "/admin/requirements/back/99999999999999999999999999",
        "/admin/items/of/NOTHING",
        "/admin/items/revise/NOTHING",
    ],
)
def test_what_is_not_on_record_has_no_page(site: TrainedSite, path: str) -> None:
    """Ids in addresses are no authority, and no number is too large."""
    assert site.of("qa").get(path).status_code == 404


REVISE = "/admin/items/revise/SOP-1"
R7 = {
    "revision": "R7",
    "effective_on": "2026-11-24",
    "effective_time": "00:00",
    "retraining": "yes",
    "why": "Change control CC-2026-114",
}


def shown(site: TrainedSite, login: str, path: str, **fields: str) -> str:
    """Ask who is affected; return the page."""
    answer = site.fill(login, path, **{**R7, **fields, "step": "show"})
    assert answer.status_code == 200, answer.text
    return answer.text


def fingerprint(page: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
    assert found
    return found[1]
