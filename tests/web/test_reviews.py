"""Reviews on the pages: what waits, what several exceptions get at once, and what is refused (requirements H4, H5)."""

import json
import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gate.store.database import open_database
from gate.store.review_schema import reviews
from gate.store.schema import audit_trail
from tests.web.people import WORD, send, signed_in, token
from tests.web.review_records import FIRST, SECOND, THIRD, ReviewOnRecord, pages_over, weeks

__all__ = ["weeks"]

COMMENT = "Line check without product, logbook LB-FIL-0422"
PATH = f"/reviews/{SECOND}"


@pytest.fixture
def site(weeks: ReviewOnRecord) -> Any:
    with pages_over(weeks) as app:
        yield app


def ticks(client: FlaskClient, path: str = PATH, show: str = "todo") -> dict[str, str]:
    """Return the boxes of a page with what they send."""
    page = client.get(f"{path}?lang=en&show={show}").text
    return dict(re.findall(r'name="(tick-[^"]+)" value="(\d+)"', page))


def give(client: FlaskClient, ticked: dict[str, str], path: str = PATH, **more: str) -> TestResponse:
    """Give what is ticked an outcome."""
    return send(client, f"{path}?lang=en", **{"outcome": "explained", "comment": COMMENT, **ticked, **more})


def entries(found: ReviewOnRecord, subject: str) -> list[dict[str, Any]]:
    """Return the entries about something."""
    engine = open_database(found.settings.database_path, read_only=True)
    with engine.connect() as connection:
        said = [json.loads(data) for data in connection.scalars(sa.select(audit_trail.c.data))]
    engine.dispose()
    return [one for one in said if one.get("subject") == subject]


def refusals(found: ReviewOnRecord, what: str) -> list[list[str]]:
    engine = open_database(found.settings.database_path, read_only=True)
    with engine.connect() as connection:
        said = [json.loads(data) for data in connection.scalars(sa.select(audit_trail.c.data))]
    engine.dispose()
    return [one["detail"]["refused"] for one in said if (one.get("detail") or {}).get("what") == what]


@pytest.mark.req("H5")
def test_the_list_says_what_is_due_overdue_and_running(site: Flask) -> None:
    """Newest first; nobody has to work out which week is late."""
    page = signed_in(site, "qa").get("/reviews?lang=en").text
    rows = re.findall(r"Week (\d+) of 2026.*?</tr>", page, re.S)
    assert rows == ["48", "47", "46"]
    third, second, first = re.findall(r"<tr><th scope=\"row\">.*?</tr>", page, re.S)
    assert "Running" in third
    assert "0 of 6 done" in second
    assert "Due 2026-11-25" in second
    assert "Overdue" in first
    assert "Overdue" not in second


@pytest.mark.req("H5", "A7")
def test_an_auditor_reads_everything_and_is_offered_nothing(site: Flask) -> None:
    """Read-only is not a matter of being refused afterwards."""
    auditor = signed_in(site, "aud")
    page = auditor.get(f"{PATH}?lang=en").text
    assert "denied at" in page
    assert "<button" not in page
    assert "tick-" not in page
    assert auditor.get(f"{PATH}/report?lang=en").status_code == 200


@pytest.mark.req("H4")
def test_several_ticked_get_one_outcome_in_one_entry(site: Flask, weeks: ReviewOnRecord) -> None:
    """Who, when, which exceptions and why are one act; what remains is what has no outcome."""
    qa = signed_in(site, "qa")
    before = ticks(qa)
    assert set(before.values()) == {"0"}
    chosen = dict(list(before.items())[:2])
    assert give(qa, chosen).status_code == 303
    assert ticks(qa).keys() == before.keys() - chosen.keys()
    (entry,) = entries(weeks, f"review:{SECOND}")
    assert entry["new"]["outcome"] == "explained"
    assert set(entry["new"]["exceptions"]) == {name.removeprefix("tick-") for name in chosen}
    assert (entry["by"], entry["why"]) == ("P-qa", COMMENT)
    page = qa.get(f"{PATH}?lang=en&show=done").text
    assert page.count(COMMENT) == 2
    assert "2 of 6 have an outcome" in page


@pytest.mark.req("H4")
def test_a_form_sent_twice_decides_once(site: Flask, weeks: ReviewOnRecord) -> None:
    """The second of a double press finds it done, and says so as the first did."""
    qa = signed_in(site, "qa")
    ticked = ticks(qa)
    assert [give(qa, ticked).status_code for _ in range(2)] == [303, 303]
    assert len(entries(weeks, f"review:{SECOND}")) == 1


