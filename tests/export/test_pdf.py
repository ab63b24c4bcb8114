"""PDF: what an inspector holds in hand has numbered pages, says what it is, and carries its own rows."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typst
from pypdf import PdfReader

from gate.core.report import Column, ColumnKind, Report, Row
from gate.export.paper_glyphs import GLYPHS, printable
from gate.export.paper_table import LANDSCAPE, LONGEST_CELL, PORTRAIT, laid_out
from gate.export.paper_texts import PAPER_TEXTS
from gate.export.pdf_file import FONTS, PdfError, write_pdf
from gate.export.streams import csv_chunks
from tests.export.sample import HOSTILE, NOON, ZONE, about, sample

SIGNATURE = "Isabelle Côté (icote), QA: reviewed and accepted, 2026-11-23 14:21:37 −05:00"


def made(path: Path, report: Report, paper: str = "letter") -> PdfReader:
    write_pdf(report, about(), path, paper, lambda: None)
    return PdfReader(path)


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> PdfReader:
    """A report of several pages."""
    return made(tmp_path_factory.mktemp("pdf") / "long.pdf", sample(120, signatures=(SIGNATURE,)))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> PdfReader:
    """A report in French whose texts would run, turn around or fill a page."""
    return made(tmp_path_factory.mktemp("pdf") / "hostile.pdf", sample(language="fr"), "a4")


def text_of(reader: PdfReader) -> str:
    return "\n".join(page.extract_text() for page in reader.pages)


@pytest.mark.req("H6")
def test_each_page_says_which_it_is_of_how_many(long: PdfReader) -> None:
    """A page that was taken out of the folder is missed."""
    pages = len(long.pages)
    assert pages > 2
    for number, page in enumerate(long.pages, start=1):
        text = page.extract_text()
        assert f"Page {number} of {pages}" in text
        assert "EX-20261123-7QK2MA" in text
        assert f"#48231 {'ab' * 8}" in text


@pytest.mark.req("H6")
def test_the_first_page_says_what_the_report_is(long: PdfReader) -> None:
    """Site, filter, count, who, when with zone, versions, head: without them paper is only paper."""
    text = re.sub(r"\s+", " ", long.pages[0].extract_text())
    for part in (
        "Plant <1> #2",
        "Machine TP-01 <b>#x</b>",
        "Rows 120",
        "#48231",
        " ".join(["ab" * 8] * 4),
        "2026-11-23T12:00:00.000-05:00 by Isabelle Côté (icote), QA",
        "America/Toronto",
        "Gate 0.1, configuration c0c0c0c0c0c0c0c0",
        "One note with #hash and $dollar$.",
    ):
        assert part in text
    last = long.pages[-1].extract_text()
    assert SIGNATURE in last
    assert "Signature on this paper" in last
    assert "Technical controls for 21 CFR Part 11" in re.sub(r"\s+", " ", last)


@pytest.mark.req("H6", "H7")
def test_the_same_rows_lie_inside_as_csv(long: PdfReader, hostile: PdfReader) -> None:
    """Paper is for eyes; whoever calculates takes the attachment, and it is the CSV of the export."""
    for reader, report in ((long, sample(120)), (hostile, sample(language="fr"))):
        attached = {name: parts[0] for name, parts in reader.attachments.items()}
        assert attached == {"EX-20261123-7QK2MA_gate-1_sample.csv": b"".join(csv_chunks(report, about()))}


@pytest.mark.req("H6")
def test_it_is_pdf_a_3_and_tagged(long: PdfReader, hostile: PdfReader) -> None:
    """An archive must open it in 2056 (ISO 19005-3), and a screen reader today (ISO 14289-1)."""
    for reader, language in ((long, "en"), (hostile, "fr")):
        root: Any = reader.trailer["/Root"]
        xmp = root["/Metadata"].get_object().get_data().decode()
        assert re.search(r"<pdfaid:part>3</pdfaid:part>", xmp)
        assert re.search(r"<pdfaid:conformance>A</pdfaid:conformance>", xmp)
        assert re.search(r"<pdfuaid:part>1</pdfuaid:part>", xmp)
        assert root["/MarkInfo"]["/Marked"]
        assert root["/Lang"] == language
        assert root["/AF"][0].get_object()["/AFRelationship"] == "/Data"


@pytest.mark.req("H6")
@pytest.mark.fault(20)
def test_what_comes_from_records_is_text_and_nothing_else(hostile: PdfReader) -> None:
    """A name with # or $ must not run in the typesetter, nor turn the words beside it around."""
    text = re.sub(r"[\s\u200b]+", "", text_of(hostile))
    for shown in (
        '#show"x"$y$#eval("1")\\*_`@ref<label>//c/*d*/',
        "<script>alert(1)</script>",
        "\\u{202e}gro.live\\u{001b}[31m\\u{0000}end",
        "Zoë\\u{1f600}\\u{6f22}\\u{5b57}",
        "Wałęsa",
        "[10000caractères]",
    ):
        assert shown in text


def test_the_paper_and_the_language_are_those_of_the_site(long: PdfReader, hostile: PdfReader) -> None:
    """Letter here, A4 there; a French report has no English around it."""
    assert [round(float(side)) for side in long.pages[0].mediabox[2:]] == [612, 792]
    assert sorted(round(float(side)) for side in hostile.pages[0].mediabox[2:]) == [595, 842]
    text = text_of(hostile)
    assert "Page 1 de 2" in text
    for english, french in PAPER_TEXTS.values():
        if english != french and len(english) > 12 and "{" not in english:
            assert english not in text


def test_a_report_without_rows_says_so(tmp_path: Path) -> None:
    """An empty sheet would look like a fault of the printer."""
    assert "nothing on record fits" in text_of(made(tmp_path / "none.pdf", sample(0)))


