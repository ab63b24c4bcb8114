"""Lot windows from the form to the record: signed, bitemporal, and what nobody may type."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from gate.core.roles import Role
from gate.core.spans import Span
from gate.signatures import is_whole
from gate.store import lots, schema
from gate.store.database import make_engine, open_database
from tests.web.floor_site import signed_right
from tests.web.people import WORD, add_account, send, signed_in
from tests.web.records import HOSTILE, NOON, GateOnRecord
from tests.web.trail_of import said

RIGHT = {
    "equipment_id": "TP-01",
    "lot": "24K1187",
    "product": "Acetazolamide 250 mg",
    "from_day": "2026-11-23",
    "from_time": "06:10",
    "until_day": "2026-11-23",
    "until_time": "11 h 40",
    "justification": "Batch record 24K1187, page 3",
    "password": WORD,
}


@pytest.fixture
def sup(gate: GateOnRecord, app: Flask) -> FlaskClient:
    add_account(gate, "sup", Role.SUPERVISOR)
    return signed_in(app, "sup")


def record(client: FlaskClient, **values: str) -> Any:
    return send(client, "/lots/new?lang=en", **{**RIGHT, "sign_user": "sup", **values})


def recorded(client: FlaskClient, **values: str) -> str:
    """Record a lot and return the id of its window."""
    answer = record(client, **values)
    assert answer.status_code == 303, answer.text
    found = re.search(r"/lots/([0-9A-Z]{26})\?", answer.location)
    assert found
    return found[1]


@pytest.fixture
def connection(gate: GateOnRecord) -> Iterator[sa.Connection]:
    engine = open_database(gate.settings.database_path, read_only=True)
    with engine.connect() as found:
        yield found
    engine.dispose()


@pytest.mark.req("H1", "E5", "G1")
def test_a_lot_is_recorded_with_a_signature_and_answers_where_it_was(
    gate: GateOnRecord, sup: FlaskClient, connection: sa.Connection
) -> None:
    """The inspector's question begins with this window."""
    window_id = recorded(sup)
    entry = said(gate, "change")[-1]
    assert entry["subject"] == f"lot:{window_id}"
    assert entry["new"] == {
        "equipment_id": "TP-01",
        "lot": "24K1187",
        "product": "Acetazolamide 250 mg",
        "from_at": "2026-11-23T11:10:00.000Z",
        "until_at": "2026-11-23T16:40:00.000Z",
    }
    assert signed_right(entry, "Name of sup", "lot recorded")
    found = lots.windows_of(connection, "24K1187")
    assert [(one.equipment_id, one.from_at, one.until_at) for one in found] == [
        ("TP-01", NOON - timedelta(hours=5, minutes=50), NOON - timedelta(minutes=20))
    ]
    assert lots.lots_at(connection, "TP-01", NOON - timedelta(minutes=21)) == ("24K1187",)
    assert lots.lots_at(connection, "TP-01", NOON - timedelta(minutes=20)) == (), "half-open"
    assert lots.lots_at(connection, "CT-01", NOON - timedelta(hours=1)) == ()
    page = sup.get("/lots?lang=en").text
    assert "24K1187" in page
    assert "UTC−05:00" in page
    assert "1 of 1 records" in page


@pytest.mark.req("E5", "E7")
def test_a_correction_keeps_what_stood_before_and_knows_when(
    gate: GateOnRecord, sup: FlaskClient, connection: sa.Connection
) -> None:
    """History never dies: the old times are answered as known then."""
    window_id = recorded(sup, until_day="", until_time="")
    assert "running" in sup.get(f"/lots/{window_id}?lang=en").text
    before = said(gate)[-1]["seq"]
    page = sup.get(f"/lots/{window_id}/change?lang=en").text
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version
    assert 'value="06:10"' in page
    values = {**RIGHT, "version": version[1], "from_time": "07:10", "justification": "Misread the batch record"}
    answer = send(sup, f"/lots/{window_id}/change?lang=en", **values)
    assert answer.status_code == 303, answer.text
    then = lots.window(connection, window_id, known=before)
    now = lots.window(connection, window_id)
    assert then
    assert now
    assert (then.from_at, then.until_at) == (NOON - timedelta(hours=5, minutes=50), None)
    assert (now.from_at, now.until_at) == (NOON - timedelta(hours=4, minutes=50), NOON - timedelta(minutes=20))
    assert lots.lots_at(connection, "TP-01", NOON - timedelta(hours=5), known=before) == ("24K1187",)
    assert lots.lots_at(connection, "TP-01", NOON - timedelta(hours=5)) == ()
    entry = said(gate, "change")[-1]
    assert entry["old"]["from_at"] == "2026-11-23T11:10:00.000Z"
    assert signed_right(entry, "Name of sup", "lot corrected")
    one = sup.get(f"/lots/{window_id}?lang=en").text
    assert "Misread the batch record" in one
    assert "<del>2026-11-23T11:10:00.000Z</del>" in one


