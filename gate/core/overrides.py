"""What an override covers and when it counts: bounded, signed, and never a way round a reason marked N (D1-D5, D8)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from gate.core.reasons import REASONS, Lift
from gate.core.records import Moment, Override
from gate.core.terms import Operation, OverrideClass

TOLD_AFTER_END = timedelta(hours=12)
"""For one shift after the end the holder is told that it was an override that ended."""


class Phase(StrEnum):
    """Where an override stands at an instant."""

    AHEAD = "ahead"
    ACTIVE = "active"
    ENDED = "ended"
    REVOKED = "revoked"


def phase(override: Override, moment: Moment) -> Phase:
    """Return where the override stands; it ends on the earlier of the wall clock and the boot clock."""
    if override.revoked_at is not None:
        return Phase.REVOKED
    if moment.at < override.starts_at:
        return Phase.AHEAD
    return Phase.ACTIVE if moment.at < ended_at(override, moment) else Phase.ENDED


def ended_at(override: Override, moment: Moment) -> datetime:
    """Return the instant at which the override ends or ended, as seen from this moment."""
    if override.revoked_at is not None:
        return min(override.revoked_at, override.ends_at)
    if override.ends_boot_us is None or override.boot_id != moment.boot_id:
        return override.ends_at
    left = timedelta(microseconds=override.ends_boot_us - moment.boot_us)
    return min(override.ends_at, moment.at + left)


def lifts(override: Override, reason: str) -> bool:
    """Whether the override names the reason and may lift it."""
    if reason not in override.reasons:
        return False
    match REASONS[reason].overridable:
        case Lift.SUPERVISOR:
            return True
        case Lift.COSIGNED:
            return override.cosigned or override.override_class is OverrideClass.EMERGENCY
        case _:
            return False


def covers(override: Override, failing: Iterable[str]) -> bool:
    """Whether the override lifts every failing reason: all or nothing."""
    return all(lifts(override, reason) for reason in failing)


def active(overrides: Iterable[Override], operation: Operation, moment: Moment) -> tuple[Override, ...]:
    """Return the overrides that count now for the operation."""
    return tuple(o for o in overrides if operation in o.operations and phase(o, moment) is Phase.ACTIVE)


def covering(candidates: Iterable[Override], failing: tuple[str, ...], moment: Moment) -> Override | None:
    """Return the override to use: an emergency one only if nothing else covers, then the one that lasts longest."""
    able = [override for override in candidates if covers(override, failing)]
    if not able:
        return None
    return max(able, key=lambda o: (o.override_class is not OverrideClass.EMERGENCY, ended_at(o, moment), o.version))


def lately_over(
    overrides: Iterable[Override], operation: Operation, failing: tuple[str, ...], moment: Moment
) -> dict[str, Override]:
    """Return by reason code the override, latest end first, whose recent end or revocation the holder must hear of.

    It must have named one of the reasons that fail now, else its end explains nothing.
    """
    over: dict[str, Override] = {}
    for override in sorted(overrides, key=lambda o: (ended_at(o, moment), o.version)):
        reason = _over_reason(phase(override, moment))
        recent = moment.at - ended_at(override, moment) < TOLD_AFTER_END
        if reason and recent and operation in override.operations and not override.reasons.isdisjoint(failing):
            over[reason] = override
    return over


def _over_reason(now: Phase) -> str | None:
    return {Phase.ENDED: "OVERRIDE_EXPIRED", Phase.REVOKED: "OVERRIDE_REVOKED"}.get(now)
