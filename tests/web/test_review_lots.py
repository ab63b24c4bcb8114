"""The review of one lot before its release: what touches it, and nothing else (requirement H5)."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask

from gate.core.audit import Kind, timestamp
from gate.store import registry
from gate.store.database import open_database
from gate.store.lots_schema import late_entries, lot_windows
from gate.store.reviews import reviewed_ranges
from tests.web.people import WORD, send, signed_in
from tests.web.review_records import SECOND, ReviewOnRecord, pages_over, weeks
from tests.web.test_reviews import entries, give, ticks

__all__ = ["weeks"]

LOT = "L/2026-118"
PATH = "/reviews/lot:L~2026-118"


def window(
    found: ReviewOnRecord, begin: datetime, end: datetime | None, machine: str = "CT-01", lot: str = LOT
) -> None:
    """Put a lot on a machine."""
    values: dict[str, str | int | None] = {
        "equipment_id": machine,
        "lot": lot,
        "product": "Aspirin",
        "from_at": timestamp(begin),
        "until_at": timestamp(end) if end else None,
    }
    seq = found.tell(Kind.CHANGE, subject=f"lot_window:{lot}", by="P-sup")
    with found.trail.transaction():
        registry.put(found.trail, lot_windows, f"W-{lot}-{machine}", values, seq)


def late(found: ReviewOnRecord, begin: datetime, lot: str = LOT) -> None:
    """Enter a use of the lot afterwards, a week later."""
    told = {"person": "E1", "equipment": "TP-01", "by": "P-sup"}
    seq = found.tell(Kind.LATE_ENTRY, subject="late:X", new={"lot": lot}, **told)
    values: dict[str, str | int | None] = {
        "equipment_id": "TP-01",
        "person_id": "E1",
        "operation": "USE",
        "lot": lot,
        "from_at": timestamp(begin),
        "until_at": timestamp(begin + timedelta(hours=1)),
        "cause": "gate_down",
        "why": "The gate was down",
        "scan_sha256": "00",
        "scan_name": "sheet.pdf",
        "state": "entered",
        "entered_by": "P-sup",
        "entered_at": timestamp(found.clock.at),
        "verified_by": None,
        "verified_at": None,
    }
    with found.trail.transaction():
        registry.put(found.trail, late_entries, "X", values, seq)


def begin_of_second(found: ReviewOnRecord) -> datetime:
    """The instant at which the week with exceptions began."""
    return (found.clock.at - timedelta(days=7)).replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.fixture
def site(weeks: ReviewOnRecord) -> Iterator[Flask]:
    with pages_over(weeks) as app:
        yield app


@pytest.mark.req("H5")
def test_a_lot_shows_what_happened_on_its_machines_while_it_ran(site: Flask, weeks: ReviewOnRecord) -> None:
    """Denials, the unknown badge and the silent reader of CT-01; neither the lending nor the mode of TP-01."""
    begin = begin_of_second(weeks)
    window(weeks, begin, begin + timedelta(hours=1))
    qa = signed_in(site, "qa")
    answer = qa.get(f"/reviews/lot/{LOT}?lang=en", follow_redirects=True)
    assert answer.request.path == PATH
    found = sorted(name.partition("-")[2].rpartition("-")[0] for name in ticks(qa, PATH))
    assert found == ["OFTEN_DENIED", "READER_SILENT", "UNKNOWN_BADGE"]
    assert "Lot L/2026-118" in answer.text
    assert "CT-01, 2026-11-16" in answer.text
    decided = re.findall(r"<dt>Decisions</dt><dd>(\d+)", answer.text)
    assert decided == ["4"]


@pytest.mark.req("H5")
def test_what_is_decided_for_the_lot_counts_in_the_week(site: Flask, weeks: ReviewOnRecord) -> None:
    """Nobody is asked twice; what the week has beyond the lot is still asked."""
    begin = begin_of_second(weeks)
    window(weeks, begin, begin + timedelta(hours=12))
    qa = signed_in(site, "qa")
    boxes = ticks(qa, PATH)
    assert give(qa, boxes, PATH).status_code == 303
    assert ticks(qa, PATH) == {}
    page = qa.get(f"/reviews/{SECOND}?lang=en&show=done").text
    assert "3 of 6 have an outcome" in page
    assert f"Decided in the review {PATH.removeprefix('/reviews/')}" in page


@pytest.mark.req("H5")
def test_a_signed_lot_stands_as_it_was_known_and_is_no_reviewed_range(
    site: Flask,
    weeks: ReviewOnRecord,
) -> None:
    """A window that is corrected later changes nothing of what was signed; the week is not reviewed by it."""
    begin = begin_of_second(weeks)
    window(weeks, begin, begin + timedelta(hours=12))
    weeks.verified()
    qa = signed_in(site, "qa")
    assert give(qa, ticks(qa, PATH), PATH).status_code == 303
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', qa.get(f"{PATH}/sign?lang=en").text)
    assert seen
    fields = {"seen": seen[1], "sign_user": "qa", "password": WORD}
    answer = send(qa, f"{PATH}/sign?lang=en", **fields)
    assert answer.status_code == 303, answer.text
    entry = next(one for one in entries(weeks, "review:lot:L~2026-118") if one["kind"] == "review_signed")
    assert (entry["new"]["scope"], entry["new"]["scope_id"]) == ("lot", LOT)
    assert "next_due_on" not in entry["new"]
    window(weeks, begin, begin + timedelta(minutes=1))
    report = qa.get(f"{PATH}/report?lang=en").text
    assert "come out differently" not in report
    assert "Signed electronically" in report
    engine = open_database(weeks.settings.database_path, read_only=True)
    with engine.connect() as connection:
        assert reviewed_ranges(connection) == ()
    engine.dispose()
    assert "Lot L/2026-118" in qa.get("/reviews?lang=en").text


@pytest.mark.req("H5", "C10")
def test_an_override_before_and_a_late_entry_after_belong_to_the_lot(
    site: Flask,
    weeks: ReviewOnRecord,
) -> None:
    """An override lasts at most a day, so one granted before the lot began may have counted in it."""
    begin = begin_of_second(weeks) + timedelta(hours=3)
    window(weeks, begin, begin + timedelta(hours=12), machine="TP-01")
    qa = signed_in(site, "qa")
    page = qa.get(f"{PATH}?lang=en").text
    assert "Override for" in page
    assert "Mode of TP-01 changed" not in page
    assert "Late entry" not in page
    late(weeks, begin)
    assert "Late entry for Robin Teakettle on" in re.sub("<[^>]+>", "", qa.get(f"{PATH}?lang=en").text)
    weeks.clock.advance(60)
    window(weeks, begin - timedelta(days=3), begin - timedelta(days=2), machine="TP-01", lot="OTHER")
    assert "Override for" not in qa.get("/reviews/lot:OTHER?lang=en").text


@pytest.mark.req("H5")
@pytest.mark.parametrize("path", ["/reviews/lot:NONE", "/reviews/lot:", "/reviews/lot:%3Cscript%3E", "/reviews/lot:~"])
def test_lots_that_never_were_have_no_page(site: Flask, path: str) -> None:
    """A typing error is told, not reviewed."""
    qa = signed_in(site, "qa")
    assert qa.get(path).status_code == 404
    assert qa.get("/reviews/lot/?lot=%3Cscript%3E", follow_redirects=True).status_code == 404


@pytest.mark.req("H5")
def test_a_lot_that_runs_is_not_reviewed_yet(site: Flask, weeks: ReviewOnRecord) -> None:
    """On any of its machines; nor one whose end lies ahead."""
    begin = begin_of_second(weeks)
    window(weeks, begin, begin + timedelta(hours=1))
    window(weeks, begin, None, machine="TP-01")
    window(weeks, begin, weeks.clock.at + timedelta(days=1), lot="AHEAD")
    qa = signed_in(site, "qa")
    for path in (PATH, "/reviews/lot:AHEAD"):
        assert "still being made" in qa.get(f"{path}?lang=en").text
        assert qa.get(f"{path}/sign?lang=en").status_code == 404
