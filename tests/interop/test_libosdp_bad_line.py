"""Our host with libosdp's reader where frames are lost, bits turn, and the line is silent."""

import time

import pytest

from firmware_protocol.events import (
    BadgeRead,
    CommandDone,
    ReaderOffline,
    ReaderOnline,
    SecurityAlarm,
    Tone,
)
from firmware_protocol.osdp.messages import Ask
from tests.interop.lines import (
    BUZZER,
    MAC_OF_READER,
    NEXT,
    NUMBER,
    POLLS_AFTER_RESTART,
    SEALED_BY_HOST,
    SILENCE_S,
    Line,
    flip,
    kind,
    lose,
    once,
)
from tests.interop.wires import untouched, wait_for


@pytest.mark.fault(13)
def test_a_lost_reply_is_asked_for_again_with_the_same_bytes_and_nothing_is_doubled(both: Line) -> None:
    """libosdp answers a repeat anew instead of from memory, so the badge in that one reply is gone, and it alone."""
    lost: list[int] = []

    def lose_badge(_: bytes) -> bytes:
        lost.append(len(both.relay.asked) - 1)
        return b""

    both.relay.to_host = once(both.is_badge, lose_badge)
    both.badge(NUMBER)
    both.host.until(lambda: lost, "lost badge")
    both.polled(POLLS_AFTER_RESTART)
    both.badge(NEXT)
    both.host.until(lambda: NEXT in both.badges(), "next badge")
    assert both.relay.asked[lost[0]] == both.relay.asked[lost[0] + 1]
    assert both.host.of(BadgeRead)[-1] == BadgeRead(1, NEXT)
    assert both.badges() in ([NUMBER, NEXT], [NEXT])
    assert both.host.of(ReaderOffline) == []
    assert len(both.host.of(SecurityAlarm)) <= 1


@pytest.mark.fault(13)
def test_a_command_that_is_lost_on_its_way_is_done_once(both: Line) -> None:
    """Two beeps where one was meant are another answer."""
    is_beep = SEALED_BY_HOST if both.secure else Ask.BUZ
    both.relay.to_reader = once(lambda data: kind(data) == is_beep, lose)
    for token, count in ((1, 2), (2, 5)):
        both.host.send(Tone(count), token)
    both.host.until(lambda: len(both.host.of(CommandDone)) == 2, "both done")
    both.host.until(lambda: len(both.told(BUZZER)) >= 2, "word of the last command")
    assert [one["rep_count"] for one in both.told(BUZZER)] == [2, 5]
    assert both.host.of(SecurityAlarm) == []


@pytest.mark.fault(13)
def test_a_command_whose_reply_is_lost_is_told_done_once_and_the_next_ones_are_done(both: Line) -> None:
    """libosdp beeps again on the repeat; the host must neither give up nor tell twice, nor repeat what came after."""
    is_beep = SEALED_BY_HOST if both.secure else Ask.BUZ
    lost: list[bytes] = []

    def lose_answer(data: bytes) -> bytes:
        if lost or kind(both.relay.asked[-1]) != is_beep:
            return data
        lost.append(data)
        return b""

    both.relay.to_host = lose_answer
    for token, count in ((1, 2), (2, 5)):
        both.host.send(Tone(count), token)
    both.host.until(lambda: CommandDone(1, 2) in both.host.events, "both done")
    wait_for(lambda: both.told(BUZZER)[-1]["rep_count"] == 5, "second beep")
    assert both.host.of(CommandDone) == [CommandDone(1, 1), CommandDone(1, 2)]
    assert [one["rep_count"] for one in both.told(BUZZER)] in ([2, 5], [2, 2, 5])
    assert len(lost) == 1


@pytest.mark.fault(13)
@pytest.mark.parametrize("at", [1, 2, 4, 7, -1, -8], ids=["address", "length", "control", "code", "check", "MAC"])
def test_a_flipped_bit_in_a_badge_gives_no_wrong_badge_and_the_next_one_arrives(secure: Line, at: int) -> None:
    """Another implementation was out of service for five minutes after one such bit."""
    flipped: list[bytes] = []

    def spoil(data: bytes) -> bytes:
        flipped.append(data)
        return flip(at)(data)

    secure.relay.to_host = once(secure.is_badge, spoil)
    secure.badge(NUMBER)
    secure.host.until(lambda: flipped, "flipped bit")
    secure.polled(POLLS_AFTER_RESTART)
    secure.badge(NEXT)
    secure.host.until(lambda: NEXT in secure.badges(), "next badge")
    assert secure.host.of(BadgeRead)[-1] == BadgeRead(1, NEXT)
    assert secure.badges() in ([NUMBER, NEXT], [NEXT])
    assert secure.host.of(ReaderOffline) == []
    assert len(secure.host.of(SecurityAlarm)) <= 1


@pytest.mark.fault(13)
@pytest.mark.parametrize("at", [1, 2, 4, 7, -1], ids=["address", "length", "control", "code", "check"])
def test_a_flipped_bit_in_an_answer_without_a_badge_costs_no_badge(secure: Line, at: int) -> None:
    """The session goes on or is made anew within the host's own time-outs, whatever the bit."""
    flipped: list[bytes] = []

    def spoil(data: bytes) -> bytes:
        flipped.append(data)
        return flip(at)(data)

    secure.relay.to_host = once(lambda data: kind(data) == MAC_OF_READER, spoil)
    secure.host.until(lambda: flipped, "flipped bit")
    secure.polled(POLLS_AFTER_RESTART)
    secure.badge(NUMBER)
    secure.host.until(secure.badges, "badge")
    assert secure.host.of(BadgeRead) == [BadgeRead(1, NUMBER)]
    assert secure.host.of(ReaderOffline) == []
    assert len(secure.host.of(SecurityAlarm)) <= 1


@pytest.mark.fault(13)
@pytest.mark.parametrize("at", [2, 4, -1], ids=["length", "control", "check"])
def test_a_flipped_bit_in_a_command_costs_neither_the_command_nor_the_session(secure: Line, at: int) -> None:
    """A reader that hears half of a command must get the other chance, and do it once."""
    secure.relay.to_reader = once(lambda data: kind(data) == SEALED_BY_HOST, flip(at))
    secure.host.send(Tone(2), 1)
    secure.host.until(lambda: CommandDone(1, 1) in secure.host.events, "done")
    secure.polled(3)
    secure.badge(NUMBER)
    secure.host.until(secure.badges, "badge")
    assert [one["rep_count"] for one in secure.told(BUZZER)] == [2]
    assert len(secure.host.of(SecurityAlarm)) <= 1


@pytest.mark.fault(13)
@pytest.mark.req("A8")
def test_their_reader_comes_back_by_itself_after_a_silent_line(both: Line) -> None:
    """Nobody has to restart anything after a cable was out, and a badge afterwards counts."""
    both.relay.to_host = both.relay.to_reader = lose
    both.host.until(lambda: both.host.of(ReaderOffline), "offline")
    end = time.monotonic() + SILENCE_S
    both.host.until(lambda: time.monotonic() >= end, "end of the silence")
    assert both.host.of(ReaderOffline) == [ReaderOffline(1, "no answer")]
    both.relay.to_host = both.relay.to_reader = untouched
    both.host.until(lambda: len(both.host.of(ReaderOnline)) > 1, "online again")
    both.polled(3)
    both.badge(NUMBER)
    both.host.until(both.badges, "badge")
    assert both.host.of(BadgeRead) == [BadgeRead(1, NUMBER)]
    assert len(both.host.of(ReaderOnline)) == 2
    assert both.host.of(SecurityAlarm) == []
