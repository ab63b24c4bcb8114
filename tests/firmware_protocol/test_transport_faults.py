"""Ports that fail while they are opened, read or written: told with a cause, and only their own line is lost."""

import errno
import os
import termios
from pathlib import Path
from typing import Any

import pytest
import serial

from firmware_protocol.events import BadgeRead, ReaderOffline, ReaderOnline
from firmware_protocol.transport import REOPEN_S, PortLost, PortOpened, Transport
from tests.firmware_protocol.ports import ChattyCodec, Made, Port, Time, causes, of, spec, until


@pytest.mark.parametrize(
    "fault",
    [
        OSError(errno.EIO, "Input/output error"),
        serial.SerialException("device reports readiness to read but returned no data"),
        termios.error(errno.EIO, "Input/output error"),
        ValueError("Not a valid baudrate"),
        OSError(),
    ],
)
def test_whatever_goes_wrong_while_opening_is_told_with_a_cause(
    fault: Exception, port: Port, other: Port, made: Made, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plug pulled in the middle of opening raises other errors than a missing one, and must stop no thread."""
    real = serial.Serial

    def broken(path: str, **settings: Any) -> serial.Serial:
        if path == str(port.link):
            raise fault
        return real(path, **settings)

    monkeypatch.setattr(serial, "Serial", broken)
    transport = made(spec(port.link), spec(other.link, name="L2"))
    happened = transport.step(0.0)
    (cause,) = causes(happened)
    assert cause
    assert ("L2", PortOpened("L2")) in happened
    monkeypatch.setattr(serial, "Serial", real)
    time.now += REOPEN_S
    assert transport.step(0.0)[0] == ("L1", PortOpened("L1"))


def test_a_path_that_no_file_system_takes_is_told_like_a_missing_one(tmp_path: Path, made: Made) -> None:
    """A slip in the configuration is one line's fault."""
    assert causes(made(spec(tmp_path / "a\0b")).step(0.0)) == ["embedded null byte"]


def test_a_read_that_fails_loses_only_its_own_line(
    port: Port, other: Port, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An adapter that dies answers a read with an error, where a pulled plug ends it."""
    transport = made(spec(port.link), spec(other.link, name="L2"))
    transport.step(0.0)
    device, real = Path(port.tty).stat().st_rdev, os.read

    def broken(handle: int, count: int) -> bytes:
        if os.fstat(handle).st_rdev == device:
            raise OSError(errno.EIO, "Input/output error")
        return real(handle, count)

    port.say(b"1603\r")
    other.say(b"1604\r")
    with monkeypatch.context() as patched:
        patched.setattr(os, "read", broken)
        happened = until(transport, of(PortLost))
        happened += until(transport, of(BadgeRead, "L2")) if ("L2", BadgeRead(0, "txt:1604")) not in happened else []
    assert ("L1", PortLost("L1", "Input/output error")) in happened
    assert ("L2", BadgeRead(0, "txt:1604")) in happened


def test_a_port_that_ends_without_an_error_is_lost_too(port: Port, made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    """Readable with nothing to read is how some drivers say goodbye; taken as silence it would spin for ever."""
    transport = made(spec(port.link))
    transport.step(0.0)
    port.say(b"x")
    with monkeypatch.context() as patched:
        patched.setattr(os, "read", lambda handle, count: b"")
        happened = until(transport, of(PortLost))
    assert causes(happened) == ["the port ended"]


def test_a_read_that_would_block_after_all_is_no_fault(port: Port, made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    """select may be wrong; the port is fine."""
    transport = made(spec(port.link))
    transport.step(0.0)
    port.say(b"1603\r")

    def nothing(handle: int, count: int) -> bytes:
        raise BlockingIOError

    with monkeypatch.context() as patched:
        patched.setattr(os, "read", nothing)
        assert transport.step(1.0) == []
    assert until(transport, of(BadgeRead)) == [("L1", BadgeRead(0, "txt:1603"))]


def test_a_write_that_would_block_is_dropped_and_neither_piles_up_nor_stops_a_line(
    port: Port, other: Port, made: Made
) -> None:
    """A port that takes nothing must not fill the memory, nor let old commands out in one burst when it wakes."""
    codec = ChattyCodec(b"x" * 3000)
    transport = made(spec(port.link, codec), spec(other.link, name="L2"))
    for _ in range(50):
        assert causes(transport.step(0.0)) == []
    other.say(b"1603\r")
    assert ("L2", BadgeRead(0, "txt:1603")) in until(transport, of(BadgeRead, "L2"))
    codec.says, heard = b"fresh", b""
    while b"fresh" not in heard:
        heard += port.heard()
        transport.step(0.0)
    assert heard.count(b"x") < 50 * 3000


@pytest.mark.req("A8")
def test_a_write_that_fails_loses_the_line_and_keeps_what_had_happened(
    port: Port, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The write is often the first to notice that the plug has gone."""
    transport = made(spec(port.link, ChattyCodec(b"poll")))
    real = os.write

    def broken(handle: int, data: bytes) -> int:
        if data == b"poll":
            raise OSError(errno.EIO, "Input/output error")
        return real(handle, data)

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", broken)
        happened = transport.step(0.0)
    assert [type(what) for _, what in happened] == [PortOpened, ReaderOnline, ReaderOffline, PortLost]
    assert causes(happened) == ["Input/output error"]


def test_a_lock_folder_that_cannot_be_made_is_told_as_the_cause(port: Port, time: Time, tmp_path: Path) -> None:
    """Without the lock nobody knows whose line it is, so the port stays closed."""
    (tmp_path / "file").write_text("")
    transport = Transport([spec(port.link)], time, tmp_path / "file" / "locks")
    assert causes(transport.step(0.0)) == ["Not a directory"]
    transport.close()
