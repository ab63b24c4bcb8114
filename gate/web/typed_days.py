"""Days and local times as browsers send them, and what is wrong with one: some nights lack an hour or have it twice."""

import re
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
TIME = re.compile(r"\d{2}:\d{2}", re.ASCII)


def typed_day(text: str) -> date | None:
    """Return a day; None: it is none.

    `date.fromisoformat` alone would also take weeks and days without hyphens, which no browser sends.
    """
    if not DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def typed_instant(day: str, clock: str, zone: ZoneInfo) -> datetime | str:
    """Return the instant, in UTC, of a day and a time at the site; or the key of the text that says what is wrong."""
    on = typed_day(day)
    if on is None:
        return "tr_bad_day"
    if not TIME.fullmatch(clock) or not (int(clock[:2]) < 24 and int(clock[3:]) < 60):
        return "tr_bad_time"
    local = datetime.combine(on, time(int(clock[:2]), int(clock[3:])))
    try:
        first, second = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    except OverflowError:
        return "tr_bad_day"
    if first != second:
        return "tr_bad_hour"
    return first


def typed_number(text: str, most: int) -> int | None:
    """Return a whole number from 0 to `most`; None: it is none."""
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(most))):
        return None
    return int(text) if int(text) <= most else None
