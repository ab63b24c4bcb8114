"""Plain scanners: whatever the bytes and however cut, only whole and intact badges come out, once a presentation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_protocol.badge import LONGEST_TEXT, is_badge_number
from firmware_protocol.events import BadgeRead, BadgeUnreadable, Color, Event, Light, ReaderOffline, ReaderOnline
from firmware_protocol.plain import (
    HALF_LINE_S,
    LONGEST_FRAME,
    QUIET_S,
    REMEMBERED,
    Em4100Codec,
    PlainCodec,
    TextLineCodec,
    em4100_number,
)

RDM6300 = bytes.fromhex("02 30413030373845383635 4646 0d0a 03")
"""0A0078E865, XOR FF, with CR LF as an ID-12LA sends it."""
BADGE = "em:0A0078E865"
EITHER = pytest.mark.parametrize("make", [Em4100Codec, TextLineCodec])


def online(make: type[PlainCodec]) -> PlainCodec:
    codec = make()
    codec.opened(0.0)
    assert codec.advance(0.0) == ([ReaderOnline(0, secure=False)], b"")
    return codec


def fed(codec: PlainCodec, data: bytes, now: float, *, bytewise: bool) -> list[Event]:
    pieces = [data[at : at + 1] for at in range(len(data))] if bytewise else [data]
    return [event for piece in pieces for event in codec.receive(piece, now)]


def em_frame(number: bytes) -> bytes:
    checksum = number[0] ^ number[1] ^ number[2] ^ number[3] ^ number[4]
    return b"\x02" + number.hex().upper().encode() + b"%02X" % checksum + b"\x03"


@pytest.mark.parametrize("bytewise", [False, True])
@pytest.mark.parametrize("ending", [b"\r\n\x03", b"\x03"])
def test_an_em4100_badge_is_read_whole_or_byte_by_byte(ending: bytes, bytewise: bool) -> None:
    """A serial port cuts where it likes, and the modules differ in CR LF."""
    codec = online(Em4100Codec)
    assert fed(codec, RDM6300[:13] + ending, 1.0, bytewise=bytewise) == [BadgeRead(0, BADGE)]


@pytest.mark.parametrize("bytewise", [False, True])
@pytest.mark.parametrize("ending", [b"\r", b"\n", b"\r\n"])
def test_a_line_of_text_is_read_with_any_ending(ending: bytes, bytewise: bool) -> None:
    """Every scanner is set up differently; CR LF is one ending, not an empty second line."""
    codec = online(TextLineCodec)
    assert fed(codec, b"A-1603" + ending, 1.0, bytewise=bytewise) == [BadgeRead(0, "txt:A-1603")]


def test_two_lines_in_one_read_are_two_badges() -> None:
    """A busy host reads late."""
    events = online(TextLineCodec).receive(b"one\r\ntwo\r\n", 1.0)
    assert events == [BadgeRead(0, "txt:one"), BadgeRead(0, "txt:two")]


@given(st.binary(min_size=5, max_size=5), st.integers(0, 12 * 8 - 1))
def test_one_flipped_bit_never_gives_another_badge(number: bytes, flipped: int) -> None:
    """The XOR catches any single bit; a cut or joined frame has another length."""
    frame = bytearray(em_frame(number))
    frame[1 + flipped // 8] ^= 1 << (flipped % 8)
    events = online(Em4100Codec).receive(bytes(frame), 1.0)
    same = f"em:{number.hex().upper()}"
    assert all(not isinstance(event, BadgeRead) or event.number == same for event in events)


@pytest.mark.req("A3")
@pytest.mark.parametrize(
    ("frame", "cause"),
    [
        (b"0A0078E865F6", "checksum is wrong"),
        (b"0A0078E865F", "11 characters, not 12"),
        (b"0A0078E865FFF", "13 characters, not 12"),
        (b"0A0078E865GG", "not hexadecimal digits"),
        (b"0A 00 78 E8 ", "not hexadecimal digits"),
        (b"0A0078E865\xf7\xf7", "not hexadecimal digits"),
        (b"", "0 characters, not 12"),
    ],
)
def test_a_damaged_frame_is_reported_as_unreadable_with_its_cause(frame: bytes, cause: str) -> None:
    """It is recorded as a denied attempt, so it must not just vanish."""
    events = online(Em4100Codec).receive(b"\x02" + frame + b"\x03", 1.0)
    assert events == [BadgeUnreadable(0, cause, frame.decode("ascii", "backslashreplace"))]


@pytest.mark.req("A3")
def test_an_unprintable_line_is_reported_with_nothing_that_could_harm_a_screen() -> None:
    """The raw text ends up in front of people and in exports."""
    (event,) = online(TextLineCodec).receive(b"caf\xc3\xa9\r", 1.0)
    assert event == BadgeUnreadable(0, "not printable characters", "caf\\xc3\\xa9")


@EITHER
def test_half_a_badge_followed_by_silence_is_thrown_away(make: type[PlainCodec]) -> None:
    """Half of one badge glued to half of another is a badge that nobody holds."""
    half, whole = (b"\x020A00", RDM6300) if make is Em4100Codec else (b"16", b"1603\r")
    codec = online(make)
    assert codec.receive(half, 1.0) == []
    assert codec.wake_at() == 1.0 + HALF_LINE_S
    assert codec.advance(1.0 + HALF_LINE_S) == ([], b"")
    assert codec.wake_at() is None
    (event,) = codec.receive(whole, 1.3)
    assert isinstance(event, BadgeRead)


def test_half_a_line_is_thrown_away_even_where_nobody_woke_the_codec() -> None:
    """The rule may not depend on how punctual the host program is."""
    codec = online(TextLineCodec)
    codec.receive(b"16", 1.0)
    assert codec.receive(b"03\r", 1.0 + HALF_LINE_S) == [BadgeRead(0, "txt:03")]


def test_a_line_that_pauses_for_less_is_whole() -> None:
    """USB delivers in pieces; a badge is not lost for that."""
    codec = online(TextLineCodec)
    codec.receive(b"16", 1.0)
    codec.advance(1.0 + HALF_LINE_S / 2)
    assert codec.receive(b"03\r", 1.0 + HALF_LINE_S * 0.9) == [BadgeRead(0, "txt:1603")]


def test_a_badge_that_lies_there_is_read_once_and_again_after_it_was_away() -> None:
    """An RDM6300 repeats the frame ten times a second; each repeat as a new read would badge out again."""
    codec = online(Em4100Codec)
    assert codec.receive(RDM6300, 1.0) == [BadgeRead(0, BADGE)]
    assert [codec.receive(RDM6300, 1.0 + step / 10) for step in range(1, 30)] == [[]] * 29
    assert codec.receive(RDM6300, 3.9 + QUIET_S) == [BadgeRead(0, BADGE)]


def test_a_damaged_repeat_or_a_second_badge_between_does_not_read_the_first_one_again() -> None:
    """The holder would be badged out by a flipped bit in the frames of the badge that lies there."""
    codec = online(Em4100Codec)
    other = em_frame(bytes.fromhex("0A00000001"))
    first = codec.receive(RDM6300 + b"\x02bad\x03" + other, 1.0)
    assert [type(event) for event in first] == [BadgeRead, BadgeUnreadable, BadgeRead]
    assert codec.receive(RDM6300 + b"\x02bad\x03" + other, 1.5) == []


@pytest.mark.req("A8")
@EITHER
def test_the_scanner_is_online_with_its_port_and_offline_without_it(make: type[PlainCodec]) -> None:
    """The port is all that tells whether a plain scanner is there."""
    codec = make()
    assert codec.advance(0.0) == ([], b"")
    assert codec.closed(0.0, "gone") == []
    codec.opened(1.0)
    assert codec.wake_at() == 1.0
    assert codec.advance(1.0)[0] == [ReaderOnline(0, secure=False)]
    assert codec.advance(1.1)[0] == []
    assert codec.closed(2.0, "gone") == [ReaderOffline(0, "gone")]
    assert codec.closed(2.0, "gone") == []
    assert codec.wake_at() is None


def test_a_badge_in_the_first_bytes_comes_after_the_news_that_the_scanner_is_online() -> None:
    """A read from a reader that is not online yet would be refused by whoever listens."""
    codec = TextLineCodec()
    codec.opened(0.0)
    assert codec.receive(b"1603\r", 0.0) == [ReaderOnline(0, secure=False), BadgeRead(0, "txt:1603")]
    assert codec.advance(0.0) == ([], b"")


def test_half_a_line_from_before_the_port_was_lost_is_gone() -> None:
    """What comes after a replug belongs to another badge."""
    codec = online(TextLineCodec)
    codec.receive(b"16", 1.0)
    codec.closed(1.0, "gone")
    codec.opened(1.1)
    assert codec.receive(b"03\r", 1.1)[-1] == BadgeRead(0, "txt:03")


@EITHER
def test_a_plain_scanner_takes_no_command(make: type[PlainCodec]) -> None:
    """Whoever sends must learn that nobody will see the light."""
    assert not online(make).send(0, Light(Color.GREEN), 1)


@pytest.mark.parametrize("bytewise", [False, True])
def test_an_overlong_line_is_one_unreadable_badge_and_the_next_one_is_read(bytewise: bool) -> None:
    """A scanner gone wild costs a bounded amount of memory and one entry."""
    codec = online(TextLineCodec)
    flood = b"x" * 100_000
    events = fed(codec, flood + b"\r1603\r", 1.0, bytewise=bytewise)
    assert [type(event) for event in events] == [BadgeUnreadable, BadgeRead]
    assert codec.receive(flood, 2.5) == []
    assert len(codec._buffer) <= LONGEST_TEXT + 1


def test_an_endless_frame_keeps_a_bounded_number_of_bytes() -> None:
    """A stuck module must not eat the memory of the gate."""
    codec = online(Em4100Codec)
    codec.receive(b"\x02" + b"0" * 100_000, 1.0)
    assert len(codec._buffer) <= LONGEST_FRAME + 1
    assert codec.receive(RDM6300, 1.0) == [BadgeRead(0, BADGE)]


def test_a_flood_of_different_badges_is_remembered_in_a_bounded_list() -> None:
    """Ten million decisions may not grow the memory of what lay there last."""
    codec = online(TextLineCodec)
    events = codec.receive(b"".join(b"%d\r" % number for number in range(1000)), 1.0)
    assert len(events) == 1000
    assert len(codec._presentations._seen) == REMEMBERED


@pytest.mark.fault(13)
@EITHER
@given(pieces=st.lists(st.tuples(st.binary(max_size=60), st.floats(0, 2)), max_size=12))
def test_random_bytes_never_raise_and_never_give_a_badge_with_a_wrong_checksum(
    make: type[PlainCodec], pieces: list[tuple[bytes, float]]
) -> None:
    """A bad contact makes any bytes; none of them may open anything or stop the line."""
    codec, now = online(make), 0.0
    for data, pause in pieces:
        now += pause
        assert codec.advance(now)[1] == b""
        for event in codec.receive(data, now):
            assert isinstance(event, BadgeRead | BadgeUnreadable)
            if isinstance(event, BadgeRead):
                assert is_badge_number(event.number)
        assert len(codec._buffer) <= LONGEST_TEXT + 1


_ALPHABET = st.sampled_from([b"\x02", b"\x03", b"\r", b"\n", b"0", b"A", b"F", RDM6300[1:13], RDM6300, b" ", b"\xff"])


@given(st.lists(_ALPHABET, max_size=20))
def test_frames_torn_and_glued_give_only_badges_that_were_really_sent(pieces: list[bytes]) -> None:
    """Random bytes rarely look like a frame; these nearly always do."""
    data = b"".join(pieces)
    whole = online(Em4100Codec).receive(data, 1.0)
    assert whole == fed(online(Em4100Codec), data, 1.0, bytewise=True)
    for event in whole:
        if isinstance(event, BadgeRead):
            assert em4100_number(event.number[3:].encode() + checksum_of(event.number)) == event.number
            assert event.number[3:].encode() + checksum_of(event.number) in data


def checksum_of(number: str) -> bytes:
    digits = bytes.fromhex(number[3:])
    return b"%02X" % (digits[0] ^ digits[1] ^ digits[2] ^ digits[3] ^ digits[4])


def test_bytes_outside_a_frame_are_nothing() -> None:
    """Noise between two badges must not become the beginning of one."""
    codec = Em4100Codec()
    codec.opened(0.0)
    codec.advance(0.0)
    assert codec.receive(b"0A00\x03", 0.1) == []
    assert codec.wake_at() is None
