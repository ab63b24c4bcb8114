"""Host and reader on one line: handshakes, badges once and in time, and what a reader does for itself."""

import pytest

from firmware_protocol.events import (
    BadgeRead,
    BadgeUnreadable,
    Event,
    KeysPressed,
    LineNoise,
    PowerChanged,
    ReaderOnline,
    Security,
    SecurityAlarm,
    TamperChanged,
    Tone,
)
from firmware_protocol.osdp.frame import build
from firmware_protocol.osdp.messages import Answer, Ask, Nak
from firmware_protocol.osdp.reader import OsdpReader
from firmware_protocol.osdp.replies import FormattedBadge
from tests.firmware_protocol.osdp.lines import (
    BADGE,
    KEY,
    NUMBER,
    Line,
    codes,
    frame,
    identity,
    of_kind,
    online,
    plain_line,
    secure_line,
    spec,
)


def test_a_plain_reader_comes_online_after_saying_who_it_is_and_what_it_can_do() -> None:
    """Nothing is polled before the host knows whom."""
    line = plain_line()
    assert line.run(0.2)[0] == ReaderOnline(1, False, "78563412", "c3b2a1", 2, "1.2.3")
    assert codes(line)[:4] == [Ask.ID, Ask.CAP, Ask.POLL, Ask.POLL]


def test_a_secure_reader_comes_online_after_the_handshake() -> None:
    """The identity is believed only inside the session."""
    line = secure_line()
    assert line.run(0.2)[0] == ReaderOnline(1, True, "78563412", "c3b2a1", 2, "1.2.3")
    assert codes(line)[:6] == [Ask.CHLNG, Ask.SCRYPT, Ask.ID, Ask.CAP, Ask.LSTAT, Ask.POLL]


def test_polls_are_as_far_apart_as_configured(line: Line) -> None:
    """A line has only so much room."""
    online(line).run(1.0)
    assert len(line.asked) == pytest.approx(20, abs=1)


def test_the_host_sleeps_between_polls(line: Line) -> None:
    """No busy loop: before the time it named there is nothing to do, and at that time there is."""
    online(line).run(0.02)
    wake = line.host.wake_at()
    assert wake is not None
    assert wake > line.now
    assert line.host.advance(wake - 1e-6) == ([], b"")
    assert line.host.advance(wake)[1]
    assert line.host.wake_at() == pytest.approx(wake + 0.2)


def test_a_badge_is_read_once_with_its_number(line: Line) -> None:
    """One presentation is one read."""
    online(line)
    line.readers[0].present(26, BADGE)
    assert line.run(0.2) == [BadgeRead(1, NUMBER)]


def test_a_badge_left_at_the_reader_counts_once_and_again_after_a_second_without_it(line: Line) -> None:
    """Readers repeat a badge for as long as it lies there."""
    online(line)
    events: list[Event] = []
    for _ in range(12):
        line.readers[0].present(26, BADGE)
        events += line.run(0.25)
    assert events == [BadgeRead(1, NUMBER)]
    line.run(1.0)
    line.readers[0].present(26, BADGE)
    assert line.run(0.2) == [BadgeRead(1, NUMBER)]


def test_two_different_badges_are_two_reads_however_fast(line: Line) -> None:
    """A second person must not be taken for the first."""
    online(line)
    line.readers[0].present(26, BADGE)
    line.readers[0].present(26, bytes(4))
    assert [event.number for event in of_kind(line.run(0.3), BadgeRead)] == [NUMBER, "f1:26:00000000"]


def test_a_badge_of_another_format_is_unreadable_and_says_why(line: Line) -> None:
    """A3: it is recorded, with what the reader sent."""
    online(line)
    line.readers[0].present(37, bytes(5))
    assert line.run(0.2) == [BadgeUnreadable(1, "37 bits", "0001250000 00000000".replace(" ", ""))]


@pytest.mark.parametrize(
    ("badge", "expected"),
    [
        (FormattedBadge(0, False, b"4711"), BadgeRead(1, "f-1:4:34373131")),
        (FormattedBadge(0, True, b"1174"), BadgeUnreadable(1, "drawn through the wrong way", "00010431313734")),
    ],
)
def test_a_badge_in_characters_is_read_forward_only(badge: FormattedBadge, expected: Event) -> None:
    """Digits read backward would be another badge's number."""
    line = online(plain_line())
    line.readers[0]._keep(Answer.FMT, badge.pack())
    assert line.run(0.2) == [expected]


def test_keys_tamper_and_power_are_told_on_change_only(line: Line) -> None:
    """The records hold what happened, not every time it was said."""
    online(line)
    line.readers[0].press("12*#")
    line.readers[0].tamper(True)
    line.readers[0].tamper(True)
    line.readers[0].power(True)
    line.readers[0].tamper(False)
    assert line.run(0.5) == [
        KeysPressed(1, "12*#"),
        TamperChanged(1, True),
        PowerChanged(1, True),
        TamperChanged(1, False),
    ]


