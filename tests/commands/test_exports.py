"""Exports and the paper for bad days from a terminal: the same files as from the pages, and each on record."""

import csv
import getpass
import hashlib
import io
import json
import re
from pathlib import Path

import pytest
from pypdf import PdfReader

from gate.store.database import open_database
from tests.commands.site import Site


def text_of(path: Path) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(path).pages)


@pytest.mark.req("E6", "H7")
def test_an_export_is_a_file_and_an_entry(fresh: Site) -> None:
    """IT exports for QA at night; the trail says who, why and which bytes."""
    out = fresh.folder / "x.csv"
    said = fresh.gate(
        "export", "entries", "--query", "from=1&to=1", "--out", str(out), "--by", "q.a", "--why", "INSP-1"
    )
    sha = hashlib.sha256(out.read_bytes()).hexdigest()
    assert re.match(rf"entry 2: EX-\d{{8}}-[A-Z2-7]{{6}}, 1 rows, .*, sha256 {sha}\n", said)
    rows = list(csv.DictReader(io.StringIO(out.read_text("utf-8"), newline="")))
    assert [(row["seq"], row["kind"]) for row in rows] == [("1", "load")]
    (entry,) = fresh.said("export")
    assert (entry["by"], entry["why"], entry["role"]) == ("q.a", "INSP-1", "command")
    assert entry["new"]["sha256"] == sha
    assert entry["detail"]["account"] == getpass.getuser()
    assert fresh.gate("verify", "--full").startswith("sound: 2 entries")


@pytest.mark.req("H7")
def test_an_export_without_names_says_so_on_record(fresh: Site) -> None:
    """The terminal offers what the page offers, and a filter with a name is refused there too."""
    out = fresh.folder / "x.json"
    common = ("--format", "json", "--numbers", "--out", str(out), "--by", "q.a", "--why", "INSP-1")
    fresh.gate("export", "who_can_run", *common)
    found = json.loads(out.read_text("utf-8"))
    assert found["about"]["people"] == "numbers"
    assert found["rows"]
    assert {row["person"] == row["name"] for row in found["rows"]} == {True}
    (entry,) = fresh.said("export")
    assert entry["new"]["people"] == "numbers"
    name = _a_name(fresh)
    refused = fresh.gate("export", "access_log", "--query", f"person={name}", *common, expect=1)
    assert "filter by employee number" in refused
    assert len(fresh.said("export")) == 1


def _a_name(site: Site) -> str:
    """Return the first word of somebody's name."""
    engine = open_database(site.database, read_only=True)
    with engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT name FROM people ORDER BY version LIMIT 1").scalar()
    engine.dispose()
    return str(found).partition(" ")[0]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nothing"], "there is no such report. There are: "),
        (["entries", "--query", "from=x"], "A record number is a whole number"),
        (["entries", "--format", "bundle"], "No checkpoint has been signed yet"),
    ],
)
def test_what_cannot_be_exported_is_said_plainly(fresh: Site, words: list[str], told: str) -> None:
    """A refusal leaves neither a file nor an entry."""
    out = fresh.folder / "x"
    assert told in fresh.gate("export", *words, "--out", str(out), "--by", "q.a", "--why", "w", expect=1)
    assert not out.exists()
    assert not list(fresh.folder.glob("*.making"))
    assert fresh.said("export") == []


def test_the_paper_of_the_night_is_four_files_on_record(fresh: Site) -> None:
    """When the gate is down there is nobody to ask: the paper must lie there already, in both languages."""
    said = fresh.gate("report", "nightly")
    folder = fresh.database.parent / "reports"
    assert said == f"entries 2, 3, 4, 5: the paper lies in {folder}\n"
    names = sorted(path.name for path in folder.iterdir())
    assert names == [
        "log-sheets.en.pdf",
        "log-sheets.fr.pdf",
        "made.json",
        "who-can-run.en.pdf",
        "who-can-run.fr.pdf",
    ]
    assert "Ada One" in text_of(folder / "who-can-run.en.pdf")
    assert "Qui peut utiliser quoi" in text_of(folder / "who-can-run.fr.pdf")
    told = [(entry["by"], entry["role"], entry["new"]["report"]) for entry in fresh.said("export")]
    assert told == [("gate", "system", name) for name in ("who_can_run", "log_sheet") * 2]
    for entry, name in zip(fresh.said("export"), ["who-can-run.en", "log-sheets.en"], strict=False):
        assert entry["new"]["sha256"] == hashlib.sha256((folder / f"{name}.pdf").read_bytes()).hexdigest()


def test_who_can_run_follows_the_rules_at_the_instant(fresh: Site) -> None:
    """E1's training ends with 2027-03-31: on the list the day before, off it the day after."""
    out = fresh.folder / "list.pdf"
    for at, is_on in (("2027-03-31T12:00", True), ("2027-04-01T12:00", False)):
        fresh.gate("report", "who-can-run", "--at", at, "--out", str(out), "--by", "q.a")
        assert ("Ada One" in text_of(out)) is is_on
    assert "no such report" not in text_of(out)
    assert "such as 2026-11-23T14:00" in fresh.gate(
        "report", "who-can-run", "--at", "tomorrow", "--out", str(out), "--by", "q.a", expect=1
    )


def test_a_log_sheet_has_the_fields_of_the_regulation_and_a_number(fresh: Site) -> None:
    """21 CFR 211.182: date, time, product, lot, who did it, who checked it; an unnumbered form could be swapped."""
    out = fresh.folder / "sheet.pdf"
    fresh.gate("report", "log-sheet", "TP-01", "TP-02", "--out", str(out), "--by", "s.up", "--language", "en")
    pages = [page.extract_text() for page in PdfReader(out).pages]
    assert len(pages) == 2
    (entry,) = fresh.said("export")
    for number, (page, machine) in enumerate(zip(pages, ["TP-01", "TP-02"], strict=True), start=1):
        for word in (machine, "Date", "Start", "End", "Done by", "Product", "Lot", "Checked by", "Operation"):
            assert word in page
        assert f"{entry['new']['id']}/{number}" in page
        assert f"Page {number} of 2" in page
    assert entry["new"]["rows"] == 2
    assert "no such machine" in fresh.gate("report", "log-sheet", "XX", "--out", str(out), "--by", "s", expect=1)
