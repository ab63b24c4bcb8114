"""Badge numbers: the lossless typed raw value is the key; facility and card number are only for people to read.

A bit length does not name a format (37 bits pass parity as H10302 and as H10304), so the format is pinned per reader.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

Decoder = Callable[[int, int, bytes], str]
"""Turns a reader's format code, bit count and left-aligned data into a badge number; raises ValueError."""

FORMATTED = -1
"""The format code under which formatted characters (OSDP FMT) are handed to a decoder."""

LONGEST_TEXT = 64
"""A badge is no book: a longer line is a scanner gone wild."""

_NUMBER = re.compile(r"(w[0-9]{2}:[0-9A-F]+|em:[0-9A-F]{10}|uid:(?:[0-9A-F]{2})+|txt:.+)", re.DOTALL)
_BITS = re.compile(r"(?:w([0-9]{2})|uid):([0-9A-Fa-f]{1,32})")


@dataclass(frozen=True, slots=True)
class WiegandFormat:
    """A layout of bits: length, how many bits of facility code, and which bits each parity covers (inclusive)."""

    bits: int
    facility_bits: int
    even: tuple[int, int]
    odd: tuple[int, int]

    @property
    def digits(self) -> int:
        """Hexadecimal digits of the raw value."""
        return (self.bits + 3) // 4


WIEGAND = {
    "w26": WiegandFormat(26, 8, (0, 12), (13, 25)),
    "w37": WiegandFormat(37, 0, (0, 18), (18, 36)),
    "w37-facility": WiegandFormat(37, 16, (0, 18), (18, 36)),
}
"""Name in the configuration -> layout: H10301, H10302, H10304. Bit 0 is sent first and is the even parity bit."""

UID_BITS = (32, 56, 80)
"""ISO 14443-3: single, double and triple size UIDs."""


def decoder(format_name: str) -> Decoder:
    """Return what reads a reader's badges in the pinned format.

    Raises:
        ValueError: no such format; the text lists those there are.
    """
    if format_name == "uid":
        return _decode_uid
    if format_name == "digits":
        return _decode_digits
    if format_name not in WIEGAND:
        raise ValueError(f"{format_name!r} is no badge format; use one of {', '.join(FORMATS)}")
    layout = WIEGAND[format_name]

    def decode(format_code: int, bits: int, data: bytes) -> str:
        if format_code == FORMATTED:
            raise ValueError(f"characters from a reader pinned to {format_name}")
        return wiegand(layout, bits, data)

    return decode


FORMATS = (*WIEGAND, "uid", "digits")


def wiegand(layout: WiegandFormat, bits: int, data: bytes) -> str:
    """Return the typed number of left-aligned bits.

    Raises:
        ValueError: another length than the pinned one, or wrong parity.
    """
    if bits != layout.bits:
        raise ValueError(f"{bits} bits, not {layout.bits}")
    value = _value(bits, data)
    text = f"{value:0{layout.bits}b}"
    if text[layout.even[0] : layout.even[1] + 1].count("1") % 2 != 0:
        raise ValueError("even parity is wrong")
    if text[layout.odd[0] : layout.odd[1] + 1].count("1") % 2 != 1:
        raise ValueError("odd parity is wrong")
    return f"w{layout.bits}:{value:0{layout.digits}X}"


def _value(bits: int, data: bytes) -> int:
    if len(data) != (bits + 7) // 8:
        raise ValueError(f"{len(data)} bytes cannot hold exactly {bits} bits")
    return int.from_bytes(data) >> (-bits % 8)


def _decode_uid(format_code: int, bits: int, data: bytes) -> str:
    if format_code == FORMATTED or bits not in UID_BITS:
        raise ValueError(f"{bits} bits are not a UID")
    return f"uid:{_value(bits, data):0{bits // 4}X}"


def _decode_digits(format_code: int, bits: int, data: bytes) -> str:
    if format_code != FORMATTED:
        raise ValueError(f"{bits} raw bits from a reader pinned to digits")
    return text_number(data)


def text_number(data: bytes) -> str:
    """Return the typed number of a line of text.

    Raises:
        ValueError: empty, too long, or not printable ASCII.
    """
    if not 0 < len(data) <= LONGEST_TEXT:
        raise ValueError(f"{len(data)} characters, not 1 to {LONGEST_TEXT}")
    if not all(0x20 <= byte < 0x7F for byte in data) or not data.strip():
        raise ValueError("not printable characters")
    return f"txt:{data.decode('ascii').strip()}"


def bits_of(number: str) -> tuple[int, bytes]:
    """Return bit count and left-aligned data as a reader sends them, for `w..` and `uid` numbers.

    Raises:
        ValueError: the number has no bits of its own.
    """
    found = _BITS.fullmatch(number)
    if found is None:
        raise ValueError(f"{number!r} has no bits; use w26:... , w37:... or uid:...")
    length, digits = found.groups()
    bits = int(length) if length else len(digits) * 4
    value = int(digits, 16)
    if value >= 1 << bits:
        raise ValueError(f"{number!r} does not fit in {bits} bits")
    return bits, (value << (-bits % 8)).to_bytes((bits + 7) // 8)


def is_badge_number(text: str) -> bool:
    """Whether the text is a typed badge number."""
    return _NUMBER.fullmatch(text) is not None


def for_people(number: str, format_name: str) -> str:
    """Return `facility-card` as printed on the badge, or the number itself where there is no such thing."""
    layout = WIEGAND.get(format_name)
    if layout is None or not number.startswith(f"w{layout.bits}:"):
        return number
    data = int(number.partition(":")[2], 16) >> 1
    card_bits = layout.bits - 2 - layout.facility_bits
    card = data & ((1 << card_bits) - 1)
    if not layout.facility_bits:
        return str(card)
    return f"{(data >> card_bits) & ((1 << layout.facility_bits) - 1)}-{card}"


def aliases(number: str) -> tuple[str, ...]:
    """Return other forms in which readers show the same UID, to be offered at enrolment and never matched silently."""
    kind, _, digits = number.partition(":")
    if kind != "uid":
        return ()
    data = bytes.fromhex(digits)
    reverse = data[::-1]
    forms = [f"uid:{reverse.hex().upper()}"]
    forms += [f"txt:{int.from_bytes(order):010d}" for order in (data, reverse)]
    forms += [_as_wiegand26(order) for order in (data[:3], reverse[-3:], data[-3:])]
    return tuple(dict.fromkeys(form for form in forms if form != number))


def _as_wiegand26(data: bytes) -> str:
    """Return 24 bits with the parities that a reader adds when it cuts a UID to 26 bits."""
    value = int.from_bytes(data)
    even = (value >> 12).bit_count() & 1
    odd = 1 - ((value & 0xFFF).bit_count() & 1)
    return f"w26:{even << 25 | value << 1 | odd:07X}"
