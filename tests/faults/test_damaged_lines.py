"""Fault 13: bytes damaged on the line never become another badge, and never an allow for somebody else."""

from collections.abc import Callable
from itertools import combinations

import pytest

from firmware_protocol.badge import bits_of
from firmware_protocol.osdp import frame as frames
from firmware_protocol.osdp.messages import Answer
from tests.scenarios.plant import P1
from tests.scenarios.world import World, line, local, plain_line

Make = Callable[..., World]

DATA_AT = 10
"""Where the bits of a badge begin in a plain RAW reply: header, code, reader, format and bit count before them."""

PAIRS = [pair for pair in combinations(range(2, 12), 2) if pair[0] % 3 == 0]
"""Two bits of the same parity half: the parity still fits, so only the frame's CRC can tell."""


def _flip(reply: bytes, bits: tuple[int, int]) -> bytes:
    if reply[5:6][0] != Answer.RAW:
        return reply
    damaged = bytearray(reply)
    for bit in bits:
        damaged[DATA_AT + bit // 8] ^= 0x80 >> bit % 8
    return bytes(damaged)


def _badges_seen(world: World) -> set[str | None]:
    """Return the badges that the gate believes were presented, a number nobody owns as None."""
    for bits in PAIRS:
        damaged = False

        def damage(reply: bytes, bits: tuple[int, int] = bits) -> bytes:
            nonlocal damaged
            if damaged or len(reply) < DATA_AT:
                return reply
            damaged = reply[5] == Answer.RAW
            return _flip(reply, bits)

        world.lines.lines["line-1"].damage = damage
        world.readers["R1"].present(*bits_of(P1))
        world.run(1.3)
        assert damaged
    return {entry.get("badge") for entry in world.decisions()}


@pytest.mark.fault(13)
@pytest.mark.req("A3")
def test_two_flipped_bits_that_fit_the_parity_are_repeated_and_not_believed(make_world: Make) -> None:
    """A card number one digit off is somebody else's: the reply is asked for again until it is whole."""
    world = make_world(local("2026-11-23T12:00"), lines=[line("line-1", [("R1", "TP-01")], secure=False)])
    assert _badges_seen(world) == {"B1"}


@pytest.mark.fault(13)
@pytest.mark.req("A3")
def test_the_mutant_that_does_not_check_the_crc_is_caught(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shows that the damage above would be believed without the CRC."""
    monkeypatch.setattr(frames, "_intact", lambda raw, end, crc: True)
    world = make_world(local("2026-11-23T12:00"), lines=[line("line-1", [("R1", "TP-01")], secure=False)])
    assert None in _badges_seen(world)


@pytest.mark.fault(13)
@pytest.mark.req("A3")
def test_plain_scanners_that_misread_are_answered_with_a_recorded_deny_and_go_on(make_world: Make) -> None:
    """Half frames, wrong checksums and noise are no badge; the next good read works."""
    lines = [plain_line("em", "em4100", "R1", "TP-01"), plain_line("txt", "text", "R2", "TP-02")]
    world = make_world(local("2026-11-23T12:00"), lines=lines)
    for typed in (b"\x020A0078E866EB\r\n\x03", b"\xff\x00\x80" * 50, b"\x020A00"):
        world.lines.lines["em"].typed = typed
        world.run(1.5)
    assert world.reasons() == ["BADGE_UNREADABLE"]
    assert len(world.decisions()) == 1
    world.lines.lines["txt"].typed = b"half a li"
    world.run(0.4)
    world.lines.lines["txt"].typed = b"E1\r\n"
    world.run(0.4)
    assert world.decisions()[-1]["badge_last4"] == "t:E1"[-4:]


@pytest.mark.fault(13)
@pytest.mark.req("A8", "L1")
def test_a_flood_on_one_line_does_not_keep_the_other_from_its_answer(make_world: Make) -> None:
    """Nothing that a reader sends can stall the process: work per byte is bounded, and so is memory."""
    lines = [plain_line("txt", "text", "R2", "TP-02"), line("line-1", [("R1", "TP-01")])]
    world = make_world(local("2026-11-23T12:00"), lines=lines)
    world.lines.lines["txt"].typed = b"\x00\xffS" * 200_000 + b"\n"
    shown = world.badge("R1", P1)
    assert shown is not None
    assert shown.line1 == "OK"
