"""What devices do at the edges of the standard: nothing raises, and each side goes on."""

from collections.abc import Callable

import pytest

import firmware_protocol.osdp.secure_channel as channel
from firmware_protocol.events import BadgeRead, Event, ReaderOnline, Security, SecurityAlarm
from firmware_protocol.osdp.aes import inverted
from firmware_protocol.osdp.frame import build
from firmware_protocol.osdp.host_keys import KeyRing
from firmware_protocol.osdp.messages import (
    Answer,
    KeySetting,
    MessageError,
    TextMessage,
)
from firmware_protocol.osdp.replies import FormattedBadge, KeysTyped, unpack_capabilities
from tests.firmware_protocol.osdp.lines import (
    BADGE,
    KEY,
    OTHER_KEY,
    Line,
    frame,
    of_kind,
    online,
    plain_line,
    randoms,
    secure_line,
)


def test_a_reply_hidden_behind_a_false_start_is_found_when_nothing_more_comes() -> None:
    """A noise byte that looks like the start of a long frame must not cost the real reply behind it."""
    line = online(plain_line())
    line.to_host = lambda back: b"\x53\x01\xa0\x05\x04" + back if back else back
    line.readers[0].present(26, BADGE)
    line.run(1.0)
    assert len(of_kind(line.events, BadgeRead)) == 1


def test_a_key_ring_without_an_offered_key_has_nothing_to_take_or_withdraw() -> None:
    """A reader that acknowledges what nobody sent changes no key."""
    ring = KeyRing(KEY, None, commissioning=False)
    ring.taken()
    ring.withdrawn()
    assert not ring.accepted()
    ring.offered(KEY)
    ring.withdrawn()
    assert ring.refused(), "the present key offered again is still the only one"
    ring.offered(OTHER_KEY)
    ring.withdrawn()
    assert ring.refused()


def _replaced(line: Line, code: int, data: bytes) -> None:
    """Let every reply of a kind carry other data, in an intact frame."""

    def replace(back: bytes) -> bytes:
        if not back or frame(back).code != code:
            return back
        found = frame(back)
        return build(1, found.sequence, code, data, reply=True, security=found.security, block=found.block)

    line.to_host = replace


def test_a_first_mac_that_is_wrong_is_no_session_and_no_default_key() -> None:
    """The confirmation proves that the reader holds the key; what is no proof brings nobody online."""
    line = secure_line()
    _replaced(line, Answer.RMAC_I, bytes(16))
    line.run(3.0)
    assert of_kind(line.events, ReaderOnline) == []
    assert {alarm.what for alarm in of_kind(line.events, SecurityAlarm)} == {Security.WRONG_CRYPTOGRAM}


def test_capabilities_that_make_no_sense_leave_a_reader_that_is_only_heard() -> None:
    """Readers exist whose PDCAP is cut short; their badges still count."""
    line = plain_line()
    _replaced(line, Answer.PDCAP, b"\x01\x02")
    line.run(0.5)
    line.readers[0].present(26, BADGE)
    line.run(0.5)
    assert len(of_kind(line.events, BadgeRead)) == 1
    with pytest.raises(MessageError):
        unpack_capabilities(b"\x01\x02")


def test_a_reply_cut_short_in_an_intact_frame_is_as_good_as_an_ack() -> None:
    """A half-written firmware must not take its reader offline."""
    line = online(plain_line())
    line.to_host = lambda back: build(1, frame(back).sequence, Answer.LSTATR, b"\x00", reply=True) if back else back
    line.run(3.0)
    assert line.events == []


