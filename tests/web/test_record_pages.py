"""Training records by hand, from the form to the badge: recorded it counts at the next read, withdrawn in seconds."""

import re
from collections.abc import Callable, Iterator

import pytest

from gate.web.reason_texts import reason_text
from tests.scenarios.plant import P1, P2, P3
from tests.scenarios.world import World, local
from tests.web.people import WORD
from tests.web.trained_site import TrainedSite, trained_site

HOSTILE = "<script>alert(1)</script>\u202egro.live \U0001f600"
LONG = "x" * 10_000
ADD_E3 = "/admin/training/add/E3"

PASSED = {
    "item": "SOP-1",
    "state": "passed",
    "revision": "R6",
    "completed_on": "2026-11-20",
    "valid_from_on": "",
    "expires_on": "",
    "due_on": "",
    "evidence": "Binder 12, page 4",
}


@pytest.fixture
def site(make_world: Callable[..., World]) -> Iterator[TrainedSite]:
    with trained_site(make_world) as found:
        yield found


def version_of(site: TrainedSite, person: str, item: str) -> int:
    wanted = "SELECT version FROM training_records WHERE person_id = :p AND item_id = :i AND known_to IS NULL"
    return int(site.rows(wanted, p=person, i=item)[0][0])


@pytest.mark.req("B1", "G1", "E5")
def test_a_record_by_hand_counts_at_the_next_badge_read(site: TrainedSite) -> None:
    """No restart and no import: signed at the desk, allowed at the machine."""
    site.world.badge("R1", P3)
    assert site.world.reasons() == ["NOT_CERTIFIED"]
    answer = site.sign("tr", ADD_E3, **PASSED)
    assert answer.status_code == 303, answer.text
    site.world.badge("R1", P3)
    assert site.world.decisions()[-1]["outcome"] == "allow"
    assert site.world.output("R1")
    entry = next(e for e in site.world.trail("change") if e.get("subject", "").startswith("training_record:HAND-"))
    assert (entry["person"], entry["by"], entry["role"]) == ("E3", "P-tr", "trainer")
    assert (entry["new"]["evidence"], entry["new"]["revision"]) == ("Binder 12, page 4", "R6")
    signature = entry["detail"]["signatures"][0]
    assert (signature["name"], signature["meaning"]) == ("Name of tr", "recorded")
    page = site.of("tr").get(answer.location).text
    assert "Binder 12, page 4" in page
    assert "Recorded and signed" in page
    assert "Tablet press: Use" in page
    assert site.world.sound()


@pytest.mark.req("B7", "C8")
@pytest.mark.scenario(41)
def test_a_withdrawal_in_the_middle_of_a_use_drops_the_permissive_within_five_seconds(site: TrainedSite) -> None:
    """The machine runs on; nobody waits for the next badge. The row stays, in state withdrawn."""
    site.world.badge("R1", P1)
    assert site.world.output("R1")
    version = version_of(site, "E1", "SOP-1")
    path = f"/admin/training/record/{version}"
    page = site.of("tr").get(f"{path}?lang=en").text
    assert "Loses" in page
    assert re.search(r"Use: Tablet press</bdi> \(<bdi[^>]*>TP-01</bdi>, <bdi[^>]*>TP-02</bdi>\)", page)
    assert "recorded by mistake" not in page, "only QA"
    answer = site.sign("tr", path, ending="withdrawn", why="Observed working around the guard")
    assert answer.status_code == 303, answer.text
    site.world.run(5)
    assert not site.world.output("R1")
    site.world.badge("R1", P1)
    assert site.world.reasons() == ["CERTIFICATION_WITHDRAWN"]
    rows = site.rows(
        "SELECT state, known_to IS NULL FROM training_records WHERE id = 'E1-SOP-1-R6-2026-01-10' ORDER BY version"
    )
    assert rows == [("passed", 0), ("withdrawn", 1)]
    entry = next(e for e in site.world.trail("change") if e.get("why") == "Observed working around the guard")
    assert entry["detail"]["signatures"][0]["meaning"] == "withdrawn"
    again = site.sign("tr", "/admin/training/add/E1", **PASSED)
    assert again.status_code == 303
    site.world.badge("R1", P1)
    assert site.world.decisions()[-1]["outcome"] == "allow", "trained anew, after the withdrawal"
    assert site.world.sound()


