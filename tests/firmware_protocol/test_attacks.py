"""What somebody with a hand on the wire can try: no attack gives a badge, each due alarm comes, the others go on.

Two secure readers share the line; the attack is on the first. Every attack ends with a badge at both that does
arrive, which is what shows that an attack's silence was a refusal and not a dead line.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from firmware_protocol.events import BadgeRead, ReaderOffline, ReaderOnline, Security
from firmware_protocol.osdp.frame import build
from firmware_protocol.osdp.messages import Answer, Nak
from firmware_protocol.osdp.reader import OsdpReader
from firmware_protocol.osdp.secure_channel import DEFAULT_KEY, SEALED_BY_READER
from tests.firmware_protocol.attacked_line import (
    RAW,
    VICTIM,
    alarms,
    all_go_on,
    badges,
    line_of,
    live_line,
    on_victim,
    others_go_on,
    parsed,
    reader,
    signed_anew,
)
from tests.firmware_protocol.osdp.lines import (
    BADGE,
    NUMBER,
    OTHER_KEY,
    Line,
    identity,
    of_kind,
    randoms,
    spec,
)


@pytest.fixture
def line() -> Line:
    return live_line()


def recorded_badge(line: Line) -> bytes:
    """Present a badge, let it arrive, and return the reply that carried it."""
    line.answered.clear()
    line.readers[0].present(26, BADGE)
    line.run(0.5)
    [found] = [
        raw for raw in line.answered if parsed(raw).address == VICTIM and parsed(raw).security == SEALED_BY_READER
    ]
    assert badges(line) == [BadgeRead(VICTIM, NUMBER)]
    line.run(2.0)
    line.events.clear()
    return found


# --- replay and injection --------------------------------------------------------------------------------


@pytest.mark.fault(14)
@pytest.mark.req("A8")
@pytest.mark.parametrize("renumbered", [False, True], ids=["as recorded", "with the expected sequence number"])
def test_a_badge_replayed_within_its_session_is_refused(line: Line, renumbered: bool) -> None:
    """A recording must not open anything, also where its sequence number comes round again."""
    recording = recorded_badge(line)

    def replay(back: bytes, asked: bytes) -> bytes:
        if not renumbered:
            return recording + back
        return signed_anew(recording[:4] + bytes((recording[4] & ~3 | asked[4] & 3,)) + recording[5:])

    on_victim(line, replay)
    line.run(3.0)
    assert badges(line) == []
    assert (VICTIM, Security.WRONG_MAC) in alarms(line)
    all_go_on(line)


@pytest.mark.fault(14)
@pytest.mark.req("A8")
def test_a_badge_replayed_in_a_later_session_is_refused(line: Line) -> None:
    """The new session has other keys, so the recording is worth nothing."""
    recording = recorded_badge(line)
    line.host.closed(line.now, "unplugged")
    line.host.opened(line.now)
    line.run(1.0)
    line.events.clear()
    on_victim(line, lambda back, asked: recording + back if asked[4] & 3 == recording[4] & 3 else back)
    line.run(2.0)
    assert badges(line) == []
    assert alarms(line) == {(VICTIM, Security.WRONG_MAC)}
    all_go_on(line)


@pytest.mark.fault(14)
@pytest.mark.req("A8")
def test_a_whole_session_played_back_does_not_get_through_the_handshake() -> None:
    """The host's challenge is new each time, so a recorded reader cannot answer it."""
    line = line_of(reader(VICTIM))
    line.readers[0].present(26, BADGE)
    line.run(1.0)
    assert [event.number for event in badges(line)] == [NUMBER]
    recording = [raw for raw in line.answered if parsed(raw).address == VICTIM]
    line.host.closed(line.now, "unplugged")
    line.host.opened(line.now)
    line.events.clear()
    played = iter(recording)
    on_victim(line, lambda _, __: next(played, b""))
    line.run(3.0)
    assert badges(line) == []
    assert (VICTIM, Security.WRONG_CRYPTOGRAM) in alarms(line)
    assert VICTIM not in {event.address for event in of_kind(line.events, ReaderOnline)}
    all_go_on(line)


@pytest.mark.fault(14)
@pytest.mark.req("A8")
@pytest.mark.parametrize("instead", [False, True], ids=["before the real reply", "instead of it"])
def test_a_plain_badge_in_a_secure_session_is_refused(line: Line, instead: bool) -> None:
    """Another implementation took such a badge for a real one."""

    def inject(back: bytes, asked: bytes) -> bytes:
        forged = build(VICTIM, asked[4] & 3, Answer.RAW, RAW, reply=True)
        return forged if instead else forged + back

    on_victim(line, inject)
    line.run(3.0)
    assert badges(line) == []
    assert (VICTIM, Security.PLAIN_IN_SECURE) in alarms(line)
    assert bool(of_kind(line.events, ReaderOffline)) == instead
    all_go_on(line)


