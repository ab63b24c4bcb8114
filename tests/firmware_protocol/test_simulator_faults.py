"""The menu of faults of a simulated line: repeatable, and used up only by what is sent."""

import random

import pytest

from firmware_protocol.simulator_faults import MOST, Faults


def faults() -> Faults:
    return Faults(random.Random(1))


def test_without_a_fault_every_byte_goes_through() -> None:
    """A trial must begin with a sound line."""
    assert faults().applied(bytes(range(256)), 0.0) == bytes(range(256))
    assert faults().burst() == b""


def test_nothing_sent_uses_up_no_fault() -> None:
    """Otherwise an idle reader would heal its line."""
    line = faults()
    for what in ("lose", "flip", "half"):
        line.set(what, 1.0, 0.0)
    assert line.applied(b"", 0.0) == b""
    assert [line.applied(b"ABCD", 0.0) for _ in range(2)] == [b"", b"AB"]
    flipped = line.applied(b"ABCD", 0.0)
    assert (int.from_bytes(flipped) ^ int.from_bytes(b"ABCD")).bit_count() == 1
    assert line.applied(b"ABCD", 0.0) == b"ABCD"


def test_silence_ends_by_itself() -> None:
    """A trial needs the way back too."""
    line = faults()
    line.set("silence", 2.0, 10.0)
    assert [line.applied(b"A", now) for now in (10.0, 11.9, 12.0)] == [b"", b"", b"A"]


def test_the_same_seed_gives_the_same_noise() -> None:
    """A failure that cannot be repeated cannot be mended."""
    one, two = faults(), faults()
    for line in (one, two):
        line.set("noise", 0.1, 0.0)
    assert one.burst() == two.burst() != b""
    noisy = one.applied(bytes(1000), 0.0)
    assert noisy == two.applied(bytes(1000), 0.0)
    assert 0 < sum(byte != 0 for byte in noisy) < 300


@pytest.mark.parametrize("value", [-1.0, MOST * 2, float("inf"), float("nan")])
def test_a_fault_of_no_sensible_size_is_refused(value: float) -> None:
    """A line that loses for ever looks like a fault of the gate."""
    with pytest.raises(ValueError, match="is not between 0 and"):
        faults().set("lose", value, 0.0)


def test_a_fault_that_is_not_on_the_menu_is_refused() -> None:
    """A fault that does nothing would pass every trial."""
    with pytest.raises(ValueError, match="'fire' is no fault"):
        faults().set("fire", 1.0, 0.0)
