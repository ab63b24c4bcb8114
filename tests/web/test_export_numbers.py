"""Employee numbers instead of names: in every format, wherever the program would have put a name."""

import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from python_calamine import CalamineWorkbook
from werkzeug.test import TestResponse

from gate.core.audit import Entry, Kind
from gate.core.roles import Role
from gate.core.terms import Outcome
from gate.store.database import open_database
from gate.store.numbered import without_names
from gate.web.export_queue import QUEUE, ExportQueue
from gate.web.report_makers import report_names
from tests.web.people import add_account, signed_in, token
from tests.web.records import PEOPLE, GateOnRecord
from tests.web.test_export_pages import last_export

NAMES = ("Robin", "Teakettle", "Camille", "Lanterne", "alert(1)", "Name of qa")


@pytest.fixture
def qa(gate: GateOnRecord, app: Flask) -> FlaskClient:
    """Somebody of QA, and records of people with names; one is in a justification, one was changed."""
    add_account(gate, "qa", Role.QA)
    gate.decision()
    gate.decision("E2", Outcome.DENY, ("TRAINING_EXPIRED",))
    gate.decision("E3", Outcome.DENY, ("TRAINING_EXPIRED",))
    renamed = Entry(
        kind=Kind.CHANGE,
        moment=gate.moment(),
        person="E1",
        subject="person:E1",
        old={"name": PEOPLE["E1"]},
        new={"name": PEOPLE["E2"]},
        by="P-qa",
        why=f"Asked for by {PEOPLE['E2']}",
        detail={"signatures": [{"name": "Name of qa", "person": "P-qa", "account": "qa", "meaning": "changed"}]},
    )
    gate.append(renamed)
    return signed_in(app, "qa")


def sent(client: FlaskClient, name: str, format_: str, query: str = "", numbers: str = "yes") -> TestResponse:
    form = {"csrf_token": token(client, "/export/entries?lang=en"), "format": format_, "numbers": numbers}
    return client.post(f"/export/{name}?{query}&lang=en", data=form)


def taken(client: FlaskClient, name: str, format_: str, query: str = "", numbers: str = "yes") -> bytes:
    answer = sent(client, name, format_, query, numbers)
    if answer.status_code == 303:
        path = answer.location.partition("?")[0]
        queue: ExportQueue = client.application.extensions[QUEUE]
        queue.wait(path.rpartition("/")[2], 120)
        with client.get(f"{path}/file") as fetched:
            assert fetched.status_code == 200, client.get(path).text
            return bytes(fetched.data)
    assert answer.status_code == 200, answer.text
    return bytes(answer.data)


def named_in(text: str) -> list[str]:
    return [name for name in NAMES if name in text]


@pytest.mark.req("H7")
def test_no_report_holds_a_name_where_numbers_are_asked_for(qa: FlaskClient) -> None:
    """A file for somebody outside: whoever adds a report adds it to this promise."""
    asked = {"record": "seq=5", "review": "", "impact": ""}
    looked_at, with_names = 0, set()
    for name in report_names():
        page = qa.get(f"/export/{name}?{asked.get(name, '')}&lang=en")
        if page.status_code != 200:
            continue
        assert named_in(taken(qa, name, "json", asked.get(name, "")).decode()) == [], name
        looked_at += 1
        if named_in(taken(qa, name, "json", asked.get(name, ""), numbers="").decode()):
            with_names.add(name)
    assert looked_at > 10
    assert {"access_log", "entries", "record"} <= with_names, "else this would prove nothing"


@pytest.mark.req("H7")
def test_rows_say_the_number_in_the_place_of_the_name(qa: FlaskClient) -> None:
    """The answer stays an answer: who is who can still be told apart."""
    rows = json.loads(taken(qa, "access_log", "json"))["rows"]
    assert [row["person"] for row in rows if row["kind"] == "decision"] == ["E1", "E2", "E3"]
    (change,) = [row for row in json.loads(taken(qa, "entries", "json"))["rows"] if row["subject"] == "person:E1"]
    assert (change["old"], change["new"], change["why"]) == ('{"name":"E1"}', '{"name":"E2"}', "Asked for by E2")