def test_every_character_that_is_not_escaped_has_a_glyph(tmp_path: Path) -> None:
    """An empty box for a letter of a name would be a changed record; PDF/A refuses it outright."""
    rows = "\n".join(f'#text("\\u{{{ord(char):x}}}")' for char in sorted(GLYPHS))
    source = '#set document(title: "x")\n#set text(font: ("{}", "DejaVu Sans Mono"), fallback: false, lang: "en")\n{}'
    for family in ("Atkinson Hyperlegible Next", "Atkinson Hyperlegible Mono"):
        (tmp_path / "x.typ").write_text(source.format(family, rows), encoding="utf-8")
        typst.compile(tmp_path / "x.typ", font_paths=[FONTS], ignore_system_fonts=True, pdf_standards=["a-3a"])
    assert set("éèêëàâçîïôùûüœÉÀŒ«»’–—−…łğş€Ωж") <= GLYPHS
    assert printable("a\u202eb\u0000\U0001f600é") == "a\\u{202e}b\\u{0000}\\u{1f600}é"


WIDE = tuple(Column(f"c{number}", f"Title {number}", ColumnKind.TEXT) for number in range(16))


def wide_rows() -> Iterator[Row]:
    for number in range(5):
        yield tuple(f"identifier-{number}-{place}" if place != 3 else None for place in range(16))


def test_no_column_is_cut_from_a_wide_table(tmp_path: Path) -> None:
    """What does not fit beside the others follows as pairs of title and value; nothing is lost off the edge."""
    report = replace(sample(5), columns=WIDE, rows=wide_rows)
    layout = laid_out(report, ZONE)
    assert layout.landscape
    assert sum(layout.widths) <= LANDSCAPE
    assert len(layout.titles) < 16
    assert [title for title, _ in layout.details[0]] == [
        f"Title {place}" for place in range(16) if place >= len(layout.titles) + 1
    ]
    text = re.sub(r"[\s\u200b]+", "", text_of(made(tmp_path / "wide.pdf", report)))
    for number in range(5):
        for place in (0, 1, 2, 4, 9, 15):
            assert f"identifier-{number}-{place}" in text
    assert "leftoutonpaper:Title3." in text


def test_a_time_stands_on_paper_once() -> None:
    """Local with its distance from UTC says it all; the same in UTC beside it would push an answer off the page."""
    columns = (Column("at_utc", "Time (UTC)"), Column("at", "Time", ColumnKind.INSTANT), Column("x_utc", "X"))
    report = replace(sample(1), columns=columns, rows=lambda: iter([("2026-11-23T17:00:00.000Z", NOON, "y")]))
    assert laid_out(report, ZONE).titles == ("Time", "X")


def test_a_narrow_table_stands_upright() -> None:
    """Landscape only where it is needed: portrait goes into the batch record."""
    layout = laid_out(sample(3), ZONE)
    assert not layout.landscape
    assert sum(layout.widths) <= PORTRAIT
    assert layout.details == ()


def test_a_long_cell_says_how_long_it_is() -> None:
    """Paper shortens and says so; the attached CSV has the whole text."""
    layout = laid_out(sample(), ZONE)
    cell = layout.rows[HOSTILE.index("x" * 10_000)][2].replace("\u200b", "")
    assert cell == "x" * LONGEST_CELL + "… [10000 characters]"


def test_a_fault_of_the_typesetter_is_said_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a PDF would be taken for a whole one."""
    broken = tmp_path / "program"
    broken.mkdir()
    (broken / "report.typ").write_text('#panic("broken here")')
    for name in ("pdf_child.py", "paper.typ"):
        (broken / name).write_bytes((FONTS.parent / name).read_bytes())
    monkeypatch.setattr("gate.export.pdf_file.HERE", broken)
    folder = tmp_path / "results"
    folder.mkdir()
    with pytest.raises(PdfError, match="broken here"):
        write_pdf(sample(2), about(), folder / "x.pdf", "a4", lambda: None)
    assert list(folder.iterdir()) == []


def test_the_child_is_the_one_to_go_where_memory_runs_out(tmp_path: Path) -> None:
    """It shares the memory of a service with the pages or the readers, which must outlive it."""
    child = (FONTS.parent / "pdf_child.py").read_text("utf-8")
    tells = "sys.stdout.write(Path('/proc/self/oom_score_adj').read_text() + str(os.nice(0)))"
    told = child.replace("    typst.compile(", f"    {tells}\n    (lambda *a, **b: None)(")
    (tmp_path / "child.py").write_text(told)
    command = [sys.executable, str(tmp_path / "child.py"), str(tmp_path), str(tmp_path), "2026-11-23T12:00:00+00:00"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    killed_first, nice = done.stdout.split()
    assert killed_first == "800"
    assert int(nice) >= 15


def test_it_can_be_stopped(tmp_path: Path) -> None:
    """Cancel ends the child too: nobody wants its PDF any more."""

    def stop() -> None:
        raise KeyError("stopped")

    with pytest.raises(KeyError, match="stopped"):
        write_pdf(sample(1500), about(), tmp_path / "x.pdf", "a4", stop)
    assert list(tmp_path.iterdir()) == []


def test_the_data_of_the_template_is_plain(tmp_path: Path) -> None:
    """The template reads texts and numbers alone: nothing that it could be made to run."""
    from gate.export.pdf_file import paper_data

    data = paper_data(sample(), about(), laid_out(sample(), ZONE), "a4")
    for template in FONTS.parent.glob("*.typ"):
        words = template.read_text("utf-8")
        assert re.findall(r"eval|include|mode:", words) == []
        assert set(re.findall(r"#import [^:]*", words)) <= {'#import "paper.typ"'}
    assert json.loads(json.dumps(data)) is not None
