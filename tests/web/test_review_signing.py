"""The signature of a review: when it opens, who gives it, what it is bound to, and what follows it (requirement H5)."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gate.core.review_rules import RULES_VERSION
from gate.signatures import is_whole
from gate.store.database import open_database
from gate.store.reviews import reviewed_ranges
from gate.web.pages import viewer
from gate.web.report_makers import BadQuestionError
from gate.web.review_report import make_review_report
from tests.web.people import WORD, send, signed_in
from tests.web.review_records import FIRST, OVERRIDE, SECOND, THIRD, ReviewOnRecord, pages_over, weeks
from tests.web.test_reviews import entries, give, refusals, ticks

__all__ = ["weeks"]

PATH = f"/reviews/{SECOND}"
SIGN = f"{PATH}/sign?lang=en"


@pytest.fixture
def site(weeks: ReviewOnRecord) -> Iterator[Flask]:
    with pages_over(weeks) as app:
        yield app


def all_decided(site: Flask) -> tuple[FlaskClient, FlaskClient]:
    """Give every exception its outcome; return the browsers of both reviewers."""
    qa, quinn = signed_in(site, "qa"), signed_in(site, "quinn")
    assert give(qa, ticks(qa)).status_code == 303
    assert give(quinn, ticks(quinn)).status_code == 303
    fields = {"disposition": "acceptable", "statement": "Covered by the retraining of the 17th"}
    signed = {"sign_user": "qa", "password": WORD}
    assert send(qa, f"/overrides/{OVERRIDE}/disposition?lang=en", **fields, **signed).status_code == 303
    return qa, quinn


def seen(client: FlaskClient) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', client.get(SIGN).text)
    return found[1] if found else ""


def sign(client: FlaskClient, login: str = "qa", **more: str) -> TestResponse:
    """Sign as the page offers it; a second reviewer only where one is given."""
    fields = {"seen": seen(client), "sign_user": login, "password": WORD}
    return send(client, SIGN, page=f"{PATH}/report?lang=en" if not seen(client) else "", **{**fields, **more})


def posted(client: FlaskClient, path: str, **fields: str) -> TestResponse:
    """Send a form that the page may not offer, with the token of the login page's own cookie."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/account/password?lang=en").text)
    assert found
    return client.post(path, data={"csrf_token": found[1], **fields})


SECOND_REVIEWER = {"cosign_user": "quinn", "cosign_password": WORD}


@pytest.mark.req("H5", "G1", "G2")
def test_a_signed_review_holds_period_filter_counts_rules_and_head(
    site: Flask,
    weeks: ReviewOnRecord,
) -> None:
    """The record alone says what was reviewed, by which rules, and up to which leaf."""
    qa, _ = all_decided(site)
    fingerprint = seen(qa)
    answer = sign(qa, **SECOND_REVIEWER)
    assert (answer.status_code, "/report" in answer.location) == (303, True)
    entry = next(one for one in entries(weeks, f"review:{SECOND}") if one["kind"] == "review_signed")
    new = entry["new"]
    assert (new["scope"], new["from_on"], new["until_on"], new["rules"]) == (
        "gate",
        "2026-11-16",
        "2026-11-23",
        RULES_VERSION,
    )
    assert new["counts"]["decisions"] == 7
    assert new["counts"]["entries"] == new["bounds"][1] - new["bounds"][0] + 1
    assert new["outcomes"] == {"acceptable": 1, "explained": 5}
    assert (new["exceptions"], new["fingerprint"]) == (6, fingerprint)
    assert len(new["sample"]) == 7
    assert new["next_due_on"] == "2026-12-02"
    assert new["second_for"] == ["MODE_CHANGED-31"]
    shown = [(one["name"], one["meaning"]) for one in entry["detail"]["signatures"]]
    assert shown == [
        ("Name of qa", "reviewed and accepted by QA"),
        ("Name of quinn", "reviewed by a second reviewer where the first had a part"),
    ]
    assert all(is_whole(entry, one) for one in entry["detail"]["signatures"])
    engine = open_database(weeks.settings.database_path, read_only=True)
    with engine.connect() as connection:
        assert reviewed_ranges(connection) == (tuple(new["bounds"]),)
    engine.dispose()


