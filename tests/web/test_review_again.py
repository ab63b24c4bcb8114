"""A signed review of a lot stands; what changed afterwards is told, and may be reviewed in a further one (H5)."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gate.core.audit import Kind
from gate.core.terms import RecordState
from gate.store import registry
from gate.store.lots_schema import late_entries, lot_windows
from gate.store.schema import training_records
from tests.web.people import WORD, send, signed_in
from tests.web.review_records import ReviewOnRecord, pages_over, weeks
from tests.web.test_review_lots import PATH, begin_of_second, late, window
from tests.web.test_review_machines import signed
from tests.web.test_reviews import entries, give, ticks

__all__ = ["weeks"]

FURTHER = "/reviews/lot-2:L~2026-118"
LOT = "L/2026-118"
T1: dict[str, str | int | None] = {
    "person_id": "E1",
    "item_id": "SOP-1",
    "state": RecordState.PASSED.value,
    "revision": "R1",
    "completed_on": "2026-10-01",
    "valid_from_on": None,
    "expires_on": None,
    "due_on": None,
    "batch_id": None,
    "evidence": "paper",
}

Act = Callable[[ReviewOnRecord], int]


def put_record(found: ReviewOnRecord, record_id: str = "T-1", **more: str) -> int:
    """Put a training record, or another version of one, on record."""
    seq = found.tell(Kind.CHANGE, subject=f"training_record:{record_id}", person="E1", by="P-tr")
    with found.trail.transaction():
        registry.put(found.trail, training_records, record_id, {**T1, **more}, seq)
    return seq


@pytest.fixture
def site(weeks: ReviewOnRecord) -> Iterator[Flask]:
    """The lot ran on CT-01 in a week that is over, made by somebody whose training is on record."""
    put_record(weeks)
    version = weeks.trail.cursor.execute("SELECT max(version) FROM training_records").fetchone()[0]
    put_record(weeks, "T-other", person_id="E2")
    weeks.allowed("E1", machine="CT-01", evidence={"requirements": [[1, version, 0]]})
    weeks.clock.advance(60)
    begin = begin_of_second(weeks)
    window(weeks, begin, weeks.clock.at)
    weeks.clock.advance(3600)
    weeks.verified()
    with pages_over(weeks) as app:
        yield app


@pytest.fixture
def qa(site: Flask) -> FlaskClient:
    """QA, who has signed the lot's review."""
    client = signed_in(site, "qa")
    signed(client, PATH)
    return client


def corrected(found: ReviewOnRecord) -> int:
    """Another begin of the lot on its machine."""
    window(found, begin_of_second(found) + timedelta(hours=1), found.clock.at - timedelta(hours=1))
    return found.trail.head.seq


def moved(found: ReviewOnRecord) -> int:
    """The window was another lot's: this one's ends with the entry."""
    with found.trail.transaction():
        before = registry.current(found.trail, lot_windows, f"W-{LOT}-CT-01")
    assert before is not None
    seq = found.tell(Kind.CHANGE, subject="lot_window:x", by="P-sup")
    with found.trail.transaction():
        registry.put(found.trail, lot_windows, f"W-{LOT}-CT-01", {**before, "lot": "OTHER"}, seq)
    return seq


def added(found: ReviewOnRecord) -> int:
    """A second machine."""
    window(found, found.clock.at - timedelta(hours=3), found.clock.at - timedelta(hours=1), machine="TP-01")
    return found.trail.head.seq


def entered_late(found: ReviewOnRecord) -> int:
    """A use that names the lot."""
    late(found, begin_of_second(found))
    return found.trail.head.seq


def withdrawn(found: ReviewOnRecord) -> int:
    """What the person's start rested on certifies nothing any more."""
    return put_record(found, state=RecordState.WITHDRAWN.value)


def withdrawn_by_the_source(found: ReviewOnRecord) -> int:
    """The training system sends a withdrawal as a record of its own."""
    return put_record(found, "T-9", state=RecordState.WITHDRAWN.value, completed_on="2026-10-02")


def taken_back(found: ReviewOnRecord) -> int:
    """The record was never right."""
    seq = found.tell(Kind.CHANGE, subject="training_record:T-1", new={"taken_back": True}, person="E1", by="P-qa")
    with found.trail.transaction():
        registry.close(found.trail, training_records, "T-1", seq)
    return seq


WORDS: dict[Act, str] = {
    corrected: "where or when the lot was made",
    added: "where or when the lot was made",
    entered_late: "a late entry",
    withdrawn: "training that was relied on was withdrawn",
    withdrawn_by_the_source: "training that was relied on was withdrawn",
    taken_back: "training that was relied on was withdrawn",
}


