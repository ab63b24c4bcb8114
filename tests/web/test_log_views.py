"""Saved views: one's own, a tab with its filters, each saved and ended on record."""

import json
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gate.core.roles import Role
from gate.log_acts import LONGEST_NAME, MOST
from tests.web.people import add_account, send, signed_in
from tests.web.records import GateOnRecord

ASKED = "view=denied&equipment=TP-01"


@pytest.fixture
def qa(gate: GateOnRecord, app: Flask) -> FlaskClient:
    add_account(gate, "qa", Role.QA)
    add_account(gate, "bo", Role.QA)
    gate.decision("E1")
    return signed_in(app, "qa")


def save(browser: FlaskClient, name: str, asked: str = ASKED) -> tuple[int, str]:
    answer = send(browser, f"/log/views?lang=en&{asked}", page=f"/log?lang=en&{asked}", name=name)
    return answer.status_code, answer.text


def tabs(browser: FlaskClient) -> dict[str, str]:
    """Return name and address of the saved views."""
    page = browser.get("/log?lang=en").text
    return {
        name: url for url, name in re.findall(r'href="([^"]+)"[^>]*><span class="vh">My view: </span><bdi>(.*?)<', page)
    }


def told(gate: GateOnRecord) -> list[dict[str, object]]:
    gate.trail.cursor.execute("SELECT data FROM audit_trail WHERE kind = 'change' ORDER BY seq")
    said = [json.loads(row[0]) for row in gate.trail.cursor.fetchall()]
    return [one for one in said if str(one.get("subject", "")).startswith("saved_view:")]


@pytest.mark.req("E6", "H3")
def test_a_view_is_saved_as_a_tab_and_ended_each_on_record(gate: GateOnRecord, qa: FlaskClient) -> None:
    """A named question is asked again the same way, by the same person."""
    assert save(qa, "TP-01 denials")[0] == 303
    url = tabs(qa)["TP-01 denials"].replace("&amp;", "&")
    assert "view=denied" in url
    assert "equipment=TP-01" in url
    assert 'aria-current="page"><span class="vh">My view' in qa.get(url).text
    ending = re.search(r'action="(/log/views/[^"?]+/end)', qa.get("/log?lang=en").text)
    assert ending
    assert send(qa, f"{ending[1]}?lang=en", page="/log?lang=en").status_code == 303
    assert tabs(qa) == {}
    saved, ended = told(gate)
    assert saved["new"] == ended["old"] == {"name": "TP-01 denials", "query": "view=denied&equipment=TP-01"}
    assert saved["by"] == ended["by"] == "qa"


def test_nobody_sees_or_ends_the_view_of_another(gate: GateOnRecord, app: Flask, qa: FlaskClient) -> None:
    """The id in an address is no authority."""
    save(qa, "mine")
    view_id = str(told(gate)[0]["subject"]).removeprefix("saved_view:")
    other = signed_in(app, "bo")
    assert tabs(other) == {}
    answer = send(other, f"/log/views/{view_id}/end?lang=en", page="/log?lang=en")
    assert answer.status_code == 422
    assert "You have no such view" in answer.text
    assert list(tabs(qa)) == ["mine"]


REFUSED = [
    ("", ASKED, "Give the view a name"),
    ("   ", ASKED, "Give the view a name"),
    ("x" * (LONGEST_NAME + 1), ASKED, "Give the view a name"),
    ("all", "", "Nothing is filtered yet."),
    ("all", "before=7", "Nothing is filtered yet."),
    ("bad", "from=never", "Nothing is filtered yet."),
    ("Mine  TOO", ASKED, "You have a view of this name."),
]


@pytest.mark.parametrize(("name", "asked", "words"), REFUSED)
def test_a_view_that_makes_no_sense_is_refused_by_name(
    gate: GateOnRecord, qa: FlaskClient, name: str, asked: str, words: str
) -> None:
    """Everything typed stays; nothing is saved."""
    save(qa, "mine too")
    status, page = save(qa, name, asked)
    assert (status, words in page) == (422, True)
    assert len(told(gate)) == 1


def test_a_dozen_views_are_enough(gate: GateOnRecord, qa: FlaskClient) -> None:
    """A row of tabs that fills the page is read by nobody."""
    for number in range(MOST):
        assert save(qa, f"view {number}")[0] == 303
    assert "End one of them first." in save(qa, "one more")[1]
    assert len(told(gate)) == MOST


def test_a_hostile_name_is_shown_as_text(qa: FlaskClient) -> None:
    """A tab must not become markup, nor turn the line around."""
    save(qa, "<b>\u202ex")
    assert list(tabs(qa)) == ["&lt;b&gt;\\u202ex"]
