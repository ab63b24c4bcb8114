"""Virtual readers on ports of their own, driven inside this process on a clock that the test moves."""

import io
import json
import os
import random
import runpy
import signal
import sys
import termios
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_protocol import simulator as simulator_module
from firmware_protocol.badge import decoder
from firmware_protocol.events import (
    BadgeRead,
    BadgeUnreadable,
    Color,
    Event,
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
from firmware_protocol.osdp.host import OsdpHost, OsdpReaderSpec
from firmware_protocol.simulator import HELP, Simulator, main, virtual_readers
from firmware_protocol.simulator_faults import MOST, Faults
from tests.firmware_protocol.ports import Time

KEY = bytes(range(16, 32))
ONE_READ = BadgeRead(0, "w26:2EC0C86")


class Bench:
    """A simulator, the ports it made, and what it said."""

    def __init__(self, *specs: str, time: Time) -> None:
        self.time, self.out = time, io.StringIO()
        self.readers = virtual_readers(list(specs), seed=1)
        self.simulator = Simulator(self.readers, self.out, time)
        for reader in self.readers:
            reader.wire.plug()
        self.hosts = {reader.name: _open(reader.wire.link) for reader in self.readers}

    def close(self) -> None:
        for host in self.hosts.values():
            os.close(host)
        for reader in self.readers:
            reader.wire.unplug()

    def do(self, *commands: str) -> None:
        for command in commands:
            self.simulator.command(command)

    def heard(self, name: str = "a") -> bytes:
        try:
            return os.read(self.hosts[name], 65536)
        except (BlockingIOError, OSError):
            return b""

    def said(self) -> list[dict[str, object]]:
        lines = self.out.getvalue().splitlines()
        self.out.truncate(0)
        self.out.seek(0)
        return [json.loads(line) for line in lines]


def _open(link: Path) -> int:
    return os.open(link, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)


@pytest.fixture
def bench(tmp_path: Path, time: Time) -> Iterator[Callable[..., Bench]]:
    made: list[Bench] = []

    def make(*specs: str) -> Bench:
        made.append(Bench(*(spec.replace("@", f"{tmp_path}/") for spec in specs), time=time))
        return made[-1]

    yield make
    for one in made:
        one.close()


class OsdpLine:
    """A host that polls the simulated reader `a`."""

    def __init__(self, bench: Bench, **spec: object) -> None:
        self.bench = bench
        self.host = OsdpHost([OsdpReaderSpec(0, decoder("w26"), **spec)])  # type: ignore[arg-type]
        self.host.opened(bench.time.now)

    def run(self, seconds: float) -> list[Event]:
        """Let time pass in steps of 10 ms."""
        happened: list[Event] = []
        for _ in range(round(seconds * 100)):
            self.bench.time.now += 0.01
            events, data = self.host.advance(self.bench.time.now)
            happened += events
            if data and self.bench.readers[0].wire.ends is not None:
                os.write(self.bench.hosts["a"], data)
            self.bench.simulator.work()
            happened += self.host.receive(self.bench.heard(), self.bench.time.now)
        return happened


@pytest.fixture
def osdp(bench: Callable[..., Bench]) -> OsdpLine:
    line = OsdpLine(bench("a=osdp:@a"))
    assert any(isinstance(event, ReaderOnline) for event in line.run(1.0))
    return line


# --- plain scanners ------------------------------------------------------------------------------------------


def test_plain_scanners_send_what_real_ones_send(bench: Callable[..., Bench]) -> None:
    """The gate is tried with these bytes before any module is bought."""
    both = bench("a=em4100:@a", "b=text:@b")
    both.do("badge em:0A0078E865", "@b text A-1603", "@b badge txt:0042")
    assert both.heard("a") == b"\x020A0078E865FF\r\n\x03"
    assert both.heard("b") == b"A-1603\r\n0042\r\n"
    assert both.said() == []


def test_a_held_badge_is_sent_again_and_again_until_it_is_taken_away(bench: Callable[..., Bench]) -> None:
    """That is how an RDM6300 behaves, and one presentation must still be one read."""
    scanner = bench("a=em4100:@a")
    scanner.do("hold em:0A0078E865 0.35")
    for _ in range(10):
        assert scanner.simulator.due() <= scanner.time.now + 0.5
        scanner.time.now += 0.1
        scanner.simulator.work()
    assert scanner.heard().count(b"\x03") == 4


@pytest.mark.parametrize(
    "command",
    [
        "nonsense",
        "badge",
        "badge 1603",
        "badge em:0A0078E8",
        "badge em:0A 00 78 E8 65",
        "hold",
        "hold em:0A0078E865",
        "hold em:0A0078E8 1",
        "hold em:0A0078E865 long",
        "key 1",
        "tamper on",
        "lose inf",
        "lose -1",
        "noise nan",
        "flip x",
        "@b badge",
    ],
)
def test_a_command_that_cannot_be_done_is_answered_with_the_help(command: str, bench: Callable[..., Bench]) -> None:
    """A slip of the keyboard in the middle of a trial must not end it."""
    scanner = bench("a=em4100:@a", "b=text:@b")
    scanner.do(command)
    (said,) = scanner.said()
    assert str(said["error"]).startswith(command)
    assert said["help"] == HELP
    assert scanner.heard() == b""


def test_a_command_for_a_reader_that_is_not_there_names_those_that_are(bench: Callable[..., Bench]) -> None:
    """The next try should be right."""
    scanner = bench("a=em4100:@a", "b=text:@b")
    scanner.do("@c badge 1")
    assert scanner.said() == [{"error": "no such reader; there are a, b"}]


def test_help_lists_the_commands_and_an_empty_line_says_nothing(bench: Callable[..., Bench]) -> None:
    """Who starts it by hand finds out what it can do."""
    scanner = bench("a=text:@a")
    scanner.do("help", "", "   ", "@a")
    assert scanner.said() == [{"help": HELP}]


@given(st.text(alphabet="abdeghinoprtxy@ 0123456789:.-em", max_size=40))
def test_no_line_typed_crashes_it(line: str) -> None:
    """The demo's traffic and people's fingers come in through here."""
    time = Time()
    simulator = Simulator(virtual_readers(["a=em4100:/nowhere/a", "b=osdp:/nowhere/b"], 1), io.StringIO(), time)
    if "replug" not in line:
        simulator.command(line)
        simulator.work()


# --- the port ------------------------------------------------------------------------------------------------


@pytest.mark.fault(13)
def test_an_unplugged_port_is_gone_and_comes_back_under_its_link(bench: Callable[..., Bench]) -> None:
    """The trial of a pulled plug must look to the gate like a pulled plug."""
    scanner = bench("a=text:@a")
    link = scanner.readers[0].wire.link
    scanner.do("unplug", "unplug", "badge 1", "silence 0")
    scanner.simulator.work()
    assert not link.is_symlink()
    assert scanner.heard() == b""
    scanner.do("replug", "replug")
    os.close(scanner.hosts["a"])
    scanner.hosts["a"] = _open(link)
    scanner.do("badge 2")
    assert scanner.heard() == b"2\r\n"


def test_what_is_no_link_is_never_removed(tmp_path: Path, bench: Callable[..., Bench]) -> None:
    """A path typed wrong, as root, would delete a file or a device node."""
    scanner = bench("a=text:@a")
    scanner.do("unplug")
    (tmp_path / "a").write_text("precious")
    scanner.do("replug")
    assert "is there already and is no link" in str(scanner.said()[0]["error"])
    assert (tmp_path / "a").read_text() == "precious"
    scanner.do("unplug")
    assert (tmp_path / "a").exists()


def test_a_stale_link_is_replaced(tmp_path: Path, bench: Callable[..., Bench]) -> None:
    """A simulator that was killed leaves one behind."""
    (tmp_path / "a").symlink_to("/dev/pts/does-not-exist")
    scanner = bench("a=text:@a")
    scanner.do("badge 1")
    assert scanner.heard() == b"1\r\n"


def test_a_host_that_never_reads_does_not_stop_it(bench: Callable[..., Bench]) -> None:
    """Half of the trials are about a gate that hangs."""
    scanner = bench("a=text:@a")
    for _ in range(30):
        scanner.do("badge " + "x" * 1000)
    assert scanner.said() == []
    assert len(scanner.heard()) < 30_000


# --- OSDP ----------------------------------------------------------------------------------------------------


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


# --- starting and ending -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spec",
    [
        "a",
        "a=text",
        "=text:/x",
        "a=rfid:/x",
        "a=text:",
        "a=osdp:/x:127",
        "a=osdp:/x:-1",
        "a=osdp:/x:one",
        "b=text:/y",
        "a=osdp:/x:0:@short",
    ],
)
def test_a_reader_asked_for_wrongly_is_refused(spec: str, tmp_path: Path) -> None:
    """A reader that silently is another one makes every trial worthless."""
    (tmp_path / "short").write_text("0011")
    with pytest.raises(ValueError, match="is not|invalid literal|not 16"):
        virtual_readers(["b=text:/x", spec.replace("@", f"{tmp_path}/")], seed=1)


