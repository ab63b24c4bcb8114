"""Badge numbers: lossless, of the pinned format only, and never guessed."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from firmware_protocol.badge import (
    FORMATS,
    FORMATTED,
    LONGEST_TEXT,
    WIEGAND,
    aliases,
    bits_of,
    decoder,
    for_people,
    is_badge_number,
    text_number,
)

WITH_SENTINEL = 0x2006EC0C86
"""A published pair: 26 bits behind a sentinel bit, facility 118, number 1603."""
DATA_26 = ((WITH_SENTINEL & 0x3FFFFFF) << 6).to_bytes(4)


def test_a_published_26_bit_badge_reads_as_its_printed_facility_and_number() -> None:
    """A codec that only agrees with itself would enrol badges nobody else reads alike."""
    number = decoder("w26")(1, 26, DATA_26)
    assert number == "w26:2EC0C86"
    assert for_people(number, "w26") == "118-1603"


def parity(bits: str) -> int:
    return bits.count("1") % 2


def card(name: str, inner: int) -> tuple[int, bytes]:
    """Build a badge from the text of the format, another way than the decoder takes."""
    layout = WIEGAND[name]
    body = f"{inner:0{layout.bits - 2}b}"
    half = (layout.bits - 1) // 2
    even = str(parity(body[:half]))
    odd = str(1 - parity(body[-half:]))
    bits = even + body + odd
    return layout.bits, int(bits.ljust((layout.bits + 7) // 8 * 8, "0"), 2).to_bytes((layout.bits + 7) // 8)


@pytest.mark.parametrize(("name", "half"), [("w26", 12), ("w37", 18), ("w37-facility", 18)])
@given(data=st.data())
def test_every_card_of_a_format_reads_and_one_flipped_bit_never_does(name: str, half: int, data: st.DataObject) -> None:
    """A flipped bit that read as another badge would let another person in."""
    layout = WIEGAND[name]
    bits, content = card(name, data.draw(st.integers(0, (1 << (layout.bits - 2)) - 1)))
    number = decoder(name)(1, bits, content)
    assert bits_of(number) == (bits, content)
    assert is_badge_number(number)
    flipped = data.draw(st.integers(0, bits - 1).filter(lambda bit: layout.bits % 2 == 0 or bit != half))
    damaged = bytearray(content)
    damaged[flipped // 8] ^= 0x80 >> (flipped % 8)
    with pytest.raises(ValueError, match="parity is wrong"):
        decoder(name)(1, bits, bytes(damaged))


@pytest.mark.parametrize("name", ["w37", "w37-facility"])
def test_the_middle_bit_of_37_bits_stands_under_both_parities(name: str) -> None:
    """H10302 and H10304 share their parities: that is why the format is pinned and not guessed."""
    bits, content = card(name, 0)
    damaged = (int.from_bytes(content) ^ (1 << (len(content) * 8 - 1 - 18))).to_bytes(len(content))
    with pytest.raises(ValueError, match="even parity"):
        decoder(name)(1, bits, damaged)


def test_the_same_37_bits_mean_different_things_in_two_formats() -> None:
    """The raw value stays the key; only the reading for people differs."""
    bits, content = card("w37", (7 << 19) | 1234)
    number = decoder("w37")(1, bits, content)
    assert decoder("w37-facility")(1, bits, content) == number
    assert for_people(number, "w37") == str((7 << 19) | 1234)
    assert for_people(number, "w37-facility") == "7-1234"


@pytest.mark.parametrize("bits", [0, 25, 27, 34, 37])
def test_another_length_than_the_pinned_one_is_refused(bits: int) -> None:
    """34 bits have five layouts: reading them as any of them is a guess about a person."""
    with pytest.raises(ValueError, match=f"{bits} bits, not 26"):
        decoder("w26")(1, bits, bytes((bits + 7) // 8))


@pytest.mark.parametrize("data", [DATA_26[:3], DATA_26 + b"\0", b""])
def test_bytes_that_do_not_hold_exactly_the_bits_are_refused(data: bytes) -> None:
    """A reader that lies about its length may not choose which bits count."""
    with pytest.raises(ValueError, match="cannot hold exactly 26 bits"):
        decoder("w26")(1, 26, data)


def test_characters_are_refused_where_bits_are_pinned_and_bits_where_characters_are() -> None:
    """The format is pinned: what comes in another shape is unreadable, not reinterpreted."""
    with pytest.raises(ValueError, match="pinned to w26"):
        decoder("w26")(FORMATTED, 26, DATA_26)
    with pytest.raises(ValueError, match="not a UID"):
        decoder("uid")(FORMATTED, 32, b"abcd")
    with pytest.raises(ValueError, match="pinned to digits"):
        decoder("digits")(1, 26, DATA_26)


@pytest.mark.parametrize("uid", ["04A1B2C3", "04A1B2C3D4E5F6", "0411223344556677889A"])
def test_uids_of_every_size_keep_every_digit(uid: str) -> None:
    """A UID cut to fewer bits is shared by several people."""
    data = bytes.fromhex(uid)
    number = decoder("uid")(0, len(data) * 8, data)
    assert number == f"uid:{uid}"
    assert bits_of(number) == (len(data) * 8, data)


def test_a_uid_of_no_known_size_is_refused() -> None:
    """26 bits on a UID reader are another kind of badge, or a fault."""
    with pytest.raises(ValueError, match="26 bits are not a UID"):
        decoder("uid")(0, 26, DATA_26)


def test_formatted_digits_become_a_text_number() -> None:
    """Magnetic stripes and keypads send characters."""
    assert decoder("digits")(FORMATTED, 8, b"00123456") == "txt:00123456"


def test_an_unknown_format_is_refused_with_those_there_are() -> None:
    """Whoever wrote the configuration needs to know what to write instead."""
    with pytest.raises(ValueError, match="'w34' is no badge format") as refused:
        decoder("w34")
    assert all(name in str(refused.value) for name in FORMATS)


@pytest.mark.parametrize("name", FORMATS)
@given(code=st.integers(-1, 255), bits=st.integers(0, 65535), data=st.binary(max_size=80))
def test_no_bits_whatever_make_a_decoder_fail_in_another_way(name: str, code: int, bits: int, data: bytes) -> None:
    """Only ValueError means unreadable; anything else would stop the line."""
    try:
        number = decoder(name)(code, bits, data)
    except ValueError:
        return
    assert is_badge_number(number)


@given(st.binary(max_size=LONGEST_TEXT + 2))
def test_a_text_number_is_printable_or_refused(data: bytes) -> None:
    """A badge text goes to screens, logs and exports: no control character may ride along."""
    try:
        number = text_number(data)
    except ValueError:
        return
    assert number.isprintable()
    assert number.isascii()
    assert number == f"txt:{data.decode().strip()}"


@pytest.mark.parametrize("data", [b"", b"   ", b"a\x1bb", b"caf\xc3\xa9", b"\x00", b"x" * (LONGEST_TEXT + 1)])
def test_an_empty_overlong_or_unprintable_text_is_no_badge(data: bytes) -> None:
    """Each of these has been sent by some scanner with a wrong setting."""
    with pytest.raises(ValueError, match="characters"):
        text_number(data)


@pytest.mark.parametrize("text", ["w26:2EC0C86", "em:0A0078E865", "uid:04A1B2C3", "txt:00123456"])
def test_a_typed_number_is_one(text: str) -> None:
    """What readers give must be accepted where people type it."""
    assert is_badge_number(text)


@pytest.mark.parametrize(
    "text", ["", "1603", "w26:", "w26:2ec0c86", "em:0A", "uid:4A1", "txt:", "w२६:1", "em:0A0078E865\n", "x:1"]
)
def test_anything_else_is_no_typed_number(text: str) -> None:
    """A number typed nearly right would be enrolled and never match."""
    assert not is_badge_number(text)


@pytest.mark.parametrize(
    "number", ["txt:1", "em:0A0078E865", "w26:-5", "w26:0x5", "uid:1_2", "w²6:1", "w26:", "1603", ""]
)
def test_numbers_without_bits_are_refused(number: str) -> None:
    """Whoever types at a virtual reader must be told, not crash it."""
    with pytest.raises(ValueError, match="has no bits"):
        bits_of(number)


def test_a_number_too_large_for_its_bits_is_refused() -> None:
    """It would be another badge once cut."""
    with pytest.raises(ValueError, match="does not fit in 26 bits"):
        bits_of("w26:4000000")


@pytest.mark.parametrize("number", ["txt:118-1603", "em:0A0078E865", "w37:2EC0C86"])
def test_a_number_of_another_format_is_shown_as_it_is(number: str) -> None:
    """Taking bits for facility and card that are none shows people a wrong number."""
    assert for_people(number, "w26") == number


def test_a_uid_without_a_wiegand_format_is_shown_as_it_is() -> None:
    """Nothing is printed on such a badge but its UID."""
    assert for_people("uid:04A1B2C3", "uid") == "uid:04A1B2C3"


@pytest.mark.req("A1")
def test_the_forms_of_a_uid_are_offered_but_are_other_numbers() -> None:
    """Two readers show one badge in two ways; matching them silently would map one badge to two people."""
    forms = aliases("uid:04A1B2C3")
    assert forms[:3] == ("uid:C3B2A104", "txt:0077705923", "txt:3283263748")
    assert "uid:04A1B2C3" not in forms
    assert all(is_badge_number(form) for form in forms)
    for form in forms[3:]:
        bits, data = bits_of(form)
        assert decoder("w26")(1, bits, data) == form
    assert {f"{(int(form[4:], 16) >> 1) & 0xFFFFFF:06X}" for form in forms[3:]} == {"04A1B2", "B2A104", "A1B2C3"}


def test_a_uid_that_reads_the_same_backwards_is_offered_no_form_twice() -> None:
    """Nobody should choose between two equal lines."""
    forms = aliases("uid:04040404")
    assert len(forms) == len(set(forms)) == 2


@pytest.mark.parametrize("number", ["w26:2EC0C86", "em:0A0078E865", "txt:1"])
def test_only_uids_have_other_forms(number: str) -> None:
    """The others are sent one way only."""
    assert aliases(number) == ()


@given(st.text(max_size=40))
def test_no_text_makes_the_bits_of_a_number_fail_in_another_way(text: str) -> None:
    """The simulator's commands come from a keyboard."""
    try:
        bits, data = bits_of(text)
    except ValueError:
        return
    assume(bits > 0)
    assert len(data) == (bits + 7) // 8


def test_a_wrong_last_bit_is_told_as_the_odd_parity() -> None:
    """Whoever sets up a reader with the wrong format sees at once what does not fit."""
    bits, data = bits_of("w26:2EC0C86")
    wrong = bytes((*data[:-1], data[-1] ^ 0x40))
    with pytest.raises(ValueError, match="odd parity"):
        decoder("w26")(1, bits, wrong)