@pytest.mark.req("H5")
def test_after_the_signature_only_signed_notes_follow(site: Flask, weeks: ReviewOnRecord) -> None:
    """What was signed stays; what comes to light later is added to it, by name."""
    qa, quinn = all_decided(site)
    before = ticks(quinn, show="done")
    assert sign(qa, **SECOND_REVIEWER).status_code == 303
    name = next(iter(before))
    answer = posted(
        quinn, f"{PATH}?lang=en", outcome="deviation", reference="DEV-2026-0001", comment="x" * 20, **{name: "0"}
    )
    assert answer.status_code == 422
    assert "stays as it is" in answer.text
    again = posted(qa, SIGN, seen="", password=WORD, **SECOND_REVIEWER)
    assert (again.status_code, "stays as it is" in again.text) == (422, True)
    note = {"note": "The cable was tested again on the 24th", "password": WORD, "sign_user": "quinn"}
    assert send(quinn, f"{PATH}/report?lang=en", **note).status_code == 303
    page = qa.get(f"{PATH}/report?lang=en").text
    assert page.count("Signed electronically") == 3
    assert "The cable was tested again on the 24th" in page
    assert "Signed, later notes: 1" in qa.get("/reviews?lang=en").text
    kinds = [one["kind"] for one in entries(weeks, f"review:{SECOND}")]
    assert kinds.count("review_signed") == 1
    assert kinds[-1] == "sign"


@pytest.mark.req("H5")
@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "A second reviewer of QA must sign beside you"),
        ({"cosign_user": "qa", "cosign_password": WORD}, "The second reviewer is you"),
        ({"cosign_user": "sup", "cosign_password": WORD}, "second"),
        ({"cosign_user": "quinn", "cosign_password": "wrong"}, "second"),
        ({**SECOND_REVIEWER, "password": "wrong word"}, "not right"),
        ({**SECOND_REVIEWER, "seen": "0" * 64}, "Somebody changed this review"),
        ({**SECOND_REVIEWER, "seen": "<script>alert(1)</script>"}, "Somebody changed this review"),
    ],
)
def test_what_stands_against_the_signature_is_told_and_nothing_is_signed(
    site: Flask,
    weeks: ReviewOnRecord,
    more: dict[str, str],
    words: str,
) -> None:
    """The reviewer had a part in the change of mode, and signs what was on the screen or nothing."""
    qa, _ = all_decided(site)
    answer = sign(qa, **more)
    assert answer.status_code == 422
    assert words in answer.text
    assert "<script>alert" not in answer.text
    assert [one["kind"] for one in entries(weeks, f"review:{SECOND}")].count("review_signed") == 0


@pytest.mark.req("H5")
def test_whoever_had_no_part_signs_alone(site: Flask) -> None:
    """Quinn has changed nothing in that week and is asked for no second reviewer."""
    _, quinn = all_decided(site)
    assert "second reviewer" not in quinn.get(SIGN).text
    assert sign(quinn, "quinn").status_code == 303


@pytest.mark.req("H5")
def test_an_open_exception_is_not_signed_over(site: Flask, weeks: ReviewOnRecord) -> None:
    """Neither by a form made by hand."""
    quinn = signed_in(site, "quinn")
    assert "0 of 6 have an outcome" in quinn.get(SIGN).text
    assert seen(quinn) == ""
    answer = posted(quinn, SIGN, seen="0" * 64, sign_user="quinn", password=WORD)
    assert (answer.status_code, "6 without an outcome" in answer.text) == (422, True)
    assert refusals(weeks, "signing a review refused") == [["undecided"]]


@pytest.mark.req("H5", "E4")
@pytest.mark.parametrize("state", ["never verified", "not to its end", "broken"])
def test_nothing_is_signed_on_a_chain_that_is_not_known_to_be_whole(
    site: Flask,
    weeks: ReviewOnRecord,
    state: str,
) -> None:
    """Not checked is never taken for good."""
    _, quinn = all_decided(site)
    value = seen(quinn)
    match state:
        case "never verified":
            (weeks.settings.gate.state_dir / "run" / "verified.json").unlink()
        case "not to its end":
            weeks.verified(head=20)
        case _:
            weeks.verified(sound=False)
    assert seen(quinn) == ""
    answer = posted(quinn, SIGN, seen=value, sign_user="quinn", password=WORD)
    assert answer.status_code in {409, 422}
    assert [one["kind"] for one in entries(weeks, f"review:{SECOND}")].count("review_signed") == 0


