"""PDF/A-3: a report on paper with its CSV inside, set by typst in a child process (requirement H6)."""

import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import segno

from gate.core.report import Report
from gate.export.about import About, local_iso
from gate.export.paper_glyphs import printable
from gate.export.paper_table import Layout, breakable, laid_out
from gate.export.paper_texts import PAPER_TEXTS, paper_text
from gate.export.streams import csv_chunks

log = logging.getLogger(__name__)

HERE = Path(__file__).parent
FONTS = HERE / "fonts"

WALL_S = 300.0
"""The child is ended after so long, whatever it waits for."""

POLL_S = 0.1

Alive = Callable[[], object]
"""Called while the child works; it may raise to stop it."""


class PdfError(Exception):
    """The PDF could not be set; the text says what typst said."""


def write_pdf(report: Report, about: About, path: Path, paper: str, alive: Alive) -> None:
    """Write the report to `path`.

    Raises:
        PdfError: typst refused, or took too long or too much memory.
    """
    layout = laid_out(report, about.zone)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix="pdf-") as name:
        folder = Path(name)
        with (folder / "rows.csv").open("wb") as file:
            for chunk in csv_chunks(report, about):
                file.write(chunk)
        data = paper_data(report, about, layout, paper)
        set_pdf(folder, HERE / "report.typ", data, head_qr(about, report.head_seq), about.at, alive)
        (folder / "report.pdf").replace(path)


def set_pdf(folder: Path, template: Path, data: dict[str, Any], qr: segno.QRCode, at: datetime, alive: Alive) -> None:
    """Have the template set as `folder`/report.pdf.

    Raises:
        PdfError: typst refused, or took too long or too much memory.
    """
    (folder / "data.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    qr.save(str(folder / "qr.svg"), border=0)
    shutil.copy(template, folder / "report.typ")
    shutil.copy(HERE / "paper.typ", folder)
    command = [
        sys.executable,
        str(HERE / "pdf_child.py"),
        str(folder),
        str(FONTS),
        at.replace(microsecond=0).isoformat(),
    ]
    _run(command, alive)


def _run(command: list[str], alive: Alive) -> None:
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(command, stdout=said, stderr=said, env={**os.environ, "RAYON_NUM_THREADS": "1"})
        try:
            _wait(child, alive)
        finally:
            child.kill()
            child.wait()
        if child.returncode:
            said.seek(0)
            words = said.read(4000).decode("utf-8", "replace")
            log.error("the PDF could not be set (exit %s): %s", child.returncode, words)
            raise PdfError(words)


def _wait(child: subprocess.Popen[bytes], alive: Alive) -> None:
    waited = 0.0
    while waited < WALL_S:
        try:
            child.wait(POLL_S)
        except subprocess.TimeoutExpired:
            waited += POLL_S
            alive()
        else:
            return


def head_qr(about: About, head_seq: int) -> segno.QRCode:
    """Return the QR code of the head: whoever keeps the paper keeps the head off the box."""
    return segno.make(f"gate {about.gate}\nhead {head_seq}\nleaf {about.head_leaf}", error="m", micro=False)


def paper_data(report: Report, about: About, layout: Layout, paper: str) -> dict[str, Any]:
    """Return what the template reads: plain texts with nothing in them that a font does not have."""
    return {
        **page_data(report, about, paper, landscape=layout.landscape),
        "size": 8 if layout.landscape else 8.5,
        "notes": [breakable(printable(note)) for note in (*report.notes, *layout.remarks)],
        "titles": layout.titles,
        "numbers": layout.numbers,
        "widths": layout.widths,
        "rows": layout.rows,
        "details": layout.details,
        "signatures": [breakable(printable(text)) for text in report.signatures],
    }


def page_data(report: Report, about: About, paper: str, *, landscape: bool) -> dict[str, Any]:
    """Return what every printed page reads: who, what, when, up to where."""
    language = report.language
    title = printable(report.title)
    return {
        "texts": {key: paper_text(key, language) for key in PAPER_TEXTS},
        "language": "fr" if language == "fr" else "en",
        "paper": "us-letter" if paper == "letter" else "a4",
        "landscape": landscape,
        "id": about.id,
        "title": title,
        "author": printable(about.made_by.name),
        "description": f"{about.id}, {about.gate}, head {report.head_seq} {about.head_leaf}",
        "site": printable(about.site),
        "foot": printable(f"{about.site} · {about.gate} · {local_iso(about.at, about.zone)}"),
        "head_short": f"#{report.head_seq} {about.head_leaf[:16]}…{about.head_leaf[-16:]}",
        "facts": facts_of(report, about),
        "notes": [breakable(printable(note)) for note in report.notes],
        "attachment": about.file_name(report, "csv"),
    }


def facts_of(report: Report, about: About) -> list[tuple[str, str, bool]]:
    """Return label, value and whether it is set as code, for everything that stands over the rows (H6)."""
    language = report.language

    def word(key: str) -> str:
        return paper_text(key, language)

    key, made_by = "by_number" if about.by_number else "by", about.made_by
    by = word(key).format(name=made_by.name, account=made_by.account, role=word(f"role_{made_by.role}"))
    asked = [(label, value, False) for label, value in report.filters] or [(word("filters"), word("everything"), False)]
    found = [
        *asked,
        (word("records"), f"{report.total}", False),
        (word("head"), f"#{report.head_seq}", False),
        (word("head_hash"), _grouped(about.head_leaf), True),
        (word("generated"), f"{local_iso(about.at, about.zone)} {by}", False),
        (word("zone"), about.zone.key, False),
        (word("software"), f"Gate {about.software}, " + word("config").format(sha=about.config_sha256[:16]), False),
    ]
    return [(printable(label), breakable(printable(value)), code) for label, value, code in found]


def _grouped(digest: str) -> str:
    return " ".join(digest[place : place + 16] for place in range(0, len(digest), 16))
