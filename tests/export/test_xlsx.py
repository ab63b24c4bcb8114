"""XLSX holds the same rows as text: nothing in it is a formula, a link or a number that lost digits."""

import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from gate.core.report import Report
from gate.export.streams import nobody
from gate.export.xlsx_file import LONGEST_CELL, write_xlsx
from tests.export.sample import HOSTILE, about, sample


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "x.xlsx"
    write_xlsx(sample(), about(), path, nobody)
    return path


@pytest.mark.req("H7")
def test_a_sheet_has_the_same_rows(book: Path) -> None:
    """Somebody who sorts in a spreadsheet must not sort other rows than those of the report."""
    rows = CalamineWorkbook.from_path(book).get_sheet_by_name("Rows").to_python()
    assert rows[0] == ["seq", "at", "at_utc", "who", "count", "on"]
    assert [row[0] for row in rows[1:]] == list(range(1, len(HOSTILE) + 2))
    assert rows[1][1] == "2026-11-23T12:00:01.000-05:00"
    readable = [text for text in HOSTILE if text.isprintable() and text]
    assert {str(row[3]) for row in rows[1:]} >= set(readable)


@pytest.mark.fault(20)
def test_no_cell_is_a_formula_or_a_link(book: Path) -> None:
    """A name must not do anything when the sheet is opened."""
    with zipfile.ZipFile(book) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml")
        assert b"<f>" not in sheet
        assert b"hyperlink" not in sheet
        assert not [name for name in parts.namelist() if "external" in name.lower()]


def test_the_other_sheet_says_what_the_rows_are(book: Path) -> None:
    """A sheet without filter, head and maker is no evidence."""
    about_rows = CalamineWorkbook.from_path(book).get_sheet_by_name("About").to_python()
    told = {str(row[0]): row[1] for row in about_rows}
    assert told["report_id"] == "EX-20261123-7QK2MA"
    assert told["head_leaf"] == "ab" * 32
    assert told["filters.1.value"] == "TP-01 <b>#x</b>"
    assert told["generated_by.name"] == "Isabelle Côté"


def test_a_text_that_does_not_fit_says_so(tmp_path: Path) -> None:
    """A cell that was cut in silence is a wrong record."""
    long = "y" * (LONGEST_CELL + 1)
    path = tmp_path / "long.xlsx"
    write_xlsx(_one(long), about(), path, nobody)
    cell = str(CalamineWorkbook.from_path(path).get_sheet_by_name("Rows").to_python()[1][3])
    assert len(cell) == LONGEST_CELL
    assert cell.endswith(f"[... {LONGEST_CELL + 1} characters; the CSV has them all]")


def test_a_large_number_keeps_its_digits(tmp_path: Path) -> None:
    """A sheet calculates with 15 digits; the rest would become zeros."""
    path = tmp_path / "large.xlsx"
    write_xlsx(_one("x", 2**53 - 1), about(), path, nobody)
    assert CalamineWorkbook.from_path(path).get_sheet_by_name("Rows").to_python()[1][4] == str(2**53 - 1)


def _one(text: str, number: int = 1) -> Report:

    return replace(sample(), rows=lambda: iter([(1, None, text, number, None)]), total=1)
