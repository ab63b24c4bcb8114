"""What readers report, as plain values both ways: who they are, what they can do, badges, keys, contacts."""

from collections.abc import Iterable
from dataclasses import dataclass
from struct import Struct
from typing import Self

from firmware_protocol.osdp.messages import Function, MessageError, unpack_at_least

_PDID = Struct("<3sBB4s3s")
_RAW = Struct("<BBH")
_FMT = Struct("<3B")
_KEYPAD = Struct("<2B")
_LSTATR = Struct("<2B")

KEYPAD_BYTES = {"*": 0x7F, "#": 0x0D}
_KEYS = {code: key for key, code in KEYPAD_BYTES.items()} | {ord(key): key for key in "0123456789*#"}


@dataclass(frozen=True, slots=True)
class ReaderIdentity:
    """Who a reader says it is: `vendor` 3 bytes, `serial` 4, `firmware` 3 (major, minor, build)."""

    vendor: bytes
    model: int
    version: int
    serial: bytes
    firmware: bytes

    def pack(self) -> bytes:
        """Return the payload of PDID."""
        return _PDID.pack(self.vendor, self.model, self.version, self.serial, self.firmware)

    @classmethod
    def unpack(cls, data: bytes) -> Self:
        """Return what the payload says, or raise MessageError."""
        return cls(*unpack_at_least(_PDID, data))


@dataclass(frozen=True, slots=True)
class Capability:
    """One thing a reader can do: how well, and how many of them it has."""

    function: int
    level: int
    count: int


def pack_capabilities(capabilities: Iterable[Capability]) -> bytes:
    """Return the payload of PDCAP."""
    return b"".join(bytes((one.function, one.level, one.count)) for one in capabilities)


def unpack_capabilities(data: bytes) -> tuple[Capability, ...]:
    """Return what the payload says; an incomplete last entry raises MessageError."""
    if len(data) % 3:
        raise MessageError(f"{len(data)} bytes are not whole capabilities")
    return tuple(Capability(*data[at : at + 3]) for at in range(0, len(data), 3))


def pack_states(states: Iterable[bool]) -> bytes:
    """Return the payload of OSTATR and ISTATR."""
    return bytes(states)


def unpack_states(data: bytes) -> tuple[bool, ...]:
    """Return what the payload says, index = number of the contact."""
    return tuple(state != 0 for state in data)


@dataclass(frozen=True, slots=True)
class LocalStatus:
    """LSTATR: whether the tamper contact is open and whether the power has failed."""

    tamper: bool
    power: bool

    def pack(self) -> bytes:
        """Return the payload."""
        return bytes((self.tamper, self.power))

    @classmethod
    def unpack(cls, data: bytes) -> Self:
        """Return what the payload says, or raise MessageError."""
        tamper, power = unpack_at_least(_LSTATR, data)
        return cls(tamper != 0, power != 0)


@dataclass(frozen=True, slots=True)
class RawBadge:
    """RAW: `bits` bits of a badge in `data`, the first one leftmost; `format` 0 is unspecified, 1 Wiegand."""

    reader: int
    format: int
    bits: int
    data: bytes

    def pack(self) -> bytes:
        """Return the payload."""
        return _RAW.pack(self.reader, self.format, self.bits) + self.data

    @classmethod
    def unpack(cls, data: bytes) -> Self:
        """Return what the payload says; raise MessageError where it has not exactly the bytes its bits need."""
        reader, kind, bits = unpack_at_least(_RAW, data)
        content = data[_RAW.size :]
        if not bits or len(content) != (bits + 7) // 8:
            raise MessageError(f"{bits} bits in {len(content)} bytes")
        return cls(reader, kind, bits, content)


@dataclass(frozen=True, slots=True)
class FormattedBadge:
    """FMT: a badge as characters; `backward` when it was drawn through the wrong way."""

    reader: int
    backward: bool
    text: bytes

    def pack(self) -> bytes:
        """Return the payload."""
        return _FMT.pack(self.reader, self.backward, len(self.text)) + self.text

    @classmethod
    def unpack(cls, data: bytes) -> Self:
        """Return what the payload says, or raise MessageError."""
        reader, direction, count = unpack_at_least(_FMT, data)
        text = data[_FMT.size :]
        if not count or len(text) != count:
            raise MessageError(f"{len(text)} characters instead of {count}")
        return cls(reader, direction != 0, text)


@dataclass(frozen=True, slots=True)
class KeysTyped:
    """KEYPAD: keys in the order pressed, `0`-`9`, `#` (enter), `*` (clear); other keys are left out."""

    reader: int
    keys: str

    def pack(self) -> bytes:
        """Return the payload."""
        codes = bytes(KEYPAD_BYTES.get(key, ord(key)) for key in self.keys)
        return _KEYPAD.pack(self.reader, len(codes)) + codes

    @classmethod
    def unpack(cls, data: bytes) -> Self:
        """Return what the payload says, or raise MessageError."""
        reader, count = unpack_at_least(_KEYPAD, data)
        codes = data[_KEYPAD.size :]
        if len(codes) != count:
            raise MessageError(f"{len(codes)} keys instead of {count}")
        return cls(reader, "".join(_KEYS.get(code, "") for code in codes))


def describe(capabilities: Iterable[Capability]) -> dict[int, Capability]:
    """Return capabilities by their function; of several for one function the last counts."""
    return {one.function: one for one in capabilities}


def can(capabilities: dict[int, Capability] | None, function: Function) -> bool:
    """Tell whether a reader can do something; one that would not say (None) is asked and may refuse."""
    return capabilities is None or (function in capabilities and capabilities[function].level > 0)