@pytest.mark.req("H4", "E3")
def test_an_outcome_can_be_changed_before_the_signature_and_the_old_one_stays(
    site: Flask,
    weeks: ReviewOnRecord,
) -> None:
    """A reviewer who learns more corrects; the record shows both."""
    qa = signed_in(site, "qa")
    name = next(iter(ticks(qa)))
    assert give(qa, {name: "0"}).status_code == 303
    seen = ticks(qa, show="done")
    assert give(qa, seen, outcome="deviation", reference="DEV-2026-0311").status_code == 303
    assert [one["new"]["outcome"] for one in entries(weeks, f"review:{SECOND}")] == ["explained", "deviation"]
    assert "DEV-2026-0311" in qa.get(f"{PATH}?lang=en&show=done").text


@pytest.mark.req("H5")
def test_of_two_reviewers_at_once_the_second_is_told_and_loses_nothing(
    site: Flask,
    weeks: ReviewOnRecord,
) -> None:
    """Both opened the page; the outcome of the first is not written over unseen."""
    qa, quinn = signed_in(site, "qa"), signed_in(site, "quinn")
    name = next(iter(ticks(qa)))
    assert give(qa, {name: "0"}).status_code == 303
    answer = give(quinn, {name: "0"}, outcome="technical_follow_up", comment="The cable was loose, as I saw")
    assert answer.status_code == 422
    assert "Somebody changed this review" in answer.text
    assert "The cable was loose, as I saw" in answer.text
    assert [one["by"] for one in entries(weeks, f"review:{SECOND}")] == ["P-qa"]
    assert refusals(weeks, "review outcome refused") == [["changed_meanwhile"]]


@pytest.mark.req("H5")
def test_whoever_had_a_part_is_refused_by_name_and_somebody_else_decides(
    site: Flask,
    weeks: ReviewOnRecord,
) -> None:
    """The mode was changed by P-qa, so qa is offered no box, and a form made by hand is refused."""
    qa, quinn = signed_in(site, "qa"), signed_in(site, "quinn")
    (name,) = set(ticks(quinn)) - set(ticks(qa))
    assert "MODE_CHANGED" in name
    answer = give(qa, {name: "0"})
    assert answer.status_code == 422
    assert "You had a part in: Mode of TP-01 changed" in answer.text
    assert refusals(weeks, "review outcome refused") == [["had_a_part"]]
    assert give(quinn, {name: "0"}).status_code == 303


@pytest.mark.req("H4", "D9")
def test_an_override_is_not_decided_here_but_on_its_own_page(site: Flask) -> None:
    """Its signed disposition is the outcome; two would contradict each other one day."""
    qa = signed_in(site, "qa")
    page = qa.get(f"{PATH}?lang=en").text
    (seq,) = re.findall(r"Override for .*?#(\d+)", page, re.S)[:1]
    assert "/overrides/01OVERRIDE/disposition" in page
    answer = give(qa, {f"tick-OVERRIDE-{seq}": "0"})
    assert answer.status_code == 422
    assert "on its own page" in answer.text
    fields = {"disposition": "acceptable", "statement": "Covered by the retraining of the 17th"}
    signed = {"sign_user": "qa", "password": WORD}
    assert send(qa, "/overrides/01OVERRIDE/disposition?lang=en", **fields, **signed).status_code == 303
    page = qa.get(f"{PATH}?lang=en&show=done").text
    assert "Covered by the retraining of the 17th" in page
    assert "1 of 6 have an outcome" in page


@pytest.mark.req("H4")
@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"outcome": ""}, "Choose an outcome"),
        ({"outcome": "<b>"}, "Choose an outcome"),
        ({"comment": "  "}, "A comment in words is missing"),
        ({"comment": "x" * 10_000}, "The text is too long"),
        ({"outcome": "deviation"}, "The deviation reference does not have the site&#39;s form"),
        ({"reference": "<script>"}, "The deviation reference does not have the site&#39;s form"),
        ({"ticks": "none"}, "No exception is ticked"),
        ({"tick-LENT_BADGE-999999": "0"}, "not an exception of this review"),
        ({"tick-<script>alert(1)</script>": "\u202e"}, "not an exception of this review"),
    ],
)
def test_what_is_wrong_comes_back_with_everything_that_was_typed(site: Flask, more: dict[str, str], words: str) -> None:
    """Nothing is decided, nothing typed is lost, and nothing of it is run."""
    qa = signed_in(site, "qa")
    name = next(iter(ticks(qa)))
    ticked = {} if "ticks" in more else {name: "0"}
    answer = give(qa, ticked, **{key: value for key, value in more.items() if key != "ticks"})
    assert answer.status_code == 422
    assert words in answer.text
    assert "<script>alert" not in answer.text
    assert "\u202e" not in answer.text
    assert (f'name="{name}" value="0" checked' in answer.text) is bool(ticked)
    assert len(ticks(qa)) == 4


