"""Watch one line for a while: what goes over it in hex without badge numbers or keys, and how well it goes."""

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass

from firmware_protocol.events import Command, Event, LineCodec
from firmware_protocol.osdp.frame import MAC_BYTES, Frame, FrameFinder
from firmware_protocol.osdp.messages import Answer, Ask

KEPT = 200
"""Frames; with a poll every 50 ms these are the last five seconds of one reader."""

SECRET = frozenset({Answer.RAW, Answer.FMT, Answer.KEYPAD, Ask.KEYSET})
"""What carries badge numbers, PINs or keys where the line is not encrypted; encrypted bytes tell nothing anyway."""

HIDDEN = "··"


@dataclass(frozen=True, slots=True)
class TappedFrame:
    """One frame, or the bytes of a plain scanner: monotonic seconds, direction, address, its name, and its hex."""

    at: float
    sent: bool
    address: int
    name: str
    hex: str


@dataclass(frozen=True, slots=True)
class LineSeen:
    """What was seen while the line was watched, by address: frames sent, answers, refusals, and bytes nobody means."""

    since: float
    sent: dict[int, int]
    answered: dict[int, int]
    refused: dict[int, int]
    noise: int
    frames: tuple[TappedFrame, ...]


class LineTap:
    """A codec around a codec: passes everything on unchanged, and looks only while somebody watches."""

    def __init__(self, codec: LineCodec, *, osdp: bool) -> None:
        self._codec = codec
        self._osdp = osdp
        self._until = float("-inf")
        self._start(0.0)

    def _start(self, now: float) -> None:
        self._since = now
        self._finders = {True: FrameFinder(), False: FrameFinder()}
        self._sent: Counter[int] = Counter()
        self._answered: Counter[int] = Counter()
        self._refused: Counter[int] = Counter()
        self._noise = 0
        self._frames: deque[TappedFrame] = deque(maxlen=KEPT)

    def watch(self, now: float, until: float) -> None:
        """Look until then (monotonic seconds); what was seen before is forgotten unless somebody still watched."""
        if now >= self._until:
            self._start(now)
        self._until = max(self._until, until)

    def seen(self, now: float) -> LineSeen | None:
        """Return what was seen so far, None when nobody watches."""
        if now >= self._until:
            return None
        sent, answered, refused = dict(self._sent), dict(self._answered), dict(self._refused)
        return LineSeen(self._since, sent, answered, refused, self._noise, tuple(self._frames))

    def opened(self, now: float) -> None:
        """Pass on."""
        self._codec.opened(now)

    def closed(self, now: float, cause: str) -> list[Event]:
        """Pass on."""
        return self._codec.closed(now, cause)

    def send(self, address: int, command: Command, token: int = 0) -> bool:
        """Pass on."""
        return self._codec.send(address, command, token)

    def wake_at(self) -> float | None:
        """Pass on."""
        return self._codec.wake_at()

    def receive(self, data: bytes, now: float) -> list[Event]:
        """Pass on, and look."""
        if now < self._until:
            self._look(data, now, sent=False)
        return self._codec.receive(data, now)

    def advance(self, now: float) -> tuple[list[Event], bytes]:
        """Pass on, and look."""
        events, data = self._codec.advance(now)
        if data and now < self._until:
            self._look(data, now, sent=True)
        return events, data

    def _look(self, data: bytes, now: float, *, sent: bool) -> None:
        if not self._osdp:
            self._answered[0] += 1
            self._frames.append(TappedFrame(now, sent, 0, f"{len(data)} bytes", " ".join([HIDDEN] * len(data))))
            return
        finder = self._finders[sent]
        for frame in finder.feed(data):
            self._count(frame, sent=sent)
            name = _name(frame, Ask if sent else Answer)
            self._frames.append(TappedFrame(now, sent, frame.address, name, _hex(frame)))
        self._noise += finder.take_noise()

    def _count(self, frame: Frame, *, sent: bool) -> None:
        if sent:
            self._sent[frame.address] += 1
        else:
            self._answered[frame.address] += 1
            self._refused[frame.address] += frame.code == Answer.NAK


def _name(frame: Frame, codes: Callable[[int], Ask | Answer]) -> str:
    try:
        return codes(frame.code).name
    except ValueError:
        return f"0x{frame.code:02X}"


def _hex(frame: Frame) -> str:
    if frame.code not in SECRET:
        return frame.raw.hex(" ").upper()
    end = len(frame.raw) - (2 if frame.crc else 1) - (MAC_BYTES if frame.mac else 0)
    start = end - len(frame.data)
    parts = [frame.raw[:start].hex(" ").upper(), *[HIDDEN] * len(frame.data), frame.raw[end:].hex(" ").upper()]
    return " ".join(parts)
