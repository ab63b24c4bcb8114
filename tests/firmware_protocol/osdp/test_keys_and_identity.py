"""Keys and serial numbers: which reader is let in, with which key, and how it gets a new one."""

import pytest

from firmware_protocol.events import (
    CommandDone,
    CommandRefused,
    InstallKey,
    KeyInstalled,
    ReaderOnline,
    Security,
    SecurityAlarm,
)
from firmware_protocol.osdp.frame import build
from firmware_protocol.osdp.messages import Answer, Ask, Function, KeySetting, MessageError, Nak
from firmware_protocol.osdp.reader import KeySet, OsdpReader
from firmware_protocol.osdp.replies import Capability
from firmware_protocol.osdp.secure_channel import DEFAULT_KEY
from tests.firmware_protocol.osdp.lines import (
    BADGE,
    KEY,
    OTHER_KEY,
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


def test_the_previous_key_is_tried_where_the_reader_refuses_the_present_one() -> None:
    """A key change cut off in the middle must not lock the reader out."""
    line = Line([spec(key=KEY, previous_key=OTHER_KEY)], [OsdpReader(1, identity(), key=OTHER_KEY)])
    assert [type(event) for event in line.run(0.5)] == [ReaderOnline]


def test_a_reader_with_a_key_nobody_knows_stays_offline_with_one_alarm() -> None:
    """It is asked again every second, but told once in ten."""
    line = Line([spec(key=KEY)], [OsdpReader(1, identity(), key=OTHER_KEY)])
    assert line.run(8.0) == [SecurityAlarm(1, Security.WRONG_CRYPTOGRAM)]
    assert codes(line) == [Ask.CHLNG] * 8


def test_a_new_key_is_installed_in_the_session_and_proven_by_a_handshake() -> None:
    """KEYSET alone proves nothing."""
    line = online(secure_line())
    assert line.host.send(1, InstallKey(OTHER_KEY), 2)
    assert line.run(0.5) == [CommandDone(1, 2), KeyInstalled(1)]
    assert line.take_actions() == [KeySet(OTHER_KEY)]
    line.host.closed(line.now, "")
    line.host.opened(line.now)
    assert [type(event) for event in line.run(0.5)] == [ReaderOnline]
    assert codes(line).count(Ask.CHLNG) == 2


def test_the_old_key_opens_nothing_once_the_new_one_is_proven() -> None:
    """Keys are changed because somebody may know the old one."""
    line = online(secure_line())
    line.host.send(1, InstallKey(OTHER_KEY))
    assert KeyInstalled(1) in line.run(0.5)
    line.readers[0] = OsdpReader(1, identity(), key=KEY)
    assert of_kind(line.run(5.0), ReaderOnline) == []


def test_a_reader_that_authentically_says_it_has_no_secure_channel_is_kept_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It contradicts itself, so nothing it says is believed."""
    monkeypatch.setattr(OsdpReader, "_capabilities", lambda _: [Capability(Function.SECURITY, 0, 0)])
    assert secure_line().run(3.0) == [SecurityAlarm(1, Security.SECURE_REFUSED, "PDCAP")]


def test_a_new_key_is_tried_even_when_the_reader_died_before_saying_that_it_took_it() -> None:
    """Otherwise a lost reply would lock the reader out."""
    line = online(secure_line())
    line.host.send(1, InstallKey(OTHER_KEY), 2)
    line.to_host = lambda _: b""
    line.run(2.0)
    line.to_host = lambda data: data
    events = line.run(2.0)
    assert KeyInstalled(1) in events
    assert len(of_kind(events, ReaderOnline)) == 1


def test_a_reader_that_refuses_a_new_key_keeps_its_old_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The old session goes on and the refused key is never tried."""

    def refuse(_: bytes) -> KeySetting:
        raise MessageError("planted")

    line = online(secure_line())
    monkeypatch.setattr(KeySetting, "unpack", refuse)
    line.host.send(1, InstallKey(OTHER_KEY), 2)
    assert line.run(0.5) == [CommandRefused(1, 2, Nak.UNABLE)]
    line.asked.clear()
    line.host.opened(line.now)
    line.run(0.5)
    assert codes(line).count(Ask.CHLNG) == 1


def test_commissioning_gives_a_new_reader_its_first_key_over_the_default_one() -> None:
    """The only place where the default key works."""
    reader = OsdpReader(1, identity(), accepts_default_key=True)
    line = Line([spec(commissioning=True)], [reader])
    assert [type(event) for event in line.run(0.5)] == [ReaderOnline]
    line.host.send(1, InstallKey(KEY))
    assert line.run(0.5) == [KeyInstalled(1)]
    challenge = build(1, 0, Ask.CHLNG, bytes(8), security=0x11, block=b"\x00")
    assert frame(reader.receive(challenge, line.now)).code == Answer.NAK
    ordinary = Line([spec(key=KEY)], [reader])
    assert [type(event) for event in ordinary.run(0.5)] == [ReaderOnline]


def test_commissioning_tries_the_readers_own_key_first() -> None:
    """A reader that has a key already gets its next one over that."""
    line = Line([spec(key=KEY, commissioning=True)], [OsdpReader(1, identity(), key=KEY)])
    line.run(0.5)
    assert frame(line.asked[0][1]).block == b"\x01"
    assert codes(line).count(Ask.CHLNG) == 1


def test_the_default_key_is_never_used_outside_commissioning() -> None:
    """Everybody knows it."""
    reader = OsdpReader(1, identity(), key=DEFAULT_KEY, accepts_default_key=True)
    line = Line([spec(1, DEFAULT_KEY), spec(2)], [reader, OsdpReader(2, identity())])
    events = line.run(3.0)
    assert [type(event) for event in events] == [SecurityAlarm, ReaderOnline]
    assert events[0] == SecurityAlarm(1, Security.DEFAULT_KEY, "configured")
    assert {frame(asked).address for _, asked in line.asked} == {2}


def test_a_reader_that_still_has_the_default_key_raises_its_own_alarm() -> None:
    """The cause is worth more than "wrong cryptogram"."""
    line = Line([spec(key=KEY)], [OsdpReader(1, identity(), key=DEFAULT_KEY)])
    found = {event.what for event in of_kind(line.run(1.0), SecurityAlarm)}
    assert found == {Security.DEFAULT_KEY, Security.WRONG_CRYPTOGRAM}


@pytest.mark.req("A8")
@pytest.mark.parametrize("key", [None, KEY])
def test_another_device_than_the_pinned_one_is_kept_out(key: bytes | None) -> None:
    """A replaced reader is an alarm, not a reader."""
    line = Line([spec(key=key, serial="01020304")], [OsdpReader(1, identity(), key=key)])
    line.readers[0].present(26, BADGE)
    assert line.run(5.0) == [SecurityAlarm(1, Security.SERIAL_CHANGED, "78563412 instead of 01020304")]


def test_the_pinned_device_is_let_in_however_its_number_is_written() -> None:
    """Hex digits have no case."""
    line = Line([spec(serial="ABCDEF01")], [OsdpReader(1, identity("abcdef01"))])
    assert [type(event) for event in line.run(0.5)] == [ReaderOnline]


def test_a_replaced_reader_is_told_where_no_serial_is_pinned() -> None:
    """It works, but somebody must know."""
    line = online(plain_line())
    line.readers[0] = OsdpReader(1, identity("01020304"))
    assert [type(event) for event in line.run(0.5)] == [SecurityAlarm, ReaderOnline]
