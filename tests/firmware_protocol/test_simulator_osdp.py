"""Virtual OSDP readers against the host's own codec, on a clock that the test moves."""

from collections.abc import Callable
from pathlib import Path

import pytest

from firmware_protocol.events import (
    BadgeRead,
    BadgeUnreadable,
    Color,
    InstallKey,
    KeyInstalled,
    KeysPressed,
    Light,
    Output,
    PowerChanged,
    ReaderOffline,
    ReaderOnline,
    TamperChanged,
)
from firmware_protocol.simulator import HELP
from tests.firmware_protocol.bench import KEY, ONE_READ, Bench, OsdpLine


@pytest.fixture
def osdp(bench: Callable[..., Bench]) -> OsdpLine:
    line = OsdpLine(bench("a=osdp:@a"))
    assert any(isinstance(event, ReaderOnline) for event in line.run(1.0))
    return line


def test_an_osdp_reader_gives_badges_keys_and_contacts(osdp: OsdpLine) -> None:
    """Everything a reader can report, over the host's own codec."""
    osdp.bench.do("badge w26:2EC0C86", "key 12#", "tamper on", "power on", "tamper off", "power off")
    assert osdp.run(1.0) == [
        ONE_READ,
        KeysPressed(0, "12#"),
        TamperChanged(0, on=True),
        PowerChanged(0, on=True),
        TamperChanged(0, on=False),
        PowerChanged(0, on=False),
    ]


def test_a_badge_held_at_an_osdp_reader_is_one_read(osdp: OsdpLine) -> None:
    """A reader that repeats itself must not badge its holder out again."""
    osdp.bench.do("hold w26:2EC0C86 0.8")
    assert osdp.run(2.0) == [ONE_READ]


@pytest.mark.parametrize("command", ["tamper maybe", "power 1", "badge txt:1", "key \u20ac", "badge w26:FFFFFFF"])
def test_an_osdp_command_that_makes_no_sense_is_answered_with_the_help(command: str, osdp: OsdpLine) -> None:
    """Taking `maybe` for `off` would make a trial pass that tried nothing."""
    osdp.bench.do(command)
    (said,) = osdp.bench.said()
    assert said["help"] == HELP
    assert osdp.run(0.5) == []


def test_what_the_host_makes_a_reader_do_comes_out_as_lines_of_json(osdp: OsdpLine) -> None:
    """A trial without hands looks here for the light and the contact."""
    osdp.host.send(0, Light(Color.GREEN, 2.0))
    osdp.host.send(0, Output(0, on=True, seconds=1.0))
    osdp.run(0.5)
    said = osdp.bench.said()
    assert [{key: value for key, value in line.items() if key != "t"} for line in said] == [
        {"reader": "a", "did": "LightShown", "color": "green", "seconds": 2.0},
        {"reader": "a", "did": "OutputChanged", "number": 0, "on": True},
    ]
    assert all(100.0 < float(str(line["t"])) <= osdp.bench.time.now for line in said)


@pytest.mark.req("J2", "J5")
def test_an_output_drops_by_itself_while_the_line_is_cut(osdp: OsdpLine) -> None:
    """The relay is a dead man: a gate that has gone cannot leave a start enabled."""
    osdp.host.send(0, Output(0, on=True, seconds=1.0))
    osdp.run(0.2)
    osdp.bench.said()
    osdp.bench.do("unplug")
    assert osdp.bench.simulator.due() <= osdp.bench.time.now + 1.0
    osdp.bench.time.now += 1.0
    osdp.bench.simulator.work()
    (said,) = osdp.bench.said()
    assert (said["did"], said["on"]) == ("OutputChanged", False)
    assert osdp.bench.simulator.due() == osdp.bench.time.now + 0.5


@pytest.mark.fault(13)
@pytest.mark.parametrize("fault", ["lose 1", "half", "flip 1", "silence 0.3", "lose", "flip"])
def test_a_badge_gets_through_one_fault_of_each_kind_once(fault: str, osdp: OsdpLine) -> None:
    """The host repeats, the reader answers from its memory: nothing lost, nothing twice."""
    osdp.bench.do(fault, "badge w26:2EC0C86")
    events = osdp.run(1.5)
    assert [event for event in events if isinstance(event, BadgeRead | BadgeUnreadable)] == [ONE_READ]
    assert not any(isinstance(event, ReaderOffline) for event in events)


@pytest.mark.fault(13)
def test_noise_never_gives_a_badge_and_quiet_brings_the_reader_back(osdp: OsdpLine) -> None:
    """A frayed cable may cost time, never a wrong badge."""
    osdp.bench.do("noise 0.5")
    events = osdp.run(5.0)
    osdp.bench.do("noise 0")
    events += osdp.run(5.0)
    assert not any(isinstance(event, BadgeRead | BadgeUnreadable) for event in events)
    assert any(isinstance(event, ReaderOffline) for event in events)
    assert any(isinstance(event, ReaderOnline) for event in events)


def test_a_reader_with_a_key_speaks_to_its_host_in_a_secure_session(
    tmp_path: Path, bench: Callable[..., Bench]
) -> None:
    """The key file is the one that the gate keeps."""
    (tmp_path / "key").write_text(KEY.hex() + "\n")
    line = OsdpLine(bench("a=osdp:@a:0:@key"), key=KEY)
    assert [event.secure for event in line.run(1.0) if isinstance(event, ReaderOnline)] == [True]
    line.bench.do("badge w26:2EC0C86")
    assert line.run(0.5) == [ONE_READ]


def test_a_factory_new_reader_takes_a_key_and_tells_nobody(bench: Callable[..., Bench]) -> None:
    """Commissioning can be tried; a key on standard output would end in somebody's log."""
    line = OsdpLine(bench("a=osdp:@a:0:default"), commissioning=True)
    line.run(1.0)
    assert line.host.send(0, InstallKey(KEY), 1)
    assert any(isinstance(event, KeyInstalled) for event in line.run(1.0))
    told = line.bench.out.getvalue()
    assert '"did": "KeySet"' in told
    assert KEY.hex() not in told
