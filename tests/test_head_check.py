"""A head that was kept outside: what the records are compared with, and what is found when somebody changed them."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from gate.core.checkpoint import head_of
from gate.core.signed_note import Note
from gate.head_check import Fit, NoHeadError, compare, end_fits_checkpoint, parse_kept
from gate.seal_keys import new_seal_key
from gate.store.seals import add_key
from gate.store.verify import verify
from tests.peers.logs import SignedLog

pytestmark = pytest.mark.req("E11")


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SignedLog]:
    made = SignedLog(tmp_path)
    made.grow(6)
    with made.records.trail.transaction():
        add_key(made.records.trail, 6, made.key.public.vkey)
    yield made
    made.close()


def leaf(log: SignedLog, seq: int) -> str:
    return str(log.records.rows("SELECT hex(leaf) FROM audit_trail WHERE seq = ?", seq)[0][0]).lower()


def found(log: SignedLog, text: str, *, thorough: bool = True) -> Fit:
    return compare(log.engine, parse_kept(text), thorough=thorough).fit


def forms(log: SignedLog, note: Note) -> dict[str, str]:
    head = head_of(note)
    return {
        "note": note.whole,
        "note from a scanner": note.whole.replace("\n", "\r\n"),
        "root": f"{head.size} {head.root.hex()}",
        "root in base64": f"{head.size} {base64.b64encode(head.root).decode()}",
        "leaf": f"#{head.size} {leaf(log, head.size)}",
        "leaf by hand": f"{head.size}: {leaf(log, head.size)[:12].upper()}",
    }


FORMS = ("note", "note from a scanner", "root", "root in base64", "leaf", "leaf by hand")


@pytest.mark.parametrize("thorough", [True, False], ids=["thorough", "quick"])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_head_fits_the_records_it_was_taken_from(log: SignedLog, form: str, thorough: bool) -> None:
    """A QR code, a line of an export, twelve digits from a batch record: and the log has grown since."""
    text = forms(log, log.seal())[form]
    log.grow(5)
    assert found(log, text, thorough=thorough) is Fit.FITS


def cut_the_tail(log: SignedLog, keep: int) -> None:
    """Remove the last entries with everything that would tell of them, as root could."""
    from gate.core.audit import grown

    leaves = [row[0] for row in log.records.rows("SELECT leaf FROM audit_trail WHERE seq <= ? ORDER BY seq", keep)]
    frontier: tuple[bytes, ...] = ()
    for number, one in enumerate(leaves):
        frontier = grown(frontier, number, one)
    log.records.tamper(
        ("DELETE FROM audit_trail WHERE seq > ?", (keep,)),
        ("DELETE FROM checkpoints WHERE size > ?", (keep,)),
        ("UPDATE trail_head SET seq = ?, leaf = ?, frontier = ?", (keep, leaves[-1], b"".join(frontier))),
    )


@pytest.mark.scenario(23)
@pytest.mark.req("E4")
@pytest.mark.parametrize("form", FORMS)
def test_a_tail_that_was_cut_off_is_reported_with_the_first_missing_entry(log: SignedLog, form: str) -> None:
    """The records alone hold together: only the head outside knows of what is gone."""
    log.grow(6)
    text = forms(log, log.seal())[form]
    cut_the_tail(log, 8)
    assert verify(log.engine, full=True).sound
    told = compare(log.engine, parse_kept(text), thorough=True)
    assert (told.fit, told.size, told.now) == (Fit.TRUNCATED, 12, 8)
    assert "entry 9 is missing" in told.in_words


@pytest.mark.req("E4")
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("thorough", [True, False], ids=["thorough", "quick"])
def test_a_history_written_anew_is_reported(tmp_path: Path, log: SignedLog, form: str, thorough: bool) -> None:
    """Somebody with the key and the rights of root: everything fits but what he could not reach."""
    text = forms(log, log.seal())[form]
    (tmp_path / "anew").mkdir()
    anew = SignedLog(tmp_path / "anew", log.key, salt="anew ")
    anew.grow(20)
    with anew.records.trail.transaction():
        add_key(anew.records.trail, 1, log.key.public.vkey)
    assert found(anew, text, thorough=thorough) is Fit.DIFFERS
    anew.close()


def test_a_row_edited_under_its_stored_hash_is_for_verify_and_the_hash_for_the_comparison(log: SignedLog) -> None:
    """The thorough comparison works from the leaves; verify holds the leaves to the bytes."""
    text = log.seal().whole
    log.records.tamper(("UPDATE audit_trail SET leaf = ? WHERE seq = 3", (bytes(32),)))
    assert found(log, text) is Fit.DIFFERS
    assert not verify(log.engine, full=True).sound


def test_a_missing_entry_under_the_head_is_named(log: SignedLog) -> None:
    """Not only the last."""
    text = log.seal().whole
    log.records.tamper(("DELETE FROM audit_trail WHERE seq = ?", (4,)))
    for thorough in (True, False):
        told = compare(log.engine, parse_kept(text), thorough=thorough)
        assert (told.fit, told.missing) == (Fit.TRUNCATED, 4)


def test_a_head_signed_by_somebody_else_is_not_ours(log: SignedLog) -> None:
    """It says nothing about these records, whatever root it names."""
    text = log.seal().text
    stranger = new_seal_key(log.key.public.name)
    assert found(log, Note(text, (stranger.sign(text),)).whole) is Fit.NOT_OURS
    assert (
        "NOT OURS" in compare(log.engine, parse_kept(Note(text, (stranger.sign(text),)).whole), thorough=True).in_words
    )


def test_a_head_of_an_earlier_key_still_counts(log: SignedLog) -> None:
    """Paper outlives keys."""
    before = log.seal()
    log.rotate()
    told = compare(log.engine, parse_kept(before.whole), thorough=True)
    assert (told.fit, told.signed_by and told.signed_by.vkey) == (Fit.FITS, parse_key(before, log))


def parse_key(note: Note, log: SignedLog) -> str:
    rows = log.records.rows("SELECT vkey FROM seal_keys ORDER BY id")
    return str(rows[0][0])


NO_HEADS = (
    *("", "x", "48205", "48205 9f2c", "0 9f2c41d07be3", "-1 9f2c41d07be3", "48205 " + "g" * 64, "1 2 3"),
    *("— only a dash", "9" * 30 + " 9f2c41d07be3", "x" * 30_000, "<script> 9f2c41d07be3", "48205 \u202e9f2c41d07be3"),
)


@pytest.mark.parametrize("text", NO_HEADS, ids=range(len(NO_HEADS)))
def test_what_is_no_head_is_refused_with_an_example(text: str) -> None:
    """It was typed from a crumpled label."""
    with pytest.raises(NoHeadError):
        parse_kept(text)


@pytest.mark.req("E4")
def test_the_last_checkpoint_on_the_disk_catches_an_end_cut_off_with_its_head_row(log: SignedLog) -> None:
    """Whoever forgets the table of checkpoints is found at the next start."""
    assert end_fits_checkpoint(log.engine)
    log.grow(4)
    log.seal()
    log.grow(1)
    assert end_fits_checkpoint(log.engine)
    kept = log.records.rows("SELECT note, size, at FROM checkpoints ORDER BY id DESC LIMIT 1")[0]
    cut_the_tail(log, 8)
    log.records.tamper(("INSERT INTO checkpoints (note, size, at) VALUES (?, ?, ?)", kept))
    assert not end_fits_checkpoint(log.engine)


def test_a_checkpoint_of_the_same_size_must_have_the_same_root(log: SignedLog) -> None:
    """Also where nothing was cut off."""
    note = log.seal().whole
    log.records.tamper(("UPDATE checkpoints SET note = ?", (note.replace(note.split("\n")[2], "A" * 43 + "="),)))
    assert not end_fits_checkpoint(log.engine)
    log.records.tamper(("UPDATE checkpoints SET note = 'nothing'", ()))
    assert not end_fits_checkpoint(log.engine)
