"""What was changed since the original entry is marked wherever records are listed (EU GMP Annex 11 of 2011, 8.2)."""

import csv
import io
import json
import re
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from gate.core.audit import Entry, Kind
from gate.core.lotting import LotData
from gate.core.roles import Role
from gate.core.terms import RecordState
from gate.lot_acts import Saying, correct_lot, record_lot, withdraw_lot
from gate.signatures import Signer
from gate.store import registry
from gate.store.changed_since import changes_until
from gate.store.lots_schema import lot_windows
from gate.store.row_versions import version_of
from gate.store.schema import items, training_records
from gate.training_acts import Ending, NewRecord, add_record, end_record
from gate.web.changed_marks import with_marks
from gate.web.entries_report import entries_report
from gate.web.export_queue import QUEUE, ExportQueue
from tests.web.people import add_account, signed_in, token
from tests.web.records import NOON, GateOnRecord

QA = Signer("qa", "P-9", "Q. A.", "qa")
PATTERN = r"[0-9A-Z]{3,20}"


class Changed:
    """A trail with one of each, and the numbers of its entries."""

    def __init__(self, gate: GateOnRecord) -> None:
        self.gate = gate
        self.allowed = gate.decision()
        self.untouched = gate.decision("E2")
        self.lot = self._lot("24K1187")
        self.lot_corrected = self._lot("24K1188", of=self.window)
        self.closed = gate.append(
            Entry(kind=Kind.USE_CLOSED, moment=gate.moment(), person="E1", equipment="TP-01", ref=self.allowed)
        )
        self.head_before_withdrawal = self.closed
        self.lot_withdrawn = withdraw_lot(
            gate.trail, self.window, "It never ran on this press", QA, gate.moment(), opened=self._version()
        )

    def _version(self) -> int:
        found = version_of(self.gate.trail, lot_windows, self.window)
        assert found is not None
        return found

    def _lot(self, lot: str, of: str = "") -> int:
        gate = self.gate
        data = LotData("TP-01", lot, "Acetazolamide", NOON - timedelta(hours=2), NOON - timedelta(hours=1))
        saying = Saying(data, "Batch record, page 3")
        if of:
            made = correct_lot(gate.trail, of, saying, QA, gate.moment(), pattern=PATTERN, opened=self._version())
        else:
            made = record_lot(gate.trail, saying, QA, gate.moment(), pattern=PATTERN)
        self.window = made.id
        return made.seq


@pytest.fixture
def changed(gate: GateOnRecord) -> Changed:
    gate.clock.advance(60)
    return Changed(gate)


@pytest.fixture
def qa(gate: GateOnRecord, app: Flask, changed: Changed) -> FlaskClient:
    add_account(gate, "iq", Role.QA)
    return signed_in(app, "iq")


def taken(client: FlaskClient, format_: str, name: str = "entries", query: str = "", lang: str = "en") -> bytes:
    """Export and return the file."""
    form = {"csrf_token": token(client, "/export/entries?lang=en"), "format": format_}
    answer = client.post(f"/export/{name}?{query}&lang={lang}", data=form)
    if answer.status_code == 303:
        path = answer.location.partition("?")[0]
        queue: ExportQueue = client.application.extensions[QUEUE]
        queue.wait(path.rpartition("/")[2], 120)
        with client.get(f"{path}/file") as fetched:
            return bytes(fetched.data)
    assert answer.status_code == 200, answer.text
    return bytes(answer.data)


def marks_of(data: bytes) -> dict[int, str]:
    rows = csv.DictReader(io.StringIO(data.decode(), newline=""))
    return {int(row["seq"]): row["changed_by"] for row in rows}


def expected(changed: Changed) -> dict[int, str]:
    return {
        changed.allowed: f"#{changed.closed}: use closed by hand",
        changed.lot: f"#{changed.lot_corrected}: corrected",
        changed.lot_corrected: f"#{changed.lot_withdrawn}: withdrawn",
    }


@pytest.mark.req("H7")
@pytest.mark.parametrize("name", ["entries", "access_log"])
def test_csv_names_what_changed_each_record(changed: Changed, qa: FlaskClient, name: str) -> None:
    """An inspector sees beside the original what has become of it; everything else is without a mark."""
    marks = marks_of(taken(qa, "csv", name))
    assert {seq: mark for seq, mark in marks.items() if mark} == expected(changed)
    assert marks[changed.untouched] == marks[changed.closed] == ""


@pytest.mark.req("H7")
def test_every_format_carries_the_same_marks(changed: Changed, qa: FlaskClient) -> None:
    """Whoever takes the spreadsheet or the paper must not learn less than who takes the CSV."""
    rows = json.loads(taken(qa, "json"))["rows"]
    assert {row["seq"]: row["changed_by"] for row in rows if row["changed_by"]} == expected(changed)
    book = CalamineWorkbook.from_filelike(io.BytesIO(taken(qa, "xlsx")))
    head, *lines = book.get_sheet_by_name("Rows").to_python()
    place = head.index("changed_by")
    assert {int(str(line[0]).split(".")[0]): line[place] for line in lines if line[place]} == expected(changed)