def test_a_tamper_contact_that_is_open_from_the_start_is_told() -> None:
    """Otherwise a reader opened while the gate was off would look sound."""
    line = secure_line()
    line.readers[0].tamper(True)
    line.readers[0]._waiting.clear()
    assert TamperChanged(1, True) in line.run(0.5)


def test_badges_from_before_the_line_came_up_are_late(line: Line) -> None:
    """Whoever presented them may have left: they never enable."""
    for data in (BADGE, bytes(4)):
        line.readers[0].present(26, data)
    assert [event.late for event in of_kind(line.run(0.5), BadgeRead)] == [True, True]
    line.readers[0].present(26, bytes((0, 0, 1, 0)))
    assert [event.late for event in of_kind(line.run(0.2), BadgeRead)] == [False]


def test_a_command_between_does_not_make_a_held_badge_current(line: Line) -> None:
    """Only the reply to a poll shows that the reader holds nothing more."""
    for data in (BADGE, bytes(4)):
        line.readers[0].present(26, data)
    events = line.run(0.055)
    line.host.send(1, Tone(1))
    events += line.run(0.5)
    assert [event.late for event in of_kind(events, BadgeRead)] == [True, True]


def test_a_badge_after_a_poll_gap_of_over_a_second_is_late(line: Line) -> None:
    """A host that was held up does not know when the badge was presented."""
    online(line)
    line.readers[0].present(26, BADGE)
    line.now += 1.2
    assert of_kind(line.run(0.2), BadgeRead) == [BadgeRead(1, NUMBER, late=True)]


def test_a_reader_keeps_a_bounded_number_of_badges() -> None:
    """As real readers do; memory stays flat."""
    line = plain_line()
    for number in range(100):
        line.readers[0].present(26, number.to_bytes(4, "big"))
    assert len(of_kind(line.run(8.0), BadgeRead)) == 16


def test_a_reader_with_a_key_says_nothing_but_its_name_in_plain() -> None:
    """A host without the key learns no badge from it."""
    reader = OsdpReader(1, identity(), key=KEY)
    reader.present(26, BADGE)
    assert frame(reader.receive(build(1, 0, Ask.ID, b"\x00"), 0.0)).code == Answer.PDID
    refused = frame(reader.receive(build(1, 1, Ask.POLL), 0.0))
    assert (refused.code, refused.data) == (Answer.NAK, bytes((Nak.SECURITY_NEEDED,)))


def test_a_reader_without_a_key_refuses_the_challenge_and_new_keys() -> None:
    """The host then keeps it out, where it wants security."""
    reader = OsdpReader(1, identity())
    line = Line([spec(key=KEY)], [reader])
    assert line.run(3.0) == [SecurityAlarm(1, Security.SECURE_REFUSED, "NAK 5")]
    reader.receive(build(1, 0, Ask.ID, b"\x00"), 2000.0)
    refused = frame(reader.receive(build(1, 1, Ask.KEYSET, b"\x01\x10" + KEY), 2000.0))
    assert refused.data == bytes((Nak.SECURITY_NEEDED,))


@pytest.mark.parametrize("payload", [b"", b"\x09\x05\x0a\x00", b"\x00\x63\x0a\x00"])
def test_a_reader_refuses_what_makes_no_sense(payload: bytes) -> None:
    """Wrong length, no such output, no such code."""
    reader = OsdpReader(1, identity())
    reader.receive(build(1, 0, Ask.ID, b"\x00"), 0.0)
    assert frame(reader.receive(build(1, 1, Ask.OUT, payload), 0.0)).data == bytes((Nak.UNABLE,))


def test_half_a_command_followed_by_silence_is_forgotten_by_the_reader() -> None:
    """Or the rest of the line's life would be spent waiting for its end."""
    line = online(plain_line())
    assert line.readers[0].receive(b"\x53\x01\xff\x03", line.now) == b""
    line.now += 0.2
    line.readers[0].present(26, BADGE)
    assert of_kind(line.run(0.5), BadgeRead) == [BadgeRead(1, NUMBER)]


def test_noise_is_counted_and_told_once_a_second(line: Line) -> None:
    """A line that is slowly failing shows before it fails."""
    online(line)
    line.to_host = lambda data: b"\x01\x02" + data if data else data
    events = line.run(4.0)
    assert set(map(type, events)) == {LineNoise}
    assert len(events) == pytest.approx(4, abs=1)
    assert sum(event.count for event in of_kind(events, LineNoise)) == pytest.approx(160, abs=45)


def test_a_host_that_starts_over_in_plain_is_told_the_readers_name_and_the_old_session_is_over() -> None:
    """Other hosts ask for the name before the handshake, also after a restart of theirs."""
    line = online(secure_line())
    reader = line.readers[0]
    assert frame(reader.receive(build(1, 0, Ask.ID, b"\x00"), line.now)).code == Answer.PDID
    sealed = line.host.advance(line.host.wake_at() or 0.0)[1]
    assert frame(reader.receive(sealed, line.now)).code == Answer.NAK
