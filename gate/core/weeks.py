"""Weeks of the site: from Monday 00:00 local until the next (ISO 8601), the current one last and not over yet."""

from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from gate.core.calendar import local_day, start_of_day


class Week(NamedTuple):
    """One week, half-open; its year is that of ISO 8601, which is not always that of its days."""

    year: int
    number: int
    from_at: datetime
    until_at: datetime


def weeks_until(now: datetime, count: int, zone: ZoneInfo) -> tuple[Week, ...]:
    """Return the last weeks, oldest first, the one that holds `now` among them."""
    today = local_day(now, zone)
    monday = today - timedelta(days=today.weekday())
    return tuple(_week(monday - timedelta(weeks=back), zone) for back in range(count - 1, -1, -1))


def _week(monday: date, zone: ZoneInfo) -> Week:
    year, number, _ = monday.isocalendar()
    return Week(year, number, start_of_day(monday, zone), start_of_day(monday + timedelta(weeks=1), zone))
