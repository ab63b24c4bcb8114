"""Lines without ports: real codecs of both roles, their bytes carried over on the injected clock."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from firmware_protocol.events import Command, Event, LineCodec
from firmware_protocol.line_tap import LineTap
from firmware_protocol.osdp.reader import OsdpReader
from firmware_protocol.transport import PortLost, PortOpened
from tests.manual_clock import ManualClock


@dataclass(slots=True)
class MemoryLine:
    """One line: the host's codec, the readers on it, and whether bytes get through at all."""

    codec: LineCodec
    readers: dict[str, OsdpReader] = field(default_factory=dict)
    cut: bool = False
    unplugged: set[str] = field(default_factory=set)
    breaking: set[str] = field(default_factory=set)
    """Readers that are unplugged in the middle of their next reply."""
    damage: Callable[[bytes], bytes] = bytes
    """What becomes of the readers' bytes on their way to the host."""
    typed: bytes = b""
    """Bytes of a plain scanner that wait to be read."""
    opened: bool = False


class MemoryLines:
    """Implements gate.readers.line_loop.Lines."""

    def __init__(self, lines: dict[str, MemoryLine], clock: ManualClock) -> None:
        self.lines = lines
        self._clock = clock
        self.actions: dict[str, list[tuple[float, object]]] = defaultdict(list)
        self.bytes_out: dict[str, int] = defaultdict(int)

    def step(self, timeout: float) -> list[tuple[str, Event | PortOpened | PortLost]]:
        happened: list[tuple[str, Event | PortOpened | PortLost]] = []
        for name, line in self.lines.items():
            happened += [(name, event) for event in self._turn(name, line)]
        return happened

    def _turn(self, name: str, line: MemoryLine) -> list[Event]:
        now = self._clock.monotonic()
        events: list[Event] = []
        if not line.opened:
            line.opened = True
            line.codec.opened(now)
        if line.typed:
            typed, line.typed = line.typed, b""
            events += line.codec.receive(typed, now)
        for _ in range(64):
            found, out = line.codec.advance(now)
            events += found
            self.bytes_out[name] += len(out)
            back = b"" if line.cut else self._carry(line, out, now)
            if not out and not back:
                break
            events += line.codec.receive(back, now)
        return events

    def _carry(self, line: MemoryLine, data: bytes, now: float) -> bytes:
        back = b""
        for name, reader in line.readers.items():
            if name in line.unplugged:
                continue
            reader.advance(now)
            reply = reader.receive(data, now)
            if reply and name in line.breaking:
                line.unplugged.add(name)
                reply = reply[: len(reply) // 2]
            back += line.damage(reply) if reply else b""
            self.actions[name] += [(now, action) for action in reader.take_actions()]
        return back

    def send(self, line: str, address: int, command: Command, token: int = 0) -> bool:
        return self.lines[line].codec.send(address, command, token)

    def tap(self, line: str) -> LineTap | None:
        codec = self.lines[line].codec if line in self.lines else None
        return codec if isinstance(codec, LineTap) else None

    def wake(self) -> None:
        """Nothing waits on the injected clock."""

    def close(self) -> None:
        """There is no port to let go of."""