@pytest.mark.req("H6", "H7")
@pytest.mark.parametrize(
    ("lang", "title", "words"), [("en", "Changed by", "use closed by hand"), ("fr", "Modifié", "")]
)
def test_the_printout_marks_what_was_changed(
    changed: Changed, qa: FlaskClient, lang: str, title: str, words: str
) -> None:
    """EU GMP Annex 11 asks it of printouts above all; the note says what an empty mark means."""
    reader = PdfReader(io.BytesIO(taken(qa, "pdf", query="from=1&to=9", lang=lang)))
    text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader.pages))
    assert title in text
    assert f"#{changed.closed}: {words}" in text
    assert f"#{changed.lot_corrected}: " in text


@pytest.mark.req("H7")
def test_nothing_recorded_after_the_head_counts(changed: Changed, app: Flask) -> None:
    """Two exports of the same head say the same, whatever happened since."""
    engine = app.extensions["gate"].records.engine()
    before = changes_until(engine, changed.head_before_withdrawal)
    assert list(before.changed) == [changed.allowed, changed.lot]
    after = changes_until(engine, changed.lot_withdrawn)
    assert list(after.changed) == [changed.allowed, changed.lot, changed.lot_corrected]
    assert list(changes_until(engine, changed.lot).changed) == []


@pytest.mark.req("H7")
@pytest.mark.parametrize("from_seq", [1, 3, 6, 99, None])
def test_an_index_that_is_not_complete_hides_no_change(changed: Changed, app: Flask, from_seq: int | None) -> None:
    """After an upgrade the index is built for minutes; a printout of those minutes must not lack a mark."""
    engine = app.extensions["gate"].records.engine()
    known = [changed.closed] if from_seq is not None and changed.closed >= from_seq else []
    found = changes_until(engine, changed.lot_withdrawn, known, from_seq=from_seq)
    assert list(found.changed) == [changed.allowed, changed.lot, changed.lot_corrected]


@pytest.mark.req("H7")
def test_a_report_keeps_the_marks_of_its_own_head(changed: Changed, app: Flask, gate: GateOnRecord) -> None:
    """An export that takes a while is asked at one instant; what is changed while it runs is not in it."""
    with app.test_request_context("/?lang=en"):
        view = app.extensions["gate"].parts.viewer("en")
        report = with_marks(entries_report({}, view), view)
        gate.append(Entry(kind=Kind.USE_CLOSED, moment=gate.moment(), person="E2", ref=changed.untouched))
        rows = {row[0]: row[1] for row in report.rows()}
    assert rows[changed.untouched] is None
    assert rows[changed.allowed]


@pytest.mark.req("H7", "E7")
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_page_of_a_record_says_what_changed_it(changed: Changed, qa: FlaskClient, lang: str) -> None:
    """Whoever looks at the original is led to what holds now, and the original stays as it was."""
    page = qa.get(f"/log/{changed.allowed}?lang={lang}").text
    assert ("Changed since the original entry" in page) is (lang == "en")
    assert f'href="/log/{changed.closed}?lang={lang}">#{changed.closed}</a>' in page
    assert f"/log/{changed.lot_withdrawn}?lang={lang}" in qa.get(f"/log/{changed.lot_corrected}?lang={lang}").text
    untouched = qa.get(f"/log/{changed.untouched}?lang=en").text
    assert "Changed since the original entry" not in untouched


@pytest.mark.req("H7")
def test_the_export_of_one_record_says_it_either_way(changed: Changed, qa: FlaskClient) -> None:
    """The bundle holds the entry that changed it too, so that the mark can be checked."""
    text = taken(qa, "csv", "record", f"seq={changed.allowed}").decode()
    assert f"Changed since the original entry,#{changed.closed},use closed by hand," in text
    untouched = taken(qa, "csv", "record", f"seq={changed.untouched}").decode()
    assert re.search(r'Changed since the original entry,"no, up to record #\d+"', untouched)


@pytest.mark.req("H7")
def test_a_training_record_taken_back_marks_the_entry_that_put_it(gate: GateOnRecord, app: Flask) -> None:
    """The decision that relied on it stays; the record says that it was never right."""
    seq = gate.append(Entry(kind=Kind.CHANGE, moment=gate.moment(), subject="item:SOP-1", new={"kind": "sop"}))
    with gate.trail.transaction():
        registry.put(gate.trail, items, "SOP-1", {"kind": "sop", "title": "Press"}, seq)
    new = NewRecord("E1", "SOP-1", RecordState.PASSED, "binder 4", completed_on=date(2026, 11, 20))
    record_id = add_record(gate.trail, new, QA, gate.moment())
    put = gate.append(Entry(kind=Kind.STOP, moment=gate.moment())) - 1
    version = version_of(gate.trail, training_records, record_id)
    assert version is not None
    ended = end_record(gate.trail, record_id, version, Ending.MISTAKE, "It was another person", QA, gate.moment())
    found = changes_until(app.extensions["gate"].records.engine(), ended)
    assert [(by, what.value) for by, what in found.of(put)] == [(ended, "taken_back")]
    assert found.of(ended) == found.of(seq) == ()
