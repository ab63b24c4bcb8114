"""Ask the kernel for short turns: the reader process then runs as soon as a badge waits (Linux 6.12 or later).

A process with a shorter turn interrupts one with a longer turn; without this a badge waits for the end of the turn of
whatever is running, at each of its steps, however much nicer that is.
"""

import ctypes
import os
import platform
import struct

TURN_NS = 100_000
"""The shortest that the kernel grants. A decision takes some of them, one after the other."""

_SYSCALLS = {"x86_64": 314, "aarch64": 274}
"""Number of sched_setattr(2), which Python does not know."""

_SCHED_ATTR = struct.Struct("=IIQiIQQQII")
"""size, policy, flags, nice, priority, runtime, deadline, period, util_min, util_max."""


def take_short_turns() -> bool:
    """Ask for the calling thread and those it will begin; return whether the kernel took the request.

    An older kernel takes it and does nothing; where there is no such call, nothing is changed.
    """
    number = _SYSCALLS.get(platform.machine()) if struct.calcsize("P") == 8 else None
    if number is None:
        return False
    nice = os.getpriority(os.PRIO_PROCESS, 0)
    asked = _SCHED_ATTR.pack(_SCHED_ATTR.size, os.SCHED_OTHER, 0, nice, 0, TURN_NS, 0, 0, 0, 0)
    return bool(ctypes.CDLL(None).syscall(number, 0, asked, 0) == 0)