@pytest.mark.req("B11")
def test_a_record_that_was_never_right_is_taken_back_by_qa_alone(site: TrainedSite) -> None:
    """Typed for the wrong person: it leaves only the history, and what was true before counts again."""
    site.sign("tr", ADD_E3, **PASSED)
    version = version_of(site, "E3", "SOP-1")
    path = f"/admin/training/record/{version}"
    refused = site.sign("tr", path, ending="mistake", why="It was E4")
    assert refused.status_code == 422
    assert site.refusals("end of a training record") == [["only_qa"]]
    assert site.sign("both", path, ending="mistake", why="It was E4").status_code == 303
    assert site.rows("SELECT count(*) FROM training_records WHERE person_id = 'E3' AND known_to IS NULL") == [(0,)]
    site.world.badge("R1", P3)
    assert site.world.reasons() == ["NOT_CERTIFIED"], "and not withdrawn"
    late = site.sign("both", path, form_at=ADD_E3, ending="mistake", why="Once more")
    assert late.status_code == 422
    assert "This has changed since the page was opened" in late.text
    gone = site.of("both").get(f"{path}?lang=en", follow_redirects=True)
    assert "Here is how it stands now" in gone.text


@pytest.mark.req("A7", "B11")
def test_nobody_signs_a_training_record_of_their_own(site: TrainedSite) -> None:
    """E1 trains others and operates a press: that one record is somebody else's to sign."""
    assert "Add a record" not in site.of("e1").get("/admin/training/people/E1?lang=en").text
    assert "This is your own record" in site.of("e1").get("/admin/training/add/E1?lang=en").text
    answer = site.sign("e1", "/admin/training/add/E1", **{**PASSED, "item": "GOWN", "revision": ""})
    assert answer.status_code == 422
    assert "Nobody signs a training record of their own" in answer.text
    own = f"/admin/training/record/{version_of(site, 'E1', 'SOP-1')}"
    assert site.sign("e1", own, ending="withdrawn", why="Me").status_code == 422
    assert site.refusals("training record") == [["own_record"]]
    assert site.refusals("end of a training record") == [["own_record"]]
    assert site.sign("e1", ADD_E3, **PASSED).status_code == 303


@pytest.mark.req("B4", "B11")
@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"revision": "R99"}, "RECORD_UNVERIFIED"),
        ({"revision": ""}, "RECORD_UNVERIFIED"),
        ({"state": "read"}, "NOT_CERTIFIED"),
        ({"state": "failed"}, "ASSESSMENT_FAILED"),
        ({"state": "unsigned"}, "ASSESSMENT_FAILED"),
        ({"state": "unverified"}, "RECORD_UNVERIFIED"),
        ({"state": "assigned", "completed_on": "", "due_on": "2026-12-24"}, "NOT_CERTIFIED"),
        ({"expires_on": "2026-11-22"}, "TRAINING_EXPIRED"),
        ({"valid_from_on": "2026-12-01"}, "NOT_YET_VALID"),
    ],
)
def test_a_record_that_certifies_nothing_is_kept_and_says_what_it_is_worth(
    site: TrainedSite, more: dict[str, str], reason: str
) -> None:
    """The record is true; the page and the reader give the same reason."""
    assert site.sign("tr", ADD_E3, **{**PASSED, **more}).status_code == 303
    site.world.badge("R1", P3)
    assert site.world.reasons() == [reason]
    page = site.of("tr").get("/admin/training/people/E3?lang=en").text
    assert reason_text(reason, "en") in page


@pytest.mark.req("B11")
@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"item": ""}, "Choose the item"),
        ({"item": HOSTILE}, "is not on record"),
        ({"state": "withdrawn"}, "Choose one of the values offered"),
        ({"state": ""}, "Choose one of the values offered"),
        ({"completed_on": "2026-11-24"}, "which is still to come"),
        ({"completed_on": ""}, "has the day it was completed"),
        ({"completed_on": "20261120"}, "Choose a day"),
        ({"completed_on": "1926-11-20"}, "Correct the year"),
        ({"expires_on": "2026-11-19"}, "cannot expire before it is valid"),
        ({"valid_from_on": "2026-11-19"}, "cannot be valid before"),
        ({"due_on": "2026-12-01"}, "only an assignment has a day it is due"),
        ({"due_on": LONG}, "Choose a day"),
        ({"state": "assigned"}, "no day of completion"),
        ({"evidence": ""}, "A reference to the evidence has 1 to 120"),
        ({"evidence": HOSTILE}, "A reference to the evidence has 1 to 120"),
        ({"evidence": LONG}, "A reference to the evidence has 1 to 120"),
        ({"revision": "R\u202e6"}, "A revision has 1 to 120"),
        ({"revision": LONG}, "A revision has 1 to 120"),
        ({"password": "wrong password at least"}, "The password is not right"),
        ({"sign_user": "qa"}, "Type your own user name"),
    ],
)
def test_what_cannot_stand_comes_back_named_and_certifies_nobody(
    site: TrainedSite, more: dict[str, str], words: str
) -> None:
    """Every field takes what a browser, a mistake or an attacker sends; nothing typed is lost but the password."""
    answer = site.sign("tr", ADD_E3, **{**PASSED, **more})
    assert answer.status_code == 422
    assert words in answer.text
    assert "<script>alert(1)" not in answer.text
    assert WORD not in answer.text
    assert site.rows("SELECT count(*) FROM training_records WHERE person_id = 'E3'") == [(0,)]


