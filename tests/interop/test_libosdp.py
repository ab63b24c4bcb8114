"""Our host with libosdp's reader, and libosdp's host with our reader."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from firmware_protocol.badge import bits_of
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
    ReaderOnline,
    SecurityAlarm,
    Text,
    Tone,
)
from firmware_protocol.osdp.reader import OsdpReader, ReaderIdentity, ToneHeard
from tests.interop.lines import (
    BUZZER,
    KEY,
    KEYSET,
    LED,
    NEXT,
    NUMBER,
    OTHER_KEY,
    OUTPUT,
    SERIAL,
    TEXT,
    Line,
    kind,
    line,
)
from tests.interop.wires import OurReader, Peer, pty_pair, wait_for

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
    both.host.until(lambda: len(both.told(OUTPUT)) == 2, "word of the last command")
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
        made.host.until(lambda: made.told(KEYSET), "word of the key")
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
        wait_for(lambda: reader.heard >= 3, "their challenge")
        assert cards(peer) == []
        assert [one for one in peer.told if one.get("secure")] == []


def cards(peer: Peer) -> list[dict[str, Any]]:
    return [one for one in peer.told if "data" in one and "length" in one]
