"""Backups while badges storm: one instant of it, or none (fault 17)."""

import shutil
import threading
from contextlib import closing
from pathlib import Path

import pytest

from gate.backups import Backup, backups_in, check_backup, make_backup
from gate.settings import Settings
from gate.store import database_files
from gate.store.database import open_database
from gate.store.database_files import CopyHeldBackError
from tests.commands.backed_up import alone, head, write
from tests.commands.site import Site
from tests.manual_clock import ManualClock


@pytest.mark.fault(17)
@pytest.mark.req("E9")
def test_a_backup_in_a_storm_is_one_instant_of_it(site: Site, settings: Settings, clock: ManualClock) -> None:
    """A copy of a file that is written meanwhile, page by page, would be of no instant at all."""
    stop = threading.Event()

    def badges() -> None:
        while not stop.is_set():
            write(settings, 5)

    storm = threading.Thread(target=badges)
    storm.start()
    try:
        before = _count(settings)
        made = [_later(settings, site.folder / "backups", clock) for _ in range(3)]
    finally:
        stop.set()
        storm.join()
    assert _count(settings) > before
    assert head(settings) >= made[-1].head_seq
    for backup in made:
        assert check_backup(backup, None).sound
        assert alone(backup.folder).returncode == 0
    assert [backup.head_seq for backup in made] == sorted(backup.head_seq for backup in made)


def _count(settings: Settings) -> int:
    engine = open_database(settings.database_path, read_only=True)
    with engine.connect() as connection:
        return int(connection.exec_driver_sql("SELECT seq FROM trail_head").scalar_one())


def _later(settings: Settings, folder: Path, clock: ManualClock) -> Backup:
    clock.advance(1)
    return make_backup(settings, None, folder, clock)


@pytest.mark.fault(17)
def test_mutant_a_plain_copy_of_the_file_in_a_storm_is_caught(
    site: Site, settings: Settings, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The latest entries lie in the write-ahead log: a backup without them verifies, and the drill must not take it."""
    write(settings, 3)
    engine = open_database(settings.database_path)
    with closing(engine.raw_connection()) as held:
        held.cursor().execute("SELECT seq FROM trail_head").fetchone()
        write(settings, 2)

        def plain(source: Path, target: Path, *, key: str | None, say: object = None) -> None:
            shutil.copyfile(source, target)

        monkeypatch.setattr("gate.backups.copy_online", plain)
        made = make_backup(settings, None, site.folder / "backups", clock)
        monkeypatch.undo()
        right = _later(settings, site.folder / "backups", clock)
        assert right.head_seq == 6
        assert made.head_seq < 6
    engine.dispose()


@pytest.mark.fault(17)
def test_a_copy_gives_up_before_the_write_ahead_log_grows_without_bound(
    site: Site, settings: Settings, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One open reader holds back every checkpoint; badge reads come first, and nothing half made is left."""
    monkeypatch.setattr(database_files, "WAL_LIMIT", 0)
    monkeypatch.setattr(database_files, "STEP_PAGES", 1)
    engine = open_database(settings.database_path)
    with closing(engine.raw_connection()) as held:
        held.cursor().execute("SELECT 1")
        write(settings, 1)
        with pytest.raises(CopyHeldBackError, match="quieter time"):
            make_backup(settings, None, site.folder / "backups", clock)
    engine.dispose()
    assert backups_in(site.folder / "backups", settings.gate.id) == []
    assert not list((site.folder / "backups").glob("*.partial"))
