"""Checkpoints: made when due, signed by one key, never over what cannot be trusted."""

import logging
import os
from pathlib import Path

import pytest

from gate.core.checkpoint import NEW_ROWS, head_of
from gate.core.merkle import consistent, included
from gate.core.records import Moment
from gate.core.signed_note import NoteKey, parse_vkey
from gate.desk import Desk
from gate.desk_opening import open_desk
from gate.seal import consistency_proof, inclusion_proof, key_in_use, public_key_files
from gate.seal_acts import rotate_key
from gate.seal_files import key_path, make_key
from gate.seal_keys import SealKeyError, is_signed, new_seal_key, read_seal_key, write_seal_key
from gate.sealing import Sealer
from gate.store.database import open_database
from gate.store.verify import verify
from gate.wiring import plan_of
from tests.scenarios.plant import P1, P2
from tests.scenarios.world import moment_now
from tests.sealed import SealedWorld, latest, notes

pytestmark = pytest.mark.req("E11")


@pytest.fixture
def world(tmp_path: Path) -> SealedWorld:
    return SealedWorld(tmp_path)


def test_the_head_is_signed_ten_seconds_after_something_new(world: SealedWorld) -> None:
    """A tail that is cut off later is missed from then on, by anybody who holds the note."""
    world.badge("R1", P1)
    found = world.seal()
    engine = open_database(world.settings.database_path, read_only=True)
    proven = verify(engine, full=True)
    engine.dispose()
    assert (found.size, found.root.hex()) == (proven.head_seq, proven.root)
    assert found.origin == "gate-1.test-plant"
    ((size, note),) = notes(world.settings)
    assert (size, note.whole) == (found.size, found.note)
    assert is_signed(note, world.key.public)


def test_the_first_checkpoint_covers_the_entry_that_tells_of_its_key(world: SealedWorld) -> None:
    """Whoever holds one checkpoint holds the key's history up to it."""
    found = world.seal()
    told = world.trail("key")[-1]
    assert (told["seq"], told["subject"]) == (found.size, "seal")
    assert told["detail"] == {
        "what": "key in use",
        "vkey": world.key.public.vkey,
        "sha256": world.key.public.fingerprint,
    }


def test_nothing_new_is_signed_again_only_after_a_quarter_of_an_hour(world: SealedWorld) -> None:
    """And an idle gate still says that it is there: a gap would hide a cut tail."""
    first = world.seal()
    world.ask_sealer()
    world.clock.advance(890)
    world.ask_sealer()
    assert len(notes(world.settings)) == 1
    world.clock.advance(20)
    world.ask_sealer()
    assert [size for size, _ in notes(world.settings)] == [first.size, first.size]


def test_a_hundred_entries_are_signed_at_once(world: SealedWorld) -> None:
    """A storm of badges must not leave thousands of entries unsigned for ten seconds."""
    before = world.seal().size
    world.ask_sealer()
    world.add(NEW_ROWS - 1)
    world.ask_sealer()
    assert [size for size, _ in notes(world.settings)] == [before]
    world.add(1)
    world.ask_sealer()
    assert [size for size, _ in notes(world.settings)] == [before, before + NEW_ROWS]


def test_a_trail_that_cannot_be_trusted_is_not_signed(world: SealedWorld) -> None:
    """A signature over it would make the damage look whole to a witness."""

    def lose_trust(desk: Desk, moment: Moment) -> tuple[()]:
        desk.trail_sound = False
        return ()

    world.edge.gate.submit(lose_trust)
    world.ask_sealer()
    world.clock.advance(20)
    world.ask_sealer()
    assert notes(world.settings) == []


def test_without_a_key_badges_go_on_and_the_log_says_so_once(
    world: SealedWorld, caplog: pytest.LogCaptureFixture
) -> None:
    """A lost key file is no reason to stop production, and no reason to fill the disk with complaints."""
    key_path(world.settings).unlink()
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            world.ask_sealer()
            world.clock.advance(11)
    assert [record.getMessage() for record in caplog.records if "no checkpoints" in record.getMessage()] == [
        f"no checkpoints are made: {key_path(world.settings)}: there is no key to sign checkpoints with. "
        "Run: gate key new."
    ]
    assert world.badge("R1", P1) is not None


def test_a_replaced_key_is_on_record_before_it_signs(world: SealedWorld) -> None:
    """Somebody with the rights of root may swap the file; the records say when."""
    world.seal()
    key_path(world.settings).unlink()
    fresh = make_key(world.settings)
    world.badge("R1", P1)
    found = world.seal()
    told = world.trail("key")[-1]["detail"]
    assert (told["what"], told["old"]) == ("key replaced", world.key.public.vkey)
    _, note = notes(world.settings)[-1]
    assert is_signed(note, fresh.public)
    assert not is_signed(note, world.key.public)
    engine = open_database(world.settings.database_path, read_only=True)
    assert key_in_use(engine) == fresh.public
    assert head_of(note).size == found.size
    engine.dispose()


def test_the_public_key_is_handed_out_in_both_forms(world: SealedWorld) -> None:
    """For Go and for OpenSSL."""
    world.seal()
    engine = open_database(world.settings.database_path, read_only=True)
    files = public_key_files(engine)
    engine.dispose()
    assert files is not None
    assert parse_vkey(files[0]) == world.key.public
    assert files[1] == world.key.public.pem


