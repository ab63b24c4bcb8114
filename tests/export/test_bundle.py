"""The evidence bundle: the program inside accepts it as it is, and names the first line or file that was changed."""

import csv
import hashlib
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gate import bundle_files
from gate.bundle_files import verify
from gate.core.report import Column, ColumnKind, Report
from gate.export.bundle import Seal, write_bundle
from gate.export.streams import csv_chunks, nobody
from gate.seal import public_key_files
from tests.export.sample import about, sample
from tests.peers.logs import SignedLog

pytestmark = pytest.mark.req("H9", "E11")

COLUMNS = (Column("seq", "Record", ColumnKind.SEQ), Column("who", "Who"))
SIZE = 13
FIRST = ("README.txt", "verify.py", "gate.vkey", "gate.pem", "checkpoint.txt", "entries.jsonl")


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignedLog]:
    """A trail of 13 entries under a checkpoint, and 2 behind it."""
    found = SignedLog(tmp_path_factory.mktemp("log"))
    found.grow(SIZE)
    found.seal()
    found.grow(2)
    yield found
    found.close()


def report_of(*numbers: int, entries: tuple[int, ...] | None = None) -> Report:
    """A report that rests on these entries, newest first."""
    rows = [(number, f"=Person {number}") for number in sorted(numbers, reverse=True)]
    return replace(
        sample(1), columns=COLUMNS, rows=lambda: iter(rows), total=len(rows), entries=entries, head_seq=SIZE + 2
    )


def seal_of(log: SignedLog) -> Seal:
    from gate.seal import latest_checkpoint

    found, key = latest_checkpoint(log.engine), public_key_files(log.engine)
    vkey, pem = key or (f"{log.key.public.vkey}\n", log.key.public.pem)
    assert found is not None
    return Seal(found.size, found.note, vkey, pem, lambda seq: log.tree.inclusion(seq, found.size))


def bundled(log: SignedLog, path: Path, report: Report) -> Path:
    verifier = (Path(bundle_files.__file__).parent / "verify.py").read_bytes()
    write_bundle(
        report,
        about(),
        path,
        "letter",
        engine=log.engine,
        seal=seal_of(log),
        verifier=verifier,
        counted=nobody,
    )
    return path


