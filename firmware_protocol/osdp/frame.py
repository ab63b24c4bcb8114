"""OSDP frames: bytes found in a stream that may hold anything, and bytes to send."""

from binascii import crc_hqx
from collections.abc import Callable
from dataclasses import dataclass

START = 0x53
MARK = 0xFF
REPLY = 0x80
"""Set in the address of everything a reader sends."""

SEQUENCE = 0x03
CRC = 0x04
BLOCK = 0x08

CRC_START = 0x1D0F
MAC_BYTES = 4

LONGEST = 1440
"""Largest frame of the standard; a length above it is noise, so a flipped length bit cannot swallow the line."""
SHORTEST = 7
"""Five bytes of header, a code and a checksum."""

AUTHENTICATED = range(0x15, 0x19)
"""Security block types whose frames end in a MAC."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One intact frame; `security` is 0 where it has no security block."""

    address: int
    reply: bool
    sequence: int
    crc: bool
    security: int
    block: bytes
    code: int
    data: bytes
    mac: bytes
    raw: bytes

    @property
    def signed(self) -> bytes:
        """The bytes that the MAC of an authenticated frame covers."""
        return self.raw[: -2 - MAC_BYTES]


def build(
    address: int,
    sequence: int,
    code: int,
    data: bytes = b"",
    *,
    reply: bool = False,
    security: int = 0,
    block: bytes = b"",
    mac: Callable[[bytes], bytes] | None = None,
) -> bytes:
    """Return a CRC frame; `mac` is given everything before the MAC, with the final length, and returns 4 bytes."""
    extra = bytes((2 + len(block), security)) + block if security else b""
    length = 5 + len(extra) + 1 + len(data) + (MAC_BYTES if mac else 0) + 2
    control = sequence | CRC | (BLOCK if security else 0)
    head = bytes((START, address | (REPLY if reply else 0), length & 0xFF, length >> 8, control))
    body = head + extra + bytes((code,)) + data
    if mac:
        body += mac(body)
    return body + crc_hqx(body, CRC_START).to_bytes(2, "little")


def parse(raw: bytes) -> Frame | None:
    """Return the frame that is exactly these bytes, or None when its check, or anything else about it, is wrong."""
    if len(raw) < SHORTEST or raw[0] != START or raw[2] | raw[3] << 8 != len(raw):
        return None
    control = raw[4]
    crc = bool(control & CRC)
    end = len(raw) - (2 if crc else 1)
    if not _intact(raw, end, crc):
        return None
    at, security, block = 5, 0, b""
    if control & BLOCK:
        size, security = raw[5], raw[6]
        if size < 2 or not security:
            return None
        at, block = 5 + size, raw[7 : 5 + size]
    mac = b""
    if security in AUTHENTICATED:
        end -= MAC_BYTES
        mac = raw[end : end + MAC_BYTES]
    if at >= end:
        return None
    address, reply = raw[1] & ~REPLY, bool(raw[1] & REPLY)
    return Frame(address, reply, control & SEQUENCE, crc, security, block, raw[at], raw[at + 1 : end], mac, raw)


def _intact(raw: bytes, end: int, crc: bool) -> bool:
    if crc:
        return crc_hqx(raw[:end], CRC_START) == raw[end] | raw[end + 1] << 8
    return sum(raw) & 0xFF == 0


class FrameFinder:
    """Finds frames in a stream; keeps at most one unfinished frame and does a bounded amount of work per byte."""

    def __init__(self) -> None:
        self._kept = bytearray()
        self.noise = 0
        """Bytes thrown away so far; the caller takes them with `take_noise`."""

    def feed(self, data: bytes) -> list[Frame]:
        """Return the frames that these bytes complete."""
        self._kept += data
        return self._search(give_up=False)

    def flush(self) -> list[Frame]:
        """Give up the unfinished frame: nothing more is coming; return what was hidden behind a false start."""
        return self._search(give_up=True)

    def take_noise(self) -> int:
        """Return the number of bytes thrown away since the last call."""
        noise, self.noise = self.noise, 0
        return noise

    def _search(self, *, give_up: bool) -> list[Frame]:
        kept, found, at = self._kept, list[Frame](), 0
        while (at := self._next_start(at)) < len(kept):
            length = self._length(at)
            unfinished = length is None or at + length > len(kept)
            if unfinished and not give_up:
                break
            frame = None if unfinished or not length else parse(bytes(kept[at : at + length]))
            if frame is None:
                self.noise += 1
                at += 1
            else:
                found.append(frame)
                at += len(frame.raw)
        del kept[:at]
        return found

    def _next_start(self, at: int) -> int:
        """Return where the next frame may start, having counted what lies before it; a mark is not noise."""
        start = self._kept.find(START, at)
        if start < 0:
            start = len(self._kept)
        if start > at:
            self.noise += start - at - self._kept.count(MARK, at, start)
        return start

    def _length(self, at: int) -> int | None:
        """Return the length a frame starting here would have, 0 if none can, None if it is not there yet."""
        if at + 4 > len(self._kept):
            return None
        length = self._kept[at + 2] | self._kept[at + 3] << 8
        return length if SHORTEST <= length <= LONGEST else 0
