"""The badge numbers of the demo: each person's own, in the form that each kind of reader reads."""

from gate.demo_people import DemoPerson

_FACILITY = 118
_FIRST_CARD = 20300
_EM_CUSTOMER = 0x0A


def wiegand26(facility: int, card: int) -> str:
    """Return the 26 bits in hexadecimal: even parity over the first 12 data bits, odd parity over the last 12."""
    data = facility << 16 | card
    even = (data >> 12).bit_count() & 1
    odd = 1 - ((data & 0xFFF).bit_count() & 1)
    return f"w26:{even << 25 | data << 1 | odd:07X}"


UNKNOWN = {"w26": wiegand26(_FACILITY, 60001), "em": "em:0A00DEC0DE", "txt": "txt:VISITOR-PASS-9"}
"""Numbers that nobody owns, by the kind of reader."""


def number_of(person: DemoPerson, kind: str) -> str:
    """Return the person's badge number as a reader of this kind reads it."""
    if kind == "w26":
        return wiegand26(_FACILITY, _FIRST_CARD + 7 * person.number)
    if kind == "em":
        return f"em:{_EM_CUSTOMER:02X}{0x0078E000 + 13 * person.number:08X}"
    return f"txt:{person.id}"


def old_number_of(person: DemoPerson) -> str:
    """Return the number of the badge that was replaced by the present one."""
    return wiegand26(_FACILITY, _FIRST_CARD + 5000 + person.number)
