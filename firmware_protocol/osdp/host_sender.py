"""What a host sends to one reader, and what it does when nothing comes back."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from math import inf

from firmware_protocol.events import (
    Command,
    CommandRefused,
    Event,
    InstallKey,
    ReaderOffline,
)
from firmware_protocol.osdp.frame import MARK, build
from firmware_protocol.osdp.host_commands import encode
from firmware_protocol.osdp.host_keys import KeyRing
from firmware_protocol.osdp.host_reports import Decode, Reports
from firmware_protocol.osdp.messages import KEY_BYTES, Ask
from firmware_protocol.osdp.replies import Capability, ReaderIdentity
from firmware_protocol.osdp.secure_channel import (
    CHALLENGE,
    CONFIRM,
    HostHandshake,
    Session,
)

MISSES = 3
OFFLINE_AFTER_S = 1.0
"""Offline takes both: three misses alone were a false alarm every half hour on a line with some noise."""

BACK_OFF_S = 1.0
BUSY_S = 0.05
BUSY_MOST_S = 5.0
"""BUSY needs no key, so it may not keep a reader online for long."""

PUT_OFF_S = 0.2
"""A poll that is overdue by this goes before commands, so that a program that never stops sending silences nobody."""

QUEUE_MOST = 64
BROADCAST = 127


@dataclass(frozen=True, slots=True)
class OsdpReaderSpec:
    """One reader of a line: plain when it has no key and is not being commissioned.

    `decode` gives the badge number for (format, bits, data), format -1 for characters, or raises ValueError.
    `previous_key` is tried where the reader refuses `key`; `serial` (hex) is the only device that is let in;
    `commissioning` also allows the default key.

    Raises:
        ValueError: the address is not 0 to 126, or a key has not 16 bytes.
    """

    address: int
    decode: Decode
    key: bytes | None = field(default=None, repr=False)
    previous_key: bytes | None = field(default=None, repr=False)
    serial: str | None = None
    commissioning: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.address < BROADCAST:
            raise ValueError(f"address {self.address} is not 0 to {BROADCAST - 1}")
        if any(key is not None and len(key) != KEY_BYTES for key in (self.key, self.previous_key)):
            raise ValueError(f"a key of address {self.address} has not {KEY_BYTES} bytes")

    @property
    def secure(self) -> bool:
        """Whether the reader is heard in a secure session only."""
        return self.key is not None or self.commissioning


class Stage(Enum):
    """How far the handshake is, by what is sent next."""

    GREET = auto()
    CONFIRM = auto()
    IDENTIFY = auto()
    ABILITIES = auto()
    STATUS = auto()
    LIVE = auto()


@dataclass(slots=True)
class Order:
    """A command that waits its turn; `lost` counts the sessions it was lost with."""

    command: Command
    token: int
    ask: Ask
    data: bytes = field(repr=False)
    lost: int = 0


@dataclass(slots=True)
class Exchange:
    """What has been sent and waits for its answer; a repeat sends the very same bytes."""

    ask: int
    sequence: int
    frame: bytes
    order: Order | None = None
    sent: int = 0
    doubted: bool = False
    """A plain NAK came for it, too soon after the last one to be acted on."""


class Sender:
    """The asking half of a host's link to one reader."""

    def __init__(self, spec: OsdpReaderSpec, random_bytes: Callable[[int], bytes], poll_s: float) -> None:
        self.spec = spec
        self.keys = KeyRing(spec.key, spec.previous_key, commissioning=spec.commissioning)
        self.reports = Reports(spec.address, spec.decode)
        self._random_bytes = random_bytes
        self._poll_s = poll_s
        self._serial = spec.serial.lower() if spec.serial is not None else None
        self._orders: deque[Order] = deque()
        self._restart_allowed_at = -inf
        self.turn = 0
        """When it was last this reader's turn, counted by the line."""
        self.reset(0.0)

    def reset(self, now: float) -> None:
        """Start from nothing, as when the port is opened; what waits to be sent is dropped."""
        self.online = False
        self.due_at = now
        self.exchange: Exchange | None = None
        self._sequence = 0
        self._misses = 0
        self._heard_at = now
        self._announce = True
        self._capabilities: dict[int, Capability] | None = None
        self._identity: ReaderIdentity | None = None
        self._orders.clear()
        self._greet(now)

    def _greet(self, now: float) -> None:
        self._stage = Stage.GREET
        self._handshake: HostHandshake | None = None
        self._session: Session | None = None
        self.exchange = None
        self.due_at = now
        self.reports.reconnected()

    # --- sending ---------------------------------------------------------------------------------------

    @property
    def urgent(self) -> bool:
        """Whether a command waits that may go out at once."""
        return self._stage is Stage.LIVE and self.exchange is None and bool(self._orders)

    @property
    def answering(self) -> bool:
        """Whether the reader is in the middle of its handshake and has answered so far."""
        return self.exchange is None and self._stage not in (Stage.GREET, Stage.LIVE)

    @property
    def probing(self) -> bool:
        """Whether what is sent next may well stay unanswered, at the cost of the others on the line."""
        return not self.online and (self._stage is Stage.GREET or self.exchange is not None)

    def order(self, command: Command, token: int) -> bool:
        """Queue a command; False when the reader is offline or cannot do it."""
        if not self.online or len(self._orders) >= QUEUE_MOST:
            return False
        encoded = encode(command, self._capabilities, secure=self.spec.secure)
        if encoded is None:
            return False
        self._orders.append(Order(command, token, *encoded))
        return True

    def transmit(self, now: float) -> bytes:
        """Return the bytes to send now, the same as before where the last ones are still unanswered."""
        if self.exchange is None:
            self.exchange = self._next(now)
        if self.exchange.ask == Ask.POLL:
            self.due_at = now + self._poll_s
        self.exchange.sent += 1
        return bytes((MARK,)) + self.exchange.frame

    def _next(self, now: float) -> Exchange:
        match self._stage:
            case Stage.GREET:
                return self._greeting()
            case Stage.CONFIRM if self._handshake:
                return self._shake(Ask.SCRYPT, CONFIRM, self._handshake, self._handshake.confirmation)
            case Stage.IDENTIFY:
                return self._ask(Ask.ID, b"\x00")
            case Stage.ABILITIES:
                return self._ask(Ask.CAP, b"\x00")
            case Stage.STATUS if self.spec.secure:
                return self._ask(Ask.LSTAT)
            case Stage.STATUS:
                return self._ask(Ask.POLL)
            case _:
                return self._obey_or_poll(now)

    def _greeting(self) -> Exchange:
        self._sequence = 0
        if not self.spec.secure:
            return self._ask(Ask.ID, b"\x00")
        self._handshake = self.keys.handshake(self._random_bytes)
        return self._shake(Ask.CHLNG, CHALLENGE, self._handshake, self._handshake.challenge)

    def _shake(self, ask: Ask, kind: int, handshake: HostHandshake, data: bytes) -> Exchange:
        frame = build(self.spec.address, self._sequence, ask, data, security=kind, block=handshake.block)
        return Exchange(ask, self._sequence, frame)

    def _ask(self, ask: int, data: bytes = b"", order: Order | None = None) -> Exchange:
        make = self._session.seal if self._session else build
        return Exchange(ask, self._sequence, make(self.spec.address, self._sequence, ask, data), order)

    def _obey_or_poll(self, now: float) -> Exchange:
        if not self._orders or now - self.due_at > PUT_OFF_S:
            return self._ask(Ask.POLL)
        order = self._orders.popleft()
        if isinstance(order.command, InstallKey):
            self.keys.offered(order.command.key)
        return self._ask(order.ask, order.data, order)

    # --- no answer -------------------------------------------------------------------------------------

    def timed_out(self, now: float) -> list[Event]:
        """Take note that nothing came; the same bytes go out again, or the reader is offline."""
        self._misses += 1
        if self.online:
            doubted = self.exchange is not None and self.exchange.doubted
            self.due_at = max(now, self._restart_allowed_at) if doubted else now
            if self._misses >= MISSES and now - self._heard_at >= OFFLINE_AFTER_S:
                return self.lost("no answer", now)
        elif self._stage is Stage.GREET or (self.exchange and self.exchange.sent >= MISSES):
            self._greet(now + BACK_OFF_S)
        else:
            self.due_at = now
        return []

    def lost(self, cause: str, now: float) -> list[Event]:
        """Take the reader offline, and its commands with it; try again after the back-off."""
        events: list[Event] = [ReaderOffline(self.spec.address, cause)] if self.online else []
        unsent = [self.exchange.order] if self.exchange and self.exchange.order else []
        for order in [*unsent, *self._orders]:
            events += self._refused(order, 0)
        self.reset(now + BACK_OFF_S)
        return events

    def _restart(self, order: Order | None, now: float) -> list[Event]:
        """Shake hands anew without going offline; a command that has been lost once before is given up."""
        self._restart_allowed_at = now + BACK_OFF_S
        self._announce = True
        self._greet(now)
        if order is None:
            return []
        order.lost += 1
        if order.lost > 1 or isinstance(order.command, InstallKey):
            return self._refused(order, 0)
        self._orders.appendleft(order)
        return []

    def _refused(self, order: Order, code: int) -> list[Event]:
        if isinstance(order.command, InstallKey) and code:
            self.keys.withdrawn()
        return [CommandRefused(self.spec.address, order.token, code)] if order.token else []
