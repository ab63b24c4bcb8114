"""Shifts as instants: when each begins and ends at the site, summer time included."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from gate.core.calendar import add_days, local_day


class Start(NamedTuple):
    """A shift begins at this local time of every day."""

    name: str
    at: time


@dataclass(frozen=True, slots=True)
class Shift:
    """One shift of one day: from including to excluding."""

    name: str
    starts_at: datetime
    ends_at: datetime


def shift_at(starts: Sequence[Start], at: datetime, zone: ZoneInfo) -> Shift:
    """Return the shift that holds an instant; each lasts until the next begins.

    A start that the clocks skip is moved to just behind the gap, and one that comes twice counts the first time, so
    a night shift has 7, 8 or 9 hours and there is never a gap or an overlap between two shifts (requirement F5).
    """
    begins = _begins(starts, at, zone)
    number = max(index for index, (begin, _) in enumerate(begins) if begin <= at)
    begin, name = begins[number]
    return Shift(name, begin, begins[number + 1][0])


def shift_before(starts: Sequence[Start], shift: Shift, zone: ZoneInfo) -> Shift:
    """Return the shift that ended when this one began."""
    return shift_at(starts, shift.starts_at - timedelta(milliseconds=1), zone)


def _begins(starts: Sequence[Start], at: datetime, zone: ZoneInfo) -> list[tuple[datetime, str]]:
    """Return every beginning from two days before to two days after, in order and without repeats."""
    today = local_day(at, zone)
    days = [add_days(today, number) for number in range(-2, 3)]
    found = {_instant(datetime.combine(day, start.at, zone)): start.name for day in days for start in starts}
    return sorted(found.items())


def _instant(local: datetime) -> datetime:
    return local.astimezone(UTC)
