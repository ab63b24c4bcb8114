"""Holds from the form to the relay: bytes on one side of a gate at work, signed forms on the other."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.scenarios.plant import P1, P2
from tests.scenarios.world import World, local
from tests.web.floor_site import FloorSite, floor_site, held, signed_right
from tests.web.people import WORD

HOSTILE = "<script>alert(1)</script>\u202egro.live \U0001f525 " + "x" * 1500
OUT = "/floor/TP-01/out-of-service"
HOLD = "/floor/TP-01/qa-hold"


Make = Callable[..., World]


@pytest.fixture
def site(make_world: Make) -> Iterator[FloorSite]:
    with floor_site(make_world(local("2026-11-23T13:00"))) as found:
        yield found


@pytest.mark.req("C5", "G1", "G2", "J2")
@pytest.mark.parametrize(
    ("login", "path", "kind", "reason", "word"),
    [
        ("sup", OUT, "out_of_service", "EQ_OUT_OF_SERVICE", "Out of service"),
        ("qa", HOLD, "qa", "EQ_QUARANTINE", "QA hold"),
    ],
)
def test_a_hold_drops_the_permissive_stops_nothing_that_runs_and_ends_with_its_release(
    site: FloorSite, login: str, path: str, kind: str, reason: str, word: str
) -> None:
    """From the signature on no new start; the use stays on record; after the release the same badge is allowed."""
    site.world.badge("R1", P1)
    assert site.world.output("R1")
    answer = site.sign(login, path, operations=["USE", "SETUP"])
    assert answer.status_code == 303, answer.text
    assert "Set and on record" in site.browser(login).get(answer.location).text
    site.world.run(5)
    assert not site.world.output("R1")
    assert [entry["detail"]["cause"] for entry in site.world.trail("permissive_dropped")] == ["hold"]
    assert site.world.trail("use_ended") == [], "the machine runs on, and its use stays on record"
    page = site.page(login, "/floor")
    assert f"{word}: </bdi>" in page or f">{word}</bdi>: <bdi>1</bdi>" in page
    assert f"Set by <bdi>Name of {login}</bdi>" in page
    site.world.badge("R1", P2)
    assert site.world.reasons() == [reason]
    entry = site.world.trail("hold_set")[0]
    assert entry["new"] == {"kind": kind, "operations": "SETUP USE"}
    assert signed_right(entry, f"Name of {login}", "set")
    released = site.sign(login, f"{path}/{held(site)}/release")
    assert released.status_code == 303, released.text
    assert signed_right(site.world.trail("hold_released")[0], f"Name of {login}", "released")
    site.world.run(11)
    site.world.badge("R1", P2)
    assert site.world.decisions()[-1]["outcome"] == "allow"
    assert site.world.output("R1")
    assert site.world.sound()


@pytest.mark.req("C5")
def test_a_hold_stops_only_the_operations_it_names(site: FloorSite) -> None:
    """Whoever mends or cleans the machine must be able to run it."""
    form = site.page("sup", OUT)
    for name in ("USE", "SETUP"):
        assert f'value="{name}" checked' in form
    assert form.count(" checked") == 2, "maintaining and cleaning stay possible unless named"
    assert site.sign("sup", OUT, operations=["SETUP"]).status_code == 303
    site.world.run(2)
    site.world.badge("R1", P1)
    assert site.world.decisions()[-1]["outcome"] == "allow"


@pytest.mark.req("A7", "C5")
def test_a_supervisor_cannot_release_a_hold_of_qa_and_the_attempt_is_on_record(site: FloorSite) -> None:
    """Segregation is the server's: neither QA's page nor the supervisor's own page with another id helps."""
    assert site.sign("qa", HOLD, operations=["USE"]).status_code == 303
    hold = held(site)
    page = site.page("sup", "/floor/TP-01")
    assert "Only QA releases it." in page
    assert f"{hold}/release" not in page
    assert site.browser("sup").get(f"{HOLD}/{hold}/release").status_code == 403
    answer = site.sign("sup", f"{OUT}/{hold}/release")
    assert answer.status_code == 422
    assert "Your role does not sign this" in answer.text
    assert site.refused("hold release refused") == [["not_allowed"]]
    assert site.world.trail("hold_released") == []
    own = site.sign("sup", OUT, operations=["USE"])
    assert own.status_code == 303
    assert site.sign("qa", f"{HOLD}/{held(site)}/release").status_code == 422, "nor QA a supervisor's"


