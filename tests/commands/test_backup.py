"""Backups: made beside the running gate, proven, restored without loss of what was there, and drilled."""

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from gate.backups import Backup, BackupError, backups_in, make_backup, prune
from gate.drill import drill
from gate.restoring import restore
from gate.settings import Settings
from gate.single_instance import AlreadyRunningError, take_lock
from gate.store import database_files
from gate.store.database import make_engine
from gate.verified import last_restore, proven_path, tell_proven
from tests.commands.backed_up import alone, head, write
from tests.commands.site import Site
from tests.manual_clock import ManualClock
from tests.store.open_records import tamper


@pytest.mark.req("E9")
def test_a_backup_is_a_folder_that_says_what_it_is_and_verifies_without_the_gate(
    site: Site, settings: Settings, clock: ManualClock
) -> None:
    """In twenty years there may be no gate: a Python and one minute must do."""
    made = make_backup(settings, None, site.folder / "backups", clock)
    assert {path.name for path in made.folder.iterdir()} == {
        *("gate.db", "manifest.json", "schema.sql", "README.txt", "verify_records.py")
    }
    assert made.manifest["sound"] is True
    assert made.manifest["rows"]["audit_trail"] == made.head_seq == 1
    assert "CREATE TABLE audit_trail" in (made.folder / "schema.sql").read_text(encoding="utf-8")
    checked = alone(made.folder)
    assert (checked.returncode, checked.stdout[:6]) == (0, "sound:"), checked.stdout
    assert {path.name for path in made.folder.iterdir()} == {*made.manifest["files"], "manifest.json"}


