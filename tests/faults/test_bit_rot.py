"""Fault 7: bit rot, a torn or missing write-ahead log, an empty file, no file: found, never answered over, kept."""

import random
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
import sqlcipher3.dbapi2 as sqlite
from click.testing import CliRunner

from gate import alive
from gate.__main__ import main
from gate.backups import make_backup
from gate.core.audit import Kind
from gate.jobs import look_again
from gate.restoring import restore
from gate.store.database import STORE_FAULTS, open_database
from gate.store.database_files import side_files
from gate.store.verify import verify
from gate.verified import last_verified, verified_path
from tests.scenarios.plant import P1
from tests.scenarios.world import World, local
from tests.store.open_records import Records
from tests.web.floor_site import add_accounts, pages_over
from tests.web.people import send
from tests.web.test_segment_page import SEGMENT, signed

FLIPS = 250


# --- one bit in a row --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def rotten(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, bytes, list[int]]]:
    """A file of records at rest, its bytes, and the places where the bytes and leaves of its entries lie."""
    records = Records(tmp_path_factory.mktemp("rot"))
    for number in range(40):
        records.append(
            Kind.DECISION, person=f"E{number}", equipment="TP-01", outcome="deny", reasons=("NOT_CERTIFIED",)
        )
    rows = records.rows("SELECT data, leaf FROM audit_trail ORDER BY seq")
    records.close()
    connection = sqlite.connect(str(records.path), isolation_level=None)
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("VACUUM")
    connection.close()
    whole = records.path.read_bytes()
    places: list[int] = []
    for data, leaf in rows:
        for part in (data.encode(), leaf):
            begin = whole.rfind(part)
            if begin >= 0:
                places += range(begin, begin + len(part))
    yield records.path, whole, places


def _found(path: Path) -> bool:
    """Whether a verification says that something is wrong, or that it cannot read the file."""
    engine = open_database(path, read_only=True)
    try:
        return not verify(engine, full=True).sound
    except STORE_FAULTS:
        return True
    finally:
        engine.dispose()


def _integrity_check(path: Path) -> bool:
    connection = sqlite.connect(str(path))
    try:
        return bool(connection.execute("PRAGMA integrity_check").fetchone() != ("ok",))
    finally:
        connection.close()


def _flips(rotten: tuple[Path, bytes, list[int]], check: Callable[[Path], bool], count: int) -> int:
    """Flip one bit of an entry after the other; return how many were found."""
    path, whole, places = rotten
    chance, found = random.Random(7), 0
    for place in chance.sample(places, count):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        found += check(path)
    path.write_bytes(whole)
    return found


@pytest.mark.fault(7)
@pytest.mark.req("E4")
def test_every_flipped_bit_of_an_entry_is_found(rotten: tuple[Path, bytes, list[int]]) -> None:
    """One bit in ten years of records: the disk says nothing, the nightly check does."""
    assert not _found(rotten[0])
    assert _flips(rotten, _found, FLIPS) == FLIPS


@pytest.mark.fault(7)
def test_mutant_the_database_s_own_check_finds_next_to_none_of_them(rotten: tuple[Path, bytes, list[int]]) -> None:
    """Why `PRAGMA integrity_check` is no claim of integrity: the same bits, and it is content."""
    assert _flips(rotten, _integrity_check, 60) < 20


# --- the files at the start of the gate --------------------------------------------------------------------


def crashed(world: World, change: Callable[[Path, Path], None]) -> None:
    """Pull the plug, let something happen to the files, and start the gate on what is left."""
    path = world.settings.database_path
    wal = side_files(path)[0]
    kept = [(file, file.with_suffix(file.suffix + ".kept")) for file in (path, wal) if file.exists()]
    for file, copy in kept:
        shutil.copyfile(file, copy)
    alive_path = world.settings.gate.state_dir / "run" / "alive.json"
    alive_path.parent.mkdir(parents=True, exist_ok=True)
    alive.tell_alive(alive_path, world.clock.read(), world.edge.gate.committed_seq)
    world.kill()
    for side in side_files(path):
        side.unlink(missing_ok=True)
    for file, copy in kept:
        copy.rename(file)
    change(path, wal)
    world.restart(3)