def test_readers_with_one_link_share_a_line(bench: Callable[..., Bench]) -> None:
    """RS-485 is a bus."""
    both = bench("a=osdp:@a:0", "b=osdp:@a:1")
    assert both.readers[0].wire is both.readers[1].wire
    assert both.readers[0].wire.ends is not None


@pytest.fixture
def typed() -> Iterator[Callable[[bytes], io.TextIOWrapper]]:
    opened: list[io.TextIOWrapper] = []

    def make(commands: bytes) -> io.TextIOWrapper:
        ours, theirs = os.pipe()
        os.write(theirs, commands)
        os.close(theirs)
        opened.append(os.fdopen(ours, "r", encoding="utf-8"))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


@pytest.mark.parametrize("ending", [b"quit\n", b""])
def test_it_runs_until_quit_or_the_end_of_its_commands_and_takes_its_ports_away(
    ending: bytes, tmp_path: Path, typed: Callable[[bytes], io.TextIOWrapper]
) -> None:
    """A port left behind would be found by the next gate."""
    out, time = io.StringIO(), Time()
    simulator = Simulator(virtual_readers([f"a=text:{tmp_path}/a"], 1), out, time)
    simulator.run(typed(b"caf\xc3\xa9 \xff\nunplug\n" + ending))
    assert json.loads(out.getvalue())["error"] == "caf\u00e9 \ufffd: no such command"
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Runs `main` with arguments; the signals are as before afterwards."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def start(commands: io.TextIOWrapper, *arguments: str) -> None:
        monkeypatch.setattr(sys, "argv", ["simulator", *arguments])
        monkeypatch.setattr(sys, "stdin", commands)
        main()

    yield start
    for number, handler in before.items():
        signal.signal(number, handler)


