"""The menu of faults that a simulated line can have, drawn from a seed so that a run can be repeated."""

from random import Random

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
