"""The host of one OSDP line: whose turn it is, what is still unanswered, and which frames are nobody's."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf

from firmware_protocol.events import Command, Event, LineNoise, Security
from firmware_protocol.osdp.frame import Frame, FrameFinder
from firmware_protocol.osdp.host_reader import ReaderLink
from firmware_protocol.osdp.host_sender import PUT_OFF_S, OsdpReaderSpec
from firmware_protocol.osdp.messages import Answer

__all__ = ["OsdpHost", "OsdpReaderSpec"]

REPLY_S = 0.2
"""How long a reader may take to answer."""

PROBE_S = 1.0
"""An absent reader costs the others on its line one reply timeout in this time, and no more."""

NOISE_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class _Answered:
    """The last answer taken, to know a second one when it comes."""

    address: int
    sequence: int
    raw: bytes
    at: float
    repeated: bool


class OsdpHost:
    """Polls the readers of one line and carries commands to them; implements `events.LineCodec`.

    Half duplex: one frame is unanswered at a time. Whoever writes to the port leaves the line idle for two
    characters before the next frame, as any serial adapter's own latency does.
    """

    def __init__(
        self,
        specs: Sequence[OsdpReaderSpec],
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
        poll_s: float = 0.05,
    ) -> None:
        self._links = {spec.address: ReaderLink(spec, random_bytes, poll_s) for spec in specs}
        self._usable = [link for link in self._links.values() if link.keys or not link.spec.secure]
        self._open = False
        self._finder = FrameFinder()
        self._forget(0.0)

    def _forget(self, now: float) -> None:
        self._now = now
        self._waiting_for: ReaderLink | None = None
        self._deadline = inf
        self._probe_at = -inf
        self._turn = 0
        self._keyless = [link for link in self._links.values() if link not in self._usable]
        self._last: _Answered | None = None
        self._finder.flush()
        self._finder.take_noise()
        self._noise = 0
        self._noise_at = -inf

    def opened(self, now: float) -> None:
        """Start over: the port has just been opened."""
        self._forget(now)
        self._open = True
        for link in self._links.values():
            link.reset(now)

    def closed(self, now: float, cause: str) -> list[Event]:
        """Report every reader that was online as offline: the port has gone."""
        self._forget(now)
        self._open = False
        return [event for link in self._links.values() for event in link.lost(cause, now)]

    def send(self, address: int, command: Command, token: int = 0) -> bool:
        """Queue a command; False when the reader is not there, is offline or cannot do it."""
        link = self._links.get(address)
        return link is not None and link.order(command, token)

    def receive(self, data: bytes, now: float) -> list[Event]:
        """Take bytes as they came from the port, in any pieces, and return what they mean."""
        if not self._open:
            return []
        self._now = now
        return self._frames(self._finder.feed(data), now) + self._noise_events(now)

    def advance(self, now: float) -> tuple[list[Event], bytes]:
        """Run the timers; return what time brought and the bytes to write now, which may be none."""
        if not self._open:
            return [], b""
        self._now = now
        events = self._without_key(now) + self._time_out(now) + self._noise_events(now)
        link = self._next(now) if self._waiting_for is None else None
        if link is None:
            return events, b""
        events += self._frames(self._finder.flush(), now)
        self._turn += 1
        self._last = None
        link.turn, self._waiting_for, self._deadline = self._turn, link, now + REPLY_S
        return events, link.transmit(now)

    def wake_at(self) -> float | None:
        """Return when `advance` must be called next at the latest, or None while nothing is due."""
        if not self._open:
            return None
        if self._waiting_for is not None:
            return self._deadline
        any_online = self._any_online()
        times = [self._now if link.urgent else self._due_at(link, any_online) for link in self._usable]
        return min(times, default=None)

    # --- whose turn ------------------------------------------------------------------------------------

    def _any_online(self) -> bool:
        return any(link.online for link in self._usable)

    def _due_at(self, link: ReaderLink, any_online: bool) -> float:
        return max(link.due_at, self._probe_at) if any_online and link.probing else link.due_at

    def _next(self, now: float) -> ReaderLink | None:
        """The longest overdue one; a command counts as a poll long put off, and a handshake goes on before all."""
        any_online, chosen, first = self._any_online(), None, (now, inf)
        for link in self._usable:
            at = self._due_at(link, any_online)
            if link.urgent:
                at = min(at, now - PUT_OFF_S)
            elif link.answering:
                at = -inf
            if (at, link.turn) < first:
                chosen, first = link, (at, link.turn)
        return chosen

    def _time_out(self, now: float) -> list[Event]:
        if self._waiting_for is None or now < self._deadline:
            return []
        return self._frames(self._finder.flush(), now) + self._missed(now)

    def _missed(self, now: float) -> list[Event]:
        link, self._waiting_for = self._waiting_for, None
        if link is None:
            return []
        if not link.online:
            self._probe_at = self._deadline - REPLY_S + PROBE_S
        return link.timed_out(now)

    def _without_key(self, now: float) -> list[Event]:
        """A reader whose only key is the one everybody knows is not spoken to."""
        links, self._keyless = self._keyless, []
        return [event for link in links for event in link.reports.alarm(Security.DEFAULT_KEY, now, "configured")]

    # --- what came -------------------------------------------------------------------------------------

    def _frames(self, frames: list[Frame], now: float) -> list[Event]:
        return [event for frame in frames if frame.reply for event in self._frame(frame, now)]

    def _frame(self, frame: Frame, now: float) -> list[Event]:
        link = self._links.get(frame.address)
        if link is None:
            return []
        if not frame.crc:
            return link.reports.alarm(Security.CHECKSUM_ON_CRC_LINK, now)
        exchange = link.exchange
        if link is not self._waiting_for or exchange is None or not _fits(frame, exchange.sequence):
            return self._unexpected(frame, link, now)
        repeated = exchange.sent > 1
        accepted, events = link.answered(frame, exchange, now)
        if accepted:
            self._waiting_for = None
            self._last = _Answered(frame.address, exchange.sequence, frame.raw, now, repeated)
        return events

    def _unexpected(self, frame: Frame, link: ReaderLink, now: float) -> list[Event]:
        """Echoes and late repeats are silent; a second, different answer to one question is a second reader."""
        last = self._last
        if last is None or last.repeated or (last.address, last.sequence) != (frame.address, frame.sequence):
            return []
        if frame.raw == last.raw or now - last.at > REPLY_S:
            return []
        return link.reports.alarm(Security.ADDRESS_CONFLICT, now)

    def _noise_events(self, now: float) -> list[Event]:
        self._noise += self._finder.take_noise()
        if not self._noise or now - self._noise_at < NOISE_EVERY_S:
            return []
        count, self._noise, self._noise_at = self._noise, 0, now
        return [LineNoise(count)]


def _fits(frame: Frame, sequence: int) -> bool:
    """BUSY may come with sequence number 0, whatever it answers."""
    return frame.sequence == sequence or (frame.code == Answer.BUSY and frame.sequence == 0)
