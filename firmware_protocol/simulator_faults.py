"""A simulated line: a pseudo-terminal and a menu of faults, drawn from a seed so that a run can be repeated."""

import contextlib
import os
import tty
from dataclasses import dataclass
from pathlib import Path
from random import Random

READ_BYTES = 4096
BURST_BYTES = 24
MOST = 1e6


class Faults:
    """What happens to bytes on their way from the readers to the host."""

    def __init__(self, draw: Random) -> None:
        self._draw = draw
        self._noise = 0.0
        self._silent_until = float("-inf")
        self._lose = 0
        self._flip = 0
        self._half = False

    def set(self, what: str, value: float, now: float) -> None:
        """Set a fault: `noise` a rate a byte, `silence` seconds, `lose` and `flip` a number of replies, `half` one.

        Raises:
            ValueError: no such fault, or a value below 0 or beyond all use.
        """
        if not 0 <= value <= MOST:
            raise ValueError(f"{value} is not between 0 and {MOST:.0f}")
        match what:
            case "noise":
                self._noise = value
            case "silence":
                self._silent_until = now + value
            case "lose":
                self._lose = int(value)
            case "flip":
                self._flip = int(value)
            case "half":
                self._half = True
            case _:
                raise ValueError(f"{what!r} is no fault")

    def burst(self) -> bytes:
        """Return a burst of noise, as a bad contact makes it."""
        return self._draw.randbytes(BURST_BYTES) if self._noise else b""

    def applied(self, data: bytes, now: float) -> bytes:
        """Return what is left of one reply; nothing sent uses up no fault."""
        if not data or now < self._silent_until:
            return b""
        if self._lose:
            self._lose -= 1
            return b""
        if self._half:
            self._half = False
            return data[: len(data) // 2]
        if self._flip:
            self._flip -= 1
            return _flipped(data, self._draw.randrange(len(data) * 8))
        for place in range(len(data)):
            if self._draw.random() < self._noise:
                data = _flipped(data, place * 8 + self._draw.randrange(8))
        return data


def _flipped(data: bytes, bit: int) -> bytes:
    flipped = bytearray(data)
    flipped[bit // 8] ^= 1 << (bit % 8)
    return bytes(flipped)


@dataclass(slots=True)
class Wire:
    """One line: a pseudo-terminal with a stable link to it."""

    link: Path
    faults: Faults
    ends: tuple[int, int] | None = None
    """The simulator's end and the host's, while it is plugged in."""

    def plug(self) -> None:
        """Make the port appear.

        Raises:
            OSError: something that is no link is in its place.
        """
        if self.ends is not None:
            return
        if self.link.exists() and not self.link.is_symlink():
            raise FileExistsError(f"{self.link} is there already and is no link")
        ours, hosts = os.openpty()
        tty.setraw(hosts)
        os.set_blocking(ours, False)
        self.link.parent.mkdir(parents=True, exist_ok=True)
        self.link.unlink(missing_ok=True)
        self.link.symlink_to(os.ttyname(hosts))
        self.ends = ours, hosts

    def unplug(self) -> None:
        """Make the port vanish, as a pulled USB plug does."""
        if self.ends is None:
            return
        self.link.unlink(missing_ok=True)
        for end in self.ends:
            os.close(end)
        self.ends = None

    def read(self) -> bytes:
        """Return what the host has sent since, which may be nothing."""
        if self.ends is not None:
            with contextlib.suppress(BlockingIOError):
                return os.read(self.ends[0], READ_BYTES)
        return b""

    def write(self, data: bytes, now: float) -> None:
        """Send bytes to the host, through whatever faults are set; a host that does not read loses them."""
        if self.ends is not None:
            with contextlib.suppress(BlockingIOError):
                os.write(self.ends[0], self.faults.applied(data, now))
