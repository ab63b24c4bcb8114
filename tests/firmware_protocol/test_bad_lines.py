"""What happens on a line without an attacker: two readers with one address, echoes, noise, a wrong speed."""

import random
from functools import partial

import pytest

from firmware_protocol.events import BadgeRead, LineNoise, ReaderOffline, Security
from firmware_protocol.osdp.frame import build
from firmware_protocol.osdp.messages import Answer
from tests.firmware_protocol.attacked_line import (
    BYSTANDER,
    RAW,
    VICTIM,
    alarms,
    all_go_on,
    badges,
    leave_alone,
    line_of,
    live_line,
    on_victim,
    others_go_on,
    parsed,
    reader,
)
from tests.firmware_protocol.osdp.lines import (
    BADGE,
    KEY,
    NUMBER,
    Line,
    of_kind,
    spec,
)


@pytest.fixture
def line() -> Line:
    return live_line()


@pytest.mark.fault(13)
@pytest.mark.req("A8")
@pytest.mark.parametrize("key", [KEY, None], ids=["secure", "plain"])
def test_two_readers_with_one_address_raise_an_alarm(key: bytes | None) -> None:
    """Which of them speaks is chance: somebody must come and look, and the rest of the line must not suffer."""
    twins = [reader(VICTIM, key, 1), reader(VICTIM, key, 2, serial="01020304")]
    line = line_of(*twins, key=key)
    line.run(5.0)
    assert (VICTIM, Security.ADDRESS_CONFLICT) in alarms(line)
    others_go_on(line)
    del line.readers[1]
    all_go_on(line)


@pytest.mark.fault(13)
@pytest.mark.req("A8")
def test_the_badge_of_a_second_reader_with_the_same_key_and_address_is_not_read(line: Line) -> None:
    """It has no session with the host, though it holds the key."""
    twin = reader(VICTIM, seed=7)
    line.readers.insert(1, twin)
    twin.present(26, BADGE)
    line.run(3.0)
    assert badges(line) == []
    assert (VICTIM, Security.ADDRESS_CONFLICT) in alarms(line)
    line.readers.remove(twin)
    all_go_on(line)


@pytest.mark.fault(13)
def test_an_echo_of_our_own_bytes_changes_nothing(line: Line) -> None:
    """Many two-wire adapters hear themselves."""
    line.to_host = lambda back: line.asked[-1][1] + back if back else back
    line.readers[0].present(26, BADGE)
    line.readers[-1].present(26, BADGE)
    line.run(5.0)
    assert sorted(of_kind(line.events, BadgeRead), key=lambda event: event.address) == [
        BadgeRead(VICTIM, NUMBER),
        BadgeRead(BYSTANDER, NUMBER),
    ]
    assert len(line.events) == 2
    line.run(2.0)
    all_go_on(line)


@pytest.mark.fault(13)
@pytest.mark.parametrize("seed", range(5))
def test_a_flood_of_noise_gives_no_badge_and_ends_with_itself(line: Line, seed: int) -> None:
    """A broken driver that never stops may silence its line, but may neither invent a badge nor an attack."""
    noise = random.Random(seed)
    line.to_host = lambda back: noise.randbytes(2000) + back
    line.run(20.0)
    assert of_kind(line.events, BadgeRead) == []
    assert alarms(line) == set()
    told = of_kind(line.events, LineNoise)
    assert sum(event.count for event in told) > 10_000
    assert len(told) <= 21
    leave_alone(line)
    line.run(5.0)
    line.events.clear()
    all_go_on(line)


def at_double_speed(data: bytes) -> bytes:
    """Return what a port set twice as fast as the sender hears: each bit twice, framed anew at the first start bit."""
    bits = "".join("00" + "".join(bit * 2 for bit in f"{byte:08b}"[::-1]) + "11" for byte in data) + "1" * 20
    heard, at = bytearray(), bits.find("0")
    while 0 <= at <= len(bits) - 10:
        heard.append(int(bits[at + 1 : at + 9][::-1], 2))
        at = bits.find("0", at + 10)
    return bytes(heard)


@pytest.mark.fault(13)
def test_a_reader_at_another_speed_is_offline_and_disturbs_nobody(line: Line) -> None:
    """Somebody set its switches wrongly: that is no badge, no alarm, and no trouble for the others."""
    on_victim(line, lambda back, _: at_double_speed(back))
    line.readers[0].present(26, BADGE)
    line.run(5.0)
    assert badges(line) == []
    assert alarms(line) == set()
    assert of_kind(line.events, ReaderOffline) == [ReaderOffline(VICTIM, "no answer")]
    others_go_on(line)
    line.readers[0] = reader(VICTIM, seed=9)
    all_go_on(line)


@pytest.mark.fault(13)
@pytest.mark.parametrize("bit", range(8))
def test_a_flipped_bit_anywhere_in_a_plain_badge_gives_that_badge_or_none(bit: int) -> None:
    """Nothing but the check stands between noise on a plain line and another person's badge."""
    for at in range(len(build(VICTIM, 1, Answer.RAW, RAW, reply=True))):
        line = Line([spec(VICTIM)], [reader(VICTIM, None)])
        line.run(0.3)
        waiting = [True]
        line.to_host = partial(flipped_once, waiting, at, 1 << bit)
        line.readers[0].present(26, BADGE)
        line.run(1.5)
        assert waiting == []
        assert badges(line) == [BadgeRead(VICTIM, NUMBER)]


def flipped_once(waiting: list[bool], at: int, bit: int, back: bytes) -> bytes:
    if not waiting or not back or parsed(back).code != Answer.RAW:
        return back
    waiting.clear()
    return back[:at] + bytes((back[at] ^ bit,)) + back[at + 1 :]
