"""Late entries from the form to the record: two people, a scan that stays what it was, and what nobody may send."""

import hashlib
import io
import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from gate.core.roles import Role
from gate.store import lots_schema
from gate.store.database import make_engine, open_database
from gate.store.late_entries import LateFilter, find_late, late_entry
from tests.core.test_scans import PDF
from tests.web.floor_site import signed_right
from tests.web.people import WORD, add_account, send, signed_in, token
from tests.web.records import HOSTILE, GateOnRecord
from tests.web.trail_of import said

RIGHT = {
    "equipment_id": "TP-01",
    "person_id": "E1",
    "operation": "USE",
    "lot": "24K1187",
    "from_day": "2026-11-23",
    "from_time": "06:10",
    "until_day": "2026-11-23",
    "until_time": "11:40",
    "cause": "gate_down",
    "justification": "Gate down from 06:00, log sheet by R. Teakettle",
    "password": WORD,
}


@pytest.fixture
def sup(gate: GateOnRecord, app: Flask) -> FlaskClient:
    add_account(gate, "sup", Role.SUPERVISOR)
    return signed_in(app, "sup")


@pytest.fixture
def qa(gate: GateOnRecord, app: Flask) -> FlaskClient:
    add_account(gate, "qa", Role.QA)
    return signed_in(app, "qa")


def enter(client: FlaskClient, data: bytes | None = PDF, name: str = "sheet.pdf", **values: Any) -> Any:
    fields: dict[str, Any] = {"csrf_token": token(client, "/late-entries/new"), **RIGHT, "sign_user": "sup", **values}
    if data is not None:
        fields["scan"] = FileStorage(io.BytesIO(data), name, content_type="text/html")
    return upload(client, fields)


def upload(client: FlaskClient, fields: dict[str, Any]) -> Any:
    """Send a form with a file, as one piece of bytes."""
    boundary, body = encode_multipart(fields)
    kind = f"multipart/form-data; boundary={boundary}"
    return client.post(
        "/late-entries/new?lang=en",
        input_stream=io.BytesIO(body),
        content_type=kind,
        headers={"Content-Length": str(len(body))},
    )


def entered(client: FlaskClient, *args: Any, **values: Any) -> str:
    """Make a late entry and return its id."""
    answer = enter(client, *args, **values)
    assert answer.status_code == 303, answer.text
    found = re.search(r"/late-entries/([0-9A-Z]{26})\?", answer.location)
    assert found
    return found[1]


def verify(client: FlaskClient, late_id: str, answer: str = "verified", **values: str) -> Any:
    fields = {"answer": answer, "justification": "Compared with the log sheet", "password": WORD, **values}
    return send(client, f"/late-entries/{late_id}/verify?lang=en", **fields)


@pytest.mark.req("C10", "G1")
def test_one_enters_and_another_verifies_and_nothing_is_put_between_older_rows(
    gate: GateOnRecord, sup: FlaskClient, qa: FlaskClient
) -> None:
    """The claimed time stands beside the time of entry, at the end of the trail."""
    gate.decision()
    before = said(gate)
    late_id = entered(sup)
    told = said(gate, "late_entry")
    assert [entry["seq"] for entry in told] == [before[-1]["seq"] + 1]
    assert said(gate)[: len(before)] == before
    assert (told[0]["person"], told[0]["equipment"], told[0]["by"]) == ("E1", "TP-01", "P-sup")
    assert told[0]["new"] == {
        "claimed_from_at": "2026-11-23T11:10:00.000Z",
        "claimed_until_at": "2026-11-23T16:40:00.000Z",
        "cause": "gate_down",
        "lot": "24K1187",
        "scan_name": "sheet.pdf",
        "scan_sha256": hashlib.sha256(PDF).hexdigest(),
        "state": "entered",
    }
    assert told[0]["at"] > told[0]["new"]["claimed_until_at"]
    assert signed_right(told[0], "Name of sup", "late entry made")
    assert "waits for verification" in sup.get(f"/late-entries/{late_id}?lang=en").text
    assert verify(qa, late_id, sign_user="qa").status_code == 303
    after = said(gate, "late_entry")[-1]
    assert (after["old"]["state"], after["new"]["state"], after["by"]) == ("entered", "verified", "P-qa")
    assert after["old"]["scan_sha256"] == hashlib.sha256(PDF).hexdigest(), "the signature covers the paper"
    assert signed_right(after, "Name of qa", "late entry verified")
    page = qa.get(f"/late-entries/{late_id}?lang=en").text
    assert "LATE ENTRY" in page
    assert "Name of qa (P-qa)" in page
    assert "SAISIE TARDIVE" in qa.get("/late-entries?lang=fr").text


