"""Our host with libosdp's reader, and libosdp's host with our reader, over a line that may spoil what passes."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from firmware_protocol.badge import bits_of, decoder
from firmware_protocol.events import (
    BadgeRead,
    Color,
    Command,
    CommandDone,
    CommandRefused,
    InstallKey,
    KeyInstalled,
    Light,
    Output,
    ReaderOffline,
    ReaderOnline,
    SecurityAlarm,
    Text,
    Tone,
)
from firmware_protocol.osdp.host import OsdpReaderSpec
from firmware_protocol.osdp.messages import Answer, Ask
from firmware_protocol.osdp.reader import OsdpReader, ReaderIdentity, ToneHeard
from tests.interop.wires import MARK, OurHost, OurReader, Peer, Relay, Spoil, pty_pair, untouched, wait_for

KEY = bytes.fromhex("9d1c5a0f7733e2b846c1d0aa125e6b90")
OTHER_KEY = bytes.fromhex("00112233445566778899aabbccddeeff")
NUMBER = "w26:2EC0C86"
NEXT = "w26:2EC0C89"
SERIAL = "78563412"
SILENCE_S = 12.0
"""Longer than the 8 s after which libosdp forgets its session."""

LED, BUZZER, TEXT, OUTPUT, KEYSET = 2, 3, 4, 1, 7
"""libosdp's numbers of the commands it tells."""

MAC_OF_READER, SEALED_BY_HOST, SEALED_BY_READER = 0x16, 0x17, 0x18

POLLS_AFTER_RESTART = 20
"""Enough commands for repeats, a new handshake and an ACK after it."""


@dataclass(slots=True)
class Line:
    """Our host, the relay, and libosdp's reader behind it."""

    host: OurHost
    relay: Relay
    peer: Peer
    secure: bool

    def online(self) -> None:
        """Run until the reader is online and has shown by an ACK that it holds no badge from before."""
        self.host.until(lambda: self.host.of(ReaderOnline), "online")
        self.polled(3)

    def polled(self, times: int) -> None:
        """Run until this many more commands have been sent."""
        enough = len(self.relay.asked) + times
        self.host.until(lambda: len(self.relay.asked) >= enough, "polls")

    def badge(self, number: str) -> None:
        self.peer.say(f"badge {number}")

    def badges(self) -> list[str]:
        return [event.number for event in self.host.of(BadgeRead)]

    def told(self, command: int) -> list[dict[str, Any]]:
        return [one for one in self.peer.told if one.get("command") == command]

    def is_badge(self, data: bytes) -> bool:
        return kind(data) == (SEALED_BY_READER if self.secure else Answer.RAW)


def kind(data: bytes) -> int:
    """Return the security block type of a frame that has one, or else its code."""
    frame = data.lstrip(MARK)
    return frame[6] if frame[4] & 8 else frame[5]


@contextmanager
def line(tmp_path: Path, key: bytes | None, theirs: bytes | None, **more: Any) -> Iterator[Line]:
    with ExitStack() as stack:
        host_end, host_path = stack.enter_context(pty_pair())
        reader_end, reader_path = stack.enter_context(pty_pair())
        relay = Relay(host_end, reader_end)
        stack.callback(relay.stop)
        peer = Peer("libosdp_reader", reader_path, theirs.hex() if theirs else "plain")
        stack.callback(peer.kill)
        host = OurHost(host_path, OsdpReaderSpec(1, decoder("w26"), key=key, **more), tmp_path)
        stack.callback(host.close)
        yield Line(host, relay, peer, key is not None)


@pytest.fixture(params=["secure", "plain"])
def both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Line]:
    key = KEY if request.param == "secure" else None
    with line(tmp_path, key, key) as made:
        made.online()
        yield made


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[Line]:
    with line(tmp_path, KEY, KEY) as made:
        made.online()
        yield made


def once(meant: Callable[[bytes], bool], spoil: Spoil) -> Spoil:
    """Spoil the first frame that is meant, and tell by `.done` that it came."""
    waiting = [True]

    def pass_on(data: bytes) -> bytes:
        if waiting and meant(data):
            waiting.clear()
            return spoil(data)
        return data

    return pass_on


def lose(_: bytes) -> bytes:
    return b""


def flip(at: int) -> Spoil:
    """Turn one bit of a byte, counted behind the mark, or from the end where `at` is negative."""

    def spoil(data: bytes) -> bytes:
        frame = bytearray(data)
        frame[at if at < 0 else len(data) - len(data.lstrip(MARK)) + at] ^= 0x04
        return bytes(frame)

    return spoil


# --- what must work --------------------------------------------------------------------------------------


def test_their_reader_comes_online_and_its_badge_is_read_once(both: Line) -> None:
    """The whole way from a badge to its number, with a reader nobody here wrote."""
    assert both.host.of(ReaderOnline) == [ReaderOnline(1, both.secure, SERIAL, "c3b2a1", 2, "1.2.3")]
    both.badge(NUMBER)
    both.host.until(both.badges, "badge")
    both.badge(NEXT)
    both.host.until(lambda: len(both.badges()) > 1, "next badge")
    assert both.host.of(BadgeRead) == [BadgeRead(1, NUMBER), BadgeRead(1, NEXT)]
    assert both.host.of(SecurityAlarm) == []


