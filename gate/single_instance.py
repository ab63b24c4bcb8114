"""One gate a state directory: a lock that the kernel gives back when the process dies, however it dies."""

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
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = path.open("a+", encoding="ascii")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        handle.seek(0)
        owner = handle.read().strip() or "unknown"
        handle.close()
        raise AlreadyRunningError(f"{path}: {held.format(owner=owner)}") from error
    handle.truncate(0)
    handle.write(f"{os.getpid()}\n")
    handle.flush()
    return handle