def torn(path: Path, wal: Path) -> None:
    wal.write_bytes(wal.read_bytes()[: wal.stat().st_size // 2])


def no_wal(path: Path, wal: Path) -> None:
    wal.unlink()


def empty(path: Path, wal: Path) -> None:
    path.write_bytes(b"")
    wal.unlink(missing_ok=True)


def gone(path: Path, wal: Path) -> None:
    path.unlink()
    wal.unlink(missing_ok=True)


def noise(path: Path, wal: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(path.stat().st_size))
    wal.unlink(missing_ok=True)


def half(path: Path, wal: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    wal.unlink(missing_ok=True)


def busy(make_world: Callable[..., World]) -> World:
    """A gate whose latest entries lie in the write-ahead log alone."""
    world: World = make_world(local("2026-11-23T12:00"))
    world.replays = False
    for _ in range(3):
        world.badge("R1", P1, wait_s=12)
    assert side_files(world.settings.database_path)[0].stat().st_size > 0
    return world


def denied(world: World) -> bool:
    """Whether a certified person is told that the records are at fault, and the relay stays off."""
    shown = world.badge("R1", P1, wait_s=12)
    return shown is not None and shown.line1 == "SYSTEM: RECORDS" and not world.output("R1")


@pytest.mark.fault(7)
@pytest.mark.req("E4", "E10")
@pytest.mark.parametrize("change", [torn, no_wal])
def test_records_that_end_too_early_deny_and_their_numbers_are_not_given_again(
    make_world: Callable[..., World], change: Callable[[Path, Path], None]
) -> None:
    """What is left is sound in itself; only the gate knows that it had gone further."""
    world = busy(make_world)
    before = {entry["seq"]: entry for entry in world.trail()}
    crashed(world, change)
    assert denied(world)
    assert world.reasons() == ["SYS_INTEGRITY"]
    after = {entry["seq"]: entry for entry in world.trail()}
    assert all(after[seq] == before[seq] for seq in after if seq in before)
    assert min(seq for seq in after if after[seq].get("kind") == "start" and seq not in before) == max(before) + 1
    told = last_verified(verified_path(world.settings.gate.state_dir))
    assert told is not None
    assert (told.sound, told.head_sound) == (False, False)


@pytest.mark.fault(7)
def test_mutant_a_gate_that_remembers_nothing_gives_numbers_twice(
    make_world: Callable[..., World], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the memory of the last durable number the same number stands for two entries, and badges are allowed."""
    monkeypatch.setattr("gate.verifying._complete", lambda found, state_dir: found)
    monkeypatch.setattr("gate.edge.last_given", lambda state_dir: 0)
    monkeypatch.setattr("gate.verifying._proven", lambda state_dir: None)
    world = busy(make_world)
    before = {entry["seq"]: entry for entry in world.trail()}
    crashed(world, no_wal)
    assert not denied(world)
    after = {entry["seq"]: entry for entry in world.trail()}
    assert any(after[seq] != before[seq] for seq in after if seq in before)


@pytest.mark.fault(7)
@pytest.mark.req("E4", "E10")
@pytest.mark.parametrize("change", [empty, gone, noise, half])
def test_a_file_that_is_no_database_denies_says_so_and_is_kept(
    make_world: Callable[..., World], change: Callable[[Path, Path], None]
) -> None:
    """The gate starts all the same: dark readers tell an operator nothing, SYSTEM: RECORDS does."""
    world = busy(make_world)
    path = world.settings.database_path
    crashed(world, change)
    left = path.read_bytes() if path.exists() else None
    assert denied(world)
    assert (path.read_bytes() if path.exists() else None) == left
    told = last_verified(verified_path(world.settings.gate.state_dir))
    assert told is not None
    assert not told.sound
    assert not told.head_sound


@pytest.mark.fault(7)
@pytest.mark.req("E4", "E9", "E10")
def test_from_an_empty_file_back_to_work(make_world: Callable[..., World], tmp_path: Path) -> None:
    """The night's way: restore the backup, start, QA signs for what was lost, and badges are answered again."""
    world = busy(make_world)
    add_accounts(world)
    made = make_backup(world.settings, None, tmp_path / "backups", world.clock)
    world.badge("R1", P1, wait_s=12)
    lost = max(entry["seq"] for entry in world.trail())
    crashed(world, empty)
    assert denied(world)
    world.kill()
    done = restore(world.settings, None, made, world.clock)
    assert (done.claimed_seq, done.lost) == (lost, lost - made.head_seq)
    world.restart(3)
    assert denied(world)
    with pytest.MonkeyPatch.context() as patched, pages_over(world) as site:
        run = partial(CliRunner().invoke, main)
        patched.setattr(
            "gate.web.segment_pages.start_child", lambda *words: run(["--config", str(world.config), *words])
        )
        send(site.browser("qa"), "/integrity/examine", page=f"{SEGMENT}?lang=en")
        assert signed(site)[0] == 303
    world.edge.gate.submit(partial(look_again, world.settings.gate.state_dir))
    world.run(12)
    shown = world.badge("R1", P1)
    assert shown is not None
    assert shown.line1.startswith("OK")
    assert world.sound()
    assert min(entry["seq"] for entry in world.trail() if entry["seq"] > made.head_seq) == lost + 1
