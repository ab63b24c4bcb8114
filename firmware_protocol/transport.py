"""The ports: open, reopen and watch every line in one selector thread; the only file that imports serial."""

import contextlib
import fcntl
import os
import selectors
import termios
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import serial

from firmware_protocol.events import Command, Event, LineCodec
from firmware_protocol.line_tap import LineTap

REOPEN_S = 1.0
"""The configured path is resolved again this often: never a cached ttyUSBn."""

READ_BYTES = 4096
OPENING_FAULTS = (OSError, termios.error, ValueError)
"""pyserial lets termios.error through where a plug is pulled meanwhile, and ValueError for a wrong path or speed."""


@dataclass(frozen=True, slots=True)
class LineSpec:
    """One line: its name, the path to its port, and the codec that speaks on it."""

    name: str
    path: str
    baudrate: int
    codec: LineCodec


@dataclass(frozen=True, slots=True)
class PortOpened:
    """The line's port is there."""

    line: str


@dataclass(frozen=True, slots=True)
class PortLost:
    """The line's port has gone, or could not be opened; told once until it opens again."""

    line: str
    cause: str


Happened = tuple[str, Event | PortOpened | PortLost]


@dataclass(slots=True)
class _Line:
    spec: LineSpec
    port: serial.Serial | None = None
    lock: IO[str] | None = None
    retry_at: float = 0.0
    told_lost: bool = False


class Transport:
    """Owns the ports of all lines; one thread calls `step`, any thread may `wake` it."""

    def __init__(self, specs: Sequence[LineSpec], monotonic: Callable[[], float], lock_dir: Path) -> None:
        self._monotonic = monotonic
        self._lock_dir = lock_dir
        self._lines = {spec.name: _Line(spec) for spec in specs}
        self._selector = selectors.DefaultSelector()
        self._wake_in, self._wake_out = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._selector.register(self._wake_in, selectors.EVENT_READ, None)

    def send(self, line: str, address: int, command: Command, token: int = 0) -> bool:
        """Queue a command; False if the line or the reader cannot take it."""
        found = self._lines.get(line)
        return found is not None and found.port is not None and found.spec.codec.send(address, command, token)

    def tap(self, line: str) -> LineTap | None:
        """Return what looks at this line, None where its codec has no tap."""
        found = self._lines.get(line)
        return found.spec.codec if found is not None and isinstance(found.spec.codec, LineTap) else None

    def wake(self) -> None:
        """Make a waiting `step` return at once; does nothing once closed."""
        with contextlib.suppress(OSError):
            os.write(self._wake_out, b".")

    def close(self) -> None:
        """Let go of every port."""
        for line in self._lines.values():
            self._release(line)
        self._selector.close()
        os.close(self._wake_in)
        wake_out, self._wake_out = self._wake_out, -1
        os.close(wake_out)

    def step(self, timeout: float) -> list[Happened]:
        """Wait at most `timeout` seconds for bytes, timers or a wake; return what happened on all lines."""
        happened: list[Happened] = []
        for line in self._lines.values():
            happened += self._turn(line)
        wait = 0.0 if happened else self._wait(timeout)
        for key, _ in self._selector.select(wait):
            if key.data is None:
                self._drain_wakes()
            else:
                happened += self._read(self._lines[key.data], key.fd)
        for line in self._lines.values():
            happened += self._turn(line)
        return happened

    def _wait(self, timeout: float) -> float:
        now = self._monotonic()
        due = [now + timeout]
        for line in self._lines.values():
            at = line.retry_at if line.port is None else line.spec.codec.wake_at()
            if at is not None:
                due.append(at)
        return max(0.0, min(due) - now)

    def _drain_wakes(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while os.read(self._wake_in, READ_BYTES):
                pass

    # --- one line -------------------------------------------------------------------------------------

    def _turn(self, line: _Line) -> list[Happened]:
        now = self._monotonic()
        if line.port is None:
            return self._try_open(line, now) if now >= line.retry_at else []
        events, data = line.spec.codec.advance(now)
        lost = self._write(line, line.port.fileno(), data) if data else []
        return [*((line.spec.name, event) for event in events), *lost]

    def _write(self, line: _Line, port: int, data: bytes) -> list[Happened]:
        """What a port does not take at once is dropped: a host repeats it, and late it would be stale."""
        try:
            os.write(port, data)
        except BlockingIOError:
            return []
        except OSError as error:
            return self._lose(line, _words(error))
        return []

    def _read(self, line: _Line, port: int) -> list[Happened]:
        try:
            data = os.read(port, READ_BYTES)
        except BlockingIOError:
            return []
        except OSError as error:
            return self._lose(line, _words(error))
        if not data:
            return self._lose(line, "the port ended")
        return [(line.spec.name, event) for event in line.spec.codec.receive(data, self._monotonic())]

    def _try_open(self, line: _Line, now: float) -> list[Happened]:
        line.retry_at = now + REOPEN_S
        try:
            line.lock = self._take_lock(line.spec)
            line.port = _open_port(line.spec)
        except OPENING_FAULTS as error:
            self._release(line)
            if line.told_lost:
                return []
            line.told_lost = True
            return [(line.spec.name, PortLost(line.spec.name, _words(error)))]
        self._selector.register(line.port.fileno(), selectors.EVENT_READ, line.spec.name)
        line.told_lost = False
        line.spec.codec.opened(now)
        return [(line.spec.name, PortOpened(line.spec.name))]

    def _take_lock(self, spec: LineSpec) -> IO[str]:
        """`exclusive` stops only other exclusive openers, so a lock file says whose line it is."""
        self._lock_dir.mkdir(parents=True, exist_ok=True)
        handle = (self._lock_dir / f"line-{spec.name}.lock").open("a", encoding="ascii")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            handle.close()
            raise OSError(error.errno, "another process has this line") from error
        return handle

    def _lose(self, line: _Line, cause: str) -> list[Happened]:
        now = self._monotonic()
        self._release(line)
        line.retry_at = now + REOPEN_S
        line.told_lost = True
        gone = [(line.spec.name, event) for event in line.spec.codec.closed(now, cause)]
        return [*gone, (line.spec.name, PortLost(line.spec.name, cause))]

    def _release(self, line: _Line) -> None:
        if line.port is not None:
            self._selector.unregister(line.port.fileno())
            line.port.close()
            line.port = None
        if line.lock is not None:
            line.lock.close()
            line.lock = None


def _open_port(spec: LineSpec) -> serial.Serial:
    return serial.Serial(spec.path, baudrate=spec.baudrate, timeout=0, write_timeout=0, exclusive=True)


def _words(error: BaseException) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error) or type(error).__name__
