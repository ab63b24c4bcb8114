"""Site-local calendar days and months as instants: validity ends at the next local midnight (requirement B5).

Midnights are remembered, because a decision asks for the same few days again and again.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

EARLIEST = datetime.min.replace(tzinfo=UTC)
LATEST = datetime.max.replace(tzinfo=UTC)
"""Stands for "no end": a day so late that its midnight cannot be written also ends here."""

ONE_DAY = timedelta(days=1)
REMEMBERED_DAYS = 8192


@lru_cache(maxsize=REMEMBERED_DAYS)
def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant of a local day.

    Where the clocks skip midnight the day starts at the jump; where midnight comes twice it starts at the first.
    """
    try:
        return datetime.combine(day, time(), zone).astimezone(UTC)
    except OverflowError:
        return EARLIEST


@lru_cache(maxsize=REMEMBERED_DAYS)
def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Return the next local midnight, the first instant at which something valid to this day no longer is."""
    return LATEST if day == date.max else start_of_day(day + ONE_DAY, zone)


@lru_cache(maxsize=REMEMBERED_DAYS)
def add_months(day: date, months: int) -> date:
    """Return the same day of a later month, or that month's last day if it is shorter (2024-02-29 + 12 is 28 Feb)."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add_days(day: date, days: int) -> date:
    """Return the day some days later, at most the last day there is."""
    return date.max if days > (date.max - day).days else day + timedelta(days=days)


def local_day(at: datetime, zone: ZoneInfo) -> date:
    """Return the calendar day at the site."""
    try:
        return at.astimezone(zone).date()
    except OverflowError:
        return date.max


def end_clock(at: datetime, zone: ZoneInfo) -> str:
    """Return the local HH:MM at which something ends; midnight reads 24:00, the end of the day it belongs to."""
    local = at.astimezone(zone)
    return "24:00" if (local.hour, local.minute) == (0, 0) else f"{local:%H:%M}"
