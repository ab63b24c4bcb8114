"""Whether a training record came late: evidence written down long after the fact, or after the access it justifies.

Requirement E8: contemporaneous records (ALCOA), and FDA warning letters on training that was documented afterwards.
"""

from datetime import date
from enum import StrEnum


class Lateness(StrEnum):
    """Why a record is flagged LATE_RECORD; a record can be both, then `AFTER_USE` is told."""

    ENTERED_LATE = "entered_late"
    """It first appeared here more than so many days after its completion."""
    AFTER_USE = "after_use"
    """It first appeared here after the access it would justify."""


def lateness(
    completed_on: date | None, first_on: date, first_seq: int, used_seq: int, limit_days: int
) -> Lateness | None:
    """Judge a record that speaks for an access: `first_on` and `first_seq` say when it first appeared here.

    `used_seq` is the entry of the access, `limit_days` the days that writing down may take at this site.
    """
    if first_seq > used_seq:
        return Lateness.AFTER_USE
    if completed_on is not None and (first_on - completed_on).days > limit_days:
        return Lateness.ENTERED_LATE
    return None
