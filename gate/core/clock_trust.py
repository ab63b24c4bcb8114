"""Whether the wall clock can be believed, judged against the boot clock and the last trusted instant.

Everything about clock trust lives here (21 CFR 11.10(e), PI 041): a step is seen as the wall clock leaving the
line that the boot clock draws from the last trusted instant. The line only moves on while the clock is trusted,
so neither a false future nor a false past can become the measure of what follows.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from gate.core.records import Moment

STEP = timedelta(seconds=1)
"""A wall clock that leaves its line by this much has been set: an entry, and backwards it is not trusted."""

FORWARD_LIMIT = timedelta(seconds=60)
"""A larger forward step is not trusted until the clock is synchronised again or has come back."""


class Trust(StrEnum):
    """What the site says its clock rests on."""

    NTP = "ntp"
    RTC = "rtc"
    ASSERTED = "asserted"


@dataclass(frozen=True, slots=True)
class Reading:
    """What the machine's clocks say at one instant; `synchronised` is the kernel's word for it."""

    at: datetime
    boot_id: str
    boot_us: int
    synchronised: bool


@dataclass(frozen=True, slots=True)
class ClockState:
    """The last trusted instant, the last reading, and whether the clock is trusted now."""

    trust: Trust
    trusted: Reading | None
    latest: Reading | None = None
    believed: bool = True
    """Whether the last reading was trusted."""
    stepped_far: bool = False
    """A forward step over the limit has been seen and not yet been answered by synchronisation."""


@dataclass(frozen=True, slots=True)
class Step:
    """The wall clock was set: `before` is what it should have shown when it showed `after`."""

    before: datetime
    after: datetime


@dataclass(frozen=True, slots=True)
class Observation:
    """The state after a reading, with what must be recorded of it."""

    state: ClockState
    step: Step | None
    lost_trust: bool
    regained_trust: bool


def expected(reference: Reading, reading: Reading) -> datetime | None:
    """Return what the wall clock should show by the boot clock, or None across a reboot."""
    if reference.boot_id != reading.boot_id:
        return None
    return reference.at + timedelta(microseconds=reading.boot_us - reference.boot_us)


def observe(state: ClockState, reading: Reading) -> Observation:
    """Judge one reading; the caller records the step and the change of trust."""
    step = _step(state.latest, reading)
    offset = _offset(state.trusted, reading)
    forward = state.stepped_far or offset > FORWARD_LIMIT
    far = forward and offset > STEP and not _synchronised_since(state, reading)
    believed = offset > -STEP and not far and _has_ground(state, reading)
    after = replace(
        state,
        latest=reading,
        believed=believed,
        stepped_far=far,
        trusted=reading if believed else state.trusted,
    )
    return Observation(
        state=after,
        step=step,
        lost_trust=state.believed and not believed,
        regained_trust=believed and not state.believed,
    )


def _step(latest: Reading | None, reading: Reading) -> Step | None:
    before = expected(latest, reading) if latest else None
    if before is None or abs(reading.at - before) < STEP:
        return None
    return Step(before=before, after=reading.at)


def _offset(trusted: Reading | None, reading: Reading) -> timedelta:
    """How far the wall clock is off its line; across a reboot only the past is known to be wrong."""
    if trusted is None:
        return timedelta(0)
    line = expected(trusted, reading)
    if line is None:
        return min(reading.at - trusted.at, timedelta(0))
    return reading.at - line


def _synchronised_since(state: ClockState, reading: Reading) -> bool:
    """A time source vouches for the reading; a clock that is only asserted has none to ask."""
    return state.trust is not Trust.ASSERTED and reading.synchronised


def _has_ground(state: ClockState, reading: Reading) -> bool:
    """With `ntp` a clock must have been synchronised at least once since this boot."""
    if state.trust is not Trust.NTP or reading.synchronised:
        return True
    return state.trusted is not None and state.trusted.boot_id == reading.boot_id


def moment_of(state: ClockState, reading: Reading) -> Moment:
    """Return the instant with the clock's standing as it is recorded.

    Records hold milliseconds: what decides is exactly what is recorded, so that it can be decided again (E7).
    """
    return Moment(
        at=reading.at.replace(microsecond=reading.at.microsecond // 1000 * 1000),
        boot_id=reading.boot_id,
        boot_us=reading.boot_us,
        trusted=state.believed,
        clock=state.trust.value if state.believed else f"{state.trust.value}:untrusted",
    )