@pytest.mark.req("E9")
@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE audit_trail SET outcome = 'deny' WHERE seq = 3", "entry 3: its columns"),
        ("UPDATE audit_trail SET data = data || ' ' WHERE seq = 3", "entry 3: its bytes do not match"),
        ("DELETE FROM audit_trail WHERE seq = 3", "entry 4: entries before it are missing"),
        ("UPDATE trail_head SET seq = 2", "the head is not the last entry"),
    ],
)
def test_the_offline_verifier_names_what_was_changed(
    site: Site, settings: Settings, clock: ManualClock, statement: str, said: str
) -> None:
    """A verifier that always says sound is worth nothing; here the manifest was made to fit as well."""
    write(settings, 4)
    made = make_backup(settings, None, site.folder / "backups", clock)
    tamper(made.records, "PRAGMA journal_mode = DELETE", statement)
    assert "gate.db is not the file" in alone(made.folder).stdout
    manifest = json.loads((made.folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"]["gate.db"]["sha256"] = database_files.sha256_of(made.records)
    (made.folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    checked = alone(made.folder)
    assert checked.returncode == 1
    assert said in checked.stdout


@pytest.mark.req("E9")
def test_a_restore_puts_back_what_was_there_and_keeps_what_was_in_its_place(
    site: Site, settings: Settings, clock: ManualClock
) -> None:
    """The file that is replaced may be the only evidence of what went wrong."""
    made = make_backup(settings, None, site.folder / "backups", clock)
    settings.database_path.write_bytes(b"ruined")
    done = restore(settings, None, made, clock)
    assert head(settings) == made.head_seq
    assert done.kept is not None
    assert done.kept.read_bytes() == b"ruined"
    assert (done.lost, done.claimed_seq) == (0, made.head_seq)
    assert done.kept_sha256 == database_files.sha256_of(done.kept)


@pytest.mark.req("E9")
def test_numbers_given_after_the_backup_are_remembered(site: Site, settings: Settings, clock: ManualClock) -> None:
    """Entry 5 of the lost hours and entry 5 of tomorrow must never be two different truths."""
    made = make_backup(settings, None, site.folder / "backups", clock)
    write(settings, 4)
    done = restore(settings, None, made, clock)
    assert (done.lost, done.claimed_seq) == (4, 5)
    kept = last_restore(settings.gate.state_dir)
    assert kept is not None
    assert (kept["claimed"], kept["backup_head"]) == (5, 1)
    clock.advance(1)
    assert restore(settings, None, made, clock, claimed=99).claimed_seq == 99
    tell_proven(proven_path(settings.gate.state_dir), 7, bytes(32), (bytes(32),) * 3)
    clock.advance(1)
    assert restore(settings, None, made, clock).claimed_seq == 7


@pytest.mark.req("E9")
def test_a_restore_is_refused_while_the_gate_runs_and_for_another_gate(
    site: Site, settings: Settings, clock: ManualClock
) -> None:
    """Records swapped under a running gate would be written by two."""
    made = make_backup(settings, None, site.folder / "backups", clock)
    with (
        take_lock(settings.gate.state_dir / "gate.lock"),
        pytest.raises(AlreadyRunningError, match="Stop gate-readers"),
    ):
        restore(settings, None, made, clock)
    other = Backup(made.folder, "gate-9", made.made_at, made.head_seq, made.head_leaf, made.manifest)
    with pytest.raises(BackupError, match="records of gate gate-9"):
        restore(settings, None, other, clock)
    assert head(settings) == 1
    assert not (settings.gate.state_dir / "replaced").exists()


@pytest.mark.req("E9")
@pytest.mark.parametrize("name", ["gate.db", "schema.sql", "verify_records.py"])
def test_a_backup_that_was_changed_is_refused_and_nothing_is_touched(
    site: Site, settings: Settings, clock: ManualClock, name: str
) -> None:
    """Somebody who can write to the share must not be able to write the history."""
    made = make_backup(settings, None, site.folder / "backups", clock)
    changed = made.folder / name
    changed.write_bytes(changed.read_bytes() + b"\n")
    before = settings.database_path.read_bytes()
    with pytest.raises(BackupError, match="is not the file that was backed up"):
        restore(settings, None, made, clock)
    assert settings.database_path.read_bytes() == before


@pytest.mark.req("E9")
def test_a_drill_proves_counts_chain_and_that_the_live_trail_goes_on(
    site: Site, settings: Settings, clock: ManualClock, tmp_path: Path
) -> None:
    """A backup that was never restored is a hope."""
    made = make_backup(settings, None, site.folder / "backups", clock)
    write(settings, 3)
    (tmp_path / "scratch").mkdir()
    found = drill(settings, None, made, tmp_path / "scratch")
    assert (found.passed, found.live_seq, found.rows["audit_trail"]) == (True, 4, 1)
    assert "PASSED" in found.report("now", "j.r")
    tamper(settings.database_path, "UPDATE audit_trail SET leaf = zeroblob(32) WHERE seq = 1")
    shutil.rmtree(tmp_path / "scratch")
    (tmp_path / "scratch").mkdir()
    other = drill(settings, None, made, tmp_path / "scratch")
    assert (other.passed, other.continued) == (False, False)
    assert "FAILED" in other.report("now", "j.r")


@pytest.mark.req("E9")
def test_the_oldest_go_first_and_the_newest_that_verified_never(
    site: Site, settings: Settings, clock: ManualClock
) -> None:
    """Seven backups of damaged records must not push out the last good one."""
    folder = site.folder / "backups"
    good = make_backup(settings, None, folder, clock)
    tamper(settings.database_path, "UPDATE audit_trail SET kind = 'stop' WHERE seq = 1")
    for _ in range(3):
        clock.advance(timedelta(days=1).total_seconds())
        assert make_backup(settings, None, folder, clock).manifest["sound"] is False
    (folder / "not-a-backup").mkdir()
    gone = prune(folder, settings.gate.id, keep=2)
    left = [backup.folder for backup in backups_in(folder, settings.gate.id)]
    assert len(gone) == 1
    assert len(left) == 3
    assert good.folder in left
    assert prune(folder, "gate-9", keep=1) == []
    assert (folder / "not-a-backup").exists()


def test_a_backup_that_would_fill_the_disk_is_not_made(
    site: Site, settings: Settings, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk denies every badge: no backup is worth that."""
    monkeypatch.setattr("gate.backups.SPARE", 1.0)
    with pytest.raises(BackupError, match="a tenth of the disk free"):
        make_backup(settings, None, site.folder / "backups", clock)
    assert not list((site.folder / "backups").glob("gate-1*"))


@pytest.mark.req("E9")
def test_the_records_are_encrypted_in_the_backup_too(tmp_path: Path) -> None:
    """A backup in plain of records that are encrypted at rest would be a leak with a timetable."""
    source, target = tmp_path / "a.db", tmp_path / "b.db"
    engine = make_engine(source, key="it's secret", read_only=False)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (x TEXT)")
        connection.exec_driver_sql("INSERT INTO t VALUES ('visible?')")
    database_files.copy_online(source, target, key="it's secret")
    assert b"visible?" not in target.read_bytes()
    copy = make_engine(target, key="it's secret", read_only=True)
    with copy.connect() as connection:
        assert connection.exec_driver_sql("SELECT x FROM t").scalar() == "visible?"
