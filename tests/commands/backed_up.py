"""What tests of backups share: entries to lose, heads to compare, and the verifier that comes with a backup."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path

from gate.core.audit import Entry, Kind
from gate.settings import Settings
from gate.store.audit_trail import Trail
from gate.store.database import open_database
from gate.store.verify import verify
from tests.manual_clock import ManualClock
from tests.store.open_records import NOON, TORONTO, Records


def write(settings: Settings, entries: int) -> None:
    trail = Trail(open_database(settings.database_path), settings.gate.id, TORONTO)
    with closing(trail):
        for _ in range(entries):
            with trail.transaction():
                trail.append(Entry(kind=Kind.SECURITY, moment=Records.moment(_Ticking())))  # type: ignore[arg-type]


class _Ticking:
    clock = ManualClock(NOON)


def head(settings: Settings) -> int:
    engine = open_database(settings.database_path, read_only=True)
    found = verify(engine, full=True)
    engine.dispose()
    assert found.sound, found.what
    return found.head_seq


def alone(folder: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-I", "verify_records.py"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
