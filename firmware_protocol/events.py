"""What happens at a reader and what a host asks of it, in words that fit every kind of reader.

A codec turns bytes into events and commands into bytes; it does no I/O and never asks the time: every
method takes `now`, monotonic seconds. Addresses are 0-126 on an OSDP line and always 0 on a plain one.
"""

from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import Protocol


class Color(Enum):
    """LED colours with their OSDP numbers."""

    BLACK = 0
    RED = 1
    GREEN = 2
    AMBER = 3
    BLUE = 4
    MAGENTA = 5
    CYAN = 6
    WHITE = 7


class Security(StrEnum):
    """The closed list of things a line can do that must be recorded as a security alarm."""

    PLAIN_IN_SECURE = "plain_in_secure"
    WRONG_MAC = "wrong_mac"
    WRONG_CRYPTOGRAM = "wrong_cryptogram"
    WRONG_BLOCK_TYPE = "wrong_block_type"
    UNDECIPHERABLE = "undecipherable"
    CHECKSUM_ON_CRC_LINK = "checksum_on_crc_link"
    SECURE_REFUSED = "secure_refused"
    DEFAULT_KEY = "default_key"
    SERIAL_CHANGED = "serial_changed"
    ADDRESS_CONFLICT = "address_conflict"
    PLAIN_NAK = "plain_nak"


# --- events: codec to host program -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReaderOnline:
    """The reader answers again; on a secure reader the handshake has succeeded."""

    address: int
    secure: bool
    serial: str = ""
    vendor: str = ""
    model: int = 0
    firmware: str = ""


@dataclass(frozen=True, slots=True)
class ReaderOffline:
    """The reader has stopped answering, or its port has gone."""

    address: int
    cause: str


@dataclass(frozen=True, slots=True)
class BadgeRead:
    """One presentation of a badge: `number` is the lossless typed raw value (`w26:2EC0C86`).

    `late` means the reader may have held it while its line was down: it must never enable anything.
    """

    address: int
    number: str
    late: bool = False


@dataclass(frozen=True, slots=True)
class BadgeUnreadable:
    """Something was presented but failed parity, checksum, length or format; `raw` is hex or text for people."""

    address: int
    cause: str
    raw: str
    late: bool = False


@dataclass(frozen=True, slots=True)
class KeysPressed:
    """Keys in the order pressed: `0`-`9`, `#` (enter), `*` (clear)."""

    address: int
    keys: str


@dataclass(frozen=True, slots=True)
class TamperChanged:
    """The reader's tamper contact opened (`on`) or closed."""

    address: int
    on: bool


@dataclass(frozen=True, slots=True)
class PowerChanged:
    """The reader reports a power failure (`on`) or its end."""

    address: int
    on: bool


@dataclass(frozen=True, slots=True)
class InputsReported:
    """State of the reader's inputs, index = input number."""

    address: int
    states: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class OutputsReported:
    """State of the reader's outputs as read back from it, index = output number."""

    address: int
    states: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class CommandDone:
    """The reader has accepted a command; `token` is the one the sender gave."""

    address: int
    token: int


@dataclass(frozen=True, slots=True)
class CommandRefused:
    """The reader answered NAK (`code`), or the command was lost with its session (`code` 0)."""

    address: int
    token: int
    code: int


@dataclass(frozen=True, slots=True)
class KeyInstalled:
    """The reader has accepted KEYSET and shaken hands with the new key."""

    address: int


@dataclass(frozen=True, slots=True)
class SecurityAlarm:
    """Something on the line tried, or seemed to try, what only an attacker or a broken reader does."""

    address: int
    what: Security
    detail: str = ""


@dataclass(frozen=True, slots=True)
class LineNoise:
    """Bytes thrown away since the last such event (rate-limited by the codec to one a second)."""

    count: int


Event = (
    ReaderOnline
    | ReaderOffline
    | BadgeRead
    | BadgeUnreadable
    | KeysPressed
    | TamperChanged
    | PowerChanged
    | InputsReported
    | OutputsReported
    | CommandDone
    | CommandRefused
    | KeyInstalled
    | SecurityAlarm
    | LineNoise
)


# --- commands: host program to codec ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Light:
    """Show a colour for `seconds`, then fall back to the permanent one; 0 seconds makes it permanent.

    `off_s` > 0 makes it blink (`on_s` lit, `off_s` dark).
    """

    color: Color
    seconds: float = 0.0
    on_s: float = 0.2
    off_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Tone:
    """Beep `count` times."""

    count: int
    on_s: float = 0.2
    off_s: float = 0.2


@dataclass(frozen=True, slots=True)
class Text:
    """Show two lines of at most 16 ASCII characters for `seconds` (0: until replaced)."""

    line1: str
    line2: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Output:
    """Energise output `number` for `seconds` and then let it drop by itself (a dead man), or drop it now.

    `on` with 0 seconds is refused by the codec: no output is ever left on for good.
    """

    number: int
    on: bool
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class ReadOutputs:
    """Ask the reader for the state of its outputs; answered by OutputsReported."""


@dataclass(frozen=True, slots=True)
class ReadInputs:
    """Ask the reader for the state of its inputs; answered by InputsReported."""


@dataclass(frozen=True, slots=True)
class InstallKey:
    """Give the reader a new secure-channel base key over the running secure session (KEYSET)."""

    key: bytes = field(repr=False)


Command = Light | Tone | Text | Output | ReadOutputs | ReadInputs | InstallKey


class LineCodec(Protocol):
    """One line's state machine, bytes to events and commands to bytes."""

    def opened(self, now: float) -> None:
        """Start over: the port has just been opened."""
        ...

    def closed(self, now: float, cause: str) -> list[Event]:
        """Report every reader that was online as offline: the port has gone."""
        ...

    def receive(self, data: bytes, now: float) -> list[Event]:
        """Take bytes as they came from the port, in any pieces, and return what they mean."""
        ...

    def advance(self, now: float) -> tuple[list[Event], bytes]:
        """Run the timers; return what time brought and the bytes to write now (may be empty)."""
        ...

    def wake_at(self) -> float | None:
        """Return when `advance` must be called next at the latest, or None while nothing is due."""
        ...

    def send(self, address: int, command: Command, token: int = 0) -> bool:
        """Queue a command; False when this kind of reader cannot do it or the reader is offline."""
        ...