@pytest.mark.req("H4")
def test_hostile_comments_are_shown_as_text(site: Flask) -> None:
    """On the review, in the report, in both languages."""
    qa = signed_in(site, "qa")
    comment = "<script>alert(1)</script> \u202egro.live 🙂 seen by the supervisor"
    assert give(qa, dict([next(iter(ticks(qa).items()))]), comment=comment).status_code == 303
    for page in (f"{PATH}?show=done&lang=fr", f"{PATH}/report?lang=en"):
        text = qa.get(page).text
        assert "&lt;script&gt;alert(1)&lt;/script&gt; \\u202egro.live 🙂" in text
        assert "<script>alert" not in text


@pytest.mark.req("H5", "G3")
def test_a_session_that_ends_in_the_middle_loses_neither_ticks_nor_words(
    site: Flask,
    weeks: ReviewOnRecord,
) -> None:
    """After signing in again the form is there as it was left."""
    qa = signed_in(site, "qa")
    name = next(iter(ticks(qa)))
    csrf = token(qa, f"{PATH}?lang=en")
    weeks.clock.advance(3600)
    weeks.verified()
    fields = {"csrf_token": csrf, "outcome": "explained", "comment": COMMENT, name: "0"}
    answer = qa.post(f"{PATH}?lang=en", data=fields)
    assert answer.status_code == 401
    kept = dict(re.findall(r'name="(kept_[^"]+)" value="([^"]*)"', answer.text))
    csrf = re.findall(r'name="csrf_token" value="([^"]+)"', answer.text)[0]
    again = qa.post("/login?lang=en", data={**kept, "csrf_token": csrf, "user": "qa", "password": WORD})
    assert again.status_code == 200
    assert COMMENT in again.text
    assert f'name="{name}" value="0" checked' in again.text
    assert entries(weeks, f"review:{SECOND}") == []


@pytest.mark.req("H4")
@pytest.mark.parametrize(
    "address",
    ["/reviews?page=99999", "/reviews?page=-1", "/reviews?page=9999", "/reviews?page=²", f"{PATH}?show=<script>"],
)
def test_addresses_by_hand_are_answered(site: Flask, address: str) -> None:
    """With the page that fits best, never with a fault."""
    answer = signed_in(site, "qa").get(address)
    assert answer.status_code == 200
    assert "<script>" not in answer.text.replace("<script defer", "")


@pytest.mark.req("H5")
@pytest.mark.parametrize("path", ["/reviews/2026-11-17", "/reviews/x", "/reviews/%2e%2e", f"/reviews/{THIRD}/report"])
def test_periods_that_are_not_there_have_no_page(site: Flask, path: str) -> None:
    """A period begins on its first day and on no other."""
    assert signed_in(site, "qa").get(path).status_code == 404


@pytest.mark.req("H5")
def test_a_period_that_runs_is_not_reviewed_yet(site: Flask) -> None:
    """What is still to come could belong to it."""
    qa = signed_in(site, "qa")
    assert "This period runs" in qa.get(f"/reviews/{THIRD}?lang=en").text
    csrf = token(qa, f"{PATH}?lang=en")
    for path in (f"/reviews/{THIRD}", f"/reviews/{THIRD}/sign"):
        assert qa.post(path, data={"csrf_token": csrf}).status_code == 404


@pytest.mark.req("H5")
def test_the_first_outcome_settles_the_bounds_of_all_periods_before(
    site: Flask,
    weeks: ReviewOnRecord,
) -> None:
    """So that no entry ever falls between two reviews."""
    qa = signed_in(site, "qa")
    assert give(qa, dict([next(iter(ticks(qa).items()))])).status_code == 303
    engine = open_database(weeks.settings.database_path, read_only=True)
    with engine.connect() as connection:
        rows = connection.execute(sa.select(reviews).order_by(reviews.c.first_seq)).all()
    engine.dispose()
    assert [(row.id, row.state) for row in rows] == [(FIRST, "open"), (SECOND, "open")]
    assert (rows[0].first_seq, rows[1].first_seq) == (1, rows[0].last_seq + 1)
