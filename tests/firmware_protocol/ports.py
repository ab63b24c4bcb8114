"""Real pseudo-terminals behind a stable link, and a transport on a clock that the test moves."""

import os
import select
import threading
import tty
from collections.abc import Callable
from pathlib import Path

from firmware_protocol.events import Command, Event
from firmware_protocol.plain import TextLineCodec
from firmware_protocol.transport import Happened, LineSpec, PortLost, Transport

WAIT_S = 5.0
"""How long to wait for the operating system at most; nothing asserts on it."""


class Port:
    """One port with a stable link, plugged in and out by the test."""

    def __init__(self, link: Path) -> None:
        self.link = link
        self._ends: tuple[int, int] | None = None
        self.plug()

    def plug(self) -> None:
        """Make the port appear under a tty of its own."""
        ours, hosts = self._ends = os.openpty()
        tty.setraw(hosts)
        os.set_blocking(ours, False)
        self.link.symlink_to(os.ttyname(hosts))

    @property
    def tty(self) -> str:
        """Return the device that the link points to now."""
        return str(self.link.readlink())

    def unplug(self) -> None:
        """Take the port away, as a pulled plug does."""
        if self._ends is not None:
            self.link.unlink()
            for end in self._ends:
                os.close(end)
            self._ends = None

    def say(self, data: bytes) -> None:
        """Send bytes to the host."""
        assert self._ends is not None
        os.write(self._ends[0], data)

    def heard(self) -> bytes:
        """Wait for the host to write and return what has come so far."""
        assert self._ends is not None
        assert select.select([self._ends[0]], [], [], WAIT_S)[0]
        return os.read(self._ends[0], 65536)


class Time:
    """The clock of a transport under test."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class ChattyCodec(TextLineCodec):
    """Hears lines of text, says `says` at each turn and takes any command."""

    def __init__(self, says: bytes = b"") -> None:
        super().__init__()
        self.says = says
        self.orders: list[tuple[int, Command, int]] = []

    def advance(self, now: float) -> tuple[list[Event], bytes]:
        return super().advance(now)[0], self.says if self._open else b""

    def send(self, address: int, command: Command, token: int = 0) -> bool:
        self.orders.append((address, command, token))
        return True


class Made:
    """Makes transports and closes them afterwards."""

    def __init__(self, time: Time, locks: Path) -> None:
        self.time, self.locks = time, locks
        self.all: list[Transport] = []

    def __call__(self, *specs: LineSpec) -> Transport:
        self.all.append(Transport(specs, self.time, self.locks))
        return self.all[-1]


def spec(link: Path, codec: TextLineCodec | None = None, name: str = "L1") -> LineSpec:
    return LineSpec(name, str(link), 9600, codec or TextLineCodec())


def until(transport: Transport, found: Callable[[Happened], bool]) -> list[Happened]:
    """Step until something has happened; what comes with it is in the list too."""
    happened: list[Happened] = []
    patience = threading.Event()
    for _ in range(int(WAIT_S / 0.005)):
        happened += transport.step(0.0)
        if any(found(one) for one in happened):
            return happened
        patience.wait(0.005)
    raise AssertionError(f"never happened; only {happened}")


def of(kind: type, line: str = "L1") -> Callable[[Happened], bool]:
    return lambda one: one[0] == line and isinstance(one[1], kind)


def causes(happened: list[Happened]) -> list[str]:
    return [what.cause for _, what in happened if isinstance(what, PortLost)]
