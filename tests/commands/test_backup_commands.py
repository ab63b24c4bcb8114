"""Backup, drill and restore at the terminal."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from gate.__main__ import main
from gate.backups import BackupError, read_backup
from gate.clock import SystemClock
from gate.store.database import make_engine
from tests.commands.site import Site


def gate(site: Site, *words: str) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(main, ["--config", str(site.folder / "gate.toml"), *words])


@pytest.fixture(scope="module")
def commanded(loaded: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, list[Result]]]:
    """One round at the terminal: backup, drill, restore."""
    folder = tmp_path_factory.mktemp("commanded")
    (folder / "gate.toml").write_bytes((loaded.folder / "gate.toml").read_bytes())
    site = Site(folder)
    site.database.parent.mkdir()
    site.database.write_bytes(loaded.database.read_bytes())
    results = [gate(site, "backup", "--by", "j.r"), gate(site, "drill", "--by", "j.r")]
    (backup,) = (site.folder / "state" / "backups").glob("gate-1-*")
    results.append(gate(site, "restore", str(backup), "--by", "j.r", "--why", "disk replaced"))
    yield site, results


@pytest.mark.req("E9")
def test_at_the_terminal_each_step_says_what_it_did(commanded: tuple[Site, list[Result]]) -> None:
    """Whoever does this at night reads only what is printed."""
    _, (made, drilled, restored) = commanded
    assert made.exit_code == drilled.exit_code == restored.exit_code == 0, made.output + drilled.output
    assert "Not in this backup: the keys" in made.output
    assert "RESTORE DRILL" in drilled.output
    assert "PASSED" in drilled.output
    assert "SYS_INTEGRITY until QA has signed a new segment" in restored.output
    assert "2 entries after 1 are not in it" in restored.output


@pytest.mark.req("E9")
def test_backup_and_drill_are_entries_of_the_trail_that_was_replaced(commanded: tuple[Site, list[Result]]) -> None:
    """The inspector asks when the last backup was proven, and by whom."""
    site, _ = commanded
    (kept,) = (site.folder / "state" / "replaced").glob("*/gate.db")
    other = Site(site.folder)
    kept_said = _said(kept)
    backup, verified = kept_said[-2:]
    assert (backup["kind"], backup["by"], backup["detail"]["what"]) == ("backup", "j.r", "made")
    assert (verified["kind"], verified["detail"]["what"], verified["detail"]["sound"]) == (
        "verify",
        "restore drill",
        True,
    )
    load, restored = other.said()
    assert (load["seq"], restored["seq"], restored["kind"]) == (1, 4, "backup")
    assert (restored["detail"]["what"], restored["detail"]["lost"], restored["why"]) == ("restored", 2, "disk replaced")


def _said(path: Path) -> list[dict[str, Any]]:
    records = make_engine(path, key=None, read_only=True)
    with records.connect() as connection:
        return [
            json.loads(text)
            for text in connection.exec_driver_sql("SELECT data FROM audit_trail ORDER BY seq").scalars()
        ]


def test_what_cannot_be_done_is_said_without_a_stack(site: Site) -> None:
    """No backup yet, and a folder that is none."""
    none_yet = gate(site, "drill")
    assert none_yet.exit_code == 1
    assert "Run: gate backup" in none_yet.output
    no_backup = gate(site, "restore", str(site.folder), "--by", "x", "--why", "y")
    assert "there is no complete backup here" in no_backup.output
    with pytest.raises(BackupError, match="another version"):
        (site.folder / "manifest.json").write_text('{"format": "gate-backup-9"}', encoding="utf-8")
        read_backup(site.folder)
    assert SystemClock().read().at.tzinfo is not None