def test_what_is_told_to_their_reader_arrives_with_the_same_meaning(both: Line) -> None:
    """The person at the machine sees the answer only if both read the standard the same way."""
    commands: list[Command] = [
        Light(Color.GREEN, 5.0, on_s=0.2, off_s=0.1),
        Light(Color.RED),
        Tone(3, on_s=0.2, off_s=0.4),
        Text("ALLOWED", "MILL-01", 4.0),
        Output(0, on=True, seconds=10.0),
        Output(1, on=False),
    ]
    for token, command in enumerate(commands, 1):
        both.host.send(command, token)
    both.host.until(lambda: len(both.host.of(CommandDone)) == len(commands), "all done")
    flash, steady = both.told(LED)
    assert (flash["temporary"], flash["control_code"], flash["on_color"], flash["off_color"]) == (True, 2, 2, 0)
    assert (flash["on_count"], flash["off_count"], flash["timer_count"]) == (2, 1, 50)
    assert (steady["temporary"], steady["control_code"], steady["on_color"]) == (False, 1, 1)
    [beep] = both.told(BUZZER)
    assert (beep["control_code"], beep["on_count"], beep["off_count"], beep["rep_count"]) == (2, 2, 4, 3)
    [text] = both.told(TEXT)
    assert (text["data"], text["temp_time"]) == ("ALLOWED".ljust(16) + "MILL-01".ljust(16), 4)
    assert [(one["output_no"], one["control_code"], one["timer_count"]) for one in both.told(OUTPUT)] == [
        (0, 5, 100),
        (1, 1, 0),
    ]
    assert both.host.of(CommandRefused) == []


def test_a_first_key_is_given_to_their_reader_in_commissioning(tmp_path: Path) -> None:
    """A new reader knows only the key that everybody knows; the new one must work at once."""
    with line(tmp_path, None, None, commissioning=True) as made:
        made.online()
        made.host.send(InstallKey(KEY), 1)
        made.host.until(lambda: made.host.of(KeyInstalled), "session with the new key")
        assert [one["data"] for one in made.told(KEYSET)] == [KEY.hex()]


# --- keys ------------------------------------------------------------------------------------------------


@pytest.mark.fault(14)
@pytest.mark.req("A8")
@pytest.mark.parametrize("theirs", [OTHER_KEY, None], ids=["another key", "the default key"])
def test_their_reader_without_our_key_never_comes_online(tmp_path: Path, theirs: bytes | None) -> None:
    """Only enrolled readers are heard; the fixtures above show that with our key it does come online."""
    with line(tmp_path, KEY, theirs) as made:
        wait_for(lambda: made.peer.told, "the reader")
        made.badge(NUMBER)
        made.host.until(lambda: len(made.relay.asked) >= 4, "four attempts")
        assert {kind(asked) for asked in made.relay.asked} == {0x11}
        assert len(made.host.of(SecurityAlarm)) == len(made.host.events) == 1


# --- a bad line ------------------------------------------------------------------------------------------


@pytest.mark.fault(13)
def test_a_lost_reply_is_asked_for_again_with_the_same_bytes_and_nothing_is_doubled(both: Line) -> None:
    """libosdp answers a repeat anew instead of from memory, so the badge in that one reply is gone, and it alone."""
    lost: list[bytes] = []

    def lose_badge(data: bytes) -> bytes:
        lost.append(both.relay.asked[-1])
        return b""

    both.relay.to_host = once(both.is_badge, lose_badge)
    both.badge(NUMBER)
    both.host.until(lambda: lost, "lost badge")
    both.polled(POLLS_AFTER_RESTART)
    both.badge(NEXT)
    both.host.until(lambda: NEXT in both.badges(), "next badge")
    assert both.relay.asked.count(lost[0]) == 2
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


# --- the other way round ---------------------------------------------------------------------------------


@contextmanager
def their_host(ours: bytes | None, theirs: bytes | None) -> Iterator[tuple[OurReader, Peer]]:
    who = ReaderIdentity(bytes.fromhex("c3b2a1"), 2, 1, bytes.fromhex(SERIAL), bytes((1, 2, 3)))
    with ExitStack() as stack:
        end, path = stack.enter_context(pty_pair())
        reader = OurReader(end, OsdpReader(1, who, key=ours))
        stack.callback(reader.stop)
        peer = Peer("libosdp_host", path, theirs.hex() if theirs else "plain")
        stack.callback(peer.kill)
        yield reader, peer


@pytest.mark.parametrize("key", [KEY, None], ids=["secure", "plain"])
def test_their_host_talks_to_our_reader(key: bytes | None) -> None:
    """The simulator that all other tests trust is a reader to others too."""
    with their_host(key, key) as (reader, peer):
        wait_for(lambda: {"online": True, "secure": key is not None} in peer.told, "online")
        reader.present(NUMBER)
        reader.present(NEXT)
        wait_for(lambda: len(cards(peer)) == 2, "two cards")
        assert [(card["length"], card["data"]) for card in cards(peer)] == [
            (26, bits_of(NUMBER)[1].hex()),
            (26, bits_of(NEXT)[1].hex()),
        ]
        peer.say("beep 4")
        wait_for(lambda: ToneHeard(4) in reader.actions, "beep")


@pytest.mark.fault(14)
def test_their_host_with_another_key_gets_nothing_from_our_reader() -> None:
    """A reader that gave its badges to anybody would give them to an attacker; with the key it gives them."""
    with their_host(KEY, OTHER_KEY) as (reader, peer):
        reader.present(NUMBER)
        wait_for(lambda: reader.heard >= 5, "five commands")
        assert cards(peer) == []
        assert [one for one in peer.told if one.get("secure")] == []


def cards(peer: Peer) -> list[dict[str, Any]]:
    return [one for one in peer.told if "data" in one and "length" in one]
