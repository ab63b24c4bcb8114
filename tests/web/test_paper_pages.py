"""The paper for bad days on its page: how old it is, and a numbered log sheet for whoever needs one now."""

import io
import json

import pytest
from flask import Flask
from pypdf import PdfReader

from gate.core.roles import Role
from gate.web.paper_making import make_nightly
from gate.web.paper_pages import record_now
from tests.web.people import add_account, send, signed_in
from tests.web.records import GateOnRecord
from tests.web.test_export_pages import last_export


def test_the_page_says_how_old_the_paper_is(gate: GateOnRecord, app: Flask) -> None:
    """A list of last week at the line is worse than none; the page says its age, and when it is too old."""
    add_account(gate, "su", Role.SUPERVISOR)
    browser = signed_in(app, "su")
    assert "Not made yet" in browser.get("/paper?lang=en").text
    assert browser.get("/paper/who-can-run").status_code == 404
    with app.test_request_context("/?lang=en"):
        assert len(make_nightly(record_now)) == 4
    gate.clock.advance(2 * 3600 + 60)
    browser = signed_in(app, "su")
    page = browser.get("/paper?lang=en").text
    assert "2 h 1 min ago" in page
    assert "Older than a day" not in page
    for path, language, word in (
        ("who-can-run", "en", "Who can run what"),
        ("log-sheets", "fr", "Feuille de registre"),
    ):
        with browser.get(f"/paper/{path}?lang={language}") as answer:
            assert word in PdfReader(io.BytesIO(answer.data)).pages[0].extract_text()
    gate.clock.advance(24 * 3600)
    assert "Older than a day" in signed_in(app, "su").get("/paper?lang=en").text


def test_a_supervisor_takes_a_numbered_sheet(gate: GateOnRecord, app: Flask) -> None:
    """At three in the morning without QA: the sheet is there in one press, and its issue is on record."""
    add_account(gate, "su", Role.SUPERVISOR)
    browser = signed_in(app, "su")
    answer = send(browser, "/paper/log-sheet?lang=en", "/paper", equipment="TP-01")
    assert answer.status_code == 200
    text = PdfReader(io.BytesIO(answer.data)).pages[0].extract_text()
    said = last_export(gate)
    assert f"{said['new']['id']}/1" in text
    assert (said["by"], said["role"], said["new"]["query"]) == ("P-su", "supervisor", "machine=TP-01")


@pytest.mark.parametrize("equipment", ["", "XX", "../../etc/passwd", "<b>", "TP-01\x00"])
def test_a_machine_that_is_not_there_brings_the_form_back(gate: GateOnRecord, app: Flask, equipment: str) -> None:
    """Nothing is issued for a machine that nobody knows."""
    add_account(gate, "su", Role.SUPERVISOR)
    answer = send(signed_in(app, "su"), "/paper/log-sheet?lang=en", "/paper", equipment=equipment)
    assert answer.status_code == 422


@pytest.mark.parametrize("told", ["", "[]", "{}", '{"at": 3, "head_seq": "x"}', '{"at": "x", "head_seq": 1}'])
def test_a_damaged_note_of_when_it_was_made_counts_as_never(gate: GateOnRecord, app: Flask, told: str) -> None:
    """Unknown is never shown as good."""
    folder = gate.settings.gate.state_dir / "reports"
    folder.mkdir(parents=True)
    (folder / "made.json").write_text(told)
    add_account(gate, "su", Role.SUPERVISOR)
    assert "Not made yet" in signed_in(app, "su").get("/paper?lang=en").text
    assert json.dumps(told) is not None
