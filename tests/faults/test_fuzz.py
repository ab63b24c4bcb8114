"""A fuzz run through the whole gate: damaged, cut, repeated, swapped and invented bytes leave only recorded alarms."""

import os
import random
from collections.abc import Callable

import pytest

from firmware_protocol.badge import bits_of
from firmware_protocol.osdp.frame import build
from tests.scenarios.plant import P1, P2, P3
from tests.scenarios.world import World, line, local, plain_line

Make = Callable[..., World]

SECONDS = int(os.environ.get("FUZZ_SECONDS", "120"))
"""Seconds on the injected clock; the long form has some hours."""

EXPECTED = {
    "decision",
    "actuated",
    "use_left",
    "use_ended",
    "use_waiting",
    "use_expired",
    "permissive_dropped",
    "reader_online",
    "reader_offline",
    "reader_output",
    "reader_tamper",
    "reader_power",
    "reader_port_opened",
    "security",
    "load",
    "start",
}


class Fuzz:
    """Spoils what readers say, drawn from a seed."""

    def __init__(self, seed: int) -> None:
        self._draw = random.Random(seed)
        self._last = b""
        self.spoilt = 0

    def __call__(self, reply: bytes) -> bytes:
        draw = self._draw
        before, self._last = self._last, reply
        if draw.random() < 0.6:
            return reply
        self.spoilt += 1
        match draw.randrange(8):
            case 0:
                return self._flipped(reply)
            case 1:
                return reply[: draw.randrange(len(reply))]
            case 2:
                return reply + reply
            case 3:
                return before + reply
            case 4:
                return draw.randbytes(draw.randrange(1, 40)) + reply
            case 5:
                return draw.randbytes(draw.randrange(1, 2000))
            case 6:
                return self._invented()
            case _:
                return b""

    def _flipped(self, reply: bytes) -> bytes:
        damaged = bytearray(reply)
        for _ in range(self._draw.randrange(1, 4)):
            damaged[self._draw.randrange(len(damaged))] ^= 1 << self._draw.randrange(8)
        return bytes(damaged)

    def _invented(self) -> bytes:
        """An intact frame with any code, data and security block: what an attacker without the key can send."""
        draw = self._draw
        kind = draw.choice((0, 0, 0x11, 0x12, 0x14, 0x16, 0x18, 0x77))
        return build(
            draw.randrange(3),
            draw.randrange(4),
            draw.randrange(0x40, 0x80),
            draw.randbytes(draw.randrange(40)),
            reply=True,
            security=kind,
            mac=(lambda _signed: draw.randbytes(4)) if kind in (0x16, 0x18) else None,
        )


def _fuzzed(world: World, name: str, seconds: float) -> Fuzz:
    fuzz = Fuzz(20261124)
    world.lines.lines[name].damage = fuzz
    draw = random.Random(7)
    end = world.clock.seconds + seconds
    while world.clock.seconds < end:
        world.readers[draw.choice(("R1", "R2"))].present(*bits_of(draw.choice((P1, P2, P3))))
        world.run(draw.uniform(0.2, 2.0))
    world.lines.lines[name].damage = bytes
    world.run(5)
    return fuzz


@pytest.mark.fault(13, 14)
@pytest.mark.req("A8", "J6")
@pytest.mark.timeout(900)
def test_a_fuzzed_secure_line_gives_badges_that_were_presented_or_nothing(make_world: Make) -> None:
    """Nothing that a line sends can crash or stall the process, and nothing unauthenticated becomes a badge."""
    world = make_world(local("2026-11-23T12:00"), lines=[line("line-1", [("R1", "TP-01"), ("R2", "TP-02")])])
    fuzz = _fuzzed(world, "line-1", SECONDS)
    assert fuzz.spoilt > SECONDS
    trail = world.trail()
    assert {entry["kind"] for entry in trail} <= EXPECTED
    assert {entry.get("badge") for entry in world.decisions()} <= {"B1", "B2", "B3"}
    alarms = [entry["detail"]["what"] for entry in trail if entry["kind"] == "security"]
    assert alarms
    assert not [what for what in alarms if "broke its handling" in what]
    seen = len(world.decisions())
    world.badge("R1", P3)
    assert len(world.decisions()) == seen + 1, "the line works again by itself"
    assert world.sound()


@pytest.mark.fault(13)
@pytest.mark.req("A3", "J6")
@pytest.mark.timeout(900)
def test_fuzzed_plain_scanners_never_break_the_gate(make_world: Make) -> None:
    """Whatever a scanner types is a badge of its own kind, an unreadable one, or nothing."""
    lines = [plain_line("em", "em4100", "R1", "TP-01"), plain_line("txt", "text", "R2", "TP-02")]
    world = make_world(local("2026-11-23T12:00"), lines=lines)
    draw = random.Random(11)
    good = b"\x020A0078E865FF\r\n\x03"
    for _ in range(SECONDS):
        typed = bytearray(good if draw.random() < 0.5 else draw.randbytes(draw.randrange(400)))
        if typed and draw.random() < 0.7:
            typed[draw.randrange(len(typed))] ^= 1 << draw.randrange(8)
        world.lines.lines["em"].typed = bytes(typed)
        world.lines.lines["txt"].typed = bytes(typed) + (b"\r\n" if draw.random() < 0.5 else b"")
        world.run(draw.uniform(0.05, 1.5))
    assert {entry["kind"] for entry in world.trail()} <= EXPECTED
    em = [d for d in world.decisions() if d["reader"] == "R1"]
    assert {d["reasons"][0] for d in em} <= {"BADGE_UNREADABLE", "BADGE_UNKNOWN"}
    assert {d.get("badge_last4") for d in em if d["reasons"] == ["BADGE_UNKNOWN"]} <= {"E865"}
    assert world.sound()
