"""Holds, forgotten uses and modes from the form to the relay: bytes on one side, signed forms on the other."""

import hashlib
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gate.core.audit import canonical
from tests.scenarios.plant import P1, P2, P3, changed, plant
from tests.scenarios.world import World, local
from tests.web.floor_site import FloorSite, floor_site
from tests.web.people import WORD

Make = Callable[..., World]

HOSTILE = "<script>alert(1)</script>\u202egro.live \U0001f525 " + "x" * 1500
OUT = "/floor/TP-01/out-of-service"
HOLD = "/floor/TP-01/qa-hold"


@pytest.fixture
def site(make_world: Make) -> Iterator[FloorSite]:
    with floor_site(make_world(local("2026-11-23T13:00"))) as found:
        yield found


def held(site: FloorSite, entry: int = -1) -> str:
    """Return the id of a hold that was set."""
    subject: str = site.world.trail("hold_set")[entry]["subject"]
    return subject.removeprefix("hold:")


def member(site: FloorSite) -> str:
    """Return the address where the only use on the page of TP-01 is closed."""
    found = re.search(r'href="(/floor/TP-01/leave/\d+)', site.page("sup", "/floor/TP-01"))
    assert found
    return found[1]


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


def signed_right(entry: dict[str, Any], name: str, meaning: str) -> bool:
    """Whether the entry shows this signature, and its digest is that of the entry's own content."""
    shown = entry["detail"]["signatures"][0]
    names = ("kind", "subject", "person", "equipment", "old", "new", "why")
    content = {key: entry[key] for key in names if key in entry}
    digest = hashlib.sha256(canonical(content)).hexdigest()
    return (shown["name"], shown["meaning"], shown["sha256"]) == (name, meaning, digest)


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


# --- a forgotten use -------------------------------------------------------------------------------------------


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


# --- the mode --------------------------------------------------------------------------------------------------


@pytest.mark.scenario(45)
@pytest.mark.req("L1")
def test_shadow_withholds_nothing_and_the_list_says_whom_it_would_have_denied(make_world: Make) -> None:
    """Before a machine denies anybody QA sees whom; the signature covers how many reads that were."""
    world = make_world(local("2026-11-23T13:00"), changed(plant(), "equipment", "TP-01", mode="shadow"))
    with floor_site(world) as site:
        shown = world.badge("R1", P3, 11)
        assert shown is not None
        assert (shown.color, shown.line1) == ("amber", "OK (TRIAL)")
        world.badge("R1", P3, 11)
        world.badge("R1", "w26:1FFFFFF", 11)
        world.badge("R1", P1, 11)
        last = world.decisions()[0]
        assert (last["outcome"], last["mode"], last["reasons"]) == ("deny", "shadow", ["NOT_CERTIFIED"])
        assert world.output("R1"), "the permissive stands whatever was decided"
        page = site.page("qa", "/floor/TP-01/trial")
        assert "Reads that would have been denied: <bdi>3</bdi>. People: <bdi>2</bdi>" in page
        assert "<bdi>Cy Three</bdi>" in page
        assert '<td class="num">2</td>' in page
        assert "FFFF" in page
        assert "Ada One" not in page
        assert "TRIAL" in site.page("sup", "/floor")
        assert "was denied at" not in site.page("sup", "/floor"), "nobody stands there waiting"
        form = site.page("qa", "/floor/TP-01/mode")
        assert form.index("Cy Three") < form.index('name="mode"'), "the list comes first"
        assert 'name="seen" value="3"' in form
        answer = site.sign("qa", "/floor/TP-01/mode", mode="enforce", seen="3")
        assert answer.status_code == 303, answer.text
        change = modes(world)[-1]
        assert (change["old"], change["new"]["mode"], change["new"]["would_deny"]) == ({"mode": "shadow"}, "enforce", 3)
        assert signed_right(change, "Name of qa", "changed mode")
        world.run(11)
        world.badge("R1", P3)
        assert world.decisions()[-1]["mode"] == "enforce"
        assert "no trial to look at" in site.page("qa", "/floor/TP-01/trial")
        assert world.sound()


@pytest.mark.req("L1", "G2")
def test_nobody_signs_for_a_list_that_has_grown_meanwhile(make_world: Make) -> None:
    """The signature is for what was on the page: a read more, and the page comes back with the new list."""
    world = make_world(local("2026-11-23T13:00"), changed(plant(), "equipment", "TP-01", mode="shadow"))
    with floor_site(world) as site:
        world.badge("R1", P3, 11)
        for seen in ("0", "2", "", "x", "-1", "9" * 40, "١"):
            answer = site.sign("qa", "/floor/TP-01/mode", mode="enforce", seen=seen)
            assert answer.status_code == 422
            assert "has changed since you opened it" in answer.text
            assert 'name="seen" value="1"' in answer.text
        assert modes(world) == [], "the machine is still in trial"
        assert site.sign("qa", "/floor/TP-01/mode", mode="off").status_code == 303, "withholding nothing needs no list"


@pytest.mark.req("A7")
def test_a_mode_that_is_not_offered_is_refused(site: FloorSite) -> None:
    """Nor is the one that the machine has."""
    for wanted in ("", "enforced", "<b>", "shadow shadow", "ENFORCE"):
        answer = site.sign("qa", "/floor/TP-01/mode", mode=wanted, seen="0")
        assert answer.status_code == 422
        assert "Choose one of the values offered" in answer.text
    assert site.sign("qa", "/floor/TP-01/mode", mode="enforce", seen="0").status_code == 422
    assert site.refused("change of mode refused") == [["has_it_already"]]
    assert modes(site.world) == []


def modes(world: World) -> list[dict[str, Any]]:
    """Return the changes of a mode."""
    return [entry for entry in world.trail("change") if entry["subject"].startswith("equipment:")]
