"""The pages of exports: what would be exported, the file, its entry, and who may have it."""

import csv
import io
import json
import re
from hashlib import sha256
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from werkzeug.test import TestResponse

from gate.core.audit import Kind
from gate.core.roles import Role
from gate.store.trail_reading import entries
from gate.web.export_queue import QUEUE
from tests.web.people import add_account, signed_in, token
from tests.web.records import GateOnRecord


@pytest.fixture
def qa(gate: GateOnRecord, app: Flask) -> FlaskClient:
    """Somebody of QA at a browser, with some decisions on record."""
    add_account(gate, "iq", Role.QA)
    for _ in range(5):
        gate.decision()
    return signed_in(app, "iq")


def last_export(gate: GateOnRecord) -> dict[str, Any]:
    """Return the newest export entry."""
    rows = [row for row in entries(gate.trail._engine, after_seq=0, limit=5000) if row.kind == Kind.EXPORT.value]
    found: dict[str, Any] = json.loads(rows[-1].data)
    return found


def exported(client: FlaskClient, format_: str, query: str = "from=1&to=5", name: str = "entries") -> TestResponse:
    path = f"/export/{name}?{query}&lang=en"
    return client.post(path, data={"csrf_token": token(client, "/export/entries?lang=en"), "format": format_})


def file_of(client: FlaskClient, answer: TestResponse) -> bytes:
    """Return the file of an export that was made first."""
    assert answer.status_code == 303
    with client.get(f"{answer.location.partition('?')[0]}/file") as fetched:
        assert fetched.status_code == 200
        return bytes(fetched.data)


@pytest.mark.req("E6")
def test_the_page_says_what_would_be_exported(qa: FlaskClient) -> None:
    """Nobody exports by surprise: filter, count, ends, head, and what each format is for."""
    page = qa.get("/export/entries?from=2&to=4&lang=en").text
    assert "#2 – #4" in page
    assert "<strong>3</strong>" in page
    assert re.search(r"First row</dt><dd>#2, 2026-11-23 12:00", page)
    assert re.search(r"Last row</dt><dd>#4, 2026-11-23 12:00", page)
    assert re.search(r'<dd class="mono">[0-9a-f]{64}</dd>', page)
    for word in ("CSV", "Excel", "JSON", "For analysis", "recorded"):
        assert word in page


@pytest.mark.req("E6", "H7")
def test_csv_has_the_rows_that_the_page_names(qa: FlaskClient) -> None:
    """The selection of the page is the selection of the file."""
    answer = exported(qa, "csv", "from=2&to=4")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/csv; charset=utf-8")
    assert re.fullmatch(
        r'attachment; filename="EX-20261123-[A-Z2-7]{6}_gate-1_entries.csv"', answer.headers["Content-Disposition"]
    )
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert [row["seq"] for row in rows] == ["2", "3", "4"]
    assert all(re.fullmatch(r"2026-11-23T12:00:\d\d\.\d{3}-05:00", row["at"]) for row in rows)


@pytest.mark.req("E6", "H7")
def test_an_export_is_one_entry_with_the_fingerprint_of_the_file(gate: GateOnRecord, qa: FlaskClient) -> None:
    """Years later a file on a stick can be held against the record of who took it."""
    before = gate.trail._engine
    answer = exported(qa, "csv")
    said = last_export(gate)
    assert before is gate.trail._engine
    assert said["new"]["sha256"] == sha256(answer.data).hexdigest()
    assert said["new"]["size"] == len(answer.data)
    assert (said["new"]["rows"], said["new"]["of"], said["new"]["complete"]) == (5, 5, True)
    assert (said["new"]["report"], said["new"]["format"], said["new"]["query"]) == ("entries", "csv", "from=1&to=5")
    assert (said["by"], said["role"], said["detail"]["account"]) == ("P-iq", "qa", "iq")
    assert said["new"]["config_sha256"] == sha256(gate.config.read_bytes()).hexdigest()
    assert said["new"]["id"] in answer.headers["Content-Disposition"]


@pytest.mark.req("H7")
def test_the_manifest_tells_what_the_csv_cannot(gate: GateOnRecord, qa: FlaskClient) -> None:
    """CSV has no room for its filter and its head; the manifest has, and says how the guard is undone."""
    answer = exported(qa, "csv")
    number = re.search(r"EX-\d{8}-[A-Z2-7]{6}", answer.headers["Content-Disposition"])
    assert number is not None
    assert number[0] in qa.get("/exports?lang=en").text
    manifest = json.loads(qa.get(f"/exports/{number[0]}/manifest").text)
    assert manifest["export"]["sha256"] == sha256(answer.data).hexdigest()
    assert "apostrophe" in manifest["csv_guard"]
    assert manifest["entry"]["seq"] == last_export(gate)["seq"]


@pytest.mark.req("H7")
def test_json_and_xlsx_have_the_same_rows_as_csv(gate: GateOnRecord, qa: FlaskClient) -> None:
    """Three formats, one answer."""
    rows = list(csv.DictReader(io.StringIO(exported(qa, "csv").text, newline="")))
    found = json.loads(exported(qa, "json").text)
    assert [row["leaf"] for row in found["rows"]] == [row["leaf"] for row in rows]
    assert found["about"]["query"] == "from=1&to=5"
    answer = exported(qa, "xlsx")
    assert answer.status_code == 303
    page = qa.get(answer.location).text
    assert "Complete" in page
    data = file_of(qa, answer)
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name("Rows").to_python()
    assert [row[-1] for row in sheet[1:]] == [row["leaf"] for row in rows]
    assert last_export(gate)["new"]["sha256"] == sha256(data).hexdigest()


