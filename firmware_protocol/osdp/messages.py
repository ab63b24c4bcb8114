"""What OSDP commands and replies say: codes, and payloads as plain values both ways; times are in units of 100 ms."""

from dataclasses import dataclass, field
from enum import IntEnum
from struct import Struct
from typing import Any, Self


class Ask(IntEnum):
    """What a host sends."""

    POLL = 0x60
    ID = 0x61
    CAP = 0x62
    LSTAT = 0x64
    ISTAT = 0x65
    OSTAT = 0x66
    RSTAT = 0x67
    OUT = 0x68
    LED = 0x69
    BUZ = 0x6A
    TEXT = 0x6B
    COMSET = 0x6E
    KEYSET = 0x75
    CHLNG = 0x76
    SCRYPT = 0x77


class Answer(IntEnum):
    """What a reader sends."""

    ACK = 0x40
    NAK = 0x41
    PDID = 0x45
    PDCAP = 0x46
    LSTATR = 0x48
    ISTATR = 0x49
    OSTATR = 0x4A
    RSTATR = 0x4B
    RAW = 0x50
    FMT = 0x51
    KEYPAD = 0x53
    COM = 0x54
    CCRYPT = 0x76
    RMAC_I = 0x78
    BUSY = 0x79


class Nak(IntEnum):
    """Why a reader refuses."""

    CHECK = 1
    LENGTH = 2
    UNKNOWN_COMMAND = 3
    SEQUENCE = 4
    NO_SECURITY = 5
    SECURITY_NEEDED = 6
    UNABLE = 9


class Function(IntEnum):
    """What a reader can be able to do."""

    CONTACTS = 1
    OUTPUTS = 2
    CARD_DATA = 3
    LEDS = 4
    SOUND = 5
    TEXT = 6
    CHECK = 8
    SECURITY = 9
    BUFFER = 10
    READERS = 13
    VERSION = 16


class MessageError(ValueError):
    """A payload is too short, or contradicts itself."""


def unpack_at_least(layout: Struct, data: bytes) -> tuple[Any, ...]:
    """Return the fields at the start of a payload, or raise MessageError where it is too short."""
    if len(data) < layout.size:
        raise MessageError(f"{len(data)} bytes instead of {layout.size}")
    return layout.unpack_from(data)


_LED = Struct("<7BH5B")
_BUZ = Struct("<5B")
_OUT = Struct("<BBH")
_TEXT = Struct("<6B")
_COM = Struct("<BI")


@dataclass(frozen=True, slots=True)
class Led:
    """LED: a temporary setting (mode 0 none, 1 cancel, 2 set) and a permanent one (mode 0 none, 1 set)."""

    reader: int = 0
    led: int = 0
    temporary: int = 0
    temporary_on: int = 0
    temporary_off: int = 0
    temporary_color: int = 0
    temporary_off_color: int = 0
    timer: int = 0
    permanent: int = 0
    permanent_on: int = 0
    permanent_off: int = 0
    permanent_color: int = 0
    permanent_off_color: int = 0

    def pack(self) -> bytes:
        """Return the payload."""
        return _LED.pack(
            self.reader,
            self.led,
            self.temporary,
            self.temporary_on,
            self.temporary_off,
            self.temporary_color,
            self.temporary_off_color,
            self.timer,
            self.permanent,
            self.permanent_on,
            self.permanent_off,
            self.permanent_color,
            self.permanent_off_color,
        )

    @classmethod
    def unpack(cls, data: bytes) -> Self:
        """Return what the payload says, or raise MessageError."""
        return cls(*unpack_at_least(_LED, data))


@dataclass(frozen=True, slots=True)
class Buzzer:
    """BUZ: tone 1 is off, 2 the default one; on and off times; `count` 0 is until told otherwise."""

    reader: int
    tone: int
    on: int
    off: int
    count: int

    def pack(self) -> bytes:
        """Return the payload."""
        return _BUZ.pack(self.reader, self.tone, self.on, self.off, self.count)

    @classmethod
    def unpack(cls, data: bytes) -> Self:
        """Return what the payload says, or raise MessageError."""
        return cls(*unpack_at_least(_BUZ, data))


class OutputCode(IntEnum):
    """What to do with an output."""

    NOTHING = 0
    OFF = 1
    ON = 2
    OFF_AFTER_TIMER = 3
    ON_AFTER_TIMER = 4
    ON_FOR = 5
    OFF_FOR = 6


@dataclass(frozen=True, slots=True)
class OutputControl:
    """OUT, for one output; `code` is an OutputCode, kept as a number because a line can say anything."""

    number: int
    code: int
    timer: int = 0

    def pack(self) -> bytes:
        """Return the payload."""
        return _OUT.pack(self.number, self.code, self.timer)

    @classmethod
    def unpack(cls, data: bytes) -> Self:
        """Return what the payload says, or raise MessageError."""
        return cls(*unpack_at_least(_OUT, data))


class TextCode(IntEnum):
    """How a text is shown."""

    PERMANENT = 1
    PERMANENT_WRAPPED = 2
    TEMPORARY = 3
    TEMPORARY_WRAPPED = 4


@dataclass(frozen=True, slots=True)
class TextMessage:
    """TEXT: `seconds` counts for temporary codes only; row and column start at 1."""

    reader: int
    code: int
    seconds: int
    row: int
    column: int
    text: bytes

    def pack(self) -> bytes:
        """Return the payload."""
        return _TEXT.pack(self.reader, self.code, self.seconds, self.row, self.column, len(self.text)) + self.text

    @classmethod
    def unpack(cls, data: bytes) -> Self:
        """Return what the payload says, or raise MessageError."""
        reader, code, seconds, row, column, length = unpack_at_least(_TEXT, data)
        text = data[_TEXT.size :]
        if len(text) != length:
            raise MessageError(f"{len(text)} characters instead of {length}")
        return cls(reader, code, seconds, row, column, text)


@dataclass(frozen=True, slots=True)
class ComSettings:
    """COMSET and COM: a reader's address and baud rate."""

    address: int
    baud: int

    def pack(self) -> bytes:
        """Return the payload."""
        return _COM.pack(self.address, self.baud)

    @classmethod
    def unpack(cls, data: bytes) -> Self:
        """Return what the payload says, or raise MessageError."""
        return cls(*unpack_at_least(_COM, data))


BASE_KEY = 1
KEY_BYTES = 16


@dataclass(frozen=True, slots=True)
class KeySetting:
    """KEYSET: the base key of the secure channel, 16 bytes."""

    key: bytes = field(repr=False)

    def pack(self) -> bytes:
        """Return the payload."""
        return bytes((BASE_KEY, len(self.key))) + self.key

    @classmethod
    def unpack(cls, data: bytes) -> Self:
        """Return what the payload says; raise MessageError for another kind or length of key."""
        if data[:2] != bytes((BASE_KEY, KEY_BYTES)) or len(data) != 2 + KEY_BYTES:
            raise MessageError("not a base key of 16 bytes")
        return cls(data[2:])
