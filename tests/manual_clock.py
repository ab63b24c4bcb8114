"""A clock that tests move themselves: wall time, boot clock and timers go on together unless told otherwise."""

from datetime import UTC, datetime, timedelta

from gate.core.clock_trust import Reading


class ManualClock:
    """Implements gate.clock.Clock."""

    def __init__(self, at: datetime) -> None:
        self.at = at.astimezone(UTC)
        self.boot_id = "boot-1"
        self.seconds = 1000.0
        self.synchronised = True

    def read(self) -> Reading:
        at = self.at.replace(microsecond=self.at.microsecond // 1000 * 1000)
        return Reading(at, self.boot_id, round(self.seconds * 1_000_000), self.synchronised)

    def monotonic(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        """Let time pass on every clock."""
        self.seconds += seconds
        self.at += timedelta(seconds=seconds)

    def go_to(self, at: datetime) -> None:
        """Let time pass until the wall clock shows this."""
        self.advance((at - self.at) / timedelta(seconds=1))

    def set_wall(self, at: datetime) -> None:
        """Set the wall clock alone, as somebody with a keyboard would."""
        self.at = at.astimezone(UTC)
