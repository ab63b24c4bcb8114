"""Put a backup in the place of the records; nothing that was there is lost, and no number is given twice."""

import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from gate.alive import last_seq
from gate.backups import Backup, BackupError, check_backup
from gate.clock import Clock
from gate.settings import Settings
from gate.single_instance import take_lock
from gate.store.database import STORE_FAULTS, make_engine
from gate.store.database_files import sha256_of, side_files, synced
from gate.store.schema import audit_trail, trail_head
from gate.verified import last_proven, proven_path, restored_path, tell_restored

STOP_FIRST = "the gate runs on these records (process {owner}). Stop gate-readers and gate-web first, then restore."


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore has done."""

    backup: Backup
    kept: Path | None
    """Where the files lie that were in the place of the records before."""
    kept_sha256: str
    claimed_seq: int
    """The last number that was given to an entry as far as anybody knows here; no number is ever given twice."""

    @property
    def lost(self) -> int:
        """Return how many entries that existed are not in the backup."""
        return max(0, self.claimed_seq - self.backup.head_seq)


def restore(settings: Settings, key: str | None, backup: Backup, clock: Clock, *, claimed: int = 0) -> Restored:
    """Verify the backup, keep what is there, and put the backup in its place.

    `claimed` is the last number that somebody knows to have been given, from a report or another box.

    Raises:
        BackupError: the backup is another gate's, or does not verify; nothing was changed.
        AlreadyRunningError: the gate runs.
        STORE_FAULTS: a file cannot be read or written.
    """
    state_dir = settings.gate.state_dir
    with take_lock(state_dir / "gate.lock", STOP_FIRST):
        if backup.gate != settings.gate.id:
            raise BackupError(f"{backup.folder}: these are the records of gate {backup.gate}, not {settings.gate.id}.")
        found = check_backup(backup, key)
        if not found.head_sound:
            raise BackupError(f"{backup.folder}: {found.in_words()} Use another backup.")
        target = settings.database_path
        fresh = target.with_suffix(".restoring")
        shutil.copyfile(backup.records, fresh)
        synced(fresh)
        known = max(claimed, _last_number(target, key), _proven_number(state_dir))
        kept, digest = _kept(target, state_dir / "replaced", clock.read().at)
        fresh.rename(target)
        synced(target)
        done = Restored(backup, kept, digest, max(known, backup.head_seq))
        told = {
            "backup": backup.folder.name,
            "backup_head": backup.head_seq,
            "kept": str(kept) if kept else None,
            "kept_sha256": digest,
            "claimed": done.claimed_seq,
        }
        tell_restored(restored_path(state_dir), told)
    return done


def _last_number(path: Path, key: str | None) -> int:
    """Return the last number in the file that is to be replaced, as far as it can still be read."""
    found = [0]
    if path.exists() and path.stat().st_size:
        engine = make_engine(path, key=key, read_only=True)
        for wanted in (sa.select(trail_head.c.seq), sa.select(sa.func.max(audit_trail.c.seq))):
            with suppress(*STORE_FAULTS), engine.connect() as connection:
                found.append(connection.execute(wanted).scalar() or 0)
        engine.dispose()
    return max(found)


def _proven_number(state_dir: Path) -> int:
    proven = last_proven(proven_path(state_dir))
    return max(proven[0] if proven else 0, last_seq(state_dir / "run" / "alive.json"))


def _kept(target: Path, folder: Path, at: datetime) -> tuple[Path | None, str]:
    """Move what is there aside, write-ahead log and all, and say what it was."""
    present = [path for path in (target, *side_files(target)) if path.exists()]
    if not present:
        return None, ""
    aside = folder / f"{at:%Y%m%dT%H%M%SZ}"
    aside.mkdir(parents=True, mode=0o750)
    for path in present:
        path.rename(aside / path.name)
        synced(aside / path.name)
    kept = aside / target.name
    return (kept, sha256_of(kept)) if kept.exists() else (aside, "")