def test_main_works_until_quit(
    tmp_path: Path,
    typed: Callable[[bytes], io.TextIOWrapper],
    started: Callable[..., None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The entry point puts the parts together."""
    started(typed(b"help\nquit\n"), f"a=text:{tmp_path}/a", "--seed", "7")
    assert json.loads(capsys.readouterr().out) == {"help": HELP}


@pytest.mark.parametrize("spec", ["nonsense", "a=osdp:/x:0:/no/such/key"])
def test_main_says_in_one_line_what_is_wrong(
    spec: str, typed: Callable[[bytes], io.TextIOWrapper], started: Callable[..., None]
) -> None:
    """A traceback tells nobody what to type instead."""
    with pytest.raises(SystemExit) as ended:
        started(typed(b""), spec)
    assert spec.rpartition(":")[2] in str(ended.value)


def test_the_module_is_a_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """`python -m firmware_protocol.simulator` is what the documents say to type."""
    monkeypatch.setattr(sys, "argv", ["simulator", "nonsense"])
    with pytest.raises(SystemExit, match="'nonsense' is not NAME=KIND"):
        runpy.run_path(str(simulator_module.__file__), run_name="__main__")


# --- the menu of faults --------------------------------------------------------------------------------------


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


def test_the_ports_are_raw(bench: Callable[..., Bench]) -> None:
    """A terminal that echoes or turns CR into LF would change frames before any fault does."""
    scanner = bench("a=text:@a")
    local_flags = termios.tcgetattr(scanner.hosts["a"])[3]
    assert not local_flags & (termios.ECHO | termios.ICANON)
