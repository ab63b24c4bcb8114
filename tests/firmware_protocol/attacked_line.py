"""A line with two secure readers, an attacker between the first and the host, and what must be so afterwards."""

from binascii import crc_hqx
from collections.abc import Callable

from firmware_protocol.events import BadgeRead, ReaderOffline, ReaderOnline, Security, SecurityAlarm
from firmware_protocol.osdp.frame import CRC_START, Frame, parse
from firmware_protocol.osdp.reader import OsdpReader
from firmware_protocol.osdp.replies import RawBadge
from tests.firmware_protocol.osdp.lines import (
    BADGE,
    KEY,
    NUMBER,
    OTHER_KEY,
    Line,
    identity,
    of_kind,
    randoms,
    spec,
)

VICTIM, BYSTANDER = 1, 2
RAW = RawBadge(0, 1, 26, BADGE).pack()

Attack = Callable[[bytes, bytes], bytes]
"""Given the reply of the first reader, as a mark-free frame, and what was asked, returns what the host hears."""


def reader(address: int, key: bytes | None = KEY, seed: int = 0, serial: str = "78563412") -> OsdpReader:
    return OsdpReader(address, identity(serial), key=key, random_bytes=randoms((1 << 60) + seed + address * 1000))


def line_of(*victims: OsdpReader, key: bytes | None = KEY, pinned: str | None = None) -> Line:
    specs = [spec(VICTIM, key, serial=pinned), spec(BYSTANDER, OTHER_KEY)]
    return Line(specs, [*victims, reader(BYSTANDER, OTHER_KEY)])


def live_line() -> Line:
    """Both readers are online and have been polled."""
    made = line_of(reader(VICTIM))
    made.run(1.0)
    assert sorted(event.address for event in of_kind(made.events, ReaderOnline)) == [VICTIM, BYSTANDER]
    made.events.clear()
    return made


def on_victim(line: Line, attack: Attack) -> None:
    """Let the attack have every reply of the first reader, and none of the other's."""

    def pass_on(back: bytes) -> bytes:
        asked = line.asked[-1][1].lstrip(b"\xff") if line.asked else b""
        return attack(back, asked) if back and asked[1] == VICTIM else back

    line.to_host = pass_on


def leave_alone(line: Line) -> None:
    line.to_host = lambda back: back


def alarms(line: Line) -> set[tuple[int, Security]]:
    return {(event.address, event.what) for event in of_kind(line.events, SecurityAlarm)}


def badges(line: Line, address: int = VICTIM) -> list[BadgeRead]:
    return [event for event in of_kind(line.events, BadgeRead) if event.address == address]


def others_go_on(line: Line) -> None:
    """The bystander has not been offline, and its badge arrives in time."""
    line.readers[-1].present(26, BADGE)
    line.run(1.0)
    assert BadgeRead(BYSTANDER, NUMBER) in line.events
    assert BYSTANDER not in {event.address for event in of_kind(line.events, ReaderOffline)}


def all_go_on(line: Line) -> None:
    """Without the attack the very same badge is read at the attacked reader too."""
    leave_alone(line)
    others_go_on(line)
    line.run(3.0)
    line.events.clear()
    line.readers[0].present(26, BADGE)
    line.run(1.0)
    assert badges(line) == [BadgeRead(VICTIM, NUMBER)]


def signed_anew(raw: bytes) -> bytes:
    """Return the frame with a check that is right again, as anybody can make it."""
    return raw[:-2] + crc_hqx(raw[:-2], CRC_START).to_bytes(2, "little")


def parsed(raw: bytes) -> Frame:
    found = parse(raw)
    assert found is not None
    return found
