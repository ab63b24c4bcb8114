"""The only place that asks the machine what time it is."""

import ctypes
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from gate.core.clock_trust import Reading

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_TIME_ERROR = 5
"""adjtimex(2): the kernel's clock is not synchronised to a time source."""
_TIMEX_BYTES = 512
"""Room for `struct timex` on every Linux ABI (208 bytes on 64 bit)."""


class Clock(Protocol):
    """What the gate asks of a clock; tests hand in one that they move themselves."""

    def read(self) -> Reading:
        """Return wall time (aware UTC, ms), boot clock and whether a time source vouches for it."""
        ...

    def monotonic(self) -> float:
        """Return seconds on a clock that only goes forward, for timers."""
        ...


class SystemClock:
    """The clocks of this machine."""

    def __init__(self) -> None:
        self._boot_id = _BOOT_ID.read_text(encoding="ascii").strip()
        self._libc = ctypes.CDLL(None)

    def read(self) -> Reading:
        """Return what the machine's clocks say now."""
        now = datetime.now(UTC)
        return Reading(
            at=now.replace(microsecond=now.microsecond // 1000 * 1000),
            boot_id=self._boot_id,
            boot_us=time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000,
            synchronised=self._synchronised(),
        )

    def monotonic(self) -> float:
        """Return CLOCK_MONOTONIC in seconds."""
        return time.monotonic()

    def _synchronised(self) -> bool:
        timex = ctypes.create_string_buffer(_TIMEX_BYTES)
        return bool(self._libc.adjtimex(timex) not in {-1, _TIME_ERROR})
