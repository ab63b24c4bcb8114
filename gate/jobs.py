"""The timetable: it only queues short work for the gate thread or starts a niced child process."""

import json
import logging
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler

from gate import alive
from gate.backup_nights import BackupNights
from gate.clock import Clock
from gate.core.audit import Entry, Kind
from gate.core.records import Moment
from gate.desk import Desk
from gate.gate_loop import GateLoop
from gate.head_check import end_fits_checkpoint
from gate.line_watch import watch_path, write_seen
from gate.reader_requests import attend
from gate.readers.line_loop import LineLoop
from gate.readers.orders import Order
from gate.sealing import Sealer
from gate.use_watch import watch
from gate.verifying import AT_START, child_command, verify_since_proven

log = logging.getLogger(__name__)

WATCH_S = 1
"""A held permissive must drop within 5 s of its end (settled); a round a second leaves room for a slow commit."""

ATTEND_S = 1
"""A page that asks something of a reader waits at most so long for the prompt; the badge waits for nothing."""

SEAL_S = 1
"""How often is asked whether a checkpoint is due."""

VERIFY_MINUTE = 30
"""What was written in the last hour is verified this many minutes past each hour."""

VERIFY_HOUR = 3
"""The nightly full verify runs when the fewest people badge."""

PAPER_HOUR = 4
"""From this local hour on the paper of the night is due; a gate that was off makes it up within the hour."""


def start_timetable(
    gate: GateLoop, lines: LineLoop, clock: Clock, alive_path: Path, config: Path, zone: str
) -> BackgroundScheduler:
    """Start the jobs that exist; a job that is still running is never started a second time."""
    alive_path.parent.mkdir(parents=True, exist_ok=True)
    tell = partial(_tell_alive, gate, clock, alive_path)
    tell()
    timetable = BackgroundScheduler(
        jobstores={"default": MemoryJobStore()},
        executors={"default": ThreadPoolExecutor(2)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 60},
        timezone=zone,
    )
    timetable.add_job(lambda: gate.submit(watch), "interval", seconds=WATCH_S, id="watch-uses")
    timetable.add_job(lambda: gate.submit(attend), "interval", seconds=ATTEND_S, id="reader-requests")
    timetable.add_job(tell, "interval", seconds=alive.EVERY_S, id="tell-alive")
    state_dir = alive_path.parent.parent
    timetable.add_job(lambda: gate.submit(partial(look_again, state_dir)), "interval", seconds=WATCH_S, id="look-again")
    seen_path = watch_path(alive_path.parent.parent)
    timetable.add_job(
        lambda: write_seen(seen_path, lines.seen, clock.monotonic()), "interval", seconds=ATTEND_S, id="line-watch"
    )
    timetable.add_job(
        lambda: nightly_verify(gate, config),
        "cron",
        hour=VERIFY_HOUR,
        id="nightly-verify",
    )
    timetable.add_job(lambda: hourly_verify(gate, config), "cron", minute=VERIFY_MINUTE, id="hourly-verify")
    timetable.add_job(
        lambda: nightly_paper(config, alive_path.parent.parent, clock.read().at.astimezone(ZoneInfo(zone))),
        "cron",
        minute=40,
        id="nightly-paper",
    )
    timetable.start()
    return timetable


def _tell_alive(gate: GateLoop, clock: Clock, path: Path) -> None:
    """On a file system that cannot be written nobody is told; badges are answered all the same."""
    with suppress(OSError):
        alive.tell_alive(path, clock.read(), gate.committed_seq)


def look_again(state_dir: Path, desk: Desk, moment: Moment) -> Sequence[Order]:
    """While the end of the trail does not hold: look whether QA has signed for it, and then answer badges again."""
    del moment
    if not desk.trail_sound:
        found = verify_since_proven(desk.trail.engine, state_dir, most=AT_START)
        desk.trail_sound = found.sound and end_fits_checkpoint(desk.trail.engine)
        if desk.trail_sound:
            log.warning("the trail holds again", extra={"head": found.head_seq})
    return ()


def add_backups(timetable: BackgroundScheduler, nights: BackupNights, clock: Clock) -> None:
    """Let a backup be made each night, in a process of its own that gives way to badge reads.

    Whether one is due is asked every hour, so that one that could not be made, or was slept through, is made up.
    """
    timetable.add_job(
        lambda: nights.attend(clock.read().at.astimezone(nights.settings.zone)), "cron", minute=0, id="daily-backup"
    )


def add_sealing(timetable: BackgroundScheduler, gate: GateLoop, sealer: Sealer) -> None:
    """Let checkpoints be made for as long as the timetable runs."""
    timetable.add_job(lambda: gate.submit(sealer.seal), "interval", seconds=SEAL_S, id="checkpoints")


def nightly_verify(gate: GateLoop, config: Path) -> None:
    """Verify the whole trail and put what was found on record; the child tells the pages."""
    found = verify_in_child(config, "--full", "--by", "nightly")
    told = found or {"sound": None, "what": "could not check"}
    gate.submit(lambda desk, moment: _told(desk, moment, told))


def hourly_verify(gate: GateLoop, config: Path) -> None:
    """Verify what came since the last verification; only damage is put on record."""
    found = verify_in_child(config)
    if found is not None and not found["sound"]:
        gate.submit(lambda desk, moment: _told(desk, moment, found))


def verify_in_child(config: Path, *words: str) -> dict[str, Any] | None:
    """Verify in a process of its own; return what `gate verify --json` says, None if it could not."""
    command = child_command(config, "verify", *words, "--json")
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    level = logging.INFO if finished.returncode == 0 else logging.CRITICAL
    log.log(level, "verify: %s", (finished.stdout or finished.stderr).strip())
    try:
        found: dict[str, Any] = json.loads(finished.stdout)
    except ValueError:
        return None
    return found if found["sound"] is not None else None


def nightly_paper(config: Path, state_dir: Path, now: datetime) -> bool:
    """Have the paper for bad days made if it is due; return whether it was tried."""
    due = now.replace(hour=PAPER_HOUR, minute=0, second=0, microsecond=0)
    made = paper_made_at(state_dir)
    if made is not None and (now < due or made >= due):
        return False
    command = child_command(config, "report", "nightly")
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    level = logging.INFO if finished.returncode == 0 else logging.ERROR
    log.log(level, "nightly paper: %s", (finished.stdout or finished.stderr).strip())
    return True


def paper_made_at(state_dir: Path) -> datetime | None:
    """Return when the paper was made last, None where it never was or nobody can tell."""
    try:
        return datetime.fromisoformat(json.loads((state_dir / "reports" / "made.json").read_text("ascii"))["at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _told(desk: Desk, moment: Moment, found: Mapping[str, Any]) -> Sequence[Order]:
    """The Merkle root stands in the entry: it is worth most on another box, and least if it is not even here.

    Where the end of the trail does not hold, every read is answered SYS_INTEGRITY from here on.
    """
    if found.get("head_sound") is False:
        desk.trail_sound = False
    detail = {name: value for name, value in found.items() if value is not None and value != ""}
    desk.trail.append(Entry(kind=Kind.VERIFY, moment=moment, detail=detail))
    return ()