@pytest.mark.fault(14)
def test_the_same_plain_badge_is_read_where_the_reader_is_plain() -> None:
    """The forged frame of the test before is a good one: only the session refuses it."""
    line = line_of(reader(VICTIM, None), key=None)
    line.run(1.0)
    on_victim(line, lambda _, asked: build(VICTIM, asked[4] & 3, Answer.RAW, RAW, reply=True))
    line.run(0.2)
    assert badges(line) == [BadgeRead(VICTIM, NUMBER)]


@pytest.mark.fault(14)
@pytest.mark.req("A8")
@pytest.mark.parametrize("at", [-3, -6, -8], ids=["MAC, last byte", "MAC, first byte", "payload"])
def test_a_badge_with_a_changed_bit_and_a_right_check_is_refused_and_asked_for_again(line: Line, at: int) -> None:
    """A check keeps noise out and no attacker; the real reply then still gives the one badge."""
    changed: list[bytes] = []

    def change(back: bytes, _: bytes) -> bytes:
        if changed or parsed(back).security != SEALED_BY_READER:
            return back
        changed.append(back)
        forged = bytearray(back)
        forged[at] ^= 1
        return signed_anew(bytes(forged))

    on_victim(line, change)
    line.readers[0].present(26, BADGE)
    line.run(1.0)
    assert len(changed) == 1
    assert badges(line) == [BadgeRead(VICTIM, NUMBER)]
    assert alarms(line) == {(VICTIM, Security.WRONG_MAC)}
    line.run(1.0)
    all_go_on(line)


@pytest.mark.fault(14)
def test_a_reply_with_a_used_sequence_number_is_dropped_on_a_plain_line() -> None:
    """A late repeat is not a second badge; plain lines have nothing but the number to tell it by."""
    line = line_of(reader(VICTIM, None), key=None)
    line.run(1.0)
    line.readers[0].present(26, BADGE)
    line.answered.clear()
    line.run(0.5)
    [recording] = [raw for raw in line.answered if parsed(raw).code == Answer.RAW]
    line.run(2.0)
    assert badges(line) == [BadgeRead(VICTIM, NUMBER)]
    on_victim(line, lambda back, asked: back if asked[4] & 3 == recording[4] & 3 else recording + back)
    line.run(3.0)
    assert badges(line) == [BadgeRead(VICTIM, NUMBER)]
    assert of_kind(line.events, ReaderOffline) == []
    assert alarms(line) == set()
    all_go_on(line)


# --- keys and who is who ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Impostor:
    """A reader at the first address that is not the enrolled one, and the alarm that it must raise."""

    make: Callable[[], OsdpReader]
    what: Security
    pinned: str | None = None


IMPOSTORS = {
    "that says it cannot be secure": Impostor(lambda: reader(VICTIM, None), Security.SECURE_REFUSED),
    "with the default key": Impostor(lambda: reader(VICTIM, DEFAULT_KEY), Security.DEFAULT_KEY),
    "with another key": Impostor(lambda: reader(VICTIM, OTHER_KEY), Security.WRONG_CRYPTOGRAM),
    "with our key and another serial number": Impostor(
        lambda: reader(VICTIM, serial="01020304"), Security.SERIAL_CHANGED, "78563412"
    ),
}


@pytest.mark.fault(14)
@pytest.mark.req("A8")
@pytest.mark.parametrize("name", IMPOSTORS)
def test_a_reader_is_kept_out(name: str) -> None:
    """Only enrolled readers are heard; the enrolled one in its place is heard at once."""
    impostor = IMPOSTORS[name]
    line = line_of(impostor.make(), pinned=impostor.pinned)
    line.readers[0].present(26, BADGE)
    line.run(5.0)
    assert badges(line) == []
    assert VICTIM not in {event.address for event in of_kind(line.events, ReaderOnline)}
    assert (VICTIM, impostor.what) in alarms(line)
    others_go_on(line)
    line.readers[0] = reader(VICTIM)
    all_go_on(line)


@pytest.mark.fault(14)
@pytest.mark.req("A8")
def test_a_forged_refusal_of_security_does_not_bring_the_line_down_to_plain() -> None:
    """Who can send one NAK must not be able to switch the protection off."""
    line = line_of(reader(VICTIM))
    no_security = bytes((Nak.NO_SECURITY,))
    on_victim(line, lambda _, asked: build(VICTIM, asked[4] & 3, Answer.NAK, no_security, reply=True))
    line.readers[0].present(26, BADGE)
    line.run(3.0)
    assert badges(line) == []
    assert alarms(line) == {(VICTIM, Security.SECURE_REFUSED)}
    to_victim = [asked.lstrip(b"\xff") for _, asked in line.asked if asked.lstrip(b"\xff")[1] == VICTIM]
    assert all(asked[4] & 8 for asked in to_victim)
    line.readers[0] = reader(VICTIM)
    all_go_on(line)


@pytest.mark.fault(14)
def test_the_default_key_opens_a_session_in_commissioning_only() -> None:
    """The counterpart of the refusal: in the one place where it may work, it works."""
    new = OsdpReader(VICTIM, identity(), accepts_default_key=True, random_bytes=randoms(1 << 60))
    line = Line([spec(VICTIM, commissioning=True)], [new])
    line.run(1.0)
    assert of_kind(line.events, ReaderOnline)[0].secure
