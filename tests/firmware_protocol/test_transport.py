"""The ports, on real pseudo-terminals: found by their path, one owner each, and never another line's trouble."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from firmware_protocol.events import BadgeRead, Color, Light, ReaderOffline, ReaderOnline
from firmware_protocol.transport import REOPEN_S, PortLost, PortOpened, Transport
from tests.firmware_protocol.ports import ChattyCodec, Made, Port, Time, causes, of, spec, until


def test_a_badge_comes_through_the_port(port: Port, made: Made) -> None:
    """What all else here protects."""
    transport = made(spec(port.link))
    assert transport.step(0.0) == [("L1", PortOpened("L1")), ("L1", ReaderOnline(0, secure=False))]
    port.say(b"16")
    port.say(b"03\r\n")
    assert until(transport, of(BadgeRead)) == [("L1", BadgeRead(0, "txt:1603"))]


@pytest.mark.req("A8")
@pytest.mark.fault(13)
def test_a_pulled_plug_is_seen_at_once_and_told_once(port: Port, made: Made, time: Time) -> None:
    """A machine without its reader must not look as if nobody came."""
    transport = made(spec(port.link))
    transport.step(0.0)
    port.unplug()
    happened = until(transport, of(PortLost))
    assert [type(what) for _, what in happened] == [ReaderOffline, PortLost]
    for _ in range(5):
        time.now += REOPEN_S
        assert transport.step(0.0) == []


@pytest.mark.fault(13)
def test_a_plug_put_back_is_found_under_its_new_tty_name(port: Port, other: Port, made: Made, time: Time) -> None:
    """The kernel numbers ttys as they come: a cached ttyUSB0 would be another machine's reader."""
    transport = made(spec(port.link))
    transport.step(0.0)
    before = port.tty
    port.unplug()
    until(transport, of(PortLost))
    taken = Port(port.link.with_name("somebody-else"))
    port.plug()
    assert port.tty != before
    assert transport.step(0.0) == []
    time.now += REOPEN_S
    assert transport.step(0.0)[0] == ("L1", PortOpened("L1"))
    taken.say(b"9999\r")
    port.say(b"1603\r")
    assert until(transport, of(BadgeRead)) == [("L1", BadgeRead(0, "txt:1603"))]
    taken.unplug()


def test_a_missing_port_is_told_once_and_found_when_it_comes(tmp_path: Path, made: Made, time: Time) -> None:
    """A reader that is plugged in after the gate has started needs no restart."""
    transport = made(spec(tmp_path / "nothing"))
    (cause,) = causes(transport.step(0.0))
    assert str(tmp_path / "nothing") in cause
    time.now += REOPEN_S
    assert transport.step(0.0) == []
    port = Port(tmp_path / "nothing")
    time.now += REOPEN_S
    assert transport.step(0.0)[0] == ("L1", PortOpened("L1"))
    port.unplug()


def test_the_path_is_not_tried_more_often_than_once_a_second(tmp_path: Path, made: Made, time: Time) -> None:
    """A missing port may not cost the live ones anything."""
    transport = made(spec(tmp_path / "late"))
    transport.step(0.0)
    port = Port(tmp_path / "late")
    time.now += REOPEN_S * 0.9
    assert transport.step(0.0) == []
    port.unplug()


@pytest.mark.fault(13)
def test_a_dead_line_never_stops_another(port: Port, other: Port, tmp_path: Path, made: Made, time: Time) -> None:
    """One broken cable is one machine without a reader, not a plant without gates."""
    (tmp_path / "file").write_text("no port")
    lines = [spec(tmp_path / "missing", name="L2"), spec(tmp_path / "file", name="L3"), spec(port.link, name="L4")]
    transport = made(*lines, spec(other.link))
    assert len(causes(transport.step(0.0))) == 2
    port.unplug()
    until(transport, of(PortLost, "L4"))
    for number in (1, 2, 3):
        time.now += REOPEN_S
        other.say(b"%d\r" % number)
        assert until(transport, of(BadgeRead)) == [("L1", BadgeRead(0, f"txt:{number}"))]


def test_what_the_codec_says_goes_out(port: Port, made: Made) -> None:
    """A host polls; without this nobody answers."""
    made(spec(port.link, ChattyCodec(b"poll"))).step(0.0)
    assert port.heard() == b"poll"


