"""Virtual plain scanners and their ports, on a clock that the test moves."""

import io
import os
import termios
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_protocol.simulator import HELP, Simulator, virtual_readers
from tests.firmware_protocol.bench import Bench, open_port
from tests.firmware_protocol.ports import Time


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
    scanner.hosts["a"] = open_port(link)
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
    os.set_blocking(scanner.hosts["a"], True)
    assert os.read(scanner.hosts["a"], 1000) == b"x" * 1000


def test_the_ports_are_raw(bench: Callable[..., Bench]) -> None:
    """A terminal that echoes or turns CR into LF would change frames before any fault does."""
    scanner = bench("a=text:@a")
    local_flags = termios.tcgetattr(scanner.hosts["a"])[3]
    assert not local_flags & (termios.ECHO | termios.ICANON)


def test_readers_on_two_lines_hear_only_their_own(bench: Callable[..., Bench]) -> None:
    """What is sent on one line must not be answered on another."""
    both = bench("a=osdp:@a", "b=text:@b", "c=osdp:@a:1")
    both.simulator.work()
    both.do("@b badge txt:0042")
    assert (both.heard("a"), both.heard("b")) == (b"", b"0042\r\n")
