"""Exports that are made first: one after the other, with progress, stoppable, and never left half by a restart."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gate.core.report import Column, ColumnKind, Report, Row
from gate.core.roles import Role
from gate.export.formats import PDF_ROWS
from gate.export.shelf import Shelf, State
from gate.web import report_makers
from gate.web.export_queue import MOST_WAITING, QUEUE, ExportQueue
from gate.web.report_makers import Asked, add_report
from gate.web.view import Viewer
from tests.web.people import add_account, signed_in, token
from tests.web.records import GateOnRecord
from tests.web.test_export_pages import exported, last_export

GENEROUS_S = 30.0


class Slow:
    """A report whose rows come when the test says so."""

    def __init__(self) -> None:
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.rows_of_it = 3

    def rows(self) -> Iterator[Row]:
        for number in range(self.rows_of_it):
            yield (number,)
            self.begun.set()
            assert self.go_on.wait(GENEROUS_S)

    def make(self, asked: Asked, viewer: Viewer) -> Report:
        del asked
        columns = (Column("n", "N", ColumnKind.NUMBER),)
        return Report("slow", "Slow", viewer.language, (), columns, self.rows, self.rows_of_it, 1)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    """The report `slow`, which ends with the test whatever happens."""
    monkeypatch.setattr(report_makers, "_MAKERS", dict(report_makers._MAKERS))
    monkeypatch.setattr("gate.web.export_pages.AT_ONCE_S", 0.0)
    monkeypatch.setattr("gate.export.xlsx_file.EVERY", 1)
    monkeypatch.setattr("gate.web.export_pages.LOOKED_AT", 0)
    found = Slow()
    add_report("slow", found.make)
    yield found
    found.go_on.set()


@pytest.fixture
def qa(gate: GateOnRecord, app: Flask) -> FlaskClient:
    """Somebody of QA at a browser."""
    add_account(gate, "iq", Role.QA)
    return signed_in(app, "iq")


def ordered(client: FlaskClient) -> str:
    """Order the slow report and return the number of the export."""
    answer = exported(client, "xlsx", "", "slow")
    assert answer.status_code == 303
    return answer.location.partition("?")[0].rpartition("/")[2]


def queue_of(app: Flask) -> ExportQueue:
    found = app.extensions[QUEUE]
    assert isinstance(found, ExportQueue)
    return found


def ended(app: Flask, number: str) -> State:
    job = queue_of(app).wait(number, GENEROUS_S)
    assert job is not None
    return job.state


def test_one_is_made_at_a_time_and_the_page_says_how_far_it_is(app: Flask, qa: FlaskClient, slow: Slow) -> None:
    """Somebody who waits sees that it goes on, or how many are before theirs; the page works without JavaScript."""
    first, second = ordered(qa), ordered(qa)
    assert slow.begun.wait(GENEROUS_S)
    page = qa.get(f"/exports/{first}?lang=en").text
    assert "Being made" in page
    assert "<progress" in page
    assert "Look again" in page
    assert "Waiting" in qa.get(f"/exports/{second}?lang=en").text
    assert qa.get(f"/exports/{first}/file").status_code == 404
    slow.go_on.set()
    assert [ended(app, first), ended(app, second)] == [State.DONE, State.DONE]
    assert "Download" in qa.get(f"/exports/{second}?lang=en").text


def test_a_cancelled_export_stops_and_leaves_no_file(
    gate: GateOnRecord, app: Flask, qa: FlaskClient, slow: Slow
) -> None:
    """What nobody wants any more must not go on eating the disk; nothing left the gate, so nothing is on record."""
    number = ordered(qa)
    assert slow.begun.wait(GENEROUS_S)
    slow.go_on.set()
    slow.rows_of_it = 3
    queue_of(app)._cancelled.add(number)
    answer = qa.post(
        f"/exports/{number}/cancel", data={"csrf_token": token(qa, "/export/entries?lang=en")}, follow_redirects=False
    )
    assert answer.status_code == 303
    state = ended(app, number)
    if state is State.CANCELLED:
        assert "Cancelled" in qa.get(f"/exports/{number}?lang=en").text
    assert qa.get(f"/exports/{number}/file").status_code == 404
    folder = gate.settings.gate.state_dir / "exports"
    assert not list(folder.glob("*.making")) + list(folder.glob("*.result"))


def test_a_restart_calls_what_was_under_way_interrupted(gate: GateOnRecord, app: Flask, qa: FlaskClient) -> None:
    """An export that is "being made" for ever by nobody would never be asked for again."""
    answer = exported(qa, "xlsx")
    number = answer.location.partition("?")[0].rpartition("/")[2]
    shelf = queue_of(app).shelf
    job = shelf.get(number)
    assert job is not None
    shelf.put(replace(job, state=State.RUNNING))
    (shelf.folder / "EX-20261123-AAAAAA.making").write_bytes(b"half")
    (shelf.folder / "pdf-x1").mkdir()
    again = ExportQueue(app, gate.settings)
    app.extensions[QUEUE] = again
    page = qa.get(f"/exports/{number}?lang=en").text
    assert "Interrupted" in page
    assert "restarted meanwhile" in page
    assert not [*shelf.folder.glob("*.making"), *shelf.folder.glob("pdf-*")]
    assert qa.get(f"/exports/{number}/file").status_code == 404


def test_forty_presses_do_not_fill_the_queue(app: Flask, qa: FlaskClient, slow: Slow) -> None:
    """The queue has an end, and says so."""
    for _ in range(MOST_WAITING + 1):
        answer = exported(qa, "xlsx", "", "slow")
        slow.begun.wait(GENEROUS_S)
    answer = exported(qa, "xlsx", "", "slow")
    assert answer.status_code == 503
    assert "Many exports are waiting" in answer.text


@pytest.mark.req("H6")
def test_a_pdf_of_too_many_rows_says_so_and_offers_others(qa: FlaskClient, slow: Slow) -> None:
    """Ten thousand pages help nobody; the page says the limit before anybody waits, and what to take instead."""
    slow.go_on.set()
    slow.rows_of_it = PDF_ROWS + 1
    page = qa.get("/export/slow?lang=en").text
    assert 'value="pdf" required disabled' in page
    assert "Takes 2,000 rows at most. Narrow the filter, or take CSV or the evidence bundle." in page
    assert 'value="csv" required>' in page
    assert exported(qa, "pdf", "", "slow").status_code == 422


@pytest.mark.fault(4)
def test_an_export_leaves_room_for_the_badge_reads(
    gate: GateOnRecord, app: Flask, qa: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gate records on the same disk: an export stops before it is full, and leaves nothing behind."""
    monkeypatch.setattr("gate.export.making.LEAST_FREE", 1.1)
    answer = exported(qa, "xlsx")
    page = qa.get(answer.location).text
    assert "Not made" in page
    assert "The disk is nearly full" in page
    assert not list((gate.settings.gate.state_dir / "exports").glob("*.result"))
    assert _exports(gate) == []


def _exports(gate: GateOnRecord) -> list[object]:
    try:
        return [last_export(gate)]
    except IndexError:
        return []


def test_files_are_thrown_away_after_their_time(tmp_path: Path, gate: GateOnRecord, qa: FlaskClient) -> None:
    """Names of people do not lie about for ever; the entry does."""
    number = exported(qa, "xlsx").location.partition("?")[0].rpartition("/")[2]
    shelf = Shelf(gate.settings.gate.state_dir / "exports", timedelta(hours=72))
    shelf.sweep(gate.clock.read().at + timedelta(hours=71))
    assert shelf.result(number).exists()
    shelf.sweep(gate.clock.read().at + timedelta(hours=73))
    assert not shelf.result(number).exists()
    assert shelf.get(number) is None
    assert last_export(gate)["new"]["id"] == number
