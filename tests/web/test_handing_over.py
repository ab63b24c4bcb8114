"""Whoever takes a file that was made before is on record, each time, with what was taken."""

import json
import logging
from hashlib import sha256
from typing import Any, NoReturn

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gate.core.audit import Kind
from gate.core.roles import Role
from gate.store.trail_reading import entries
from gate.web.export_queue import QUEUE, ExportQueue
from gate.web.paper_making import make_nightly
from gate.web.paper_pages import record_now
from tests.web.people import add_account, send, signed_in
from tests.web.records import GateOnRecord
from tests.web.test_export_pages import exported


def told(gate: GateOnRecord) -> list[dict[str, Any]]:
    """Return every export entry."""
    rows = entries(gate.trail._engine, after_seq=0, limit=5000)
    return [json.loads(row.data) for row in rows if row.kind == Kind.EXPORT.value]


def taken(gate: GateOnRecord) -> list[dict[str, Any]]:
    """Return those that tell of a file that was handed over."""
    return [said for said in told(gate) if "handed_over" in said["new"]]


@pytest.fixture
def qa(gate: GateOnRecord, app: Flask) -> FlaskClient:
    add_account(gate, "iq", Role.QA)
    gate.decision()
    return signed_in(app, "iq")


def kept_file(client: FlaskClient) -> str:
    """Export a file that is kept, and return the address of it."""
    path = exported(client, "xlsx").location.partition("?")[0]
    queue: ExportQueue = client.application.extensions[QUEUE]
    queue.wait(path.rpartition("/")[2], 120)
    return f"{path}/file"


@pytest.mark.req("H7")
def test_each_download_of_a_kept_file_is_an_entry(gate: GateOnRecord, qa: FlaskClient) -> None:
    """A file that lies ready for a day can leave the gate many times."""
    path = kept_file(qa)
    (made,) = told(gate)
    assert taken(gate) == []
    for _ in range(2):
        with qa.get(path, headers={"Range": "bytes=0-9", "If-None-Match": "*"}) as answer:
            assert answer.status_code == 200, "the whole file, as it is on record"
            data = answer.data
    found = taken(gate)
    assert len(found) == 2
    new = found[0]["new"]
    assert (new["handed_over"], new["report"], new["format"]) == (made["new"]["id"], "entries", "xlsx")
    assert (new["sha256"], new["size"]) == (sha256(data).hexdigest(), len(data))
    assert new["sha256"] == made["new"]["sha256"]
    assert (found[0]["ref"], found[0]["by"], found[0]["role"]) == (made["seq"], "P-iq", "qa")
    assert found[0]["detail"]["account"] == "iq"


def test_asking_for_the_head_of_a_file_takes_nothing(gate: GateOnRecord, qa: FlaskClient) -> None:
    """A browser that only asks how large it is has not taken it."""
    path = kept_file(qa)
    with qa.head(path) as answer:
        assert answer.status_code == 200
    assert taken(gate) == []


@pytest.mark.req("H7")
def test_a_kept_file_does_not_leave_without_an_entry(
    gate: GateOnRecord, qa: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An export in secret is what the record is against; the file stays for later."""
    path = kept_file(qa)
    monkeypatch.setattr("gate.web.handing_over._record", full)
    assert qa.get(path).status_code == 503
    monkeypatch.undo()
    with qa.get(path) as answer:
        assert answer.status_code == 200


def full(_: object) -> NoReturn:
    raise OSError("disk full")


@pytest.fixture
def night(gate: GateOnRecord, app: Flask) -> FlaskClient:
    """A supervisor, the morning after the paper was made."""
    add_account(gate, "su", Role.SUPERVISOR)
    with app.test_request_context("/?lang=en"):
        make_nightly(record_now)
    return signed_in(app, "su")


@pytest.mark.req("H7")
@pytest.mark.parametrize(
    ("path", "language", "report"), [("who-can-run", "en", "who_can_run"), ("log-sheets", "fr", "log_sheet")]
)
def test_the_paper_of_the_night_says_who_took_it(
    gate: GateOnRecord, night: FlaskClient, path: str, language: str, report: str
) -> None:
    """It holds everybody's name; that it was made is one fact, who carried it away another."""
    before = len(told(gate))
    with night.get(f"/paper/{path}?lang={language}") as answer:
        data = answer.data
    (said,) = taken(gate)
    assert len(told(gate)) == before + 1, "the issue of the sheets is on record already"
    assert (said["new"]["handed_over"], said["new"]["report"]) == (f"{path}.{language}.pdf", report)
    assert said["new"]["sha256"] == sha256(data).hexdigest()
    assert (said["by"], said["role"]) == ("P-su", "supervisor")
    made = [one for one in told(gate) if one["new"]["sha256"] == said["new"]["sha256"]]
    assert len(made) == 2, "the same fingerprint names the entry that it was made with"


@pytest.mark.req("H7")
def test_a_log_sheet_of_now_is_on_record_once(gate: GateOnRecord, night: FlaskClient) -> None:
    """It is issued and handed over in one act."""
    before = len(told(gate))
    assert send(night, "/paper/log-sheet?lang=en", "/paper", equipment="TP-01").status_code == 200
    assert (len(told(gate)), taken(gate)) == (before + 1, [])


def test_on_a_bad_day_the_paper_is_handed_over_all_the_same(
    night: FlaskClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is made for the day on which nothing can be written; the application log keeps who took it."""
    monkeypatch.setattr("gate.web.handing_over._record", full)
    with caplog.at_level(logging.WARNING), night.get("/paper/who-can-run?lang=en") as answer:
        assert answer.status_code == 200
        assert answer.data.startswith(b"%PDF")
    assert "P-su took who-can-run.en.pdf" in caplog.text
