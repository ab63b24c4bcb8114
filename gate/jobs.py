"""The timetable: it only queues short work for the gate thread or starts a niced child process."""

import logging
import subprocess
import sys
from pathlib import Path

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler

from gate import alive
from gate.clock import Clock
from gate.gate_loop import GateLoop
from gate.line_watch import watch_path, write_seen
from gate.reader_requests import attend
from gate.readers.line_loop import LineLoop
from gate.use_watch import watch

log = logging.getLogger(__name__)

WATCH_S = 1
"""A held permissive must drop within 5 s of its end (settled); a round a second leaves room for a slow commit."""

ATTEND_S = 1
"""A page that asks something of a reader waits at most so long for the prompt; the badge waits for nothing."""

VERIFY_HOUR = 3
"""The nightly full verify runs when the fewest people badge."""

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
    timetable.add_job(lambda: verify_in_child(config), "cron", hour=VERIFY_HOUR, id="nightly-verify")
    timetable.start()
    return timetable


def verify_in_child(config: Path) -> int:
    """Verify the whole trail in a process of its own; its exit status is 0 sound, 1 unsound, 2 could not check."""
    command = ["nice", "-n", str(NICE), sys.executable, "-m", "gate", "--config", str(config), "verify", "--full"]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    level = logging.INFO if finished.returncode == 0 else logging.CRITICAL
    log.log(level, "nightly verify: %s", (finished.stdout or finished.stderr).strip())
    return finished.returncode