@pytest.fixture(scope="module")
def whole(log: SignedLog, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle of most of the trail: the whole of it goes in."""
    return bundled(log, tmp_path_factory.mktemp("whole") / "b.zip", report_of(*range(1, 14)))


@pytest.fixture(scope="module")
def chosen(log: SignedLog, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle of some entries with their proofs, one of them behind the checkpoint."""
    return bundled(log, tmp_path_factory.mktemp("chosen") / "b.zip", report_of(2, 3, 9, 15))


def files_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def in_its_own_process(where: Path) -> tuple[int, str]:
    """Run the program of the bundle as an inspector does: unpacked, alone, isolated."""
    done = subprocess.run(
        [sys.executable, "-I", "verify.py"], capture_output=True, text=True, check=False, cwd=where, timeout=60
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


def checked(where: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    monkeypatch.setattr(sys, "argv", ["verify.py", str(where)])
    status = verify.main()
    return status, capsys.readouterr().out


@pytest.mark.parametrize(("which", "count"), [("whole", 13), ("chosen", 3)])
def test_the_bundle_is_sound_on_another_machine(
    request: pytest.FixtureRequest, tmp_path: Path, which: str, count: int
) -> None:
    """Unpacked with nothing of the gate around it, one command says sound."""
    with zipfile.ZipFile(request.getfixturevalue(which)) as archive:
        archive.extractall(tmp_path)  # our own zip
    status, said = in_its_own_process(tmp_path)
    assert (status, said.startswith(f"sound: {count} entries, under the checkpoint of {SIZE} entries")) == (0, True)


def test_it_holds_what_its_readme_names(whole: Path, chosen: Path) -> None:
    """Raw records, proofs where they are not all, reports for eyes and for analysis, and who made it when."""
    assert tuple(files_of(whole))[:6] == FIRST
    assert set(files_of(whole)) == {*FIRST, "reports/sample.csv", "reports/sample.pdf", "export.json", "manifest.json"}
    assert set(files_of(chosen)) - set(files_of(whole)) == {"proofs.jsonl", "entries-after-checkpoint.jsonl"}
    for name in set(files_of(chosen)) - {"reports/sample.csv", "reports/sample.pdf", "README.txt"}:
        assert name in files_of(chosen)["README.txt"].decode(), name
    assert "DOSSIER DE PREUVE EX-20261123-7QK2MA" in files_of(whole)["README.txt"].decode()


def test_entries_are_the_lines_as_stored(log: SignedLog, whole: Path, chosen: Path) -> None:
    """Not a copy in another form: byte for byte what the gate hashed, in order whatever the order of the report."""
    assert files_of(whole)["entries.jsonl"].decode().splitlines() == log.lines[:SIZE]
    lines = files_of(chosen)["entries.jsonl"].decode().splitlines()
    assert lines == [log.lines[1], log.lines[2], log.lines[8]]
    assert files_of(chosen)["entries-after-checkpoint.jsonl"].decode().splitlines() == [log.lines[14]]


def test_the_report_inside_is_the_report(chosen: Path) -> None:
    """CSV and PDF answer the same question with the same rows."""
    data = files_of(chosen)["reports/sample.csv"]
    assert data == b"".join(csv_chunks(report_of(2, 3, 9, 15), about()))
    assert [row["seq"] for row in csv.DictReader(io.StringIO(data.decode(), newline=""))] == ["15", "9", "3", "2"]
    assert files_of(chosen)["reports/sample.pdf"].startswith(b"%PDF-")


def test_it_says_who_what_when_and_every_file(chosen: Path) -> None:
    """The inspector's own notes can be held against it."""
    files = files_of(chosen)
    assert json.loads(files["manifest.json"])["files"] == {
        name: hashlib.sha256(data).hexdigest() for name, data in files.items() if name != "manifest.json"
    }
    told: dict[str, Any] = json.loads(files["export.json"])
    assert told["entries"] == {
        "asked": 4,
        "held": 3,
        "how": "each with its proof",
        "checkpoint_size": SIZE,
        "after_checkpoint": 1,
    }
    assert told["about"]["generated_by"]["name"] == "Isabelle Côté"
    assert "apostrophe" in told["csv_guard"]


@pytest.mark.parametrize("which", ["whole", "chosen"])
def test_one_byte_changed_anywhere_is_found_and_named(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    which: str,
) -> None:
    """Whatever is edited, the program names the file, and of the records the line."""
    files = files_of(request.getfixturevalue(which))
    for name, data in files.items():
        for place in {0, len(data) // 3, len(data) // 2, len(data) - 2}:
            changed = bytes([data[place] ^ 1])
            path = tmp_path / "t.zip"
            with zipfile.ZipFile(path, "w") as archive:
                for other, content in files.items():
                    archive.writestr(
                        other, content if other != name else content[:place] + changed + content[place + 1 :]
                    )
            status, said = checked(path, monkeypatch, capsys)
            assert status != 0, (name, place)
            if name in {"entries.jsonl", "proofs.jsonl"}:
                line = data[:place].count(b"\n") + 1
                told = (f"entries.jsonl line {line}", f"proofs.jsonl line {line}", f"what entry {line} was written")
                assert any(words in said for words in told), (name, place, said)
            else:
                signed = name in {"gate.vkey", "gate.pem", "checkpoint.txt"} and "checkpoint.txt" in said
                assert name in said or signed or name == "manifest.json", (name, place, said)


def test_an_edited_outcome_is_named_in_a_process_of_its_own(whole: Path, tmp_path: Path) -> None:
    """The forger makes the line canonical again and mends the manifest; the chain still names the line."""
    files = files_of(whole)
    lines = files["entries.jsonl"].splitlines(keepends=True)
    said = json.loads(lines[6])
    said["why"] = "nothing happened"
    lines[6] = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    files["entries.jsonl"] = b"".join(lines)
    told = json.loads(files["manifest.json"])
    told["files"]["entries.jsonl"] = hashlib.sha256(files["entries.jsonl"]).hexdigest()
    files["manifest.json"] = json.dumps(told).encode()
    for name, data in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    status, words = in_its_own_process(tmp_path)
    assert (status, words) == (1, "UNSOUND: entries.jsonl line 7: is not what entry 8 was written after\n")


def test_a_report_that_names_its_entries_takes_those(log: SignedLog, tmp_path: Path) -> None:
    """An answer about people has no record numbers in its rows; it says which entries it rests on."""
    files = files_of(bundled(log, tmp_path / "b.zip", report_of(1, entries=(4, 5))))
    assert files["entries.jsonl"].decode().splitlines() == [log.lines[3], log.lines[4]]


def test_a_report_without_entries_is_still_signed_for(
    log: SignedLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A list of who can run what rests on no single entry: checkpoint and manifest still say what it was."""
    path = bundled(log, tmp_path / "b.zip", report_of(entries=()))
    assert checked(path, monkeypatch, capsys)[0] == 0


def test_numbers_that_are_not_there_add_nothing(log: SignedLog, tmp_path: Path) -> None:
    """A row may refer to record 0, or to one far beyond; the bundle holds what exists."""
    files = files_of(bundled(log, tmp_path / "b.zip", report_of(entries=(0, 3, 2**53 - 1))))
    assert files["entries.jsonl"].decode().splitlines() == [log.lines[2]]
    assert files["entries-after-checkpoint.jsonl"] == b""


def test_the_zip_bears_the_local_time_of_the_export(whole: Path) -> None:
    """Unpacked, the files are as old as the manifest says, not as the year 1980."""
    with zipfile.ZipFile(whole) as archive:
        assert {info.date_time for info in archive.infolist()} == {(2026, 11, 23, 12, 0, 0)}
