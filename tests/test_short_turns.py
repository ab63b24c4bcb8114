"""Short turns: a badge does not wait until the export of a report has had its turn of the processor."""

import ctypes
import platform
import subprocess
import sys
import threading

import pytest

from gate import short_turns
from gate.short_turns import TURN_NS, take_short_turns

SCHED_GETATTR = {"x86_64": 315, "aarch64": 275}
GRANTED_SINCE = (6, 12)
TELL = "from tests.test_short_turns import turn_ns; print(turn_ns())"


def turn_ns() -> int:
    """Return what the kernel tells of the turn of the calling thread."""
    told = ctypes.create_string_buffer(short_turns._SCHED_ATTR.size)
    assert ctypes.CDLL(None).syscall(SCHED_GETATTR[platform.machine()], 0, told, len(told), 0) == 0
    return int(short_turns._SCHED_ATTR.unpack(told.raw)[5])


def in_a_thread() -> list[int | str]:
    """Return the turn before and after the request, and that of a process begun by somebody else meanwhile."""
    found: list[int | str] = []
    asked, looked = threading.Event(), threading.Event()

    def work() -> None:
        found.append(turn_ns())
        assert take_short_turns()
        found.append(turn_ns())
        asked.set()
        looked.wait(60)

    thread = threading.Thread(target=work)
    thread.start()
    asked.wait(60)
    found.append(
        subprocess.run([sys.executable, "-c", TELL], check=True, capture_output=True, text=True).stdout.strip()
    )
    looked.set()
    thread.join()
    return found


@pytest.mark.req("L1")
def test_the_thread_that_asks_has_short_turns_and_nobody_else() -> None:
    """Children of the timetable make backups: with turns as short they would be in the way of a badge again."""
    before, after, child = in_a_thread()
    kernel = tuple(int(part) for part in platform.release().split(".")[:2])
    assert after == (TURN_NS if kernel >= GRANTED_SINCE else before)
    assert child == str(before)


def test_a_machine_without_the_call_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gate on such a machine works as before."""
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    assert take_short_turns() is False
