"""What both libosdp programs share: the port as libosdp wants it, JSON lines out, words in."""

import json
import os
import select
import sys
import tty
from collections.abc import Iterator
from typing import Any

READ_MOST = 4096


class Port:
    """A terminal that never blocks; libosdp asks for these methods and for nothing else."""

    def __init__(self, path: str) -> None:
        self.id = 1
        self._port = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        tty.setraw(self._port)

    def read(self, max_bytes: int) -> bytes:
        try:
            return os.read(self._port, min(max_bytes, READ_MOST))
        except BlockingIOError:
            return b""

    def write(self, buf: bytes) -> int:
        return os.write(self._port, buf)

    def flush(self) -> None:
        """A terminal has nothing to flush."""


def key_of(word: str) -> bytes | None:
    """Return the key written in hex, or None for `plain`."""
    return None if word == "plain" else bytes.fromhex(word)


class Voice:
    """One JSON object a line, on a copy of stdout, because libosdp prints its log to stdout itself."""

    def __init__(self) -> None:
        self._out = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)

    def tell(self, what: dict[str, Any]) -> None:
        self._out.write(json.dumps(what, default=lambda value: bytes(value).hex()) + "\n")
        self._out.flush()


def words() -> Iterator[list[str]]:
    """Yield each line of stdin as words until `quit` or its end, and an empty list ten times a second."""
    os.set_blocking(0, False)
    kept = b""
    while True:
        if select.select([sys.stdin], [], [], 0.1)[0]:
            data = os.read(0, READ_MOST)
            if not data:
                return
            kept += data
        *lines, kept = kept.split(b"\n")
        for line in lines:
            if line == b"quit":
                return
            yield line.decode().split()
        yield []