@pytest.mark.req("H5", "G2", "E8")
@pytest.mark.parametrize("act", WORDS, ids=lambda act: act.__name__)
def test_what_changed_about_a_signed_lot_is_told_and_a_further_review_signed(
    weeks: ReviewOnRecord, qa: FlaskClient, act: Act
) -> None:
    """Both signatures stand, the later one names the earlier one and what had changed; the first changes in nothing."""
    assert "Changed since the signature" not in qa.get(f"{PATH}?lang=en").text
    assert qa.get(FURTHER).status_code == 404
    before = _rows(qa.get(f"{PATH}/report?lang=en").text)
    seq = act(weeks)
    weeks.verified()
    page = _plain(qa.get(f"{PATH}?lang=en").text)
    assert f"#{seq} {WORDS[act]}" in page
    assert "Review it again" in page
    further = _plain(qa.get(f"{FURTHER}?lang=en").text)
    first = next(one for one in entries(weeks, "review:lot:L~2026-118") if one["kind"] == "review_signed")
    assert f"signed in #{first['seq']}, which stands; changed since: #{seq}" in further
    signed(qa, FURTHER)
    second = next(one for one in entries(weeks, "review:lot-2:L~2026-118") if one["kind"] == "review_signed")
    assert second["ref"] == first["seq"]
    assert second["new"]["again"] == {"review": "lot:L~2026-118", "signed": first["seq"], "changed": [seq]}
    assert (second["new"]["scope"], second["new"]["scope_id"]) == ("lot", LOT)
    report = qa.get(f"{PATH}/report?lang=en").text
    assert _rows(report) == before
    assert "come out differently" not in report
    assert f"A further review was signed (#{second['seq']})." in report
    assert "come out differently" not in qa.get(f"{FURTHER}/report?lang=en").text
    assert "Lot L/2026-118, review 2" in qa.get("/reviews?lang=en").text


def _plain(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", "", page))


def _rows(report: str) -> list[str]:
    return re.findall(r"<tbody>.*?</tbody>", report, re.DOTALL)


@pytest.mark.req("H5")
def test_what_is_none_of_the_lots_business_changes_nothing(weeks: ReviewOnRecord, qa: FlaskClient) -> None:
    """Somebody else's training, training of another item, a lot beside it, and training that was renewed."""
    put_record(weeks, "T-other", person_id="E2", state=RecordState.WITHDRAWN.value)
    put_record(weeks, "T-3", item_id="SOP-9", state=RecordState.WITHDRAWN.value)
    put_record(weeks, "T-4", state=RecordState.WITHDRAWN.value, completed_on="2026-09-01")
    put_record(weeks, completed_on="2026-11-20")
    window(weeks, begin_of_second(weeks), weeks.clock.at, lot="OTHER")
    assert "Changed since the signature" not in qa.get(f"{PATH}?lang=en").text
    assert qa.get(FURTHER).status_code == 404


@pytest.mark.req("H5")
def test_each_further_review_follows_the_one_before(weeks: ReviewOnRecord, qa: FlaskClient) -> None:
    """The third names the second; what the second knew is not told again."""
    first = entered_late(weeks)
    weeks.verified()
    third = FURTHER.replace("lot-2", "lot-3")
    assert qa.get(third).status_code == 404
    signed(qa, FURTHER)
    assert qa.get(third).status_code == 404
    seq = withdrawn(weeks)
    weeks.verified()
    assert "Changed since" in qa.get(f"{FURTHER}?lang=en").text
    assert f"#{seq} training" not in _plain(qa.get(f"{PATH}?lang=en").text)
    assert f"#{first} a late entry" in _plain(qa.get(f"{PATH}?lang=en").text)
    assert f"changed since: #{seq}" in _plain(qa.get(f"{third}?lang=en").text)
    signed(qa, third)


@pytest.mark.req("H5")
def test_a_verified_late_entry_is_a_change_too(weeks: ReviewOnRecord, qa: FlaskClient) -> None:
    """Until then it was one person's word."""
    entered_late(weeks)
    weeks.verified()
    signed(qa, FURTHER)
    with weeks.trail.transaction():
        before = registry.current(weeks.trail, late_entries, "X")
    assert before is not None
    seq = weeks.tell(Kind.LATE_ENTRY, subject="late:X", new={"state": "verified"}, by="P-qa")
    with weeks.trail.transaction():
        registry.put(weeks.trail, late_entries, "X", {**before, "state": "verified"}, seq)
    assert f"#{seq} a late entry" in _plain(qa.get(f"{FURTHER}?lang=en").text)


@pytest.mark.req("H5")
def test_a_change_while_the_further_review_is_on_the_screen_is_seen_before_it_is_signed(
    weeks: ReviewOnRecord, qa: FlaskClient
) -> None:
    """The signature covers the list of changes that the reviewer read."""
    entered_late(weeks)
    weeks.verified()
    assert give(qa, ticks(qa, FURTHER), FURTHER).status_code == 303
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', qa.get(f"{FURTHER}/sign?lang=en").text)
    assert seen
    withdrawn(weeks)
    weeks.verified()
    answer = send(qa, f"{FURTHER}/sign?lang=en", seen=seen[1], password=WORD)
    assert answer.status_code == 422


@pytest.mark.req("H5")
def test_a_lot_that_was_another_one_has_nothing_left_to_review(weeks: ReviewOnRecord, qa: FlaskClient) -> None:
    """It is told, and no way leads to a page that is not there."""
    seq = moved(weeks)
    page = _plain(qa.get(f"{PATH}?lang=en").text)
    assert f"#{seq} where or when" in page
    assert "Review it again" not in page
    assert qa.get(FURTHER).status_code == 404


@pytest.mark.req("H5")
def test_an_auditor_reads_what_changed_and_opens_nothing(site: Flask, weeks: ReviewOnRecord, qa: FlaskClient) -> None:
    """Reading is for the inspector too."""
    del qa
    entered_late(weeks)
    page = signed_in(site, "aud").get(f"{PATH}?lang=fr").text
    assert "Changé depuis la signature" in page
    assert "Refaire la revue" not in page
