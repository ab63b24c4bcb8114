"""`gate backup`, `gate restore` and `gate drill`."""

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import click

from gate.backups import (
    Backup,
    BackupError,
    backup_folder,
    backups_in,
    make_backup,
    prune,
    read_backup,
)
from gate.clock import SystemClock
from gate.command_context import plainly
from gate.core.audit import Entry, Json, Kind
from gate.core.clock_trust import ClockState, moment_of, observe
from gate.desk_opening import database_key
from gate.drill import drill as drill_backup
from gate.restoring import Restored
from gate.restoring import restore as restore_backup
from gate.settings import Settings
from gate.store.audit_trail import Trail
from gate.store.database import open_database
from gate.store.database_files import CopyHeldBackError
from gate.store.trail_reading import last_trusted_reading


@click.command()
@click.argument("folder", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option("--by", default="terminal", show_default=True, help="Who makes it.")
@click.option("--keep", type=click.IntRange(1, 1000), help="How many are kept; the configuration says it otherwise.")
@click.pass_obj
def backup(obj: tuple[Path, Settings], folder: Path | None, by: str, keep: int | None) -> None:
    """Back the records up into FOLDER beside the running gate, and verify the copy."""
    _, settings = obj
    into, key = folder or backup_folder(settings), database_key(settings)
    with plainly(), _also_plainly():
        made = make_backup(settings, key, into, SystemClock(), _percent("copied"))
        gone = prune(into, settings.gate.id, keep or settings.backup.keep)
        detail: dict[str, Json] = {
            "what": "made",
            "backup": made.folder.name,
            "head_seq": made.head_seq,
            "head_leaf": made.head_leaf,
            "sha256": made.manifest["files"]["gate.db"]["sha256"],
            "sound": made.manifest["sound"],
        }
        _tell(settings, key, Kind.BACKUP, by, detail)
    click.echo(f"backup: {made.folder}\n{made.manifest['what']}")
    click.echo(f"sha256 {made.manifest['files']['gate.db']['sha256']}\n{made.manifest['keys']}")
    for path in gone:
        click.echo(f"removed the oldest: {path}")
    sys.exit(0 if made.manifest["sound"] else 1)


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--by", required=True, help="Who restores it.")
@click.option("--why", required=True, help="The justification.")
@click.option("--claimed", default=0, help="The last entry number that a report, a QR code or a witness names.")
@click.pass_obj
def restore(obj: tuple[Path, Settings], folder: Path, by: str, why: str, claimed: int) -> None:
    """Put the backup in FOLDER in the place of the records; the gate must be stopped, what was there is kept."""
    _, settings = obj
    key = database_key(settings)
    with plainly(), _also_plainly():
        done = restore_backup(settings, key, read_backup(folder), SystemClock(), claimed=claimed)
        _tell(settings, key, Kind.BACKUP, by, _as_detail(done), why, behind=done.claimed_seq)
    click.echo(f"restored: {done.backup.folder.name}, head {done.backup.head_seq} {done.backup.head_leaf[:16]}")
    if done.kept:
        click.echo(f"what was there before is kept: {done.kept}")
    if done.lost:
        click.echo(
            f"{done.lost} entries after {done.backup.head_seq} are not in it. Badge reads are answered SYS_INTEGRITY "
            "until QA has signed a new segment on the page Integrity."
        )


def _as_detail(done: Restored) -> dict[str, Json]:
    return {
        "what": "restored",
        "backup": done.backup.folder.name,
        "head_seq": done.backup.head_seq,
        "kept": str(done.kept or ""),
        "kept_sha256": done.kept_sha256,
        "lost": done.lost,
    }


@click.command()
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--by", default="terminal", show_default=True, help="Who drills.")
@click.pass_obj
def drill(obj: tuple[Path, Settings], folder: Path | None, by: str) -> None:
    """Prove on a scratch copy that the newest backup, or the one in FOLDER, would do; exit 1 if not."""
    _, settings = obj
    key = database_key(settings)
    with plainly(), _also_plainly():
        chosen = read_backup(folder) if folder else _newest(settings)
        with tempfile.TemporaryDirectory(dir=settings.gate.state_dir, prefix="drill-") as scratch:
            found = drill_backup(settings, key, chosen, Path(scratch))
        _tell(settings, key, Kind.VERIFY, by, found.as_json())
    at = SystemClock().read().at.astimezone(settings.zone).isoformat(timespec="seconds")
    click.echo(found.report(at, by))
    sys.exit(0 if found.passed else 1)


def _newest(settings: Settings) -> Backup:
    every = backups_in(backup_folder(settings), settings.gate.id)
    if not every:
        raise BackupError(f"{backup_folder(settings)}: there is no backup yet. Run: gate backup.")
    return every[-1]


def _tell(
    settings: Settings,
    key: str | None,
    kind: Kind,
    by: str,
    detail: dict[str, Json],
    why: str | None = None,
    *,
    behind: int = 0,
) -> None:
    engine = open_database(settings.database_path, key=key)
    clock = ClockState(settings.clock.trust, last_trusted_reading(engine))
    reading = SystemClock().read()
    entry = Entry(kind=kind, moment=moment_of(observe(clock, reading).state, reading), by=by, why=why, detail=detail)
    with closing(Trail(engine, settings.gate.id, settings.zone)) as trail, trail.transaction():
        trail.skip_to(behind)
        trail.append(entry)


@contextmanager
def _also_plainly() -> Iterator[None]:
    try:
        yield
    except (BackupError, CopyHeldBackError) as error:
        raise click.ClickException(str(error)) from error


def _percent(what: str) -> Callable[[int, int], None] | None:
    """Say on a terminal how far it is, once for each percent."""
    if not sys.stderr.isatty():
        return None
    told = [-1]

    def tell(done: int, of: int) -> None:
        percent = done * 100 // max(of, 1)
        if percent != told[0]:
            told[0] = percent
            click.echo(f"\r{what}: {percent} %", err=True, nl=done >= of)

    return tell