@pytest.mark.parametrize("content", [bytes(16), bytes(15)])
def test_an_authentic_frame_that_cannot_be_deciphered_is_an_alarm_and_no_data(
    monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    """The key is right and the padding is not: a broken reader, not one to believe."""
    line = online(secure_line())
    session = line.readers[0]._session
    assert session is not None
    monkeypatch.setattr(session, "seal", lambda *given: _badly_sealed(session, content, *given))
    line.readers[0].present(26, BADGE)
    line.run(0.3)
    alarms = {event.what for event in of_kind(line.events, SecurityAlarm)}
    assert Security.UNDECIPHERABLE in alarms
    assert of_kind(line.events, BadgeRead) == list[Event]()


def _badly_sealed(
    session: channel.Session, content: bytes, address: int, sequence: int, code: int, data: bytes = b""
) -> bytes:
    """Seal with a good MAC what has no padding, or is no whole number of blocks."""
    del data
    sealed = content
    if len(content) % 16 == 0:
        sealed = session._keys.enc.chain(content, inverted(session._received))
    kind = channel.SEALED_BY_READER
    return build(address, sequence, code, sealed, reply=True, security=kind, mac=session._sign)


def test_randoms_of_a_test_are_its_own() -> None:
    """Two lines of tests never share a challenge by accident."""
    assert randoms(1)(8) != randoms(2)(8)


def test_a_reader_that_has_lost_count_during_the_handshake_is_tried_again() -> None:
    """A reader that was just powered up may still count from an older conversation."""
    line = secure_line()
    left = [2]

    def refuse(back: bytes) -> bytes:
        if not back or left[0] == 0:
            return back
        left[0] -= 1
        return build(1, frame(back).sequence, Answer.NAK, b"\x04", reply=True)

    line.to_host = refuse
    line.run(5.0)
    assert len(of_kind(line.events, ReaderOnline)) == 1


@pytest.mark.parametrize(
    ("unpack", "data"),
    [
        (FormattedBadge.unpack, b"\x00\x00\x03" + b"12"),
        (KeysTyped.unpack, b"\x00\x03" + b"12"),
        (KeySetting.unpack, b"\x02\x10" + bytes(16)),
        (KeySetting.unpack, b"\x01\x10" + bytes(15)),
    ],
)
def test_a_payload_that_is_not_what_it_says_is_refused(unpack: Callable[[bytes], object], data: bytes) -> None:
    """Half a badge number is another badge; half a key locks the reader out."""
    with pytest.raises(MessageError):
        unpack(data)


def test_a_security_block_from_a_plain_reader_is_an_alarm() -> None:
    """Nothing on a plain line has a key that could have made it."""
    line = online(plain_line())
    line.to_host = lambda back: (
        build(1, frame(back).sequence, Answer.ACK, reply=True, security=0x14, block=b"\x00") if back else back
    )
    line.run(0.1)
    assert [alarm.what for alarm in of_kind(line.events, SecurityAlarm)] == [Security.WRONG_BLOCK_TYPE]


def _first_replies(line: Line, code: int, data: bytes, count: int) -> None:
    left = [count]

    def instead(back: bytes) -> bytes:
        if not back or left[0] == 0:
            return back
        left[0] -= 1
        return build(1, frame(back).sequence, code, data, reply=True)

    line.to_host = instead


def test_a_challenge_answered_by_another_refusal_is_tried_again_with_the_other_key() -> None:
    """Some readers refuse a challenge made with the wrong key instead of answering it."""
    line = secure_line(previous_key=OTHER_KEY)
    _first_replies(line, Answer.NAK, b"\x06", 2)
    line.run(8.0)
    assert len(of_kind(line.events, ReaderOnline)) == 1


def test_a_reader_that_does_not_say_who_it_is_is_asked_again_later() -> None:
    """An ACK to ID is no identity, and without one nobody knows which device this is."""
    line = plain_line()
    _first_replies(line, Answer.ACK, b"", 1)
    line.run(0.5)
    assert of_kind(line.events, ReaderOnline) == []
    line.run(2.0)
    assert len(of_kind(line.events, ReaderOnline)) == 1


def test_a_reply_lost_in_the_middle_of_the_greeting_is_asked_for_again_at_once() -> None:
    """One lost reply must not cost a second of back-off."""
    line = plain_line()
    seen = [0]

    def lose_the_second(back: bytes) -> bytes:
        seen[0] += bool(back)
        return b"" if seen[0] == 2 else back

    line.to_host = lose_the_second
    line.run(0.9)
    assert len(of_kind(line.events, ReaderOnline)) == 1


def test_a_text_whose_length_is_not_what_it_says_is_refused() -> None:
    """Half a text would be shown as if it were the answer."""
    with pytest.raises(MessageError, match="2 characters instead of 3"):
        TextMessage.unpack(bytes((0, 1, 0, 1, 1, 3)) + b"OK")