@pytest.mark.req("H6", "H7")
def test_the_files_for_people_name_nobody(qa: FlaskClient) -> None:
    """Head, author and sheet of circumstances say the number of whoever made it, and no login."""
    reader = PdfReader(io.BytesIO(taken(qa, "access_log", "pdf")))
    text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader.pages))
    assert "by P-qa, QA" in text
    assert named_in(f"{text} {reader.metadata} {reader.xmp_metadata and reader.xmp_metadata.dc_creator}") == []
    data = taken(qa, "access_log", "xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    assert named_in(str([book.get_sheet_by_name(name).to_python() for name in ("Rows", "About")])) == []
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        assert [name for name in parts.namelist() if named_in(parts.read(name).decode("utf-8", "replace"))] == []


@pytest.mark.req("H7")
def test_the_choice_is_on_record_and_in_the_manifest(gate: GateOnRecord, qa: FlaskClient) -> None:
    """Whoever finds the file later knows that numbers were asked for, and the trail knows who asked."""
    for numbers, people in (("yes", "numbers"), ("", "names")):
        answer = sent(qa, "entries", "csv", numbers=numbers)
        assert answer.data
        said = last_export(gate)
        assert said["new"]["people"] == people
        assert (said["by"], said["detail"]["account"]) == ("P-qa", "qa")
        manifest = json.loads(qa.get(f"/exports/{said['new']['id']}/manifest").text)
        assert manifest["export"]["people"] == people
        assert ("account" in manifest["by"]) is (people == "names")
    about = json.loads(taken(qa, "entries", "json"))["about"]
    assert about["people"] == "numbers"
    assert about["generated_by"] == {"name": "P-qa", "person": "P-qa", "account": "P-qa", "role": "qa"}


@pytest.mark.req("H7")
@pytest.mark.parametrize("query", ["person=camille", "person=TEAKETTLE", "q=robin", "person=of+qa"])
def test_a_filter_that_holds_a_name_is_refused_with_what_to_do(qa: FlaskClient, query: str) -> None:
    """The filter stands in the file and in the manifest; dropping it in silence would falsify the answer."""
    answer = sent(qa, "access_log", "csv", query)
    assert answer.status_code == 400
    assert "filter by employee number" in answer.text
    assert sent(qa, "access_log", "csv", query, numbers="").status_code == 200
    assert sent(qa, "access_log", "csv", "person=e2").status_code == 200


@pytest.mark.req("H7")
def test_the_form_offers_it_in_both_languages(qa: FlaskClient) -> None:
    """The raw records of a bundle cannot be changed, and the form says so before anybody relies on it."""
    for language, words in (("en", "Employee numbers instead of names"), ("fr", "Numéros d’employé au lieu des noms")):
        page = qa.get(f"/export/entries?lang={language}").text
        assert words in page
        assert 'name="numbers" value="yes"' in page
    assert "signatures and in changes of people" in qa.get("/export/entries?lang=en").text
    back = sent(qa, "entries", "")
    assert back.status_code == 422
    assert 'value="yes" aria-describedby="h-numbers" checked' in back.text


@pytest.mark.req("H7")
def test_what_is_asked_next_has_names_again(qa: FlaskClient) -> None:
    """The wish belongs to one export; a page that forgot names would be a broken page."""
    taken(qa, "access_log", "csv")
    taken(qa, "expiring", "csv")
    assert "Camille O’Lanterne" in qa.get("/log?lang=en").text
    assert "Camille" in taken(qa, "access_log", "csv", numbers="").decode()


def test_records_without_names_are_still_read_only(gate: GateOnRecord, tmp_path: Path) -> None:
    """The views that hide names lie in memory; nothing of the records can be written through them."""
    engine = without_names(open_database(gate.settings.database_path, read_only=True))
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT DISTINCT name FROM people ORDER BY name").scalars().all() == [
            "E1",
            "E2",
            "E3",
        ]
        assert connection.exec_driver_sql("PRAGMA query_only").scalar() == 1
    engine.dispose()