@pytest.mark.req("C10", "A7")
def test_nobody_verifies_himself(gate: GateOnRecord, app: Flask, sup: FlaskClient, qa: FlaskClient) -> None:
    """Neither who entered it nor the person it is about, whatever the browser sends."""
    late_id = entered(sup)
    assert "another person verifies it" in sup.get(f"/late-entries/{late_id}/verify?lang=en").text
    fields = {"csrf_token": token(sup, "/late-entries/new"), "answer": "verified", "password": WORD}
    sent = sup.post(
        f"/late-entries/{late_id}/verify?lang=en", data={**fields, "justification": "Compared with the log sheet"}
    )
    assert sent.status_code == 422
    assert "You made this entry" in sent.text
    own = entered(sup, person_id="E2")
    engine = make_engine(gate.settings.database_path, key=None, read_only=False)
    with engine.begin() as connection:
        connection.execute(
            sa.update(lots_schema.late_entries).where(lots_schema.late_entries.c.id == own).values(known_to=1)
        )
        row = connection.execute(sa.select(lots_schema.late_entries).where(lots_schema.late_entries.c.id == own))
        values = {**row.mappings().one(), "version": 99, "person_id": "P-qa", "known_to": None}
        connection.execute(sa.insert(lots_schema.late_entries).values(values))
    engine.dispose()
    about_qa = qa.post(
        f"/late-entries/{own}/verify?lang=en",
        data={
            "csrf_token": token(qa, f"/late-entries/{late_id}/verify"),
            "answer": "verified",
            "justification": "Compared with the log sheet",
            "password": WORD,
            "sign_user": "qa",
        },
    )
    assert "The entry is about you" in about_qa.text
    refused = [entry["detail"]["refused"] for entry in said(gate, "security") if "refused" in entry["detail"]]
    assert refused == [["own_entry"], ["own_use"]]


def test_a_late_entry_is_verified_once(sup: FlaskClient, qa: FlaskClient) -> None:
    """A double click, or two people at once: the second is told."""
    late_id = entered(sup)
    assert verify(qa, late_id, "rejected", sign_user="qa").status_code == 303
    again = qa.post(
        f"/late-entries/{late_id}/verify?lang=en",
        data={
            "csrf_token": token(qa, f"/late-entries/{late_id}/verify"),
            "answer": "verified",
            "justification": "Compared with the log sheet",
            "password": WORD,
        },
    )
    assert again.status_code == 422
    assert "verified or rejected already" in again.text
    assert "Rejected by" in qa.get(f"/late-entries/{late_id}?lang=en").text


REFUSED = (
    ({"person_id": "E99"}, "Nobody has this number"),
    ({"person_id": HOSTILE}, "Nobody has this number"),
    ({"equipment_id": "?"}, "not on record"),
    ({"operation": "FLY"}, "Choose what the person did"),
    ({"cause": ""}, "Choose why the gate did not see it"),
    ({"lot": "24 K"}, "no lot number of this site"),
    ({"from_day": "", "from_time": ""}, "The begin is missing"),
    ({"until_day": "", "until_time": ""}, "The end is missing"),
    ({"until_time": "12:30"}, "still to come"),
    ({"until_time": "06:10"}, "does not lie after"),
    ({"from_day": "2026-11-21"}, "more than 24 hours"),
    ({"from_time": "6"}, "Type the day as"),
    ({"justification": "x" * 10_000}, "too long"),
    ({"password": "wrong"}, "password"),
)


@pytest.mark.parametrize(("wrong", "words"), REFUSED)
def test_nonsense_is_refused_by_name(gate: GateOnRecord, sup: FlaskClient, wrong: dict[str, Any], words: str) -> None:
    """Nothing is entered, and no part of the scan is kept."""
    answer = enter(sup, **wrong)
    assert answer.status_code == 422
    assert words in answer.text
    assert "<script>alert(1)</script>" not in answer.text
    assert said(gate, "late_entry") == []


def test_a_session_that_ended_keeps_the_form_and_asks_for_the_scan_again(app: Flask, sup: FlaskClient) -> None:
    """Nothing typed is lost; a file cannot wait in a page."""
    fields: dict[str, Any] = {"csrf_token": token(sup, "/late-entries/new"), **RIGHT}
    sup.delete_cookie("gate_session")
    fields["scan"] = FileStorage(io.BytesIO(PDF + b"%%EOF" * 20_000), "sheet.pdf")
    answer = upload(sup, fields)
    assert answer.status_code == 401
    assert "Gate down from 06:00" in answer.text


def test_late_entries_are_found_by_claimed_time_machine_and_lot(gate: GateOnRecord, sup: FlaskClient) -> None:
    """The answer for a lot rests on the claimed time, not on when somebody found the paper."""
    late_id = entered(sup)
    engine = open_database(gate.settings.database_path, read_only=True)
    with engine.connect() as connection:
        one = late_entry(connection, late_id)
        assert one
        for wanted, there in (
            (LateFilter(equipment_id="TP-01", span=one.span), True),
            (LateFilter(equipment_id="CT-01", span=one.span), False),
            (LateFilter(lot="24K1187"), True),
            (LateFilter(lot="24K118"), False),
            (LateFilter(person_id="E1", state="entered"), True),
            (LateFilter(state="verified"), False),
        ):
            assert [found.id for found in find_late(connection, wanted)] == ([late_id] if there else [])
        assert find_late(connection, LateFilter(), known=one.entered_seq - 1) == ()
    engine.dispose()
    page = sup.get("/late-entries?lang=en&lot=24K1187&before=zz&state=%00").text
    assert "late entries" in page
