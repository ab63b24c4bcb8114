"""The line thread's loop, one step at a time: bytes in, work for the gate out, its orders to the readers."""

import logging
import queue
from collections.abc import Callable, Sequence
from typing import Protocol

from firmware_protocol.events import Command, Event, LineNoise
from firmware_protocol.line_tap import LineSeen, LineTap
from firmware_protocol.transport import PortLost, PortOpened
from gate.clock import Clock
from gate.core.audit import Kind
from gate.core.clock_trust import Reading
from gate.core.indication import indicate_reason
from gate.readers.orders import Claimant, Order, Read, Report, SetPermissive, WatchLine, Work
from gate.readers.station import Station, StationSpec

log = logging.getLogger(__name__)

HEARTBEAT_FRESH_S = 2.0
"""Without a sign of life from the gate thread for this long no output is armed again (J5: it drops by itself)."""

LOOK_S = 1.0

LONGEST_WAIT_S = 0.5
"""The loop comes round this often even when nothing happens, so that the watchdog sees it alive."""


class Lines(Protocol):
    """What the loop needs of the transport."""

    def step(self, timeout: float) -> list[tuple[str, Event | PortOpened | PortLost]]:
        """Wait at most `timeout` seconds for something to happen on any line."""
        ...

    def send(self, line: str, address: int, command: Command, token: int = 0) -> bool:
        """Queue a command for a reader."""
        ...

    def tap(self, line: str) -> LineTap | None:
        """Return what looks at this line, None where nothing can."""
        ...

    def wake(self) -> None:
        """Make a waiting `step` return; callable from any thread."""
        ...

    def close(self) -> None:
        """Let go of every port."""
        ...


class LineLoop:
    """Owns all lines and stations; one thread calls `step`, any thread may `post` orders."""

    def __init__(
        self,
        lines: Lines,
        stations: Sequence[StationSpec],
        clock: Clock,
        *,
        submit: Callable[[Work], None],
        gate_heartbeat: Callable[[], float],
        deadline_s: float,
        language: str,
    ) -> None:
        self._lines = lines
        self._clock = clock
        self._submit = submit
        self._gate_heartbeat = gate_heartbeat
        self._deadline_s = deadline_s
        self._language = language
        self._inbox: queue.SimpleQueue[Order] = queue.SimpleQueue()
        self._waiting: list[Read] = []
        self._stations = {spec.name: self._station(spec) for spec in stations}
        self._by_address = {(s.spec.line, s.spec.address): s for s in self._stations.values()}
        self.heartbeat = clock.monotonic()
        self._look_at = self.heartbeat
        self.seen: dict[str, LineSeen] = {}
        """What is being seen on the lines that somebody watches; any thread may read it."""

    def _station(self, spec: StationSpec) -> Station:
        def send(command: Command, token: int) -> bool:
            return self._lines.send(spec.line, spec.address, command, token)

        return Station(spec, send)

    def post(self, orders: Sequence[Order]) -> None:
        """Hand orders to the line thread and wake it."""
        for order in orders:
            self._inbox.put(order)
        self._lines.wake()

    def step(self, timeout: float = LONGEST_WAIT_S) -> None:
        """Carry out orders, wait for the lines, pass on what happened, keep deadlines and outputs."""
        self._take_orders()
        happened = self._lines.step(self._wait(timeout))
        now = self._clock.monotonic()
        if happened:
            at = self._clock.read()
            for line, event in happened:
                for work in self._guarded(line, event, now, at):
                    self._enter(work)
        self._take_orders()
        self._keep_deadlines(now)
        alive = now - self._gate_heartbeat() <= HEARTBEAT_FRESH_S
        for station in self._stations.values():
            station.tick(now, alive)
        self._look(now)
        self.heartbeat = now

    def _wait(self, timeout: float) -> float:
        now = self._clock.monotonic()
        due = [read.received_s + self._deadline_s for read in self._waiting]
        due += [at for station in self._stations.values() if (at := station.wake_at()) is not None]
        return max(0.0, min([timeout, *(at - now for at in due)]))

    def _guarded(self, line: str, event: Event | PortOpened | PortLost, now: float, at: Reading) -> list[Work]:
        """Whatever one event breaks is recorded; the other readers go on."""
        try:
            return self._handle(line, event, now, at)
        except Exception as error:
            log.exception("event failed", extra={"line": line})
            what = f"{type(event).__name__} broke its handling: {type(error).__name__}"
            return [Report(Kind.SECURITY, None, line, what, at)]

    def _handle(self, line: str, event: Event | PortOpened | PortLost, now: float, at: Reading) -> list[Work]:
        match event:
            case PortOpened():
                return [Report(Kind.PORT_OPENED, None, line, "port opened", at)]
            case PortLost():
                return [Report(Kind.PORT_LOST, None, line, event.cause, at)]
            case LineNoise():
                return []
            case _:
                station = self._by_address.get((line, event.address))
                if station is None:
                    what = f"{type(event).__name__} from address {event.address}, which is not configured"
                    return [Report(Kind.READER_UNKNOWN, None, line, what, at)]
                return list(station.handle(event, now, at))

    def _enter(self, work: Work) -> None:
        if isinstance(work, Read):
            self._waiting.append(work)
        self._submit(work)

    def _take_orders(self) -> None:
        while True:
            try:
                order = self._inbox.get_nowait()
            except queue.Empty:
                return
            self._carry_out(order)

    def _carry_out(self, order: Order) -> None:
        if isinstance(order, SetPermissive):
            for station in self._stations.values():
                if station.spec.equipment == order.equipment:
                    station.set_permissive(order)
            return
        if isinstance(order, WatchLine):
            self._watch(self._stations[order.reader].spec.line, order.seconds)
            return
        if order.read is not None and order.read in self._waiting:
            self._waiting.remove(order.read)
        self._stations[order.reader].show(order.indication)

    def _watch(self, line: str, seconds: float) -> None:
        tap, now = self._lines.tap(line), self._clock.monotonic()
        if tap is not None:
            tap.watch(now, now + seconds)

    def _look(self, now: float) -> None:
        """Renew what is being seen on the lines that somebody watches; the dict is replaced, never changed."""
        if now < self._look_at:
            return
        self._look_at = now + LOOK_S
        taps = {station.spec.line: self._lines.tap(station.spec.line) for station in self._stations.values()}
        found = {line: tap.seen(now) for line, tap in taps.items() if tap is not None}
        self.seen = {line: seen for line, seen in found.items() if seen is not None}

    def _keep_deadlines(self, now: float) -> None:
        overdue = [read for read in self._waiting if now - read.received_s >= self._deadline_s]
        for read in overdue:
            self._waiting.remove(read)
            if read.race.claim(Claimant.DEADLINE):
                self._stations[read.reader].show(indicate_reason("SYS_LOG_FAIL", self._language))
