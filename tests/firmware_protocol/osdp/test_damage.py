"""Echoes, strangers, repeats and damage: nothing that was not presented becomes a badge, and nothing raises."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_protocol.events import (
    BadgeRead,
    BadgeUnreadable,
    Event,
    KeysPressed,
    ReaderOffline,
    ReaderOnline,
    Security,
    SecurityAlarm,
)
from firmware_protocol.osdp.frame import build
from firmware_protocol.osdp.messages import Answer, Ask
from firmware_protocol.osdp.reader import OsdpReader
from firmware_protocol.osdp.replies import RawBadge
from tests.firmware_protocol.osdp.lines import (
    BADGE,
    KEY,
    NUMBER,
    Line,
    frame,
    identity,
    of_kind,
    online,
    plain_line,
    secure_line,
    spec,
)

FORGED = RawBadge(0, 1, 26, b"\x11\x22\x33\x40").pack()


def alarms(events: list[Event]) -> set[Security]:
    return {event.what for event in of_kind(events, SecurityAlarm)}


def checksum_frame(body: bytes) -> bytes:
    return body + bytes((-sum(body) & 0xFF,))


def sequence_of(back: bytes) -> int:
    return frame(back).sequence


def badges(events: list[Event]) -> list[Event]:
    return [event for event in events if isinstance(event, BadgeRead | BadgeUnreadable)]


def inject(line: Line, forge: object) -> None:
    """Put a forged answer before every real one."""
    assert callable(forge)
    line.to_host = lambda back: forge(back) + back if back else back


@pytest.mark.fault(13)
@pytest.mark.parametrize("secure", [False, True])
def test_an_echo_of_the_hosts_own_bytes_is_silent(secure: bool) -> None:
    """Many two-wire adapters hear themselves."""
    line = secure_line() if secure else plain_line()
    sent: list[bytes] = []
    line.to_reader = lambda out: sent.append(out) or out  # type: ignore[func-returns-value]
    line.to_host = lambda back: sent.pop() + back if sent else back
    line.readers[0].present(26, BADGE)
    line.run(1.0)
    assert [type(event) for event in line.events] == [ReaderOnline, BadgeRead]


@pytest.mark.fault(13)
@pytest.mark.parametrize("address", [2, 0, 0x7F])
def test_answers_of_another_address_are_silent(address: int) -> None:
    """A configured one, a strange one, the broadcast one: none of them was asked."""
    line = online(Line([spec(1), spec(2)], [OsdpReader(n, identity()) for n in (1, 2)]))
    line.to_host = lambda back: (
        b"".join(build(address, n, Answer.RAW, FORGED, reply=True) for n in range(4)) + back
        if back and frame(back).address == 1
        else back
    )
    assert line.run(2.0) == []


@pytest.mark.fault(13)
@pytest.mark.parametrize("off", [1, 2, 3])
def test_an_answer_with_another_sequence_number_is_silent(off: int) -> None:
    """It answers a question of another time."""
    line = online(plain_line())
    inject(line, lambda back: build(1, (sequence_of(back) + off) % 4, Answer.RAW, FORGED, reply=True))
    events = line.run(1.0)
    assert badges(events) == []
    assert of_kind(events, ReaderOffline) == []


@pytest.mark.fault(13)
def test_a_repeated_answer_is_silent() -> None:
    """One badge, however often the line says it."""
    line = online(plain_line())
    line.to_host = lambda back: back * 3
    line.readers[0].present(26, BADGE)
    assert line.run(2.0) == [BadgeRead(1, NUMBER)]


@pytest.mark.fault(13)
def test_a_second_and_different_answer_to_one_question_is_a_second_reader() -> None:
    """Two readers with one address: both answer."""
    line = online(plain_line())
    line.to_host = lambda back: back + build(1, sequence_of(back), Answer.RAW, FORGED, reply=True) if back else back
    events = line.run(1.0)
    assert badges(events) == []
    assert alarms(events) == {Security.ADDRESS_CONFLICT}


def play(line: Line) -> list[Event]:
    """Two badges and some keys, a second apart."""
    line.run(0.4)
    line.readers[0].present(26, BADGE)
    line.run(1.1)
    line.readers[0].press("12#")
    line.readers[0].present(26, bytes(4))
    line.run(0.7)
    return line.events


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**9), secure=st.booleans())
def test_pieces_of_any_size_give_the_same_events(seed: int, secure: bool) -> None:
    """How a driver cuts the stream must not matter."""
    cut = random.Random(seed)
    whole, pieces = (secure_line() if secure else plain_line() for _ in range(2))
    receive = pieces.host.receive

    def in_pieces(data: bytes, now: float) -> list[Event]:
        events, at = [], 0
        while at < len(data):
            size = cut.randint(1, 9)
            events += receive(data[at : at + size], now)
            at += size
        return events

    pieces.host.receive = in_pieces  # type: ignore[method-assign]
    assert play(pieces) == play(whole)


@pytest.mark.fault(13)
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**9), secure=st.booleans(), rate=st.sampled_from([0.02, 0.2, 0.6]))
def test_flipped_bits_never_make_a_badge_that_was_not_presented(seed: int, secure: bool, rate: float) -> None:
    """A damaged frame may cost time, never an allow for somebody else."""
    dice = random.Random(seed)

    def flip(data: bytes) -> bytes:
        if not data or dice.random() > rate:
            return data
        body, bit = bytearray(data), dice.randrange(len(data) * 8)
        body[bit // 8] ^= 1 << bit % 8
        return bytes(body)

    line = secure_line() if secure else plain_line()
    line.to_host = line.to_reader = flip
    events = play(line)
    assert {event.number for event in of_kind(events, BadgeRead)} <= {NUMBER, "f1:26:00000000"}
    assert of_kind(events, BadgeUnreadable) == []
    assert "".join(event.keys for event in of_kind(events, KeysPressed)) in ("", "12#")


@pytest.mark.fault(13)
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**9), secure=st.booleans())
def test_random_bytes_and_random_frames_never_raise_and_the_reader_is_back_after_them(seed: int, secure: bool) -> None:
    """Nothing on the wire may stop the process."""
    dice = random.Random(seed)
    line = online(secure_line() if secure else plain_line())

    def junk(data: bytes) -> bytes:
        kind = dice.randrange(3)
        if kind == 0:
            return dice.randbytes(dice.randrange(60))
        code, payload = dice.choice([*Answer, *Ask]), dice.randbytes(dice.randrange(40))
        security = dice.choice([0, *range(0x11, 0x1A)])
        mac = (lambda _: bytes(4)) if 0x15 <= security <= 0x18 else None
        forged = build(1, dice.randrange(4), code, payload, reply=kind == 1, security=security, mac=mac)
        return forged + data

    line.to_host = line.to_reader = junk
    line.run(3.0)
    line.to_host = line.to_reader = lambda data: data
    line.run(3.0)
    assert line.host._links[1].online


@settings(max_examples=200, deadline=None)
@given(st.lists(st.binary(min_size=0, max_size=50), max_size=30), st.booleans())
def test_a_reader_that_is_sent_anything_never_raises(chunks: list[bytes], secure: bool) -> None:
    """A reader's firmware must survive its line too."""
    reader = OsdpReader(1, identity(), key=KEY if secure else None)
    sequence = 0
    for chunk in chunks:
        reader.receive(chunk, 0.0)
        if chunk:
            reader.receive(build(1, sequence, chunk[0], chunk[1:]), 0.0)
            sequence = sequence % 3 + 1
    reader.advance(1e9)
    assert reader.wake_at() is None
