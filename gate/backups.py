"""Backups of the records: made beside the running gate, proven before they count, listed, pruned (21 CFR 211.68(b)).

A backup is a folder that can be read without this program: the database, its schema, a manifest with the SHA-256 of
each file and the head of the trail, a verifier of standard library Python, and a README. Keys are not in it.
"""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from gate import __version__
from gate.clock import Clock
from gate.core.audit import timestamp
from gate.settings import Settings
from gate.single_instance import take_lock
from gate.store.database import make_engine
from gate.store.database_files import Say, copy_online, schema_sql, sha256_of, side_files, synced, without_side_files
from gate.store.revision import found_revision
from gate.store.segments import segments_of
from gate.store.verify import Verification, verify

FORMAT = "gate-backup-1"
RECORDS, MANIFEST = "gate.db", "manifest.json"
BESIDE = ("README.txt", "verify_records.py")
NO_KEYS = "Not in this backup: the keys of checkpoints, readers, TLS and encryption. Keep them apart from it."
SPARE = 0.1
"""Part of the disk that a backup leaves free: a full disk stops the gate."""

UNDER_WAY = "another backup is being made (process {owner}); wait for it."


class BackupError(Exception):
    """A backup was not made, or cannot be used; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Backup:
    """One complete backup."""

    folder: Path
    gate: str
    made_at: datetime
    head_seq: int
    head_leaf: str
    manifest: Mapping[str, Any]

    @property
    def records(self) -> Path:
        """Return where its database is."""
        return self.folder / RECORDS


def backup_folder(settings: Settings) -> Path:
    """Return where backups go unless somebody says otherwise."""
    return settings.backup.folder or settings.gate.state_dir / "backups"


def make_backup(settings: Settings, key: str | None, into: Path, clock: Clock, say: Say | None = None) -> Backup:
    """Copy the records beside the running gate, verify the copy in full, and put it among the backups.

    Raises:
        BackupError: there is no room, or what was copied does not verify; nothing was kept.
        AlreadyRunningError: another one is being made.
        CopyHeldBackError: too much was written meanwhile.
        STORE_FAULTS: the records cannot be read, or the folder not be written.
    """
    source, at = settings.database_path, clock.read().at
    into.mkdir(parents=True, exist_ok=True, mode=0o750)
    with take_lock(into / ".lock", UNDER_WAY):
        _refuse_without_room(source, into)
        folder = into / f"{settings.gate.id}-{at:%Y%m%dT%H%M%SZ}"
        partial = folder.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(mode=0o750)
        try:
            copy_online(source, partial / RECORDS, key=key, say=say)
            found = verified_copy(partial / RECORDS, key)
            _write_beside(partial, key)
            _write_manifest(partial, settings.gate.id, at, found, key)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
        if folder.exists():
            raise BackupError(f"{folder}: there is a backup of this second already.")
        partial.rename(folder)
        synced(folder / MANIFEST)
    return read_backup(folder)


def _refuse_without_room(source: Path, into: Path) -> None:
    size = sum(path.stat().st_size for path in (source, side_files(source)[0]) if path.exists())
    disk = shutil.disk_usage(into)
    if disk.free - size < disk.total * SPARE:
        raise BackupError(
            f"{into}: a backup of {size // 10**6 + 1} MB would leave less than a tenth of the disk free. "
            "Remove older backups, or set backup.folder to another disk."
        )


def verified_copy(path: Path, key: str | None) -> Verification:
    """Verify every entry of a database that nobody writes."""
    engine = make_engine(path, key=key, read_only=True)
    try:
        return verify(engine, full=True)
    finally:
        engine.dispose()


def _write_beside(folder: Path, key: str | None) -> None:
    for name in BESIDE:
        (folder / name).write_bytes(files("gate.backup_files").joinpath(name).read_bytes())
    (folder / "schema.sql").write_text(schema_sql(folder / RECORDS, key), encoding="utf-8")
    without_side_files(folder / RECORDS)


def _write_manifest(folder: Path, gate: str, at: datetime, found: Verification, key: str | None) -> None:
    engine = make_engine(folder / RECORDS, key=key, read_only=True)
    schema, rows = found_revision(engine), counts(engine)
    signed_for = [[gap.first, gap.last] for segment in segments_of(engine) for gap in segment.breaks]
    engine.dispose()
    without_side_files(folder / RECORDS)
    told = {
        "format": FORMAT,
        "gate": gate,
        "made_at": timestamp(at),
        "software": __version__,
        "schema": schema,
        "encrypted": key is not None,
        "head": {"seq": found.head_seq, "leaf": found.head_leaf, "root": found.root},
        "sound": found.sound,
        "what": found.in_words(),
        "acknowledged": signed_for,
        "rows": rows,
        "keys": NO_KEYS,
        "files": {
            path.name: {"sha256": sha256_of(path), "bytes": path.stat().st_size} for path in sorted(folder.iterdir())
        },
    }
    (folder / MANIFEST).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def counts(engine: sa.Engine) -> dict[str, int]:
    """Return how many rows each table has."""
    names = sorted(sa.inspect(engine).get_table_names())
    with engine.connect() as connection:
        found = {name: connection.execute(sa.select(sa.func.count()).select_from(sa.table(name))) for name in names}
        return {name: int(result.scalar_one()) for name, result in found.items()}


def read_backup(folder: Path) -> Backup:
    """Return the backup that lies in a folder.

    Raises:
        BackupError: there is none.
    """
    try:
        told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if told["format"] != FORMAT:
            raise BackupError(f"{folder}: was made by another version ({told['format']}); use that program.")
        head = told["head"]
        made_at = datetime.fromisoformat(told["made_at"])
        return Backup(folder, str(told["gate"]), made_at, int(head["seq"]), str(head["leaf"]), told)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupError(f"{folder}: there is no complete backup here ({error}).") from error


def backups_in(folder: Path, gate: str) -> list[Backup]:
    """Return the complete backups of one gate, oldest first."""
    found = []
    for manifest in sorted(folder.glob(f"*/{MANIFEST}")):
        try:
            backup = read_backup(manifest.parent)
        except BackupError:
            continue
        if backup.gate == gate:
            found.append(backup)
    return sorted(found, key=lambda backup: backup.made_at)


def check_backup(backup: Backup, key: str | None) -> Verification:
    """Compare the files with the manifest and verify every entry; return what was found.

    Raises:
        BackupError: a file is not the one that was backed up.
        STORE_FAULTS: the database cannot be read.
    """
    for name, told in backup.manifest["files"].items():
        path = backup.folder / Path(name).name
        if not path.exists() or sha256_of(path) != told["sha256"]:
            raise BackupError(f"{path}: is not the file that was backed up. Use another backup, and keep this one.")
    found = verified_copy(backup.records, key)
    without_side_files(backup.records)
    if (found.head_seq, found.head_leaf) != (backup.head_seq, backup.head_leaf):
        raise BackupError(f"{backup.records}: its head is not the one of the manifest. Use another backup.")
    return found


def prune(folder: Path, gate: str, keep: int) -> list[Path]:
    """Remove the oldest backups beyond `keep`, but never the newest one that verified; return what was removed."""
    every = backups_in(folder, gate)
    sound = [backup.folder for backup in every if backup.manifest.get("sound") is True]
    gone = [backup.folder for backup in every[:-keep] if backup.folder not in sound[-1:]]
    for path in gone:
        shutil.rmtree(path)
    return gone


def same_disk(folder: Path, state_dir: Path) -> bool:
    """Whether a backup there dies with the disk of the records."""
    there = folder if folder.exists() else folder.parent
    return there.exists() and there.stat().st_dev == state_dir.stat().st_dev
