"""The reader process as systemd and the plant see it: ready, alive, stopped, and going on when a line is missing."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlcipher3.dbapi2 as sqlite

from gate.edge import Edge
from gate.settings import load_settings
from tests.faults.shop import until
from tests.manual_clock import ManualClock
from tests.scenarios.memory_lines import MemoryLines
from tests.scenarios.world import HEADER, local, plain_line
from tests.store.fresh import fresh_database


class Process:
    """`gate run` with two text lines, of which one port is missing, and a socket as systemd gives it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        lines = [plain_line("here", "text", "R1", "TP-01"), plain_line("gone", "text", "R2", "TP-02")]
        self.config = folder / "gate.toml"
        self.config.write_text(HEADER + "\n".join(lines), encoding="utf-8")
        self.settings = load_settings(self.config)
        fresh_database(self.settings.database_path)
        self.master, self.slave = os.openpty()
        (folder / "ports").mkdir()
        (folder / "ports" / "here").symlink_to(os.ttyname(self.slave))
        self.systemd = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.systemd.bind(str(folder / "notify"))
        self.systemd.settimeout(30)
        self.gate = subprocess.Popen(
            [sys.executable, "-m", "gate", "--config", str(self.config), "run"],
            env={**os.environ, "NOTIFY_SOCKET": str(folder / "notify")},
            stderr=subprocess.DEVNULL,
        )

    def said(self) -> str:
        return self.systemd.recv(100).decode()

    def kinds(self) -> list[str]:
        connection = sqlite.connect(f"file:{self.settings.database_path}?mode=ro", uri=True, timeout=30)
        try:
            return [row[0] for row in connection.execute("SELECT kind FROM audit_trail ORDER BY seq")]
        finally:
            connection.close()

    def close(self) -> None:
        self.gate.kill()
        self.gate.wait()
        self.systemd.close()
        os.close(self.master)
        os.close(self.slave)


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    made = Process(tmp_path)
    yield made
    made.close()


@pytest.mark.req("J5")
def test_ready_then_alive_then_stopped_with_an_entry(process: Process) -> None:
    """systemd restarts what does not speak; a stop that was asked for is on record."""
    assert process.said() == "READY=1"
    assert process.said() == "WATCHDOG=1"
    process.gate.send_signal(signal.SIGTERM)
    while (said := process.said()) == "WATCHDOG=1":
        pass
    assert said == "STOPPING=1"
    assert process.gate.wait(30) == 0
    kinds = process.kinds()
    assert (kinds[0], kinds[-1]) == ("start", "stop")


@pytest.mark.req("A8")
@pytest.mark.fault(13)
def test_a_missing_port_is_told_once_and_the_other_line_goes_on(process: Process) -> None:
    """A missing port or a dead reader never stops the other readers."""
    until(lambda: process.kinds().count("reader_online") == 1)
    os.write(process.master, b"B-77\r\n")
    until(lambda: "decision" in process.kinds())
    until(lambda: "reader_port_lost" in process.kinds())
    assert process.kinds().count("reader_port_lost") == 1


@pytest.mark.req("J5")
def test_the_watchdog_is_fed_only_while_both_threads_make_progress(tmp_path: Path) -> None:
    """A gate that hangs must be restarted; one that waits for a slow disk must not."""
    clock = ManualClock(local("2026-11-23T12:00"))
    config = tmp_path / "gate.toml"
    config.write_text(HEADER + plain_line("here", "text", "R1", "TP-01"), encoding="utf-8")
    settings = load_settings(config)
    edge = Edge(settings, config, clock, MemoryLines({}, clock))
    assert edge._makes_progress()
    clock.advance(6)
    edge.lines.step(0)
    assert not edge._makes_progress(), "the gate thread has shown no sign of life for 6 s"
    edge.gate.commit_started = clock.monotonic() - 6
    assert edge._makes_progress(), "it waits inside a commit"
    clock.advance(25)
    edge.lines.step(0)
    assert not edge._makes_progress(), "but not for longer than 30 s"
    edge.gate.step(0)
    edge.gate.commit_started = None
    assert edge._makes_progress()
    clock.advance(6)
    edge.gate.step(0)
    assert not edge._makes_progress(), "the line thread counts as much"
