"""The scans of late entries: taken by their content, kept in parts, served as files, never changed."""

import hashlib
import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from gate.core.scans import LARGEST_SCAN, PART
from gate.store import lots_schema
from gate.store.attachments import content, is_whole, scan, store_parts
from gate.store.database import STORE_FAULTS, make_engine, open_database
from gate.store.late_entries import late_entry
from gate.web.session import PARTS
from tests.core.test_scans import JPEG, PDF, PNG
from tests.web.people import token
from tests.web.records import HOSTILE, GateOnRecord
from tests.web.test_late_pages import enter, entered, sup

__all__ = ["sup"]


@pytest.mark.parametrize(
    ("data", "name", "ending", "kind"),
    [
        (PDF, "a.html", "a.pdf", "application/pdf"),
        (PNG, "../b", "b.png", "image/png"),
        (JPEG, HOSTILE, ".jpg", "image/jpeg"),
    ],
)
def test_a_scan_is_served_as_a_file_and_never_as_a_page(
    sup: FlaskClient, data: bytes, name: str, ending: str, kind: str
) -> None:
    """What somebody uploaded must not run in the browser of whoever looks at it."""
    late_id = entered(sup, data, name)
    answer = sup.get(f"/late-entries/{late_id}/scan")
    assert (answer.status_code, answer.mimetype, answer.data) == (200, kind, data)
    assert re.fullmatch(r'attachment; filename="[A-Za-z0-9._-]+"', answer.headers["Content-Disposition"])
    assert answer.headers["Content-Disposition"].endswith(f'{ending}"')
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert int(answer.headers["Content-Length"]) == len(data)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (None, "The scan is missing"),
        (b"", "The scan is missing"),
        (b"<html>" + PDF, "no whole PDF, PNG or JPEG"),
        (PDF[:-8], "no whole PDF, PNG or JPEG"),
        (b"MZ" + bytes(200), "no whole PDF, PNG or JPEG"),
        (b"%PDF-" + bytes(LARGEST_SCAN) + b"%%EOF", "larger than 8 MB"),
    ],
)
def test_what_is_no_scan_is_refused_by_name(
    gate: GateOnRecord, sup: FlaskClient, data: bytes | None, words: str
) -> None:
    """And nothing of it stays in the records."""
    answer = enter(sup, data)
    assert answer.status_code == 422
    assert words in answer.text
    assert "Gate down from 06:00" in answer.text, "the rest of the form comes back"
    engine = open_database(gate.settings.database_path, read_only=True)
    with engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(lots_schema.attachment_parts)).scalar() == 0
    engine.dispose()


def test_far_more_than_a_scan_is_not_even_read(sup: FlaskClient) -> None:
    """A form of a gigabyte must not fill the box; other forms take no scan at all."""
    assert enter(sup, bytes(LARGEST_SCAN + 1024 * 1024)).status_code == 413
    sent = {"csrf_token": token(sup, "/lots/new"), "lot": "x" * 100_000}
    assert sup.post("/lots/new", data=sent).status_code == 413


@pytest.mark.req("E3")
def test_a_scan_is_kept_once_in_parts_and_cannot_be_changed(gate: GateOnRecord, app: Flask, sup: FlaskClient) -> None:
    """A part is one short transaction; the bytes are those that were signed, or the page says so."""
    data = b"%PDF-1.7" + bytes(range(256)) * (PART // 256 * 2) + b"%%EOF"
    first, second = entered(sup, data), entered(sup, data, person_id="E2")
    engine = open_database(gate.settings.database_path, read_only=True)
    with engine.connect() as connection:
        digests = {late_entry(connection, one).scan_sha256 for one in (first, second)}  # type: ignore[union-attr]
        parts = connection.execute(sa.select(lots_schema.attachment_parts.c.part)).scalars().all()
        stored = scan(connection, digests.pop())
    assert stored
    assert sorted(parts) == [0, 1, 2]
    assert b"".join(content(engine, stored)) == data
    assert is_whole(engine, stored)
    writing = make_engine(gate.settings.database_path, key=None, read_only=False)
    with pytest.raises((*STORE_FAULTS, sa.exc.IntegrityError)), writing.begin() as connection:
        connection.execute(sa.update(lots_schema.attachment_parts).values(content=b"other"))
    with writing.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER attachment_parts_no_update")
        changed = lots_schema.attachment_parts.c.part == 1
        connection.execute(sa.update(lots_schema.attachment_parts).where(changed).values(content=b"other"))
    assert not is_whole(engine, stored)
    assert "not the one that was signed for" in sup.get(f"/late-entries/{first}?lang=en").text
    engine.dispose()
    writing.dispose()


def test_an_upload_that_broke_off_is_taken_up_where_it_was(gate: GateOnRecord, app: Flask, sup: FlaskClient) -> None:
    """Power fails between two parts; the same file is sent again."""
    data = b"%PDF-1.7" + bytes(PART * 2) + b"%%EOF"
    with app.extensions[PARTS].writer.desk() as desk, desk.trail.transaction():
        values = {"sha256": hashlib.sha256(data).hexdigest(), "part": 0, "content": data[:PART]}
        desk.trail.run(sa.insert(lots_schema.attachment_parts).values(values), {})
    late_id = entered(sup, data)
    assert sup.get(f"/late-entries/{late_id}/scan").data == data
    with app.extensions[PARTS].writer.desk() as desk:
        assert store_parts(desk.trail, data) == hashlib.sha256(data).hexdigest()