def test_a_form_made_from_an_old_version_is_refused_and_shows_what_changed(sup: FlaskClient) -> None:
    """Two people correct the same lot; the second sees the first one's correction before signing over it."""
    window_id = recorded(sup)
    values = {**RIGHT, "version": "1", "product": "Other product"}
    assert send(sup, f"/lots/{window_id}/change?lang=en", **values).status_code == 303
    answer = send(sup, f"/lots/{window_id}/change?lang=en", **{**values, "product": "Third product"})
    assert answer.status_code == 422
    assert "has changed since this form was opened" in answer.text
    assert "Other product" in answer.text
    assert 'name="version" value="2"' in answer.text
    assert send(sup, f"/lots/{window_id}/change?lang=en", **{**values, "version": "2"}).status_code == 422


@pytest.mark.req("E3", "E5")
def test_a_withdrawn_lot_counts_no_more_and_stays_to_be_seen(
    gate: GateOnRecord, sup: FlaskClient, connection: sa.Connection
) -> None:
    """Typed on the wrong machine: it must not stand in an answer, and must not vanish."""
    window_id = recorded(sup)
    values = {"version": "1", "justification": "Was on TP-02, typed wrong", "password": WORD}
    before = said(gate)[-1]["seq"]
    assert send(sup, f"/lots/{window_id}/withdraw?lang=en", **values).status_code == 303
    assert lots.windows_of(connection, "24K1187") == ()
    assert len(lots.windows_of(connection, "24K1187", known=before)) == 1
    page = sup.get(f"/lots/{window_id}?lang=en").text
    assert "Withdrawn" in page
    assert "Was on TP-02, typed wrong" in page
    assert "24K1187" not in sup.get("/lots?lang=en").text
    assert send_gone(sup, window_id) == 404
    assert is_whole(said(gate, "change")[-1], said(gate, "change")[-1]["detail"]["signatures"][0])


def send_gone(client: FlaskClient, window_id: str) -> int:
    return int(client.get(f"/lots/{window_id}/change").status_code)


REFUSED = (
    ({"equipment_id": "XX-99"}, "not on record"),
    ({"equipment_id": HOSTILE}, "not on record"),
    ({"lot": "24 K"}, "no lot number of this site"),
    ({"lot": "x" * 10_000}, "no lot number of this site"),
    ({"lot": HOSTILE}, "no lot number of this site"),
    ({"lot": "🧪"}, "no lot number of this site"),
    ({"product": "\u202etxt"}, "1 to 80 characters"),
    ({"product": "x" * 10_000}, "1 to 80 characters"),
    ({"from_day": "", "from_time": ""}, "The begin is missing"),
    ({"from_time": "12:01", "until_day": "", "until_time": ""}, "still to come"),
    ({"until_time": "06:10"}, "does not lie after the begin"),
    ({"until_time": "12:30"}, "still to come"),
    ({"from_day": "2025-11-01"}, "more than a year"),
    ({"from_day": "0001-01-01"}, "Type the day as"),
    ({"from_day": "9999-12-31"}, "Type the day as"),
    ({"from_day": "2026-11-31"}, "Type the day as"),
    ({"from_day": "٢٠٢٦-11-23"}, "Type the day as"),
    ({"until_time": "25:00"}, "Type the day as"),
    ({"from_day": "2026-03-08", "from_time": "02:30"}, "skipped this time"),
    ({"justification": "ok"}, "Say why"),
    ({"justification": "x" * 10_000}, "too long"),
    ({"password": "wrong"}, "password"),
    ({"sign_user": "qa"}, "user name"),
)


@pytest.mark.parametrize(("wrong", "words"), REFUSED)
def test_nonsense_is_refused_by_name_and_the_form_keeps_what_was_typed(
    gate: GateOnRecord, sup: FlaskClient, connection: sa.Connection, wrong: dict[str, str], words: str
) -> None:
    """The form comes back filled, with the field named; nothing is on record but the refusal."""
    answer = record(sup, **wrong)
    assert answer.status_code == 422
    assert words in answer.text
    assert "<script>alert(1)</script>" not in answer.text
    assert "Batch record 24K1187" in answer.text or "justification" in wrong
    assert lots.count_windows(connection, lots.WindowFilter()) == 0
    assert said(gate, "change")[-1].get("subject", "").startswith("account:")


