"""Plain scanners: EM4100 modules and line scanners. They only ever speak; a cut wire behind the adapter is not seen."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import reduce
from operator import xor

from firmware_protocol.badge import LONGEST_TEXT, text_number
from firmware_protocol.events import BadgeRead, BadgeUnreadable, Command, Event, ReaderOffline, ReaderOnline

ADDRESS = 0
"""A plain line carries one reader."""

QUIET_S = 1.0
"""One presentation is one read: a badge that lies there is read anew only after this much quiet."""

HALF_LINE_S = 0.25
"""Half a line followed by this much silence is thrown away, never glued to the next."""

HEX_DIGITS = b"0123456789ABCDEFabcdef"
STX, ETX, CR, LF = 0x02, 0x03, 0x0D, 0x0A
EM_DIGITS = 12
"""10 digits of version and id, 2 of their XOR."""

LONGEST_FRAME = 32
"""More is kept of no frame: enough to see that it is too long."""


REMEMBERED = 16
"""So many badges are told apart at once; more on one scanner within a second is no person."""


class _Presentations:
    """Turns repeated frames of one badge into one read, also where a damaged frame or another badge comes between."""

    def __init__(self) -> None:
        self._seen: dict[str, float] = {}

    def is_new(self, what: str, now: float) -> bool:
        again = now - self._seen.pop(what, float("-inf")) < QUIET_S
        self._seen[what] = now
        if len(self._seen) > REMEMBERED:
            del self._seen[next(iter(self._seen))]
        return not again


class PlainCodec(ABC):
    """What both kinds share: online while the port is open, nothing to send, one event a presentation."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._last_byte_at = float("-inf")
        self._open = False
        self._told = False
        self._presentations = _Presentations()

    def opened(self, now: float) -> None:
        """Start over: the port has just been opened."""
        self._buffer.clear()
        self._last_byte_at = now
        self._open, self._told = True, False

    def closed(self, now: float, cause: str) -> list[Event]:
        """Report the scanner as offline: the port has gone."""
        del now
        was_online, self._open, self._told = self._told, False, False
        return [ReaderOffline(ADDRESS, cause)] if was_online else []

    def advance(self, now: float) -> tuple[list[Event], bytes]:
        """Report the scanner as online once the port is open; a plain scanner is never written to."""
        self._drop_half(now)
        return self._greeting(), b""

    def _drop_half(self, now: float) -> None:
        if now - self._last_byte_at >= HALF_LINE_S:
            self._buffer.clear()

    def _greeting(self) -> list[Event]:
        if self._told or not self._open:
            return []
        self._told = True
        return [ReaderOnline(ADDRESS, secure=False)]

    def wake_at(self) -> float | None:
        """Return when half a line must be thrown away."""
        if self._open and not self._told:
            return self._last_byte_at
        return self._last_byte_at + HALF_LINE_S if self._buffer else None

    def send(self, address: int, command: Command, token: int = 0) -> bool:
        """Refuse: a plain scanner has no light, text or output."""
        del address, command, token
        return False

    def receive(self, data: bytes, now: float) -> list[Event]:
        """Take bytes in any pieces."""
        self._drop_half(now)
        self._last_byte_at = now
        events = self._greeting()
        for byte in data:
            events += self._byte(byte, now)
        return events

    @abstractmethod
    def _byte(self, byte: int, now: float) -> list[Event]:
        """Take one byte."""

    def _presented(self, decode: Callable[[bytes], str], frame: bytes, now: float) -> list[Event]:
        """Report one frame, unless the same badge has only stayed where it was."""
        try:
            number = decode(frame)
        except ValueError as error:
            raw = frame[: 2 * EM_DIGITS].decode("ascii", "backslashreplace")
            new = self._presentations.is_new(f"!{raw}", now)
            return [BadgeUnreadable(ADDRESS, str(error), raw)] if new else []
        return [BadgeRead(ADDRESS, number)] if self._presentations.is_new(number, now) else []


class Em4100Codec(PlainCodec):
    """RDM6300, ID-12LA, ID-20LA: STX, 10 hex digits, 2 of their XOR, (CR LF), ETX."""

    def _byte(self, byte: int, now: float) -> list[Event]:
        if byte == STX:
            self._buffer[:] = bytes([STX])
            return []
        if not self._buffer:
            return []
        if byte != ETX:
            if len(self._buffer) <= LONGEST_FRAME:
                self._buffer.append(byte)
            return []
        frame = bytes(self._buffer[1:]).rstrip(b"\r\n")
        self._buffer.clear()
        return self._presented(em4100_number, frame, now)


def em4100_number(frame: bytes) -> str:
    """Return the typed number of the 12 characters between STX and ETX.

    Raises:
        ValueError: wrong length, no hexadecimal digits, or a wrong XOR.
    """
    if len(frame) != EM_DIGITS:
        raise ValueError(f"{len(frame)} characters, not {EM_DIGITS}")
    if not all(byte in HEX_DIGITS for byte in frame):
        raise ValueError("not hexadecimal digits")
    data = bytes.fromhex(frame.decode("ascii"))
    if reduce(xor, data) != 0:
        raise ValueError("checksum is wrong")
    return f"em:{data[:5].hex().upper()}"


class TextLineCodec(PlainCodec):
    """CDC-ACM badge and barcode scanners: text ended by CR, LF or CR LF."""

    def _byte(self, byte: int, now: float) -> list[Event]:
        if byte not in (CR, LF):
            if len(self._buffer) <= LONGEST_TEXT:
                self._buffer.append(byte)
            return []
        line = bytes(self._buffer)
        self._buffer.clear()
        return self._presented(text_number, line, now) if line else []
