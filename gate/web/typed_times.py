"""Read a day and a time of the site that somebody typed into two fields of a form."""

import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from gate.web.changing import DAY, FIRST_DAY, LAST_DAY, Problems
from gate.web.claimed_time import TIME
from gate.web.signing import form_value
from gate.web.view import Viewer

FILTER_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{1,2}:\d{2}))?", re.ASCII)
"""Year-month-day, with a time of day if wanted."""


def time_of(name: str, problems: Problems, zone: ZoneInfo, *, last: bool = False) -> datetime | None:
    """Return the instant (UTC) of the fields `name`_day and `name`_time; both may be empty.

    Of an hour that happened twice the first is meant, with `last` the second: a begin is never too late that way, and
    an end never too early.
    """
    day, clock = form_value(f"{name}_day"), form_value(f"{name}_time")
    if not day and not clock:
        return None
    found = site_time(day, clock, zone, last=last)
    if isinstance(found, str):
        problems[f"{name}_time"] = found
        return None
    return found


def site_time(day: str, clock: str, zone: ZoneInfo, *, last: bool = False) -> datetime | str:
    """Return the instant in UTC, or the key of the text that says what is wrong."""
    parts = TIME.fullmatch(clock)
    if not (DAY.fullmatch(day) and parts):
        return "tt_bad_time"
    try:
        naive = datetime.fromisoformat(f"{day}T{int(parts[1]):02d}:{parts[2]}")
    except ValueError:
        return "tt_bad_time"
    if not FIRST_DAY <= naive.date() <= LAST_DAY:
        return "tt_bad_time"
    found = naive.replace(tzinfo=zone, fold=int(last)).astimezone(UTC)
    return found if found.astimezone(zone).replace(tzinfo=None) == naive else "tt_no_such_time"


def filter_time(text: str, zone: ZoneInfo, *, last: bool = False) -> datetime | None:
    """Return the instant of a filter, such as 2026-11-23 or 2026-11-23 13:40; a day alone is its midnight, with `last`
    the next one, so that the day itself is in.

    Raises:
        ValueError: it is no such time; the text is empty where nothing was typed.
    """
    if not text:
        return None
    parts = FILTER_TIME.fullmatch(text)
    if parts is None:
        raise ValueError(text)
    day = date.fromisoformat(parts[1])
    if last and parts[2] is None:
        day = date.fromordinal(day.toordinal() + 1)
    found = site_time(day.isoformat(), parts[2] or "0:00", zone, last=last)
    if isinstance(found, str):
        raise ValueError(text)
    return found


def typed_time(name: str, at: datetime | None, view: Viewer) -> dict[str, str]:
    """Return the two fields as somebody would have typed them."""
    if at is None:
        return {f"{name}_day": "", f"{name}_time": ""}
    local = at.astimezone(view.zone)
    return {f"{name}_day": f"{local:%Y-%m-%d}", f"{name}_time": f"{local:%H:%M}"}
