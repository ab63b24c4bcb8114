"""Go's own verifiers of the checksum database accept our notes and proofs, and refuse every history but ours."""

import base64
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from gate.core.checkpoint import head_of
from gate.core.merkle import Path as Proof
from gate.core.signed_note import Note
from gate.seal_keys import new_seal_key
from tests.peers.conftest import Ask
from tests.peers.logs import ORIGIN, SignedLog

pytestmark = pytest.mark.req("E11")

SIZES = (1, 2, 7, 8, 21)


class Grown(NamedTuple):
    """A log with a signed head at each of the sizes."""

    log: SignedLog
    notes: dict[int, Note]

    @property
    def vkeys(self) -> list[str]:
        return [self.log.key.public.vkey]


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grown]:
    log = SignedLog(tmp_path_factory.mktemp("log"))
    notes = {}
    for before, size in zip((0, *SIZES), SIZES, strict=False):
        log.grow(size - before)
        notes[size] = log.seal()
    yield Grown(log, notes)
    log.close()


def b64(path: Proof | Sequence[bytes]) -> list[str]:
    return [base64.b64encode(step).decode() for step in path]


@pytest.mark.parametrize("size", SIZES)
def test_go_reads_our_checkpoint_and_comes_to_the_same_root(ask_go: Ask, grown: Grown, size: int) -> None:
    """The root that we sign is the one that Go's own tree has over the same lines."""
    told = ask_go("note", note=grown.notes[size].whole, vkeys=grown.vkeys)
    assert told == {"signed": 1, "root": ask_go("root", lines=grown.log.lines[:size])["root"]}


@pytest.mark.parametrize("seq", range(1, 22))
def test_go_accepts_the_proof_of_every_entry(ask_go: Ask, grown: Grown, seq: int) -> None:
    """One line of an export with its proof is evidence by itself."""
    question = {"note": grown.notes[21].whole, "vkeys": grown.vkeys, "seq": seq, "entry": grown.log.lines[seq - 1]}
    path = grown.log.tree.inclusion(seq, 21)
    assert "error" not in ask_go("inclusion", **question, path=b64(path))
    edited = grown.log.lines[seq - 1].replace("gate-1", "gate-2")
    assert "error" in ask_go("inclusion", **{**question, "entry": edited}, path=b64(path))
    assert "error" in ask_go("inclusion", **question, path=b64(path[:-1]))
    assert "error" in ask_go("inclusion", **{**question, "seq": seq % 21 + 1}, path=b64(path))


@pytest.mark.parametrize("old", SIZES)
def test_go_accepts_that_the_log_has_only_grown(ask_go: Ask, grown: Grown, old: int) -> None:
    """What a witness is sent."""
    question = {"note": grown.notes[21].whole, "old": grown.notes[old].whole, "vkeys": grown.vkeys}
    path = grown.log.tree.consistency(old, 21)
    assert "error" not in ask_go("consistency", **question, path=b64(path))
    assert "error" in ask_go("consistency", **question, path=b64([*path, path[0] if path else bytes(32)]))


def test_go_refuses_a_log_that_was_rolled_back(ask_go: Ask, grown: Grown) -> None:
    """The smaller head can be signed; it cannot be shown to continue the larger one."""
    question = {"note": grown.notes[8].whole, "old": grown.notes[21].whole, "vkeys": grown.vkeys}
    for path in ((), grown.log.tree.consistency(8, 21)):
        assert "error" in ask_go("consistency", **question, path=b64(path))


def test_go_refuses_a_log_that_was_truncated_and_grown_again(ask_go: Ask, grown: Grown, tmp_path: Path) -> None:
    """The first seven entries are the same, what follows was written anew with the right key."""
    fork = SignedLog(tmp_path, grown.log.key)
    _copy_beginning(grown.log, fork, 7)
    fork.grow(20, salt="other ")
    note = fork.seal()
    assert head_of(note).size > 21
    seven = {"note": note.whole, "old": grown.notes[7].whole, "vkeys": grown.vkeys}
    assert "error" not in ask_go("consistency", **seven, path=b64(fork.tree.consistency(7, head_of(note).size)))
    all_of_it = {**seven, "old": grown.notes[21].whole}
    assert "error" in ask_go("consistency", **all_of_it, path=b64(fork.tree.consistency(21, head_of(note).size)))
    fork.close()


def _copy_beginning(log: SignedLog, fork: SignedLog, count: int) -> None:
    """Take over the first entries with their leaves and the frontier they come to."""
    from gate.core.audit import grown as grown_by

    rows = log.records.rows("SELECT * FROM audit_trail WHERE seq <= ?", count)
    frontier: tuple[bytes, ...] = ()
    for number, row in enumerate(rows):
        frontier = grown_by(frontier, number, row[-1])
    marks = ", ".join("?" * len(rows[0]))
    inserts = [(f"INSERT INTO audit_trail VALUES ({marks})", row) for row in rows]  # noqa: S608
    head = ("UPDATE trail_head SET seq = ?, leaf = ?, frontier = ?", (count, rows[-1][-1], b"".join(frontier)))
    fork.records.tamper(*inserts, head)


@pytest.mark.parametrize("change", ["size", "root", "origin", "signature", "end"])
def test_go_refuses_a_checkpoint_that_was_changed(ask_go: Ask, grown: Grown, change: str) -> None:
    """One sign anywhere."""
    whole = grown.notes[21].whole
    root = whole.split("\n")[2]
    changed = {
        "size": whole.replace("\n21\n", "\n22\n"),
        "root": whole.replace(root, base64.b64encode(bytes(32)).decode()),
        "origin": whole.replace(ORIGIN, "gate-2.test-plant", 1),
        "signature": whole[:-8] + ("A" if whole[-8] != "A" else "B") + whole[-7:],
        "end": whole[:-1],
    }[change]
    assert changed != whole
    assert "error" in ask_go("note", note=changed, vkeys=grown.vkeys)


def test_go_refuses_another_key_of_the_same_name(ask_go: Ask, grown: Grown) -> None:
    """Whoever has no private key cannot make a checkpoint by calling itself so."""
    other = new_seal_key(ORIGIN).public.vkey
    assert "error" in ask_go("note", note=grown.notes[21].whole, vkeys=[other])


def test_the_first_checkpoint_of_a_new_key_is_signed_by_the_old_one(ask_go: Ask, log: SignedLog) -> None:
    """Whoever trusts the old key is led to the new one; both at once, or either alone."""
    log.grow(3)
    old = log.key.public.vkey
    note, new = log.rotate(), log.key.public.vkey
    assert ask_go("note", note=note.whole, vkeys=[old])["signed"] == 1
    assert ask_go("note", note=note.whole, vkeys=[new])["signed"] == 1
    assert ask_go("note", note=note.whole, vkeys=[old, new])["signed"] == 2
    log.grow(1)
    assert "error" in ask_go("note", note=log.seal().whole, vkeys=[old])
