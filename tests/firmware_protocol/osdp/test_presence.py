"""Readers that go and come: offline in time and not too soon, back with a full handshake, the others undisturbed."""

from itertools import pairwise
from typing import Any

import pytest

from firmware_protocol.events import (
    BadgeRead,
    CommandDone,
    CommandRefused,
    ReaderOffline,
    ReaderOnline,
    Security,
    SecurityAlarm,
    Tone,
)
from firmware_protocol.osdp.frame import build
from firmware_protocol.osdp.messages import Answer, Ask
from firmware_protocol.osdp.reader import OsdpReader, ToneHeard
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
    randoms,
    secure_line,
    spec,
)


def test_a_silent_reader_is_offline_after_a_second_and_three_misses(line: Line) -> None:
    """Fault 13: offline within 2 s."""
    online(line)
    line.host.send(1, Tone(1), 5)
    line.to_reader = lambda _: b""
    start = line.now
    line.run(3.0)
    assert [event for _, event in line.timed] == [ReaderOffline(1, "no answer"), CommandRefused(1, 5, 0)]
    assert 1.0 <= line.timed[0][0] - start <= 1.4
    assert not line.host.send(1, Tone(1))


def test_one_lost_frame_after_a_long_pause_of_the_host_is_no_outage(line: Line) -> None:
    """A host that was held up has heard nothing for long either: a second alone proves nothing."""
    online(line)
    lost = iter([True])
    line.to_reader = lambda out: b"" if next(lost, False) else out
    line.now += 5.0
    assert line.run(1.0) == []


def test_a_reader_that_comes_back_is_online_within_two_seconds_after_a_full_handshake(line: Line) -> None:
    """Back-off is capped at one second, and badges held in the meantime are late."""
    online(line)
    line.to_reader = lambda _: b""
    line.run(5.0)
    line.readers[0].present(26, BADGE)
    line.to_reader = lambda data: data
    events = line.run(2.0)
    assert isinstance(events[0], ReaderOnline)
    assert of_kind(events, BadgeRead) == [BadgeRead(1, NUMBER, late=True)]


def test_a_few_lost_frames_are_repeated_and_nothing_is_lost_or_done_twice(line: Line) -> None:
    """A repeat has the same bytes and number, and the reader answers it from memory."""
    online(line)
    line.host.send(1, Tone(2), 4)
    line.readers[0].present(26, BADGE)
    lost = iter([True, True, False, True, False, False])
    line.to_host = lambda data: b"" if data and next(lost, False) else data
    events = line.run(2.0)
    assert of_kind(events, CommandDone) == [CommandDone(1, 4)]
    assert of_kind(events, BadgeRead) == [BadgeRead(1, NUMBER)]
    assert line.take_actions() == [ToneHeard(2)]
    assert of_kind(events, ReaderOffline) == []
    assert line.asked[0][1] == line.asked[1][1] == line.asked[2][1]


def test_an_absent_reader_costs_the_live_ones_one_timeout_a_second() -> None:
    """Five absent readers must not make the sixth slow."""
    readers = [OsdpReader(1, identity())]
    line = online(Line([spec(n) for n in range(1, 7)], readers))
    line.run(10.0)
    to_absent = [at for at, asked in line.asked if frame(asked).address != 1]
    assert len(to_absent) <= 11
    assert {frame(asked).address for _, asked in line.asked} == set(range(1, 7))
    gaps = [at for at, asked in line.asked if frame(asked).address == 1]
    assert max(late - early for early, late in pairwise(gaps)) < 0.27
    assert len(gaps) > 150


def test_all_readers_of_a_line_come_back_quickly_when_its_power_returns() -> None:
    """Fault 13: back within 5 s; probing one a second would take eight."""
    line = Line([spec(n, KEY) for n in range(8)], [OsdpReader(n, identity(), key=KEY) for n in range(8)])
    online(line)
    line.to_reader = lambda _: b""
    line.run(5.0)
    assert len(of_kind(line.events, ReaderOffline)) == 8
    line.to_reader = lambda data: data
    assert len(of_kind(line.run(4.0), ReaderOnline)) == 8


def test_a_port_that_goes_takes_its_readers_offline_and_comes_back_from_the_start(line: Line) -> None:
    """The port's owner calls this; the codec starts over as if never opened."""
    online(line)
    line.host.send(1, Tone(1), 9)
    assert line.host.closed(line.now, "unplugged") == [ReaderOffline(1, "unplugged"), CommandRefused(1, 9, 0)]
    assert line.host.wake_at() is None
    assert line.host.advance(line.now) == ([], b"")
    assert line.host.receive(b"\x53\x81", line.now) == []
    line.host.opened(line.now)
    assert isinstance(line.run(0.3)[0], ReaderOnline)