def test_a_second_transport_does_not_get_the_line_until_the_first_lets_go(port: Port, made: Made, time: Time) -> None:
    """Two hosts on one line garble each other's frames, and both would answer the same badge."""
    first, second = made(spec(port.link)), made(spec(port.link))
    assert first.step(0.0)[0] == ("L1", PortOpened("L1"))
    assert causes(second.step(0.0)) == ["another process has this line"]
    port.say(b"1603\r")
    assert until(first, of(BadgeRead)) == [("L1", BadgeRead(0, "txt:1603"))]
    made.all.remove(first)
    first.close()
    time.now += REOPEN_S
    assert second.step(0.0)[0] == ("L1", PortOpened("L1"))


HOLD = """
import fcntl, sys
with open(sys.argv[1], "a") as handle:
    fcntl.flock(handle, fcntl.LOCK_EX)
    print("held", flush=True)
    sys.stdin.read()
"""


def test_another_process_with_the_lock_keeps_the_line(port: Port, made: Made, time: Time) -> None:
    """A second gate started by hand must not take a reader away from the first."""
    made.locks.mkdir(parents=True)
    command = [sys.executable, "-c", HOLD, str(made.locks / "line-L1.lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        transport = made(spec(port.link))
        assert causes(transport.step(0.0)) == ["another process has this line"]
        holder.stdin.close()
        holder.wait()
    time.now += REOPEN_S
    assert transport.step(0.0)[0] == ("L1", PortOpened("L1"))


def test_a_command_reaches_the_codec_of_an_open_line_only(port: Port, tmp_path: Path, made: Made) -> None:
    """Whoever sends must learn at once that nobody will see the light."""
    codec, light = ChattyCodec(), Light(Color.GREEN)
    transport = made(spec(port.link, codec), spec(tmp_path / "missing", ChattyCodec(), "L2"))
    assert not transport.send("L1", 0, light, 7)
    transport.step(0.0)
    assert transport.send("L1", 0, light, 7)
    assert codec.orders == [(0, light, 7)]
    assert not transport.send("L2", 0, light)
    assert not transport.send("L9", 0, light)


def test_a_wake_from_another_thread_ends_the_wait(port: Port, made: Made) -> None:
    """An answer must not wait until the readers have something to say."""
    transport = made(spec(port.link))
    transport.step(0.0)
    returned = threading.Event()

    def wait() -> None:
        transport.step(3600.0)
        returned.set()

    waiting = threading.Thread(target=wait, daemon=True)
    waiting.start()
    transport.wake()
    assert returned.wait(30.0)
    waiting.join()


def test_more_wakes_than_the_pipe_holds_block_nobody(port: Port, made: Made) -> None:
    """The thread that answers badges may never wait for the one that reads ports."""
    transport = made(spec(port.link))
    for _ in range(70_000):
        transport.wake()
    transport.step(0.0)
    port.say(b"1603\r")
    assert until(transport, of(BadgeRead))[-1] == ("L1", BadgeRead(0, "txt:1603"))


def test_a_wake_after_the_end_does_nothing(time: Time, tmp_path: Path) -> None:
    """Threads end in any order; the last one must not write into somebody else's file."""
    transport = Transport([], time, tmp_path)
    transport.close()
    transport.wake()
    assert transport._wake_out == -1


def waited(transport: Transport, monkeypatch: pytest.MonkeyPatch, timeout: float) -> float:
    waits: list[float] = []
    real = transport._selector.select

    def select(wait: float | None = None) -> object:
        waits.append(wait or 0.0)
        return real(0.0)

    with monkeypatch.context() as patched:
        patched.setattr(transport._selector, "select", select)
        transport.step(timeout)
    return waits[0]


def test_the_wait_ends_when_the_codec_the_reopening_or_the_caller_is_due(
    port: Port, tmp_path: Path, made: Made, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a line must be thrown away in time, a plug found within a second, and nothing may spin."""
    transport = made(spec(port.link))
    assert waited(transport, monkeypatch, 10.0) == 0.0
    assert waited(transport, monkeypatch, 10.0) == 10.0
    port.say(b"16")
    transport.step(1.0)
    assert waited(transport, monkeypatch, 10.0) == 0.25
    missing = made(spec(tmp_path / "missing", name="L2"))
    missing.step(0.0)
    time.now += REOPEN_S / 4
    assert waited(missing, monkeypatch, 10.0) == REOPEN_S * 0.75
