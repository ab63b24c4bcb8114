"""The verifier in the bundle: a Python of its own, nothing of the gate, and the first bad line or file by name."""

import ast
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from gate import bundle_files
from gate.bundle_files import verify
from gate.core.signed_note import Note
from tests.peers.logs import SignedLog, write_bundle, write_manifest, zipped

pytestmark = pytest.mark.req("E11")

SCRIPT = Path(bundle_files.__file__).parent / "verify.py"
CHOSEN = (2, 3, 9, 13)


class Signed(NamedTuple):
    """One log and its head."""

    log: SignedLog
    note: Note


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signed]:
    log = SignedLog(tmp_path_factory.mktemp("log"))
    log.grow(13)
    yield Signed(log, log.seal())
    log.close()


@pytest.fixture
def whole(signed: Signed, tmp_path: Path) -> Path:
    return write_bundle(signed.log, tmp_path / "bundle", signed.note)


@pytest.fixture
def chosen(signed: Signed, tmp_path: Path) -> Path:
    return write_bundle(signed.log, tmp_path / "bundle", signed.note, CHOSEN)


def checked(where: Path) -> tuple[int, str]:
    """Run it as an inspector would, without anything of ours on the path."""
    done = subprocess.run(
        [sys.executable, "-I", str(SCRIPT), str(where)], capture_output=True, text=True, check=False, cwd="/"
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


def checked_here(where: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """The same without a process, for the many cases."""
    monkeypatch.setattr(sys, "argv", ["verify.py", str(where)])
    status = verify.main()
    return status, capsys.readouterr().out


Check = Callable[[Path], tuple[int, str]]


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Check:
    return lambda where: checked_here(where, monkeypatch, capsys)


@pytest.mark.parametrize("form", ["folder", "zip", "beside"])
def test_a_sound_bundle_is_called_sound_with_head_and_key(signed: Signed, whole: Path, form: str) -> None:
    """As it was unpacked, as it was mailed, or with the verifier started by a double click."""
    if form == "beside":
        done = subprocess.run(
            [sys.executable, "-I", str(whole / "verify.py")], capture_output=True, text=True, check=False, cwd="/"
        )
        status, told = done.returncode, done.stdout
    else:
        status, told = checked(zipped(whole) if form == "zip" else whole)
    assert status == 0
    assert "sound: 13 entries, under the checkpoint of 13 entries of gate-1.test-plant" in told
    assert signed.log.key.public.fingerprint in told


def test_some_entries_are_checked_by_their_proofs(chosen: Path) -> None:
    """An inspector asked for one lot, and need not be given the rest."""
    status, told = checked(chosen)
    assert (status, told.partition(",")[0]) == (0, "sound: 4 entries")


def lines_of(folder: Path) -> list[str]:
    return (folder / "entries.jsonl").read_text("utf-8").splitlines(keepends=True)


def write_lines(folder: Path, lines: list[str]) -> None:
    (folder / "entries.jsonl").write_text("".join(lines), "utf-8", newline="\n")
    write_manifest(folder)


@pytest.mark.parametrize("number", range(1, 14))
def test_an_edited_line_is_named(whole: Path, check: Check, number: int) -> None:
    """With the manifest made anew, as whoever edits it would."""
    lines = lines_of(whole)
    lines[number - 1] = lines[number - 1].replace("Élan", "Elan")
    write_lines(whole, lines)
    status, told = check(whole)
    assert status == 1
    assert told.startswith(f"UNSOUND: entries.jsonl line {number}:"), told


@pytest.mark.parametrize("place", range(4))
def test_an_edited_line_with_a_proof_is_named(chosen: Path, check: Check, place: int) -> None:
    """Entries 2 and 3 follow each other, so an edit of 2 shows in the chain and by its proof."""
    lines = lines_of(chosen)
    lines[place] = lines[place].replace("Élan", "Elan")
    write_lines(chosen, lines)
    status, told = check(chosen)
    assert status == 1
    assert f"UNSOUND: entries.jsonl line {place + 1}:" in told


EDITS: dict[str, tuple[Callable[[list[str]], list[str]], str]] = {
    "deleted": (lambda lines: lines[:4] + lines[5:], "entries.jsonl line 5: what stands before entry 6 is missing"),
    "swapped": (lambda lines: [*lines[:4], lines[5], lines[4], *lines[6:]], "entries.jsonl line 5: what stands before"),
    "doubled": (lambda lines: [*lines[:5], *lines[4:]], "entries.jsonl line 6: entry 5 is out of order"),
    "cut": (lambda lines: lines[:-1], "entries.jsonl: holds 12 entries, the checkpoint covers 13"),
    "empty": (lambda lines: [], "entries.jsonl: holds 0 entries"),
    "added": (
        lambda lines: [*lines, lines[-1].replace('"seq":13', '"seq":14')],
        "entries.jsonl line 14: entry 14 is out of order, or not under",
    ),
    "blank": (lambda lines: [*lines[:3], "\n", *lines[3:]], "entries.jsonl line 4: is no entry"),
    "spaced": (lambda lines: [lines[0].replace(":", ": ", 1), *lines[1:]], "line 1: is not in canonical form"),
    "no end": (lambda lines: [*lines[:-1], lines[-1][:-1]], "line 13: is not in canonical form"),
    "a number": (lambda lines: ["7\n", *lines[1:]], "line 1: is no entry"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_a_changed_row_of_lines_is_named(whole: Path, check: Check, edit: str) -> None:
    """Deleted, moved, doubled, cut off, added."""
    change, said = EDITS[edit]
    write_lines(whole, change(lines_of(whole)))
    status, told = check(whole)
    assert (status, said in told) == (1, True), told


def test_a_history_written_anew_has_another_root(whole: Path, signed: Signed, check: Check, tmp_path: Path) -> None:
    """Every hash and the whole chain are right; only the signed head is not theirs."""
    (tmp_path / "other").mkdir()
    other = SignedLog(tmp_path / "other", salt="other ")
    other.grow(13)
    write_lines(whole, [f"{line}\n" for line in other.lines])
    other.close()
    status, told = check(whole)
    assert status == 1
    assert "the entries up to here have not the root of the checkpoint" in told


def test_a_bundle_signed_with_another_key_is_sound_and_shows_the_other_fingerprint(
    tmp_path: Path, signed: Signed, check: Check
) -> None:
    """It cannot know whose key it is: that is what the paper is for."""
    (tmp_path / "forged").mkdir()
    forged = SignedLog(tmp_path / "forged")
    forged.grow(3)
    status, told = check(write_bundle(forged, tmp_path / "bundle", forged.seal()))
    assert status == 0
    assert forged.key.public.fingerprint in told
    assert signed.log.key.public.fingerprint not in told
    forged.close()


FILES: dict[str, tuple[str, bytes, bytes, str]] = {
    "size": ("checkpoint.txt", b"\n13\n", b"\n14\n", "checkpoint.txt: its signature is wrong"),
    "unsigned": ("checkpoint.txt", b"\n\n", b"\n\n- ", "checkpoint.txt: is not signed with gate.vkey"),
    "other name": ("gate.vkey", b"gate-1", b"gate-2", "gate.vkey: does not fit its own id"),
    "other key": ("gate.pem", b"KEY-----\nMCow", b"KEY-----\nMCox", "gate.pem: is another key than gate.vkey"),
}


@pytest.mark.parametrize("what", FILES)
def test_a_changed_checkpoint_or_key_is_named(whole: Path, check: Check, what: str) -> None:
    """With the manifest made anew."""
    name, old, new, said = FILES[what]
    (whole / name).write_bytes((whole / name).read_bytes().replace(old, new))
    write_manifest(whole)
    status, told = check(whole)
    assert (status, said in told) == (1, True), told


@pytest.mark.parametrize("name", ["reports/log.csv", "gate.pem", "entries.jsonl", "verify.py"])
def test_a_file_that_is_not_the_one_of_the_manifest_is_named(whole: Path, check: Check, name: str) -> None:
    """A report that was touched up in a spreadsheet."""
    with (whole / name).open("ab") as file:
        file.write(b"\n")
    status, told = check(whole)
    assert status == 1
    assert name in told


def test_an_added_and_a_missing_file_are_named(whole: Path, check: Check) -> None:
    """A second report beside the first, and one that was left out."""
    (whole / "reports" / "extra.pdf").write_bytes(b"%PDF")
    assert check(whole) == (1, "UNSOUND: reports/extra.pdf: was added to the bundle\n")
    (whole / "reports" / "extra.pdf").unlink()
    (whole / "reports" / "log.csv").unlink()
    assert check(whole) == (1, "UNSOUND: reports/log.csv: is missing\n")


def test_a_cut_proof_and_one_too_many_are_named(chosen: Path, check: Check) -> None:
    """Proofs are data too."""
    path = chosen / "proofs.jsonl"
    lines = path.read_text("utf-8").splitlines()
    proof = json.loads(lines[1])
    changes = {
        "line 2: is not entry 3 as": [lines[0], json.dumps({**proof, "path": proof["path"][:-1]}), *lines[2:]],
        "proofs.jsonl line 4: is no proof of entry 13": lines[:-1],
        "proofs.jsonl line 5: proves an entry that is missing": [*lines, lines[-1]],
    }
    for said, changed in changes.items():
        path.write_text("\n".join(changed) + "\n", "utf-8")
        write_manifest(chosen)
        status, told = check(chosen)
        assert (status, said in told) == (1, True), told


def test_every_byte_of_a_bundle_counts(whole: Path, check: Check) -> None:
    """One bit of any file, anywhere: never sound (every 97th byte, to be quick)."""
    for path in sorted(path for path in whole.rglob("*") if path.is_file() and path.name != "manifest.json"):
        data = path.read_bytes()
        for place in range(0, len(data), 97):
            path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
            status, told = check(whole)
            assert status != 0, (path, place, told)
        path.write_bytes(data)
    assert check(whole)[0] == 0


def test_a_damaged_zip_is_unsound(whole: Path, check: Check) -> None:
    """The mail server changed a byte."""
    path = zipped(whole)
    data = bytearray(path.read_bytes())
    data[data.index(b"entries.jsonl") + 200] ^= 1
    path.write_bytes(data)
    status, told = check(path)
    assert status == 1
    assert told.startswith("UNSOUND: ")


@pytest.mark.parametrize("name", ["", "nowhere", "notes.txt"])
def test_what_is_no_bundle_cannot_be_checked(tmp_path: Path, check: Check, name: str) -> None:
    """That is another answer than unsound."""
    (tmp_path / "notes.txt").write_text("not a zip", "utf-8")
    status, told = check(tmp_path / name)
    assert status in {1, 2}
    assert "sound:" not in told


def test_it_needs_nothing_but_the_standard_library_of_python_3_8() -> None:
    """The inspector's machine has what it has, and no network."""
    tree = ast.parse(SCRIPT.read_text("utf-8"), feature_version=(3, 8))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names
    assert shutil.which("python3")


def test_its_signature_check_is_that_of_the_standard() -> None:
    """RFC 8032, section 7.1, tests 2 and 3, and the same with one bit changed."""
    vectors = [
        (
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ),
        (
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
            "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
        ),
    ]
    for key, text, signature in vectors:
        public, message, signed = bytes.fromhex(key), bytes.fromhex(text), bytes.fromhex(signature)
        assert verify.is_signed(public, message, signed)
        assert not verify.is_signed(public, message + b"x", signed)
        order_added = int.from_bytes(signed[32:], "little") + verify.ORDER
        assert not verify.is_signed(public, message, signed[:32] + order_added.to_bytes(32, "little"))
