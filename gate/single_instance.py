"""One gate a state directory: a lock that the kernel gives back when the process dies, however it dies."""

import errno
import fcntl
import os
from pathlib import Path
from typing import IO


class AlreadyRunningError(Exception):
    """Another gate holds this state directory."""


ANOTHER_GATE = (
    "a gate is already running on these records (process {owner}). Two would both answer badges; stop that one first."
)


def take_lock(path: Path, held: str = ANOTHER_GATE) -> IO[str]:
    """Return the held lock; keep it open for as long as the process is the gate, or does what the lock is for.

    Raises:
        AlreadyRunningError: another process holds it; the text, `held`, names that process.
    """
    handle = _opened(path)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        handle.seek(0)
        owner = handle.read().strip() or "unknown"
        handle.close()
        raise AlreadyRunningError(f"{path}: {held.format(owner=owner)}") from error
    if handle.writable():
        handle.truncate(0)
        handle.write(f"{os.getpid()}\n")
        handle.flush()
    return handle


def _opened(path: Path) -> IO[str]:
    """On a file system that cannot be written the lock of the last run serves; a lock needs no writing."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("a+", encoding="ascii")
    except OSError as error:
        if error.errno != errno.EROFS:
            raise
        return path.open(encoding="ascii")
