"""The simulator as a program: how it starts, works in a process of its own, and ends."""

import io
import json
import os
import runpy
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

import pytest

from firmware_protocol import simulator as simulator_module
from firmware_protocol.badge import decoder
from firmware_protocol.events import (
    BadgeRead,
    Color,
    Light,
    ReaderOffline,
    ReaderOnline,
    TamperChanged,
)
from firmware_protocol.osdp.host import OsdpHost, OsdpReaderSpec
from firmware_protocol.plain import Em4100Codec, TextLineCodec
from firmware_protocol.simulator import HELP, Simulator, main, virtual_readers
from firmware_protocol.transport import Happened, LineSpec, PortLost, Transport
from tests.firmware_protocol.bench import Bench, open_port
from tests.firmware_protocol.ports import WAIT_S, Time, of, until


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
    with pytest.raises(ValueError, match=r"is not|invalid literal|not 16"):
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


def test_readers_answer_while_nobody_types(tmp_path: Path) -> None:
    """A host polls for days between two commands."""
    poll, refusal = bytes.fromhex("ff530108000660d866"), bytes.fromhex("538109000641")
    (reader,) = virtual_readers([f"a=osdp:{tmp_path}/a:1"], 1)
    reader.wire.plug()
    host = open_port(reader.wire.link)
    ours, theirs = os.pipe()
    with os.fdopen(ours, "r", encoding="utf-8") as commands:
        simulator = Simulator([reader], io.StringIO(), monotonic)
        running = threading.Thread(target=simulator.run, args=(commands,), daemon=True)
        running.start()
        os.write(host, poll)
        assert select.select([host], [], [], WAIT_S)[0] == [host]
        assert os.read(host, 100)[: len(refusal)] == refusal
        os.write(theirs, b"quit\n")
        running.join(WAIT_S)
    os.close(theirs)
    os.close(host)
    assert not running.is_alive()


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


class Program:
    """The simulator in a process of its own, and a transport that has its ports open."""

    def __init__(self, folder: Path, *specs: str) -> None:
        command = [sys.executable, "-m", "firmware_protocol.simulator", *specs]
        self.child = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
        )
        self.tell("help")
        self.says()
        self.folder = folder

    def tell(self, *commands: str) -> None:
        assert self.child.stdin is not None
        for command in commands:
            self.child.stdin.write(command + "\n")
        self.child.stdin.flush()

    def says(self) -> dict[str, object]:
        assert self.child.stdout is not None
        said: dict[str, object] = json.loads(self.child.stdout.readline())
        return said

    def end(self) -> None:
        self.child.kill()
        self.child.communicate()


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    folder = tmp_path / "ports"
    running = Program(
        folder, f"o=osdp:{folder}/o:0:default", f"e=em4100:{folder}/e", f"t=text:{folder}/t", f"p=osdp:{folder}/p:5"
    )
    yield running
    running.end()


@pytest.fixture
def lines(program: Program, tmp_path: Path) -> Iterator[Transport]:
    specs = [
        LineSpec("o", f"{program.folder}/o", 38400, OsdpHost([OsdpReaderSpec(0, decoder("w26"), commissioning=True)])),
        LineSpec("p", f"{program.folder}/p", 38400, OsdpHost([OsdpReaderSpec(5, decoder("w26"))])),
        LineSpec("e", f"{program.folder}/e", 9600, Em4100Codec()),
        LineSpec("t", f"{program.folder}/t", 9600, TextLineCodec()),
    ]
    transport = Transport(specs, monotonic, tmp_path / "locks")
    wanted = {"o", "p", "e", "t"}

    def online(one: Happened) -> bool:
        if isinstance(one[1], ReaderOnline):
            wanted.discard(one[0])
        return not wanted

    until(transport, online)
    yield transport
    transport.close()


def numbers(happened: list[Happened]) -> list[tuple[str, str]]:
    """Return what was read where; on a real clock, a machine with much to do may make any of it late."""
    return [(line, event.number) for line, event in happened if isinstance(event, BadgeRead)]


def test_readers_of_every_kind_work_over_real_ports(program: Program, lines: Transport) -> None:
    """The demo is this: another process, real ttys, the host's own transport and codecs."""
    program.tell("@o badge w26:2EC0C86")
    assert numbers(until(lines, of(BadgeRead, "o"))) == [("o", "w26:2EC0C86")]
    program.tell("@e hold em:0A0078E865 0.3")
    assert numbers(until(lines, of(BadgeRead, "e"))) == [("e", "em:0A0078E865")]
    program.tell("@t text A-1603")
    assert numbers(until(lines, of(BadgeRead, "t"))) == [("t", "txt:A-1603")]
    program.tell("@p badge w26:2EC0C86", "@p key 12#", "@p tamper on")
    assert numbers(until(lines, of(BadgeRead, "p"))) == [("p", "w26:2EC0C86")]
    assert lines.send("o", 0, Light(Color.GREEN, 2.0))
    until(lines, of(TamperChanged, "p"))
    said = program.says()
    assert (said["reader"], said["did"], said["color"]) == ("o", "LightShown", "green")


@pytest.mark.req("A8")
@pytest.mark.fault(13)
def test_an_unplugged_line_is_lost_alone_and_found_again(program: Program, lines: Transport) -> None:
    """What a pulled plug does to one machine, and does not do to the others."""
    program.tell("@o unplug", "@e badge em:0A0078E865")
    happened = until(lines, of(PortLost, "o"))
    assert any(of(ReaderOffline, "o")(one) for one in happened)
    if not any(of(BadgeRead, "e")(one) for one in happened):
        until(lines, of(BadgeRead, "e"))
    program.tell("@o badge w26:2EC0C86", "@o replug")
    happened = until(lines, of(BadgeRead, "o"))
    assert ("o", BadgeRead(0, "w26:2EC0C86", late=True)) in happened


@pytest.mark.fault(13)
def test_noise_and_half_frames_give_no_badge_that_nobody_held(program: Program, lines: Transport) -> None:
    """The same over real ttys, where bytes come in pieces of their own choosing."""
    program.tell("@t noise 0.5", "@t noise 0", "@t text", "@e half", "@e badge em:0A0078E865", "@o flip 3")
    assert str(program.says()["error"]) == "@t text: no text"
    program.tell("@o badge w26:2EC0C86")
    happened = until(lines, of(BadgeRead, "o"))
    assert numbers(happened) == [("o", "w26:2EC0C86")]


def test_a_terminated_simulator_takes_its_ports_away(program: Program) -> None:
    """`make demo` ends it so; a link left behind would be taken for a reader."""
    assert len(list(program.folder.iterdir())) == 4
    program.child.terminate()
    assert program.child.wait(30) == 0
    assert list(program.folder.iterdir()) == []