def test_a_busy_reader_is_asked_again_with_the_same_bytes(line: Line) -> None:
    """BUSY comes with sequence number 0 and needs no key."""
    online(line)
    busy = iter([True] * 5)
    held: list[bytes] = []

    def hold(out: bytes) -> bytes:
        held.append(out)
        return b"" if next(busy, False) else out

    line.to_reader = hold
    line.to_host = lambda back: back or (build(1, 0, Answer.BUSY, reply=True) if held else b"")
    line.host.send(1, Tone(1), 6)
    assert line.run(1.0) == [CommandDone(1, 6)]
    assert len({asked for _, asked in line.asked[:6]}) == 1
    assert line.take_actions() == [ToneHeard(1)]


def test_a_reader_that_is_busy_for_good_is_offline(line: Line) -> None:
    """Anybody can send BUSY: it must not keep a reader online."""
    online(line)
    line.to_reader = lambda _: b""
    line.to_host = lambda _: build(1, 0, Answer.BUSY, reply=True)
    assert of_kind(line.run(7.0), ReaderOffline) == [ReaderOffline(1, "busy")]


def test_a_reader_that_lost_its_session_shakes_hands_anew_and_the_command_is_not_lost() -> None:
    """A reader that has just restarted answers with a plain NAK."""
    line = online(secure_line())
    line.readers[0] = OsdpReader(1, identity(), key=KEY, random_bytes=randoms(1 << 61))
    line.host.send(1, Tone(1), 3)
    events = line.run(1.0)
    assert of_kind(events, ReaderOffline) == []
    assert [type(event) for event in events] == [SecurityAlarm, ReaderOnline, CommandDone]
    assert events[0] == SecurityAlarm(1, Security.PLAIN_NAK, "NAK 4")
    assert line.take_actions() == [ToneHeard(1)]


def test_badges_held_by_a_reader_that_lost_its_session_are_late() -> None:
    """However short the interruption was."""
    line = online(secure_line())
    line.readers[0] = OsdpReader(1, identity(), key=KEY, random_bytes=randoms(1 << 61))
    line.readers[0].present(26, BADGE)
    assert of_kind(line.run(0.5), BadgeRead) == [BadgeRead(1, NUMBER, late=True)]


def test_strays_after_every_answer_do_not_slow_the_line(line: Line) -> None:
    """A false start left over from one exchange must not swallow the answer of the next."""
    online(line)
    line.to_host = lambda back: back + b"\x53\x81\x40\x00" if back else back
    line.run(1.0)
    assert len(line.asked) >= 18


def test_an_answer_that_comes_while_another_reader_is_asked_is_silent() -> None:
    """A reader that said BUSY has to wait until it is asked again."""
    line = online(Line([spec(1), spec(2)], [OsdpReader(n, identity()) for n in (1, 2)]))
    first = line.host.advance(line.host.wake_at() or 0.0)[1]
    now = line.host.wake_at() or 0.0
    asked = frame(first)
    assert line.host.receive(build(asked.address, 0, Answer.BUSY, reply=True), now) == []
    other = frame(line.host.advance(now)[1])
    assert other.address != asked.address
    badge = build(asked.address, asked.sequence, Answer.RAW, RawBadge(0, 1, 26, BADGE).pack(), reply=True)
    assert line.host.receive(badge, now) == []
    assert line.host.wake_at() == now + 0.2


def test_a_plain_reader_that_restarted_is_greeted_anew() -> None:
    """It has lost count, and its display is blank: the program must hear of it."""
    line = online(plain_line())
    line.readers[0] = OsdpReader(1, identity())
    events = line.run(0.5)
    assert [type(event) for event in events] == [ReaderOnline]


def test_a_reader_that_wants_a_key_is_never_online_on_a_plain_line() -> None:
    """It would look sound and never tell a badge; nor may it come and go every second."""
    line = Line([spec()], [OsdpReader(1, identity(), key=KEY)])
    assert line.run(5.0) == []
    assert not line.host.send(1, Tone(1))


def test_a_returning_reader_is_not_held_up_by_those_still_absent() -> None:
    """The rule that spares the live ones applies to probes, not to a reader in the middle of its handshake."""
    line = Line([spec(n, KEY) for n in range(6)], [OsdpReader(0, identity(), key=KEY)])
    online(line)
    line.readers.append(OsdpReader(5, identity(), key=KEY))
    start = line.now
    line.run(8.0)
    first = next(at for at, answer in line.asked if frame(answer).address == 5 and frame(answer).code == Ask.SCRYPT)
    (came,) = [at for at, event in line.timed if isinstance(event, ReaderOnline)]
    assert came - start < 7.0
    assert came - first < 0.5


@pytest.mark.parametrize("wrong", [{"address": 127}, {"address": -1}, {"key": b"short"}, {"previous_key": b""}])
def test_a_reader_that_cannot_be_is_refused_when_it_is_configured(wrong: dict[str, Any]) -> None:
    """Better than a line that fails later."""
    with pytest.raises(ValueError, match="address"):
        spec(**wrong)
