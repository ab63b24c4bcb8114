"""The reader process: its threads and its life from lock to last entry; no rule lives here."""

import gc
import logging
import signal
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType

from firmware_protocol.transport import Transport
from gate import alive
from gate.backup_nights import BackupNights
from gate.clock import Clock
from gate.core.audit import Entry, Kind
from gate.core.records import Moment
from gate.desk import Desk
from gate.desk_opening import about_this_gate, open_desk
from gate.gate_loop import UNUSABLE, GateLoop
from gate.jobs import add_backups, add_sealing, start_timetable
from gate.readers.line_loop import LineLoop, Lines
from gate.readers.orders import Order
from gate.seal_files import key_in_force
from gate.sealing import Sealer
from gate.settings import Settings, warnings_of
from gate.short_turns import take_short_turns
from gate.store.seals import last_sealed
from gate.systemd_notify import notify
from gate.use_watch import start_up
from gate.verifying import last_given
from gate.wiring import line_specs, plan_of, station_specs

log = logging.getLogger(__name__)

DEADLINE_S = 0.5
"""A badge read is answered within this, if need be with SYS_LOG_FAIL (requirement L1)."""

PROGRESS_S = 5.0
"""A thread that shows no sign of life for this long stops the feeding of the watchdog."""

IN_COMMIT_S = 30.0
"""Waiting inside a commit counts as progress for this long: a slow disk is no reason to restart."""


class Edge:
    """One running gate; `run` returns when it is told to stop or when a thread has died."""

    def __init__(self, settings: Settings, config: Path, clock: Clock, lines: Lines | None = None) -> None:
        self._settings = settings
        self._config = config
        self._clock = clock
        self._stop = threading.Event()
        self._died = False
        self._alive_path = settings.gate.state_dir / "run" / "alive.json"
        self.gate = GateLoop(
            lambda: open_desk(settings, plan_of(settings), clock), clock, self._post, settings.site.language
        )
        self._ports = lines or Transport(line_specs(settings), clock.monotonic, settings.gate.state_dir / "run")
        self.lines = LineLoop(
            self._ports,
            station_specs(settings),
            clock,
            submit=self.gate.submit,
            gate_heartbeat=lambda: self.gate.proven,
            deadline_s=DEADLINE_S,
            language=settings.site.language,
        )

    def _post(self, orders: Sequence[Order]) -> None:
        self.lines.post(orders)

    def run(self) -> int:
        """Work until told to stop; return the exit status (1 when a thread died)."""
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._told_to_stop)
        for warning in warnings_of(self._settings):
            log.warning("%s", warning)
        self.begin()
        threads = [self._thread("gate", self.gate.step), self._thread("lines", self.lines.step)]
        timetable = start_timetable(
            self.gate, self.lines, self._clock, self._alive_path, self._config, self._settings.site.zone
        )
        if self._settings.backup.daily:
            nights = BackupNights(self._config, self._settings, self.gate.submit)
            add_backups(timetable, nights, self._clock)
        add_sealing(timetable, self.gate, Sealer(lambda in_use: key_in_force(self._settings, in_use)))
        gc.collect()
        gc.freeze()  # what is there at the start stays: no badge waits while it is looked through anew
        notify("READY=1")
        log.info("ready", extra={"gate": self._settings.gate.id})
        while not self._stop.wait(1.0):
            if self._makes_progress():
                notify("WATCHDOG=1")
        notify("STOPPING=1")
        timetable.shutdown(wait=False)
        for thread in threads:
            thread.join(timeout=PROGRESS_S)
        self._close()
        return 1 if self._died else 0

    def begin(self) -> None:
        """Record the start and settle what the last run left open; nothing is answered before.

        Where the records cannot be used every badge is denied, and the start is recorded when they can be.

        Raises:
            DatabaseRefusedError: the records are not for this program, or there are none yet.
        """
        self.gate.begin(self._start)

    def _start(self, desk: Desk, moment: Moment) -> Sequence[Order]:
        before = max(filter(None, (desk.last_entry_at, alive.last_alive(self._alive_path))), default=moment.at)
        blind_s = max(0.0, (moment.at - before).total_seconds())
        detail = {
            **about_this_gate(self._config),
            "blind_ms": round(blind_s * 1000),
            "plan": desk.plan.deciding,
        }
        desk.trail.skip_to(max(last_given(self._settings.gate.state_dir), last_sealed(desk.trail)[1]))
        return start_up(desk, moment, Entry(kind=Kind.START, moment=moment, detail=detail), blind_s)

    def _thread(self, name: str, step: Callable[[], object]) -> threading.Thread:
        def work() -> None:
            take_short_turns()
            try:
                while not self._stop.is_set():
                    step()
            finally:
                self._died = self._died or not self._stop.is_set()
                self._stop.set()

        thread = threading.Thread(target=work, name=name)
        thread.start()
        return thread

    def _makes_progress(self) -> bool:
        now = self._clock.monotonic()
        committing = self.gate.commit_started
        gate_moves = now - self.gate.heartbeat < PROGRESS_S
        in_commit = committing is not None and now - committing < IN_COMMIT_S
        return (gate_moves or in_commit) and now - self.lines.heartbeat < PROGRESS_S

    def _told_to_stop(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self._stop.set()

    def _close(self) -> None:
        if not self._died:
            with suppress(*UNUSABLE):
                self.gate.do_now(_stopped)
        self.gate.close()
        self._ports.close()


def _stopped(desk: Desk, moment: Moment) -> Sequence[Order]:
    desk.trail.append(Entry(kind=Kind.STOP, moment=moment))
    return ()