def test_before_the_first_checkpoint_there_is_nothing_to_hand_out(world: SealedWorld) -> None:
    """An export says that nothing is signed yet; it does not fail."""
    assert latest(world.settings) is None
    engine = open_database(world.settings.database_path, read_only=True)
    assert public_key_files(engine) is None
    engine.dispose()


def test_proofs_are_made_from_the_records(world: SealedWorld) -> None:
    """What the bundle and the witness are given."""
    world.badge("R1", P1)
    first = world.seal()
    world.badge("R2", P2)
    second = world.seal()
    engine = open_database(world.settings.database_path, read_only=True)
    with engine.connect() as connection:
        leaf = connection.exec_driver_sql("SELECT leaf FROM audit_trail WHERE seq = 3").scalar_one()
    path = consistency_proof(engine, first.size, second.size)
    assert consistent(first.size, first.root, second.size, second.root, path)
    assert included(leaf, 2, second.size, inclusion_proof(engine, 3, second.size), second.root)
    engine.dispose()


def test_a_key_file_is_for_its_owner_alone_and_is_never_overwritten(tmp_path: Path) -> None:
    """A key that was readable for a moment is no key."""
    path, key = tmp_path / "keys" / "seal.key", new_seal_key("gate-1.test")
    write_seal_key(path, key)
    assert path.stat().st_mode & 0o777 == 0o400
    assert read_seal_key(path).public == key.public
    with pytest.raises(SealKeyError, match="there is a key already"):
        write_seal_key(path, new_seal_key("gate-1.test"))
    path.chmod(0o440)
    with pytest.raises(SealKeyError, match="others can read this key"):
        read_seal_key(path)


@pytest.mark.parametrize("text", ["", "x", "PRIVATE+KEY+n+00000000+AAAA", "\xff"], ids=range(4))
def test_a_damaged_key_file_is_refused_by_name(tmp_path: Path, text: str) -> None:
    """Half a file must not become another key."""
    path = tmp_path / "seal.key"
    path.write_bytes(text.encode("latin-1"))
    path.chmod(0o400)
    with pytest.raises(SealKeyError, match=str(path)):
        read_seal_key(path)


def test_a_key_whose_letters_were_changed_is_refused(tmp_path: Path) -> None:
    """One wrong letter would sign under an id that nobody knows."""
    path = tmp_path / "seal.key"
    write_seal_key(path, new_seal_key("gate-1.test"))
    text = path.read_text("ascii").replace("gate-1.test", "gate-2.test")
    path.chmod(0o600)
    path.write_text(text, "ascii")
    with pytest.raises(SealKeyError, match="its id is not that of the key"):
        read_seal_key(path)


def test_what_systemd_hands_in_comes_first(world: SealedWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """With LoadCredential= the key never lies in the folder of the records."""
    handed = world.settings.gate.state_dir / "handed"
    write_seal_key(handed / "seal.key", new_seal_key("gate-1.handed"))
    monkeypatch.setitem(os.environ, "CREDENTIALS_DIRECTORY", str(handed))
    assert world.seal().origin == "gate-1.handed"


def rotated(world: SealedWorld) -> NoteKey:
    """Change the key as the command does, beside the running gate."""
    desk = open_desk(world.settings, plan_of(world.settings))
    try:
        return rotate_key(world.settings, desk, by="i.t", why="yearly", moment=moment_now(world.clock))
    finally:
        desk.trail.close()


def test_the_running_gate_takes_the_new_key_by_itself(world: SealedWorld) -> None:
    """And the first checkpoint of the new key carries both signatures."""
    world.seal()
    fresh = rotated(world)
    size, note = notes(world.settings)[-1]
    assert is_signed(note, world.key.public)
    assert is_signed(note, fresh)
    assert world.trail("key")[-1]["seq"] == size
    world.badge("R1", P1)
    world.seal()
    _, later = notes(world.settings)[-1]
    assert is_signed(later, fresh)
    assert not is_signed(later, world.key.public)
    assert [entry["detail"]["what"] for entry in world.trail("key")] == ["key in use", "key rotated"]


def test_a_power_cut_between_the_record_and_the_file_loses_no_key(
    world: SealedWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new key is on disk before it is on record, and is found there."""
    world.seal()
    with monkeypatch.context() as cut:
        cut.setattr("gate.seal_acts.take_place", lambda settings: None)
        fresh = rotated(world)
    assert read_seal_key(key_path(world.settings)).public == world.key.public
    world.badge("R1", P1)
    world.seal()
    assert is_signed(notes(world.settings)[-1][1], fresh)
    again = rotated(world)
    assert read_seal_key(key_path(world.settings)).public == again
    assert is_signed(notes(world.settings)[-1][1], fresh)


def test_an_earlier_key_never_signs_again(world: SealedWorld, caplog: pytest.LogCaptureFixture) -> None:
    """A service that still holds the old credential must not make the new key look replaced."""
    world.seal()
    rotated(world)
    stale = Sealer(lambda in_use: world.key)
    world.badge("R1", P1)
    count = len(notes(world.settings))
    world.sealer = stale
    world.ask_sealer()
    world.clock.advance(20)
    world.ask_sealer()
    assert len(notes(world.settings)) == count
    assert "another key has taken its place" in caplog.text
