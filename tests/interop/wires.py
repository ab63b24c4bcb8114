"""Two pty lines with a relay between them that can spoil what passes, and the two parties at their ends."""

import json
import os
import select
import subprocess
import sys
import threading
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from firmware_protocol.badge import bits_of
from firmware_protocol.events import Command, Event
from firmware_protocol.osdp.host import OsdpHost, OsdpReaderSpec
from firmware_protocol.osdp.reader import OsdpReader, ReaderAction
from firmware_protocol.transport import LineSpec, PortLost, PortOpened, Transport

MARK = b"\xff"
ROOT = Path(__file__).parents[2]
PATIENCE_S = 40.0
"""How long anything may take that is going to happen; nothing is judged by how long it took."""

T = TypeVar("T")
Spoil = Callable[[bytes], bytes]
"""Given what was sent, returns what arrives of it."""


def untouched(data: bytes) -> bytes:
    return data


@contextmanager
def pty_pair() -> Iterator[tuple[int, str]]:
    """Yield one end and the path of the other, which may be opened and closed at will."""
    master, slave = os.openpty()
    try:
        tty.setraw(slave)
        yield master, os.ttyname(slave)
    finally:
        os.close(master)
        os.close(slave)


class Relay:
    """Carries bytes between a host's line and a reader's; both write whole frames, so a piece is a frame."""

    def __init__(self, host: int, reader: int) -> None:
        self._host, self._reader = host, reader
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._carry, name="relay")
        self.to_reader: Spoil = untouched
        self.to_host: Spoil = untouched
        self.asked: list[bytes] = []
        """Every command as the host sent it, without the mark."""
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def _carry(self) -> None:
        while not self._stopped.is_set():
            for port in select.select([self._host, self._reader], [], [], 0.05)[0]:
                data = os.read(port, 4096)
                if port == self._host:
                    self.asked.append(data.lstrip(MARK))
                    os.write(self._reader, self.to_reader(data))
                else:
                    os.write(self._host, self.to_host(data))


class Peer:
    """A libosdp program; its threads can hang for good, so it is always killed, never asked to end."""

    def __init__(self, program: str, *words: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", f"tests.interop.{program}", *words],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.told: list[dict[str, Any]] = []
        self._thread = threading.Thread(target=self._listen, name="peer")
        self._thread.start()

    def say(self, words: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(words + "\n")
        self._process.stdin.flush()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self._thread.join()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()

    def _listen(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self.told.append(json.loads(line))


class OurHost:
    """Our transport and host on a line, stepped by the test."""

    def __init__(self, path: str, spec: OsdpReaderSpec, lock_dir: Path) -> None:
        line = LineSpec("line", path, 115200, OsdpHost([spec]))
        self._transport = Transport([line], time.monotonic, lock_dir)
        self.events: list[Event] = []

    def close(self) -> None:
        self._transport.close()

    def send(self, command: Command, token: int = 0) -> None:
        assert self._transport.send("line", 1, command, token)

    def until(self, done: Callable[[], T], what: str) -> T:
        """Run until `done` says something true; fail with everything that happened if it never does."""
        end = time.monotonic() + PATIENCE_S
        while not (found := done()):
            assert time.monotonic() < end, f"still no {what}; happened: {self.events}"
            for _, event in self._transport.step(0.05):
                if not isinstance(event, PortOpened | PortLost):
                    self.events.append(event)
        return found

    def of(self, kind: type[T]) -> list[T]:
        return [event for event in self.events if isinstance(event, kind)]


class OurReader:
    """Our reader on one end of a pty, in a thread of its own."""

    def __init__(self, port: int, reader: OsdpReader) -> None:
        self._port, self._reader = port, reader
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="reader")
        self.actions: list[ReaderAction] = []
        self.heard = 0
        """How many times the host has said something."""
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def present(self, number: str) -> None:
        with self._lock:
            self._reader.present(*bits_of(number))

    def _serve(self) -> None:
        while not self._stopped.is_set():
            if not select.select([self._port], [], [], 0.05)[0]:
                continue
            with self._lock:
                now = time.monotonic()
                os.write(self._port, self._reader.receive(os.read(self._port, 4096), now))
                self.heard += 1
                self.actions += self._reader.take_actions()


def wait_for(done: Callable[[], T], what: str) -> T:
    """Wait until `done` says something true, where other threads do the work."""
    end = time.monotonic() + PATIENCE_S
    while not (found := done()):
        assert time.monotonic() < end, f"still no {what}"
        time.sleep(0.02)
    return found
