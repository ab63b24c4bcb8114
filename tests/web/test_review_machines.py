"""The review of one machine in some days: what touches it, and nothing else (requirements H4, H5)."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gate.store import registry
from gate.store.database import open_database
from gate.store.reviews import reviewed_ranges
from gate.store.schema import equipment
from tests.web.people import WORD, send, signed_in
from tests.web.review_records import SECOND, ReviewOnRecord, pages_over, weeks
from tests.web.test_review_lots import late
from tests.web.test_reviews import entries, give, ticks

__all__ = ["weeks"]

ID = "machine:CT-01:2026-11-16:2026-11-22"
PATH = f"/reviews/{ID}"


@pytest.fixture
def site(weeks: ReviewOnRecord) -> Iterator[Flask]:
    with pages_over(weeks) as app:
        yield app


def asked(client: FlaskClient, machine: str, first: str, last: str) -> str:
    """Ask on the list, follow where it leads, and return the page."""
    form = {"machine": machine, "first": first, "last": last, "lang": "en"}
    return client.get("/reviews/machine/", query_string=form, follow_redirects=True).text


@pytest.mark.req("H4", "H5")
def test_a_machine_shows_its_own_exceptions_of_these_days(site: Flask) -> None:
    """Denials, the unknown badge and the silent reader of CT-01; neither the lending nor the mode of TP-01."""
    qa = signed_in(site, "qa")
    page = asked(qa, "CT-01", "2026-11-16", "2026-11-22")
    found = sorted(name.partition("-")[2].rpartition("-")[0] for name in ticks(qa, PATH))
    assert found == ["OFTEN_DENIED", "READER_SILENT", "UNKNOWN_BADGE"]
    assert "Machine CT-01, 2026-11-16 to 2026-11-22" in page
    assert re.findall(r"<dt>Decisions</dt><dd>(\d+)", page) == ["5"]
    quiet = asked(qa, "CT-01", "2026-11-09", "2026-11-15")
    assert re.findall(r"<dt>Decisions</dt><dd>(\d+)", quiet) == ["0"]


@pytest.mark.req("H5")
def test_what_is_decided_of_the_machine_counts_in_the_week_and_the_other_way_round(site: Flask) -> None:
    """Nobody is asked twice; what the week has beyond the machine is still asked."""
    qa = signed_in(site, "qa")
    boxes = ticks(qa, PATH)
    first = dict([next(iter(boxes.items()))])
    assert give(qa, first, PATH).status_code == 303
    page = qa.get(f"/reviews/{SECOND}?lang=en&show=done").text
    assert "1 of 6 have an outcome" in page
    assert f"Decided in the review {ID}" in page
    rest = {name: value for name, value in ticks(qa, f"/reviews/{SECOND}").items() if name in boxes}
    assert len(rest) == 2
    assert give(qa, rest, f"/reviews/{SECOND}").status_code == 303
    assert ticks(qa, PATH) == {}


def signed(client: FlaskClient, path: str = PATH) -> None:
    """Give what is open an outcome, and sign."""
    if boxes := ticks(client, path):
        assert give(client, boxes, path).status_code == 303
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', client.get(f"{path}/sign?lang=en").text)
    assert found
    answer = send(client, f"{path}/sign?lang=en", seen=found[1], sign_user="qa", password=WORD)
    assert answer.status_code == 303, answer.text


@pytest.mark.req("H5")
def test_the_signed_record_says_the_machine_and_marks_nothing_as_reviewed(site: Flask, weeks: ReviewOnRecord) -> None:
    """Machine, days and bounds stand in the entry; the week of all machines is still to be reviewed."""
    qa = signed_in(site, "qa")
    signed(qa)
    entry = next(one for one in entries(weeks, f"review:{ID}") if one["kind"] == "review_signed")
    new = entry["new"]
    assert (new["scope"], new["scope_id"], new["from_on"], new["until_on"]) == (
        "machine",
        "CT-01",
        "2026-11-16",
        "2026-11-23",
    )
    assert new["counts"]["decisions"] == 5
    assert "next_due_on" not in new
    engine = open_database(weeks.settings.database_path, read_only=True)
    with engine.connect() as connection:
        assert reviewed_ranges(connection) == ()
    engine.dispose()
    report = qa.get(f"{PATH}/report?lang=en").text
    assert "Entries of machine CT-01 in these days" in report
    assert "come out differently" not in report
    assert "Machine CT-01, 2026-11-16 to 2026-11-22" in qa.get("/reviews?lang=en").text


@pytest.mark.req("H5")
def test_outcomes_given_elsewhere_later_change_nothing_of_the_signed_review(site: Flask) -> None:
    """The week is reviewed after the machine, and comes to another outcome of the same exception."""
    qa = signed_in(site, "qa")
    signed(qa)
    week = f"/reviews/{SECOND}"
    before = dict.fromkeys(ticks(qa, week, show="done"), "0")
    assert before
    assert give(qa, before, week, outcome="technical_follow_up").status_code == 303
    report = qa.get(f"{PATH}/report?lang=en").text
    assert "come out differently" not in report
    assert "Technical follow-up" not in report


@pytest.mark.req("H5", "C10")
def test_a_late_entry_of_these_days_is_decided_with_them_and_reviewed_again_after_the_signature(
    site: Flask, weeks: ReviewOnRecord
) -> None:
    """What was entered a week later is about the days that it claims."""
    qa, path = signed_in(site, "qa"), "/reviews/machine:TP-01:2026-11-19:2026-11-20"
    signed(qa, path)
    assert qa.get(path.replace("machine:", "machine-2:")).status_code == 404
    late(weeks, weeks.clock.at - timedelta(days=3, hours=18))
    weeks.verified()
    page = qa.get(f"{path}?lang=en").text
    assert "a late entry" in page
    further = path.replace("machine:", "machine-2:")
    assert f'href="{further.replace(":", "%3A")}' in page or f'href="{further}' in page
    assert "Late entry for" in re.sub("<[^>]+>", "", qa.get(f"{further}?lang=en").text)
    signed(qa, further)
    assert ticks(qa, further) == {}


@pytest.mark.req("H5")
def test_a_machine_that_is_gone_is_still_reviewed(site: Flask, weeks: ReviewOnRecord) -> None:
    """History never dies with its subject."""
    with weeks.trail.transaction():
        registry.close(weeks.trail, equipment, "CT-01", weeks.trail.head.seq)
    qa = signed_in(site, "qa")
    assert '<option value="CT-01"' in qa.get("/reviews?lang=en").text
    assert len(ticks(qa, PATH)) == 3


@pytest.mark.req("H5")
@pytest.mark.parametrize(
    ("machine", "first", "last", "said"),
    [
        ("NONE", "2026-11-16", "2026-11-22", "Choose a machine"),
        ("", "", "", "Choose a machine"),
        ("CT-01", "", "2026-11-22", "Enter both days"),
        ("CT-01", "2026-11-16", "soon", "Enter both days"),
        ("CT-01", "0001-01-01", "0001-01-02", "Enter both days"),
        ("CT-01", "2026-11-22", "2026-11-16", "before the first"),
        ("CT-01", "2025-01-01", "2026-02-05", "More than 400 days"),
        ("<script>", "<script>", "<script>", "Choose a machine"),
    ],
)
def test_what_cannot_be_reviewed_is_told_and_nothing_typed_is_lost(
    site: Flask, machine: str, first: str, last: str, said: str
) -> None:
    """The form comes back with what was asked."""
    qa = signed_in(site, "qa")
    form = {"machine": machine, "first": first, "last": last, "lang": "en"}
    answer = qa.get("/reviews/machine/", query_string=form)
    assert (answer.status_code, said in answer.text) == (422, True)
    assert "<script>" not in answer.text.replace("<script defer", "")
    assert first in ("<script>", "") or f'value="{first}"' in answer.text


@pytest.mark.req("H5")
@pytest.mark.parametrize(
    "path", ["/reviews/machine:NONE:2026-11-16:2026-11-22", "/reviews/machine:CT-01:x:y", "/reviews/machine-9:CT-01"]
)
def test_what_never_was_has_no_page(site: Flask, path: str) -> None:
    """An address made by hand opens nothing."""
    assert signed_in(site, "qa").get(path).status_code == 404


@pytest.mark.req("H5")
def test_days_that_are_not_over_are_not_reviewed_yet(site: Flask) -> None:
    """Today runs; it can neither be decided nor signed."""
    qa = signed_in(site, "qa")
    path = "/reviews/machine:CT-01:2026-11-16:2026-11-23"
    assert "when it is over, on 2026-11-24" in qa.get(f"{path}?lang=en").text
    assert qa.get(f"{path}/sign?lang=en").status_code == 404