@pytest.mark.req("H5")
def test_an_outcome_given_meanwhile_is_seen_before_it_is_signed(site: Flask) -> None:
    """Two reviewers at once: the fingerprint of the screen no longer fits."""
    qa, quinn = all_decided(site)
    value = seen(quinn)
    box = next(iter(ticks(qa, show="done").items()))
    assert give(qa, dict([box]), outcome="technical_follow_up").status_code == 303
    answer = send(quinn, SIGN, seen=value, sign_user="quinn", password=WORD)
    assert (answer.status_code, "Somebody changed this review" in answer.text) == (422, True)


@pytest.mark.req("H5")
def test_what_comes_late_belongs_to_the_next_period_and_leaves_the_signed_one_alone(
    site: Flask,
    weeks: ReviewOnRecord,
) -> None:
    """Also with a wall clock that was set back into the signed week: order is by number."""
    qa, _ = all_decided(site)
    assert sign(qa, **SECOND_REVIEWER).status_code == 303
    first = qa.get(f"{PATH}/report?lang=en").text
    weeks.clock.set_wall(weeks.clock.at.replace(day=18))
    weeks.denied("E3", "PERSON_SUSPENDED")
    weeks.clock.set_wall(weeks.clock.at.replace(day=23))
    weeks.next_monday()
    weeks.verified()
    qa = signed_in(site, "qa")
    assert "PERSON_SUSPENDED" not in qa.get(f"{PATH}?lang=en").text
    found = re.findall(r"#19 to #31", qa.get(f"{PATH}/report?lang=en").text)
    assert found == re.findall(r"#19 to #31", first)
    assert "come out differently" not in qa.get(f"{PATH}/report?lang=en").text
    assert "suspended, tried TP-01" in qa.get(f"/reviews/{THIRD}?lang=en").text


@pytest.mark.req("H5")
def test_a_report_says_when_today_differs_from_what_was_signed(
    site: Flask,
    weeks: ReviewOnRecord,
) -> None:
    """Rules that were changed, or an outcome that was altered beside the pages, must not pass for what was signed."""
    qa, _ = all_decided(site)
    assert sign(qa, **SECOND_REVIEWER).status_code == 303
    assert "come out differently" not in qa.get(f"{PATH}/report?lang=en").text
    with weeks.trail.transaction():
        for (name,) in weeks.trail.cursor.execute("SELECT name FROM sqlite_master WHERE type='trigger'").fetchall():
            weeks.trail.cursor.execute(f'DROP TRIGGER "{name}"')
        weeks.trail.cursor.execute("UPDATE review_dispositions SET comment = 'nothing happened at all'")
    page = qa.get(f"{PATH}/report?lang=en").text
    assert "come out differently" in page


@pytest.mark.req("H5", "H6")
@pytest.mark.parametrize(("language", "title"), [("en", "Access review: Week 47 of 2026"), ("fr", "Revue des accès")])
def test_the_review_is_a_report_that_every_export_can_be_made_of(site: Flask, language: str, title: str) -> None:
    """Filter, counts, signatures and the entries it rests on come with the rows."""
    qa, _ = all_decided(site)
    assert sign(qa, **SECOND_REVIEWER).status_code == 303
    with site.test_request_context(f"/x?lang={language}"):
        report = make_review_report({"review": SECOND}, viewer())
        rows = list(report.rows())
        assert (report.name, report.total, len(rows)) == ("review", 6, 6)
        assert title in report.title
        assert len(report.signatures) == 2
        assert "Name of quinn (quinn)" in report.signatures[1]
        assert {len(row) for row in rows} == {len(report.columns)}
        assert report.entries is not None
        assert set(report.entries) >= {26, 27, 31}
        for wrong in ({}, {"review": "x"}, {"review": THIRD}):
            with pytest.raises(BadQuestionError):
                make_review_report(wrong, viewer())


@pytest.mark.req("H5")
def test_a_quiet_week_is_signed_once_its_changes_are_looked_at(site: Flask) -> None:
    """Five decisions, nothing unusual but the accounts that were made."""
    qa, quinn = signed_in(site, "qa"), signed_in(site, "quinn")
    path = f"/reviews/{FIRST}"
    for client in (qa, quinn):
        assert give(client, ticks(client, path), path).status_code == 303
    page = qa.get(f"{path}?lang=en").text
    assert "4 of 4 have an outcome" in page
    assert 'aria-disabled="true"' not in page
    assert f"{path}/sign" in page


def test_a_review_may_be_asked_for_by_anybody_only_as_text(site: Flask) -> None:
    """The name of a period is part of an address."""
    qa: Any = signed_in(site, "qa")
    assert qa.get("/reviews/%3Cscript%3E/sign").status_code == 404