@pytest.mark.req("C5", "E1")
def test_of_two_who_release_the_second_is_told_and_a_form_sent_twice_sets_one_hold(site: FloorSite) -> None:
    """Two tablets, one hold: what was done once stays done once."""
    assert site.sign("sup", OUT, operations=["USE", "SETUP"]).status_code == 303
    assert site.sign("sup", OUT, operations=["USE", "SETUP"]).status_code == 422
    assert len(site.world.trail("hold_set")) == 1
    path = f"{OUT}/{held(site)}/release"
    second = site.browser("sue")
    form = second.get(f"{path}?lang=en").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', form)
    assert token
    assert site.sign("sup", path).status_code == 303
    typed = {"csrf_token": token[1], "justification": "Checked by maintenance", "sign_user": "sue", "password": WORD}
    late = second.post(f"{path}?lang=en", data=typed)
    assert late.status_code == 422
    assert "released already" in late.text
    assert second.get(f"{path}?lang=en").location.startswith("/floor/TP-01?done=gone")
    assert len(site.world.trail("hold_released")) == 1
    assert site.refused("hold release refused") == [["not_standing"]]


WRONG_HOLDS: tuple[tuple[dict[str, Any], str], ...] = (
    ({"operations": ["USE"], "sign_user": "qa"}, "Type your own user name"),
    ({"operations": []}, "Choose operations from the list"),
    ({"operations": ["USE", "<b>"]}, "Choose operations from the list"),
    ({"operations": ["USE SETUP"]}, "Choose operations from the list"),
    ({"operations": ["USE"], "justification": ""}, "A justification in words is missing"),
    ({"operations": ["USE"], "justification": "!!! ???"}, "A justification in words is missing"),
    ({"operations": ["USE"], "justification": "x" * 10_000}, "too long"),
    ({"operations": ["USE"], "password": "not the password"}, "The password is not right"),
)


@pytest.mark.req("C5", "G3")
def test_a_hold_form_refuses_what_it_does_not_offer(site: FloorSite) -> None:
    """A form can say anything; nothing of it counts that the page does not offer."""
    for fields, said in WRONG_HOLDS:
        answer = site.sign("sup", OUT, **fields)
        assert answer.status_code == 422, fields
        assert said in answer.text, fields
        assert "not the password" not in answer.text
    assert site.world.trail("hold_set") == []


@pytest.mark.req("G1")
def test_a_hostile_justification_is_kept_as_typed_and_shown_as_words(site: FloorSite) -> None:
    """What people type is evidence: never markup, never turned around, never lost."""
    answer = site.sign("sup", OUT, operations=["USE"], justification=HOSTILE, password="wrong")
    assert "<script>alert" not in answer.text
    assert "\u202e" not in answer.text
    assert "&lt;script&gt;alert" in answer.text
    assert site.sign("sup", OUT, operations=["USE"], justification=HOSTILE).status_code == 303
    assert site.world.trail("hold_set")[0]["why"] == HOSTILE


def test_what_is_not_on_record_has_no_page(site: FloorSite) -> None:
    """Ids in addresses are no authority, and make no error."""
    for path in ("NOT-THERE", "TP-01%00", "..%2f", "TP-01/leave/x", "%3Cb%3E", "NOT-THERE/trial", "x" * 300):
        assert site.browser("sup").get(f"/floor/{path}").status_code == 404, path
