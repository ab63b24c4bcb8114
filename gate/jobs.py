"""The timetable: it only queues short work for the gate thread or starts a niced child process."""

import json
import logging
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler

from gate import alive
from gate.clock import Clock
from gate.core.audit import Entry, Kind
from gate.core.records import Moment
from gate.desk import Desk
from gate.gate_loop import GateLoop
from gate.line_watch import watch_path, write_seen
from gate.reader_requests import attend
from gate.readers.line_loop import LineLoop
from gate.readers.orders import Order
from gate.use_watch import watch
from gate.verified import Verified, tell_verified, verified_path

log = logging.getLogger(__name__)

WATCH_S = 1
"""A held permissive must drop within 5 s of its end (settled); a round a second leaves room for a slow commit."""

ATTEND_S = 1
"""A page that asks something of a reader waits at most so long for the prompt; the badge waits for nothing."""

VERIFY_HOUR = 3
"""The nightly full verify runs when the fewest people badge."""

PAPER_HOUR = 4
"""From this local hour on the paper of the night is due; a gate that was off makes it up within the hour."""

NICE = 15
"""Children give way to badge reads."""


def start_timetable(
    gate: GateLoop, lines: LineLoop, clock: Clock, alive_path: Path, config: Path, zone: str
) -> BackgroundScheduler:
    """Start the jobs that exist; a job that is still running is never started a second time."""
    alive_path.parent.mkdir(parents=True, exist_ok=True)
    alive.tell_alive(alive_path, clock.read())
    timetable = BackgroundScheduler(
        jobstores={"default": MemoryJobStore()},
        executors={"default": ThreadPoolExecutor(2)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 60},
        timezone=zone,
    )
    timetable.add_job(lambda: gate.submit(watch), "interval", seconds=WATCH_S, id="watch-uses")
    timetable.add_job(lambda: gate.submit(attend), "interval", seconds=ATTEND_S, id="reader-requests")
    timetable.add_job(
        lambda: alive.tell_alive(alive_path, clock.read()), "interval", seconds=alive.EVERY_S, id="tell-alive"
    )
    seen_path = watch_path(alive_path.parent.parent)
    timetable.add_job(
        lambda: write_seen(seen_path, lines.seen, clock.monotonic()), "interval", seconds=ATTEND_S, id="line-watch"
    )
    state_dir = alive_path.parent.parent
    timetable.add_job(
        lambda: nightly_verify(gate, clock, config, verified_path(state_dir)),
        "cron",
        hour=VERIFY_HOUR,
        id="nightly-verify",
    )
    timetable.add_job(
        lambda: nightly_paper(config, state_dir, clock.read().at.astimezone(ZoneInfo(zone))),
        "cron",
        minute=40,
        id="nightly-paper",
    )
    timetable.start()
    return timetable


def nightly_verify(gate: GateLoop, clock: Clock, config: Path, path: Path) -> None:
    """Verify the whole trail, put what was found on record, and tell the pages."""
    found = verify_in_child(config)
    if found is None:
        gate.submit(lambda desk, moment: _told(desk, moment, {"sound": None, "what": "could not check"}))
        return
    tell_verified(path, Verified(clock.read().at, found["head_seq"], found["sound"], found["first_bad_seq"]))
    gate.submit(lambda desk, moment: _told(desk, moment, found))


def verify_in_child(config: Path) -> dict[str, Any] | None:
    """Verify the whole trail in a process of its own; return what `gate verify --json` says, None if it could not."""
    command = ["nice", "-n", str(NICE), sys.executable, "-m", "gate", "--config", str(config), "verify", "--full"]
    finished = subprocess.run([*command, "--json"], capture_output=True, text=True, check=False)
    level = logging.INFO if finished.returncode == 0 else logging.CRITICAL
    log.log(level, "nightly verify: %s", (finished.stdout or finished.stderr).strip())
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
    command = ["nice", "-n", str(NICE), sys.executable, "-m", "gate", "--config", str(config), "report", "nightly"]
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
    """The Merkle root stands in the entry: it is worth most on another box, and least if it is not even here."""
    detail = {name: value for name, value in found.items() if value is not None and value != ""}
    desk.trail.append(Entry(kind=Kind.VERIFY, moment=moment, detail=detail))
    return ()
