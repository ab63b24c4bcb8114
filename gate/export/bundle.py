"""The evidence bundle: raw records, reports, the signed checkpoint and a program to check them, in one zip (H9).

Its entries are those that the report rests on, each with its proof that the checkpoint covers it (RFC 6962, section
2.1.1), or, where that would be larger, the whole trail up to the checkpoint, which needs none.
"""

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa
from pyroaring import BitMap64

from gate.core.audit import Json
from gate.core.report import ColumnKind, Report
from gate.export.about import GUARD, About, about_json, local_iso
from gate.export.bundle_readme import readme
from gate.export.formats import PDF_ROWS
from gate.export.pdf_file import write_pdf
from gate.export.streams import EVERY, Counted, csv_chunks
from gate.store.trail_lines import Line, lines_of, lines_until

WHOLE_FROM = 0.5
"""From this share of the trail on, the whole of it is smaller than the proofs of its parts."""

COPIED = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Seal:
    """What the bundle's entries are held against."""

    size: int
    """Entries that the checkpoint covers, from the first."""
    note: str
    """The signed note, byte for byte (C2SP tlog-checkpoint)."""
    vkey: str
    pem: str
    proof: Callable[[int], Iterable[bytes]]
    """The inclusion proof of an entry by its number, lowest hash first."""


@dataclass(slots=True)
class _Zip:
    """The zip being written, with the SHA-256 of each file so far."""

    archive: zipfile.ZipFile
    about: About
    files: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, parts: Iterable[bytes]) -> None:
        info = zipfile.ZipInfo(name, self.about.at.astimezone(self.about.zone).timetuple()[:6])
        info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
        digest = hashlib.sha256()
        with self.archive.open(info, "w", force_zip64=True) as file:
            for part in parts:
                digest.update(part)
                file.write(part)
        self.files[name] = digest.hexdigest()


def write_bundle(
    report: Report,
    about: About,
    path: Path,
    paper: str,
    *,
    engine: sa.Engine,
    seal: Seal,
    verifier: bytes,
    counted: Counted,
) -> None:
    """Write the bundle to `path`; `verifier` is the program that checks it.

    Raises:
        PdfError: the report could not be set.
        STORE_FAULTS: the records cannot be read.
    """
    with zipfile.ZipFile(path, "w") as archive:
        made = _Zip(archive, about)
        made.add("README.txt", [readme(report, about, seal.size).encode()])
        made.add("verify.py", [verifier])
        made.add("gate.vkey", [seal.vkey.encode()])
        made.add("gate.pem", [seal.pem.encode()])
        made.add("checkpoint.txt", [seal.note.encode()])
        wanted = entries_of(report, counted)
        told = _add_entries(made, wanted, engine, seal)
        _add_reports(made, report, path.parent, paper, counted)
        made.add("export.json", [_export(report, about, told)])
        made.add("manifest.json", [_as_json({"files": dict(made.files)})])


def entries_of(report: Report, counted: Counted) -> BitMap64:
    """Return the numbers of the entries that a report rests on."""
    if report.entries is not None:
        return BitMap64(report.entries)
    places = [place for place, column in enumerate(report.columns) if column.kind is ColumnKind.SEQ]
    found = BitMap64()
    for number, row in enumerate(report.rows() if places else (), start=1):
        found.update(cell for cell in (row[place] for place in places) if isinstance(cell, int))
        if number % EVERY == 0:
            counted(0)
    return found


def _add_entries(made: _Zip, wanted: BitMap64, engine: sa.Engine, seal: Seal) -> dict[str, Json]:
    covered = BitMap64(number for number in wanted if 0 < number <= seal.size)
    late = wanted - covered
    late.discard(0)
    whole = seal.size > 0 and len(covered) >= seal.size * WHOLE_FROM
    made.add("entries.jsonl", _lines(lines_until(engine, seal.size) if whole else lines_of(engine, covered)))
    if not whole:
        made.add("proofs.jsonl", _proofs(lines_of(engine, covered), seal))
    if late:
        made.add("entries-after-checkpoint.jsonl", _lines(lines_of(engine, late)))
    return {
        "asked": len(wanted),
        "held": seal.size if whole else len(covered),
        "how": "the whole trail up to the checkpoint" if whole else "each with its proof",
        "checkpoint_size": seal.size,
        "after_checkpoint": len(late),
    }


def _lines(lines: Iterable[Line]) -> Iterator[bytes]:
    for _, data in lines:
        yield data.encode() + b"\n"


def _proofs(lines: Iterable[Line], seal: Seal) -> Iterator[bytes]:
    for seq, _ in lines:
        path = [step.hex() for step in seal.proof(seq)]
        yield json.dumps({"seq": seq, "path": path}, separators=(",", ":")).encode() + b"\n"


def _add_reports(made: _Zip, report: Report, folder: Path, paper: str, counted: Counted) -> None:
    made.add(f"reports/{report.name}.csv", csv_chunks(report, made.about, counted))
    if report.total > PDF_ROWS:
        return
    with tempfile.TemporaryDirectory(dir=folder, prefix="bundle-") as name:
        pdf = Path(name) / "report.pdf"
        write_pdf(report, made.about, pdf, paper, lambda: counted(0))
        with pdf.open("rb") as file:
            made.add(f"reports/{report.name}.pdf", iter(lambda: file.read(COPIED), b""))


def _export(report: Report, about: About, entries: dict[str, Json]) -> bytes:
    """In a file of its own: the manifest holds fingerprints alone, so that no byte of the bundle is without one."""
    return _as_json(
        {
            "bundle": "gate evidence bundle 1",
            "made": local_iso(about.at, about.zone),
            "about": about_json(report, about),
            "entries": entries,
            "csv_guard": GUARD,
        }
    )


def _as_json(told: dict[str, Json]) -> bytes:
    return json.dumps(told, ensure_ascii=False, indent=1).encode() + b"\n"
