"""A line in memory for tests: a host, its readers, a clock in the test's hand, hooks that spoil what passes."""

import json
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from firmware_protocol.events import Event
from firmware_protocol.osdp.frame import Frame, parse
from firmware_protocol.osdp.host import OsdpHost, OsdpReaderSpec
from firmware_protocol.osdp.reader import OsdpReader, ReaderAction, ReaderIdentity

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[3] / "firmware_protocol" / "vectors.json").read_text(encoding="utf-8")
)

KEY = bytes(range(16))
OTHER_KEY = bytes(range(16, 32))
BADGE = bytes.fromhex("2ec0c840")
NUMBER = "f1:26:2ec0c840"
BYTE_S = 0.0002

T = TypeVar("T")
Spoil = Callable[[bytes], bytes]


def identity(serial: str = "78563412") -> ReaderIdentity:
    return ReaderIdentity(bytes.fromhex("c3b2a1"), 2, 1, bytes.fromhex(serial), bytes((1, 2, 3)))


def decode(kind: int, bits: int, data: bytes) -> str:
    """Refuse what is not 26 bits, like a format that is pinned."""
    if kind >= 0 and bits != 26:
        raise ValueError(f"{bits} bits")
    return f"f{kind}:{bits}:{data.hex()}"


def randoms(seed: int = 1) -> Callable[[int], bytes]:
    numbers = count(seed)
    return lambda size: next(numbers).to_bytes(size, "little")


def spec(address: int = 1, key: bytes | None = None, **more: Any) -> OsdpReaderSpec:
    return OsdpReaderSpec(address, decode, key=key, **more)


def frame(raw: bytes) -> Frame:
    found = parse(raw.lstrip(b"\xff"))
    assert found is not None
    return found


class Line:
    """Runs a host against readers until a time; every byte takes its time on the wire."""

    def __init__(self, specs: list[OsdpReaderSpec], readers: list[OsdpReader], *, poll_s: float = 0.05) -> None:
        self.host = OsdpHost(specs, randoms(1), poll_s)
        self.readers = readers
        self.now = 1000.0
        self.events: list[Event] = []
        self.timed: list[tuple[float, Event]] = []
        self.actions: list[ReaderAction] = []
        self.asked: list[tuple[float, bytes]] = []
        self.answered: list[bytes] = []
        self.to_reader: Spoil = lambda data: data
        self.to_host: Spoil = lambda data: data
        self.host.opened(self.now)

    def run(self, seconds: float) -> list[Event]:
        """Let time pass and return what happened in it."""
        before, end = len(self.events), self.now + seconds
        while self.now < end:
            events, out = self.host.advance(self.now)
            self.take(events)
            if out:
                self.asked.append((self.now, out))
                self.now += len(out) * BYTE_S
            back = self.to_host(self._pass_to_readers(out))
            if back:
                self.now += len(back) * BYTE_S
                self.take(self.host.receive(back, self.now))
            wake = self.host.wake_at()
            assert wake is not None
            self.now = max(self.now, min(end, wake))
        self._pass_to_readers(b"")
        return self.events[before:]

    def take(self, events: list[Event]) -> None:
        self.events += events
        self.timed += [(self.now, event) for event in events]

    def _pass_to_readers(self, out: bytes) -> bytes:
        back = b""
        reaching = self.to_reader(out) if out else b""
        for reader in self.readers:
            reader.advance(self.now)
            back += reader.receive(reaching, self.now)
            self.actions += reader.take_actions()
        if back:
            self.answered.append(back)
        return back

    def take_actions(self) -> list[ReaderAction]:
        actions, self.actions = self.actions, []
        return actions


def plain_line(**more: Any) -> Line:
    return Line([spec()], [OsdpReader(1, identity(), **more)])


def secure_line(**more: Any) -> Line:
    return Line([spec(key=KEY, **more)], [OsdpReader(1, identity(), key=KEY, random_bytes=randoms(1 << 60))])


def online(line: Line) -> Line:
    """Run until every reader is online and has been polled, and forget what happened."""
    line.run(0.5)
    line.events.clear()
    line.timed.clear()
    line.asked.clear()
    line.take_actions()
    return line


def of_kind(events: list[Event], kind: type[T]) -> list[T]:
    return [event for event in events if isinstance(event, kind)]


def codes(line: Line) -> list[int]:
    """What the host sent, in order."""
    return [frame(asked).code for _, asked in line.asked]
