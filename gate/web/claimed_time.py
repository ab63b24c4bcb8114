"""Read a claimed day and time of the site, as somebody typed it."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
TIME = re.compile(r"(\d{1,2})\s*[:hH]\s*(\d{2})", re.ASCII)
"""13:40, and as it is written in French: 13 h 40."""

MINUTE = timedelta(minutes=1)


def claimed_time(day: str, clock: str, joined: datetime, now: datetime, zone: ZoneInfo) -> tuple[datetime | None, str]:
    """Return the instant in UTC and "", or None and the key of the text that says what is wrong.

    An hour that happened twice is taken so that it lies between joining and now; the first of the two if both do. The
    minute of joining counts as the instant of joining: nobody types seconds.
    """
    parts = TIME.fullmatch(clock)
    if not (DAY.fullmatch(day) and parts):
        return None, "fa_bad_left"
    try:
        naive = datetime.fromisoformat(f"{day}T{int(parts[1]):02d}:{parts[2]}")
        both = [naive.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
        exists = both[0].astimezone(zone).replace(tzinfo=None) == naive
    except (ValueError, OverflowError):
        return None, "fa_bad_left"
    if not exists:
        return None, "fa_no_such_time"
    found = next((at for at in both if joined - MINUTE < at <= now), both[0])
    return (joined.astimezone(UTC) if joined - MINUTE < found < joined else found), ""
