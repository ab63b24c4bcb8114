"""Attacks and damage on the line: nothing that was not presented ever becomes a badge, and nothing raises."""

from binascii import crc_hqx

import pytest

from firmware_protocol.events import (
    BadgeRead,
    BadgeUnreadable,
    CommandDone,
    Event,
    ReaderOffline,
    ReaderOnline,
    Security,
    SecurityAlarm,
    Tone,
)
from firmware_protocol.osdp.frame import build
from firmware_protocol.osdp.messages import Answer, Ask, Nak
from firmware_protocol.osdp.reader import OsdpReader, ToneHeard
from firmware_protocol.osdp.replies import RawBadge
from tests.firmware_protocol.osdp.lines import (
    BADGE,
    KEY,
    NUMBER,
    OTHER_KEY,
    Line,
    frame,
    identity,
    of_kind,
    online,
    plain_line,
    secure_line,
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


FORGERIES = [
    (lambda back: build(1, sequence_of(back), Answer.RAW, FORGED, reply=True), Security.PLAIN_IN_SECURE),
    (
        lambda back: build(
            1, sequence_of(back), Answer.RAW, FORGED, reply=True, security=0x16, mac=lambda _: b"\x00\x01\x02\x03"
        ),
        Security.WRONG_MAC,
    ),
    (
        lambda back: build(
            1, sequence_of(back), Answer.RAW, bytes(16), reply=True, security=0x18, mac=lambda _: b"\x00\x01\x02\x03"
        ),
        Security.WRONG_MAC,
    ),
    (
        lambda back: build(1, sequence_of(back), Answer.RAW, FORGED, reply=True, security=0x14, block=b"\x01"),
        Security.WRONG_BLOCK_TYPE,
    ),
    (
        lambda back: build(
            1, sequence_of(back), Answer.RAW, FORGED, reply=True, security=0x15, mac=lambda _: b"\x00\x01\x02\x03"
        ),
        Security.WRONG_BLOCK_TYPE,
    ),
]


@pytest.mark.fault(14)
@pytest.mark.parametrize(("forge", "what"), FORGERIES)
def test_a_forged_answer_in_a_session_is_an_alarm_and_the_real_one_still_counts(forge: object, what: Security) -> None:
    """Nothing unauthenticated ever becomes a badge, and forging does not silence the reader either."""
    line = online(secure_line())
    inject(line, forge)
    line.readers[0].present(26, BADGE)
    events = line.run(3.0)
    assert badges(events) == [BadgeRead(1, NUMBER)]
    assert of_kind(events, SecurityAlarm) == [SecurityAlarm(1, what)]
    assert of_kind(events, ReaderOffline) == []


@pytest.mark.fault(14)
def test_alarms_of_a_kind_come_once_in_ten_seconds() -> None:
    """An attacker must not be able to flood the records, nor to hide by having been noticed once."""
    line = online(secure_line())
    inject(line, FORGERIES[0][0])
    assert len(of_kind(line.run(25.0), SecurityAlarm)) == 3


@pytest.mark.fault(14)
def test_a_checksum_frame_is_refused_in_plain_and_in_secure() -> None:
    """A flipped control bit would turn CRC-16 into a check that one forgery in 256 passes."""
    for line in (online(plain_line()), online(secure_line())):
        inject(
            line,
            lambda back: checksum_frame(
                bytes((0x53, 0x81, 7 + len(FORGED), 0, sequence_of(back), Answer.RAW)) + FORGED
            ),
        )
        line.readers[0].present(26, BADGE)
        events = line.run(1.0)
        assert badges(events) == [BadgeRead(1, NUMBER)]
        assert alarms(events) == {Security.CHECKSUM_ON_CRC_LINK}


@pytest.mark.fault(14)
def test_recorded_answers_are_refused_later_in_the_session_and_in_the_next() -> None:
    """Replay: the whole recording, at every poll."""
    line = online(secure_line())
    line.readers[0].present(26, BADGE)
    line.run(0.3)
    recorded = b"".join(line.answered)
    line.events.clear()
    line.to_host = lambda back: recorded + back if back else back
    assert badges(line.run(2.0)) == []
    line.host.closed(line.now, "")
    line.host.opened(line.now)
    events = line.run(3.0)
    assert badges(events) == []
    assert Security.WRONG_CRYPTOGRAM in alarms(line.events) | alarms(events)


@pytest.mark.fault(14)
def test_a_recorded_command_is_not_obeyed_again() -> None:
    """An output must not be switched by whoever listened."""
    line = online(secure_line())
    line.host.send(1, Tone(1))
    line.run(0.3)
    assert line.take_actions() == [ToneHeard(1)]
    reader = line.readers[0]
    for _, asked in line.asked:
        for sequence in range(4):
            body = bytearray(asked[1:-2])
            body[4] = body[4] & ~3 | sequence
            reader.receive(bytes(body) + crc_hqx(bytes(body), 0x1D0F).to_bytes(2, "little"), line.now)
    assert reader.take_actions() == []
    assert of_kind(line.run(1.0), ReaderOffline) == []


@pytest.mark.fault(14)
@pytest.mark.parametrize("why", list(Nak))
def test_forged_naks_cost_at_most_one_handshake_a_second(why: Nak) -> None:
    """Anybody can send a plain NAK; it refuses no command and takes no reader out."""
    line = online(secure_line())
    forged = iter(range(10**6))
    line.to_host = lambda back: (
        build(1, sequence_of(back), Answer.NAK, bytes((why,)), reply=True) + back
        if back and frame(back).security >= 0x15 and next(forged) % 3 == 0
        else back
    )
    events = line.run(5.0)
    assert sum(frame(asked).code == Ask.CHLNG for _, asked in line.asked) <= 6
    assert Security.PLAIN_NAK in alarms(events)
    assert of_kind(events, ReaderOffline) == []
    line.to_host = lambda back: back
    line.host.send(1, Tone(1), 4)
    assert CommandDone(1, 4) in line.run(1.0)


@pytest.mark.fault(14)
def test_a_reader_that_says_it_has_no_secure_channel_is_kept_out() -> None:
    """Capability downgrade: a reader put in its place that speaks plain is not heard."""
    line = online(secure_line())
    line.readers[0] = OsdpReader(1, identity())
    line.readers[0].present(26, BADGE)
    events = line.run(8.0)
    assert badges(events) == []
    assert Security.SECURE_REFUSED in alarms(events)
    assert len(of_kind(events, ReaderOffline)) == 1
    assert of_kind(events, ReaderOnline) == []


@pytest.mark.fault(14)
def test_a_reader_with_another_key_put_in_its_place_is_kept_out() -> None:
    """The serial number is easy to copy, the key is not."""
    line = online(secure_line())
    line.readers[0] = OsdpReader(1, identity(), key=OTHER_KEY)
    line.readers[0].present(26, BADGE)
    events = line.run(5.0)
    assert badges(events) == []
    assert Security.WRONG_CRYPTOGRAM in alarms(events)
    assert of_kind(events, ReaderOnline) == []


@pytest.mark.fault(14)
def test_plain_badges_during_the_handshake_are_not_heard() -> None:
    """Before the session there is nothing that could be believed."""
    line = secure_line()
    line.to_reader = lambda _: b""
    line.to_host = lambda _: b"".join(build(1, n, Answer.RAW, FORGED, reply=True) for n in range(4))
    events = line.run(3.0)
    assert badges(events) == []
    assert alarms(events) == {Security.PLAIN_IN_SECURE}
    assert of_kind(events, ReaderOnline) == []


@pytest.mark.fault(14)
def test_the_reader_does_not_take_a_host_that_cannot_prove_the_key() -> None:
    """The proof goes both ways."""
    reader = OsdpReader(1, identity(), key=KEY)
    reader.receive(build(1, 0, Ask.CHLNG, bytes(8), security=0x11, block=b"\x01"), 0.0)
    refused = frame(reader.receive(build(1, 1, Ask.SCRYPT, bytes(16), security=0x13, block=b"\x01"), 0.0))
    assert (refused.code, refused.security) == (Answer.NAK, 0)
    again = frame(reader.receive(build(1, 1, Ask.SCRYPT, bytes(16), security=0x13, block=b"\x01"), 0.0))
    assert again.code == Answer.NAK


@pytest.mark.fault(14)
def test_the_reader_takes_the_default_key_only_when_it_may() -> None:
    """A reader with a key of its own is never opened with the one everybody knows."""
    reader = OsdpReader(1, identity(), key=KEY)
    refused = frame(reader.receive(build(1, 0, Ask.CHLNG, bytes(8), security=0x11, block=b"\x00"), 0.0))
    assert (refused.code, refused.data) == (Answer.NAK, bytes((Nak.SECURITY_NEEDED,)))
