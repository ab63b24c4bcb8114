"""Our host with libosdp's reader on a line that may spoil what passes."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from firmware_protocol.badge import decoder
from firmware_protocol.events import (
    BadgeRead,
    ReaderOnline,
)
from firmware_protocol.osdp.host import OsdpReaderSpec
from firmware_protocol.osdp.messages import Answer
from tests.interop.wires import MARK, OurHost, Peer, Relay, Spoil, pty_pair

KEY = bytes.fromhex("9d1c5a0f7733e2b846c1d0aa125e6b90")
OTHER_KEY = bytes.fromhex("00112233445566778899aabbccddeeff")
NUMBER = "w26:2EC0C86"
NEXT = "w26:2EC0C89"
SERIAL = "78563412"
SILENCE_S = 12.0
"""Longer than the 8 s after which libosdp forgets its session."""

LED, BUZZER, TEXT, OUTPUT, KEYSET = 2, 3, 4, 1, 5
"""libosdp's numbers of the commands it tells."""

MAC_OF_READER, SEALED_BY_HOST, SEALED_BY_READER = 0x16, 0x17, 0x18

POLLS_AFTER_RESTART = 20
"""Enough commands for repeats, a new handshake and an ACK after it."""


@dataclass(slots=True)
class Line:
    """Our host, the relay, and libosdp's reader behind it."""

    host: OurHost
    relay: Relay
    peer: Peer
    secure: bool

    def online(self) -> None:
        """Run until the reader is online and has shown by an ACK that it holds no badge from before."""
        self.host.until(lambda: self.host.of(ReaderOnline), "online")
        self.polled(3)

    def polled(self, times: int) -> None:
        """Run until this many more commands have been sent."""
        enough = len(self.relay.asked) + times
        self.host.until(lambda: len(self.relay.asked) >= enough, "polls")

    def badge(self, number: str) -> None:
        self.peer.say(f"badge {number}")

    def badges(self) -> list[str]:
        return [event.number for event in self.host.of(BadgeRead)]

    def told(self, command: int) -> list[dict[str, Any]]:
        return [one for one in self.peer.told if one.get("command") == command]

    def is_badge(self, data: bytes) -> bool:
        return kind(data) == (SEALED_BY_READER if self.secure else Answer.RAW)


def kind(data: bytes) -> int:
    """Return the security block type of a frame that has one, or else its code."""
    frame = data.lstrip(MARK)
    return frame[6] if frame[4] & 8 else frame[5]


@contextmanager
def line(tmp_path: Path, key: bytes | None, theirs: bytes | None, **more: Any) -> Iterator[Line]:
    with ExitStack() as stack:
        host_end, host_path = stack.enter_context(pty_pair())
        reader_end, reader_path = stack.enter_context(pty_pair())
        relay = Relay(host_end, reader_end)
        stack.callback(relay.stop)
        peer = Peer("libosdp_reader", reader_path, theirs.hex() if theirs else "plain")
        stack.callback(peer.kill)
        host = OurHost(host_path, OsdpReaderSpec(1, decoder("w26"), key=key, **more), tmp_path)
        stack.callback(host.close)
        yield Line(host, relay, peer, key is not None)


def once(meant: Callable[[bytes], bool], spoil: Spoil) -> Spoil:
    """Spoil the first frame that is meant, and tell by `.done` that it came."""
    waiting = [True]

    def pass_on(data: bytes) -> bytes:
        if waiting and meant(data):
            waiting.clear()
            return spoil(data)
        return data

    return pass_on


def lose(_: bytes) -> bytes:
    return b""


def flip(at: int) -> Spoil:
    """Turn one bit of a byte, counted behind the mark, or from the end where `at` is negative."""

    def spoil(data: bytes) -> bytes:
        frame = bytearray(data)
        frame[at if at < 0 else len(data) - len(data.lstrip(MARK)) + at] ^= 0x04
        return bytes(frame)

    return spoil