def exclusive(gate: GateOnRecord) -> None:
    """Make TP-01 a machine for one operator at a time."""
    engine = make_engine(gate.settings.database_path, key=None, read_only=False)
    with engine.begin() as connection:
        row = connection.execute(sa.select(schema.equipment).where(schema.equipment.c.id == "TP-01")).mappings().one()
        connection.execute(
            sa.update(schema.equipment).where(schema.equipment.c.version == row["version"]).values(known_to=2)
        )
        connection.execute(sa.insert(schema.equipment).values({**row, "version": 99, "known_from": 2, "exclusive": 1}))
    engine.dispose()


def test_a_second_lot_on_an_exclusive_machine_is_warned_of_and_can_be_said_to_be_right(
    gate: GateOnRecord, sup: FlaskClient
) -> None:
    """Two lots at once on a press is nearly always a typing error; when it is not, somebody says so."""
    exclusive(gate)
    first = recorded(sup)
    answer = record(sup, lot="24K1188", from_time="11:00", until_day="", until_time="")
    assert answer.status_code == 422
    assert "Another lot is on record on this machine" in answer.text
    assert 'name="overlap"' in answer.text
    second = recorded(sup, lot="24K1188", from_time="11:00", until_day="", until_time="", overlap="yes")
    assert said(gate, "change")[-1]["new"]["beside"] == [first]
    assert "Another lot is on record here at the same time" in sup.get(f"/lots/{second}?lang=en").text
    assert recorded(sup, lot="24K1189", from_time="05:00", until_time="06:10"), "one ends where the next begins"


def test_another_lot_on_a_shared_machine_is_no_warning_and_the_same_lot_twice_is_refused(sup: FlaskClient) -> None:
    """A granulator may take two lots; the same lot twice over the same hour says nothing twice."""
    recorded(sup)
    recorded(sup, lot="24K1188")
    answer = record(sup, from_time="11:00", until_day="", until_time="")
    assert answer.status_code == 422
    assert "on this machine for some of that time already" in answer.text
    recorded(sup, from_time="11:40", until_day="", until_time="")


def test_a_lot_is_recorded_by_supervisors_and_qa_only(gate: GateOnRecord, app: Flask) -> None:
    """The list can be read by all who read records; an auditor sees no button that does nothing."""
    add_account(gate, "aud", Role.AUDITOR)
    client = signed_in(app, "aud")
    page = client.get("/lots?lang=en")
    assert page.status_code == 200
    assert "Record a lot" not in page.text
    assert client.get("/lots/new").status_code == 403


def test_the_list_is_filtered_and_paged_by_begin_and_never_by_offset(
    gate: GateOnRecord, sup: FlaskClient, connection: sa.Connection
) -> None:
    """A lot recorded while somebody reads shifts no row."""
    ids = [
        recorded(sup, lot=f"L{number:03d}", from_time=f"{number % 11:02d}:{number % 60:02d}", until_time="11:40")
        for number in range(12)
    ]
    seen: list[str] = []
    before = None
    while part := lots.newest_windows(connection, lots.WindowFilter(), before=before, limit=5):
        seen += [window.id for window in part]
        before = (lots.stored_begin(part[-1]), part[-1].id)
    assert sorted(seen) == sorted(ids)
    begins = [lots.window(connection, window_id) for window_id in seen]
    assert [one.from_at for one in begins if one] == sorted((one.from_at for one in begins if one), reverse=True)
    page = sup.get("/lots?lang=en&lot=L00&equipment=TP-01&product=aceta").text
    assert "10 of 10 records" in page
    assert "0 of 0 records" in sup.get("/lots?lang=fr&lot=%25").text.replace(
        "0 inscriptions de lots sur 0", "0 of 0 records"
    )
    assert sup.get("/lots?before=zzz~&lot=" + "x" * 10_000).status_code == 200


def test_windows_on_a_machine_meet_a_span_half_open(sup: FlaskClient, connection: sa.Connection) -> None:
    """The log asks which lots a record belongs to."""
    recorded(sup)
    begin, end = NOON - timedelta(hours=5, minutes=50), NOON - timedelta(minutes=20)
    for span, there in (
        (Span(end, None), False),
        (Span(begin - timedelta(hours=1), begin), False),
        (Span(begin - timedelta(hours=1), None), True),
        (Span(end - timedelta(seconds=1), NOON), True),
    ):
        assert bool(lots.windows_on(connection, "TP-01", span)) is there


def test_both_languages_show_a_lot(sup: FlaskClient) -> None:
    """Half the plant reads French."""
    window_id = recorded(sup)
    page = sup.get(f"/lots/{window_id}?lang=fr").text
    assert "Lot 24K1187 sur TP-01" in page
    assert "Le même lot ailleurs" in page
