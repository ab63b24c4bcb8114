"""The floors: what the disk and the line of this machine take at least, whatever program uses them."""

import os
import select
import subprocess
import sys
import time
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BLOCK = 4096
BLOCKS = 4096
"""The preallocated file is as long as the write-ahead log gets between two checkpoints, times four."""

ECHO_S = 5.0


class Disk:
    """Writes 4 KiB into a preallocated file and waits until it is durable."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        os.pwrite(self._handle, bytes(BLOCK * BLOCKS), 0)
        os.fsync(self._handle)
        self._block = os.urandom(BLOCK)
        self._turn = 0

    def sync(self) -> None:
        """Make one more block durable."""
        self._turn = (self._turn + 1) % BLOCKS
        os.pwrite(self._handle, self._block, self._turn * BLOCK)
        os.fdatasync(self._handle)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._handle)


def timed_sync(disk: Disk) -> float:
    """Return the milliseconds of one durable write."""
    began = time.perf_counter()
    disk.sync()
    return (time.perf_counter() - began) * 1000


class Echo:
    """Another process on a pseudo-terminal: it reads, makes 4 KiB durable, and answers."""

    def __init__(self, near: int) -> None:
        self._near = near

    def round_trip(self, sent: bytes) -> float:
        """Return the milliseconds from the last byte sent to the first byte answered.

        Raises:
            TimeoutError: the other process does not answer.
        """
        os.write(self._near, sent)
        began = time.perf_counter()
        if not select.select([self._near], [], [], ECHO_S)[0]:
            raise TimeoutError("no echo")
        os.read(self._near, BLOCK)
        return (time.perf_counter() - began) * 1000


@contextmanager
def echoing(path: Path) -> Iterator[Echo]:
    """Run the echo on a fresh pseudo-terminal with its preallocated file at `path`."""
    near, far = os.openpty()
    tty.setraw(far)
    command = [sys.executable, "-m", "tests.bench.floors", os.ttyname(far), str(path)]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
        try:
            if process.stdout is None or process.stdout.readline() != b"ready\n":
                raise ChildProcessError("the echo did not start")
            yield Echo(near)
        finally:
            process.terminate()
            process.wait()
            os.close(near)
            os.close(far)


def echo(port: str, path: Path) -> None:
    """Answer for ever on the port; what `echoing` runs in its process."""
    handle = os.open(port, os.O_RDWR | os.O_NOCTTY)
    disk = Disk(path)
    os.write(1, b"ready\n")
    while data := os.read(handle, BLOCK):
        disk.sync()
        os.write(handle, data)


if __name__ == "__main__":
    echo(sys.argv[1], Path(sys.argv[2]))