@pytest.mark.req("B11")
def test_a_record_sent_twice_is_recorded_once(site: TrainedSite) -> None:
    """The back button and a double tap are no second training."""
    assert site.sign("tr", ADD_E3, **PASSED).status_code == 303
    again = site.sign("qa", ADD_E3, **PASSED)
    assert again.status_code == 422
    assert "on record already" in again.text
    assert site.refusals("training record") == [["record_known"]]


@pytest.mark.req("B11")
@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"ending": ""}, "Choose one of the values offered"),
        ({"ending": HOSTILE}, "Choose one of the values offered"),
        ({"why": "  "}, "A justification is needed"),
        ({"why": LONG}, "at most 2000"),
        ({"password": ""}, "The password is not right"),
    ],
)
def test_a_withdrawal_without_what_it_needs_takes_nothing(site: TrainedSite, more: dict[str, str], words: str) -> None:
    """Nobody loses a certification to an empty form."""
    path = f"/admin/training/record/{version_of(site, 'E1', 'SOP-1')}"
    answer = site.sign("qa", path, **{"ending": "withdrawn", "why": "Seen", **more})
    assert answer.status_code == 422
    assert words in answer.text
    site.world.badge("R1", P1)
    assert site.world.decisions()[-1]["outcome"] == "allow"


def test_people_are_found_by_name_or_number_and_hostile_words_are_shown_as_words(site: TrainedSite) -> None:
    """The list says who is certified for what, in both languages."""
    page = site.of("sup").get("/admin/training/people?lang=en&q=DEUX").text
    assert "Bo Deux" in page
    assert "Ada One" not in page
    assert "Tablet press: Use" in page
    nobody = site.of("sup").get("/admin/training/people", query_string={"lang": "en", "q": HOSTILE}).text
    assert "Nobody active has this" in nobody
    assert "<script>alert(1)" not in nobody
    assert "Certification actuelle" in site.of("sup").get("/admin/training/people?lang=fr").text
    assert "Add a record" not in site.of("sup").get("/admin/training/people/E1?lang=en").text
    assert site.of("sup").get("/admin/training/people/NOBODY").status_code == 404
    assert site.of("qa").get("/admin/training/record/99999999999999999999").status_code == 404


# --- the age of the data --------------------------------------------------------------------------------------

LOAD = "/admin/training/source/load"


@pytest.mark.req("I4")
@pytest.mark.scenario(19)
def test_old_data_denies_until_qa_signs_that_nothing_has_changed_and_only_once(site: TrainedSite) -> None:
    """Seven days and an hour after the load everybody is denied; 72 h after the signature again."""
    site.world.go_to(local("2026-11-30T13:00"))
    site.world.badge("R1", P1)
    assert site.world.reasons() == ["SYS_DATA_STALE"]
    assert "Too old: everybody is denied" in site.of("sup").get("/admin/training/sources?lang=en").text
    answer = site.sign("qa", LOAD, way="no_changes", hours="72", why="The training system is down for maintenance")
    assert answer.status_code == 303, answer.text
    site.world.badge("R1", P1)
    assert site.world.decisions()[-1]["outcome"] == "allow"
    entry = site.world.trail("change")[-1]
    assert entry["detail"]["signatures"][0]["meaning"] == "no changes known"
    again = site.sign("qb", LOAD, way="no_changes", hours="1", why="Still down")
    assert again.status_code == 422
    assert site.refusals("attestation") == [["attested_already"]]
    site.world.go_to(local("2026-12-03T13:01"))
    site.world.badge("R2", P2)
    assert site.world.reasons() == ["SYS_DATA_STALE"]


MILL = "/admin/training/first/MILL"
FIRST = {
    "person": "E3",
    "completed_on": "2026-11-20",
    "evidence": "SAT report ML-01, section 9",
    "why": "The mill is new; the vendor trained E3 on site",
    "second_user": "sup",
    "second_password": WORD,
}
