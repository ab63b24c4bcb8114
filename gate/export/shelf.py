"""The shelf: every export of the last days as files, what became of it, and its result for as long as it is kept."""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from gate.export.processes import is_at_work

ID = re.compile(r"EX-\d{8}-[A-Z2-7]{6}", re.ASCII)
"""An export's number: nothing else is ever made a file name of."""

MOST = 200
"""Exports that are looked at for a list, the newest first."""


class State(StrEnum):
    """What became of an export."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    """The web process was stopped while it was made."""
    BROKEN = "broken"
    """The download was broken off before its end."""


UNDER_WAY = frozenset({State.QUEUED, State.RUNNING})


@dataclass(frozen=True, slots=True)
class Job:
    """One export on the shelf."""

    id: str
    account: str
    report: str
    title: str
    query: str
    format: str
    total: int
    made_at: datetime
    state: State
    rows: int = 0
    size: int = 0
    sha256: str = ""
    seq: int = 0
    """The entry of the audit trail that tells of it."""
    file: str = ""
    """The name that its file is downloaded under; empty where there is no file on the shelf."""
    trouble: str = ""
    """Why it failed: the key of a text."""
    process: str = ""
    """The mark of the process that makes it."""
    begun: dict[str, Any] = field(default_factory=dict)
    """What its entry says where it ends with its process; only of what is handed over while it is made."""

    @property
    def owed(self) -> bool:
        """Whether it was interrupted while it was handed over, and is not on record yet."""
        return self.state is State.INTERRUPTED and bool(self.begun) and not self.seq


class Shelf:
    """The folder of exports; each is a small JSON file, and a result beside it where one was made."""

    def __init__(self, folder: Path, kept: timedelta) -> None:
        self.folder = folder
        self.kept = kept

    def put(self, job: Job) -> Job:
        """Write what is known of an export and return it."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial = self.folder / f"{job.id}.partial"
        told = {**asdict(job), "made_at": job.made_at.isoformat(), "state": job.state.value}
        partial.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
        partial.replace(self.folder / f"{job.id}.json")
        return job

    def get(self, job_id: str) -> Job | None:
        """Return an export, None where there is none under this number or its file cannot be read."""
        if not ID.fullmatch(job_id):
            return None
        try:
            told: dict[str, Any] = json.loads((self.folder / f"{job_id}.json").read_text(encoding="utf-8"))
            made_at = datetime.fromisoformat(told.pop("made_at"))
            return Job(**{**told, "made_at": made_at, "state": State(told["state"])})
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def result(self, job_id: str) -> Path:
        """Return where the file of an export lies."""
        return self.folder / f"{job_id}.result"

    def of(self, account: str) -> list[Job]:
        """Return the exports of an account, the newest first."""
        found = sorted(self._all(), key=lambda job: (job.made_at, job.id), reverse=True)
        return [job for job in found if job.account == account][:MOST]

    def _all(self) -> Iterator[Job]:
        for path in self.folder.glob("EX-*.json"):
            job = self.get(path.stem)
            if job is not None:
                yield job

    def interrupt(self) -> None:
        """Say of every export that was under way when the program ended that it was interrupted; clear its remains."""
        for remains in (*self.folder.glob("*.making"), *self.folder.glob("*.partial")):
            remains.unlink(missing_ok=True)
        for half_made in (*self.folder.glob("pdf-*"), *self.folder.glob("bundle-*")):
            shutil.rmtree(half_made, ignore_errors=True)
        for job in list(self._all()):
            if job.state in UNDER_WAY and not is_at_work(job.process):
                self.result(job.id).unlink(missing_ok=True)
                self.put(replace(job, state=State.INTERRUPTED))

    def owed(self) -> list[Job]:
        """Return the exports that are still to be put on record."""
        return [job for job in self._all() if job.owed]

    def sweep(self, now: datetime) -> None:
        """Throw away what is older than is kept; the entries of the audit trail stay."""
        for job in list(self._all()):
            if job.state not in UNDER_WAY and not job.owed and now - job.made_at > self.kept:
                self.result(job.id).unlink(missing_ok=True)
                (self.folder / f"{job.id}.json").unlink(missing_ok=True)
