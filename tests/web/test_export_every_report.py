"""Every report of the program can be exported: a page with an Export button that breaks is found here, not at night."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from pypdf import PdfReader

from gate.core.roles import Role
from gate.core.terms import Outcome
from gate.export.pdf_file import write_pdf
from gate.web.app import create_app
from gate.web.export_asking import about_by
from gate.web.paper_making import NIGHT
from gate.web.report_makers import BadQuestionError, report_maker, report_names
from gate.web.session import PARTS
from gate.web.view import Viewer
from tests.web.people import CHEAP, add_account, signed_in, token
from tests.web.records import GateOnRecord


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Pages over some records, for QA."""
    gate = GateOnRecord(tmp_path_factory.mktemp("every"))
    gate.alive()
    add_account(gate, "qa", Role.QA)
    for _ in range(6):
        gate.decision()
        gate.decision("E3", Outcome.DENY, ("TRAINING_EXPIRED",))
    made = create_app(gate.settings, gate.clock)
    made.testing = True
    made.extensions[PARTS] = replace(made.extensions[PARTS], passwords=CHEAP)
    yield made
    made.extensions["gate"].close()
    made.extensions[PARTS].writer.close()
    gate.close()


@pytest.mark.req("E6", "H7")
def test_every_report_is_a_csv_with_stable_names_and_all_its_rows(app: Flask) -> None:
    """What is counted on the page is what is in the file; names of columns are for machines and never change."""
    browser = signed_in(app, "qa")
    form = {"csrf_token": token(browser, "/export/entries?lang=en"), "format": "csv"}
    exported = 0
    for name in report_names():
        path = f"/export/{name}?lang=en"
        page = browser.get(path)
        assert page.status_code in {200, 400}, name
        if page.status_code == 400:
            continue
        told = re.search(r"<strong>(\d+)</strong>", page.text)
        answer = browser.post(path, data=form)
        assert answer.status_code == 200, name
        rows = list(csv.reader(io.StringIO(answer.text, newline=""), strict=True))
        assert all(re.fullmatch(r"[a-z][a-z0-9_]*", column) for column in rows[0]), (name, rows[0])
        assert len(set(rows[0])) == len(rows[0]), name
        assert {len(row) for row in rows} == {len(rows[0])}, name
        assert told is not None
        exported += 1
        grown = 40
        assert 0 <= len(rows) - 1 - int(told[1]) <= grown, name
    assert exported >= 3


@pytest.mark.req("H6")
@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_report_can_be_printed(app: Flask, tmp_path: Path, language: str) -> None:
    """Whatever its columns are, it is set, tagged, with its pages numbered and its CSV inside."""
    printed = 0
    for name in report_names():
        maker = report_maker(name)
        assert maker is not None
        with app.test_request_context(f"/?lang={language}"):
            view: Viewer = app.extensions["gate"].parts.viewer(language)
            try:
                report = maker.make({}, view)
            except BadQuestionError:
                continue
            about = about_by(report, NIGHT, "")
        path = tmp_path / f"{name}.pdf"
        with app.app_context():
            write_pdf(report, about, path, "letter", int)
        reader = PdfReader(path)
        assert "1" in reader.pages[0].extract_text()
        assert [*reader.attachments] == [about.file_name(report, "csv")]
        printed += 1
    assert printed >= 3


def test_the_link_to_the_other_language_keeps_the_filter(app: Flask) -> None:
    """Whoever turns to French in the middle must not export everything instead of ten rows."""
    page = signed_in(app, "qa").get("/export/entries?from=2&to=4&lang=en").text
    assert 'href="?from=2&amp;to=4&amp;lang=fr"' in page
