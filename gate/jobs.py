"""The timetable: it only queues short work for the gate thread or starts a niced child process."""

import json
import logging
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler

from gate import alive
from gate.clock import Clock
from gate.core.audit import Entry, Json, Kind
from gate.core.records import Moment
from gate.desk import Desk
from gate.gate_loop import GateLoop, Task
from gate.readers.orders import Order
from gate.use_watch import watch

log = logging.getLogger(__name__)

WATCH_S = 1
"""A held permissive must drop within 5 s of its end (settled); a round a second leaves room for a slow commit."""

VERIFY_HOUR = 3
"""The nightly full verify runs when the fewest people badge."""

NICE = 15
"""Children give way to badge reads."""


LONGEST_WHAT = 500


class Verified(NamedTuple):
    """What a full verify found; `sound` None: it could not be made."""

    sound: bool | None
    what: str


def start_timetable(gate: GateLoop, clock: Clock, alive_path: Path, config: Path, zone: str) -> BackgroundScheduler:
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
    timetable.add_job(
        lambda: alive.tell_alive(alive_path, clock.read()), "interval", seconds=alive.EVERY_S, id="tell-alive"
    )
    timetable.add_job(
        lambda: gate.submit(recorded(verify_in_child(config))), "cron", hour=VERIFY_HOUR, id="nightly-verify"
    )
    timetable.start()
    return timetable


def verify_in_child(config: Path) -> Verified:
    """Verify the whole trail in a process of its own, and tell the application log."""
    gate = [sys.executable, "-m", "gate", "--config", str(config)]
    command = ["nice", "-n", str(NICE), *gate, "verify", "--full", "--json"]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    found = _verified(finished.stdout, finished.stderr)
    log.log(logging.INFO if found.sound else logging.CRITICAL, "nightly verify: %s", found.what)
    return found


def _verified(told: str, fault: str) -> Verified:
    try:
        said = json.loads(told)
    except ValueError:
        return Verified(None, (fault or told).strip()[-LONGEST_WHAT:])
    if said["sound"] is None:
        return Verified(None, str(said["what"])[:LONGEST_WHAT])
    if said["sound"]:
        return Verified(True, f"{said['checked']} entries checked in full, head {said['head_seq']}")
    return Verified(False, f"first bad entry {said['first_bad_seq']}: {said['what']}"[:LONGEST_WHAT])


def recorded(found: Verified) -> Task:
    """Return the work that puts the outcome on record: an entry, and from it an alert where it is not sound (E4)."""

    def record(desk: Desk, moment: Moment) -> Sequence[Order]:
        detail: dict[str, Json] = {"what": found.what, **({} if found.sound is None else {"sound": found.sound})}
        desk.trail.append(Entry(kind=Kind.VERIFY, moment=moment, detail=detail))
        return ()

    return record
