"""Reviews of access: every account decided about, signed, and what became of what was to be revoked (A9)."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gate.accounts import close_account
from gate.core.roles import Role
from tests.web.floor_site import signed_right
from tests.web.people import WORD, add_account, send, signed_in
from tests.web.records import HOSTILE, GateOnRecord
from tests.web.trail_of import said

STATEMENT = "Compared with the list of personnel of 2026-11-20"


@pytest.fixture
def qa(gate: GateOnRecord, app: Flask) -> FlaskClient:
    add_account(gate, "qa", Role.QA)
    add_account(gate, "sup", Role.SUPERVISOR)
    add_account(gate, "old", Role.TRAINER)
    return signed_in(app, "qa")


RIGHT = {
    "account-sup": "keep",
    "account-old": "revoke",
    "justification": STATEMENT,
    "password": WORD,
    "sign_user": "qa",
}


def review(client: FlaskClient, **values: str) -> tuple[int, str]:
    fields = {name: value for name, value in {**RIGHT, **values}.items() if value}
    answer = send(client, "/access-reviews/new?lang=en", **fields)
    return answer.status_code, answer.text


@pytest.mark.req("A9", "G1")
def test_a_review_says_who_keeps_what_and_shows_whether_it_was_done(gate: GateOnRecord, qa: FlaskClient) -> None:
    """Signed by QA, done by the administrator, seen by the inspector."""
    assert "A review has been due since" in qa.get("/access-reviews?lang=en").text
    before = said(gate)[-1]["seq"]
    assert review(qa)[0] == 303
    entry = said(gate, "review_signed")[-1]
    assert entry["new"] == {
        "accounts": {"old": "revoke: trainer", "qa": "own: qa", "sup": "keep: supervisor"},
        "as_of_seq": before,
        "revoke": ["old"],
    }
    assert signed_right(entry, "Name of qa", "access reviewed")
    page = qa.get("/access-reviews?lang=en").text
    assert "not changed yet" in page
    assert "The next review is due on 2027-05-22" in page
    close_account(gate.trail, "old", opened=3, by="adm", why="left the plant", moment=gate.moment())
    assert "closed or changed since" in qa.get("/access-reviews?lang=en").text
    roles = qa.get("/inspection/access_roles?lang=en").text
    assert "to be revoked" in roles
    assert "Last review of access" in roles


@pytest.mark.req("A9", "A7")
@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"account-sup": ""}, "have changed since"),
        ({"account-sup": "maybe"}, "not decided about"),
        ({"account-sup": "own"}, "not decided about"),
        ({"account-ghost": "keep"}, "have changed since"),
        ({"justification": "ok"}, "10 letters"),
        ({"justification": "x" * 10_000}, "too long"),
        ({"justification": HOSTILE}, "Signed"),
        ({"password": "wrong"}, "password"),
    ],
)
def test_nothing_half_is_signed(gate: GateOnRecord, qa: FlaskClient, values: dict[str, str], words: str) -> None:
    """An account that was made while the page was open is not reviewed by it."""
    code, text = review(qa, **values)
    if words == "Signed":
        assert code == 303
        assert "<script>alert(1)</script>" not in qa.get("/access-reviews?lang=fr").text
        return
    assert code == 422
    assert words in text
    assert said(gate, "review_signed") == []


def test_nobody_reviews_his_own_account(gate: GateOnRecord, qa: FlaskClient) -> None:
    """Whatever the browser sends for it."""
    page = qa.get("/access-reviews/new?lang=en").text
    assert 'name="account-qa"' not in page
    assert len(re.findall(r'type="radio"', page)) == 4
    assert review(qa, **{"account-qa": "keep"})[0] == 303
    assert said(gate, "review_signed")[-1]["new"]["accounts"]["qa"] == "own: qa"
