"""The backup of each night: tried at its hour, and again each hour until one was made or it was tried 6 times."""

import logging
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from gate.backups import backup_folder, backups_in
from gate.core.audit import Entry, Json, Kind
from gate.core.records import Moment
from gate.desk import Desk
from gate.readers.orders import Order
from gate.settings import Settings
from gate.verifying import child_command

log = logging.getLogger(__name__)

MOST_TRIES = 6
"""What was not made in so many hours needs somebody: the alert stands since the first of them."""

LONGEST_SAID = 300
"""Characters of what the child said that stand in the entry: the rest is in the application log."""

Submit = Callable[[Callable[[Desk, Moment], Sequence[Order]]], None]


@dataclass(slots=True)
class BackupNights:
    """Makes the backup of a night; `submit` hands work to the gate thread, which puts on record that none was made."""

    config: Path
    settings: Settings
    submit: Submit
    _due_at: datetime | None = field(default=None, init=False)
    _tries: int = field(default=0, init=False)

    def attend(self, now: datetime) -> bool:
        """Make the backup if it is due; return whether it was tried. `now` is in the site's zone."""
        due_at = last_due_at(now, self.settings.backup.hour)
        if self._due_at != due_at:
            self._due_at, self._tries = due_at, 0
        if self._tries >= MOST_TRIES or self._made_since(due_at):
            return False
        self._tries += 1
        self._try()
        return True

    def _try(self) -> None:
        command = child_command(self.config, "backup", "--by", "timetable")
        finished = subprocess.run(command, capture_output=True, text=True, check=False)
        said = (finished.stdout + finished.stderr).strip()
        log.log(logging.INFO if finished.returncode == 0 else logging.CRITICAL, "backup: %s", said)
        if not self._made_since(self._due_at):
            tried = self._tries
            self.submit(lambda desk, moment: _missed(desk, moment, tried, said))

    def _made_since(self, due_at: datetime | None) -> bool:
        """Whether a backup of this night lies there, sound or not: what is damaged is no better in an hour."""
        try:
            made = backups_in(backup_folder(self.settings), self.settings.gate.id)
        except OSError:
            return False
        return bool(made) and due_at is not None and made[-1].made_at >= due_at


def last_due_at(now: datetime, hour: int) -> datetime:
    """Return when a backup was due last: today at the hour, or yesterday where that is still to come."""
    today = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    return today if now >= today else today - timedelta(days=1)


def _missed(desk: Desk, moment: Moment, tried: int, said: str) -> Sequence[Order]:
    detail: dict[str, Json] = {"what": "missed", "tries": tried, "of": MOST_TRIES, "said": said[-LONGEST_SAID:]}
    desk.trail.append(Entry(kind=Kind.BACKUP, moment=moment, by="timetable", detail=detail))
    return ()
