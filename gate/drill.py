"""The restore drill: prove on a scratch copy that the newest backup would do (21 CFR 211.68(b); requirement E9)."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from gate.backups import Backup, check_backup, counts, verified_copy
from gate.core.audit import Json
from gate.settings import Settings
from gate.store.database import make_engine
from gate.store.schema import audit_trail, trail_head
from gate.store.verify import Verification


@dataclass(frozen=True, slots=True)
class Drill:
    """What a drill proved of one backup."""

    backup: Backup
    found: Verification
    rows: dict[str, int]
    counts_fit: bool
    live_seq: int
    continued: bool
    """Whether the live trail has the backup's head where the backup has it: the backup is its beginning."""

    @property
    def passed(self) -> bool:
        """Whether this backup would do."""
        return self.found.sound and self.counts_fit and self.continued

    def as_json(self) -> dict[str, Json]:
        """Return what the entry tells."""
        return {
            "what": "restore drill",
            "sound": self.passed,
            "backup": self.backup.folder.name,
            "checked": self.found.checked,
            "head_seq": self.found.head_seq,
            "head_leaf": self.found.head_leaf,
            "counts_fit": self.counts_fit,
            "continued": self.continued,
            "live_seq": self.live_seq,
        }

    def report(self, at: str, by: str) -> str:
        """Return the report, to be printed and signed."""
        told = self.backup.manifest
        rows = "\n".join(f"  {name:<24}{count:>12}" for name, count in sorted(self.rows.items()) if count)
        return f"""RESTORE DRILL                                              {"PASSED" if self.passed else "FAILED"}

Gate                {self.backup.gate}
Backup              {self.backup.folder}
Made                {told["made_at"]}, software {told["software"]}, schema {told["schema"]}
SHA-256 of records  {told["files"]["gate.db"]["sha256"]}
Drill at            {at}
Drill by            {by}

1. Files are those of the manifest                       yes
2. Restored to a scratch folder, every entry verified    {_yes(self.found.sound)}
   {self.found.in_words()}
3. Row counts are those of the manifest                  {_yes(self.counts_fit)}
4. The live trail (now {self.live_seq} entries) continues it         {_yes(self.continued)}

Rows
{rows}

Reviewed by  ______________________   Date  ______________   Signature  ______________________
"""


def _yes(right: bool) -> str:
    return "yes" if right else "NO"


def drill(settings: Settings, key: str | None, backup: Backup, scratch: Path) -> Drill:
    """Restore a backup into an empty folder, and prove counts, chain, and that the live trail goes on from it.

    Raises:
        BackupError: a file of the backup is not the one that was backed up.
        STORE_FAULTS: the records or the backup cannot be read.
    """
    check_backup(backup, key)
    copy = scratch / settings.gate.database
    shutil.copyfile(backup.records, copy)
    found = verified_copy(copy, key)
    engine = make_engine(copy, key=key, read_only=True)
    rows = counts(engine)
    engine.dispose()
    live_seq, continued = _live(settings, key, backup)
    return Drill(backup, found, rows, rows == backup.manifest["rows"], live_seq, continued)


def _live(settings: Settings, key: str | None, backup: Backup) -> tuple[int, bool]:
    engine = make_engine(settings.database_path, key=key, read_only=True)
    with engine.connect() as connection:
        seq = connection.execute(sa.select(trail_head.c.seq)).scalar() or 0
        wanted = sa.select(audit_trail.c.leaf).where(audit_trail.c.seq == backup.head_seq)
        leaf = connection.execute(wanted).scalar()
    engine.dispose()
    return seq, leaf is not None and leaf.hex() == backup.head_leaf