@pytest.mark.req("H7")
def test_a_download_that_breaks_off_is_recorded_as_such(gate: GateOnRecord, qa: FlaskClient) -> None:
    """Half a file taken is a fact too, and the list says that it is not to be used."""
    for _ in range(2500):
        gate.trail.begin()
        gate.trail.append(_entry(gate))
        gate.trail.commit()
    answer = exported(qa, "csv", "")
    assert next(iter(answer.response))
    answer.close()
    new = last_export(gate)["new"]
    assert new["complete"] is False
    assert 0 <= new["rows"] < new["of"]
    assert "Broken off" in qa.get("/exports?lang=en").text


def _entry(gate: GateOnRecord) -> Any:
    from gate.core.audit import Entry

    return Entry(kind=Kind.SECURITY, moment=gate.moment(), detail={"what": "x" * 100})


def test_no_last_byte_leaves_without_an_entry(
    gate: GateOnRecord, app: Flask, qa: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A complete file that nobody wrote down would be an export in secret."""

    def full(*_: object) -> int:
        raise OSError("disk full")

    monkeypatch.setattr("gate.web.export_streaming.record_export", full)
    got: list[str | bytes] = []
    with pytest.raises(OSError, match="disk full"):
        got.extend(exported(qa, "csv").response)
    assert got == []


HOSTILE_QUERIES = (
    "from=0",
    "from=-1",
    "from=1e9",
    "from=9&to=2",
    "from=99999999999999999999",
    "from=<script>alert(1)</script>",
    "to=%F0%9F%92%A9",
    "from=%00",
    "to=" + "9" * 5000,
)


@pytest.mark.parametrize("query", HOSTILE_QUERIES)
def test_a_question_without_sense_is_answered_plainly(qa: FlaskClient, query: str) -> None:
    """An address typed by hand gets a sentence, never the wrong rows and never a stack trace."""
    for answer in (qa.get(f"/export/entries?{query}&lang=fr"), exported(qa, "csv", query)):
        assert answer.status_code == 400
        assert "<script>alert" not in answer.text


def test_a_range_beyond_the_end_says_how_many_there_are(gate: GateOnRecord, qa: FlaskClient) -> None:
    """No silent truncation: the count is of what is there."""
    head = entries(gate.trail._engine, after_seq=0, limit=5000)[-1].seq
    page = qa.get(f"/export/entries?from={head - 1}&to=9007199254740991&lang=en").text
    assert "<strong>2</strong>" in page or "<strong>3</strong>" in page
    assert exported(qa, "csv", "from=9007199254740000").text.count("\r\n") == 1


@pytest.mark.parametrize("format_", ["", "exe", "../x", "CSV", "pdf\x00"])
def test_a_format_that_does_not_exist_brings_the_form_back(qa: FlaskClient, format_: str) -> None:
    """The form comes back with what is wrong; nothing is exported."""
    answer = exported(qa, format_)
    assert answer.status_code == 422
    assert "Choose a format" in answer.text


@pytest.mark.req("A7", "H8")
def test_auditors_export_and_supervisors_do_not(gate: GateOnRecord, app: Flask) -> None:
    """The auditor's role is read-only and still takes evidence home."""
    add_account(gate, "au", Role.AUDITOR)
    add_account(gate, "su", Role.SUPERVISOR)
    assert exported(signed_in(app, "au"), "csv").status_code == 200
    assert last_export(gate)["role"] == "auditor"
    assert signed_in(app, "su").get("/export/entries").status_code == 403


def test_there_is_no_export_of_what_is_no_report(qa: FlaskClient) -> None:
    """A name typed by hand opens nothing."""
    assert qa.get("/export/people").status_code == 404
    assert qa.get("/export/..%2Fgate.db").status_code == 404


@pytest.mark.parametrize("number", ["EX-20261123-AAAAAA", "..%2f..%2fgate", "EX-1", "x" * 3000])
def test_an_export_that_is_not_there_is_not_found(qa: FlaskClient, number: str) -> None:
    """A number is never made a path."""
    for end in ("", "/file", "/manifest"):
        assert qa.get(f"/exports/{number}{end}").status_code == 404


def test_the_export_of_somebody_else_is_not_found(gate: GateOnRecord, app: Flask, qa: FlaskClient) -> None:
    """A file on the shelf is for whoever asked, by whose name it is on record."""
    location = exported(qa, "xlsx").location.partition("?")[0]
    with qa.get(f"{location}/file") as mine:
        assert mine.status_code == 200
    add_account(gate, "other", Role.QA)
    other = signed_in(app, "other")
    assert other.get(location).status_code == 404
    assert other.get(f"{location}/file").status_code == 404
    assert location.rpartition("/")[2] not in other.get("/exports").text


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_pages_are_in_both_languages(app: Flask, qa: FlaskClient, language: str) -> None:
    """A page that falls back to English is half a page in Québec."""
    assert app.extensions[QUEUE].ready() is not None
    for path in ("/export/entries?from=1", "/exports"):
        page = qa.get(f"{path}{'&' if '?' in path else '?'}lang={language}").text
        assert f'<html lang="{language}"' in page
        assert ("Vos exportations" in page) is (language == "fr")
