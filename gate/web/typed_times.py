"""Read a day and a time of the site that somebody typed into two fields of a form."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from gate.web.changing import DAY, FIRST_DAY, LAST_DAY, Problems
from gate.web.claimed_time import TIME
from gate.web.signing import form_value
from gate.web.view import Viewer


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


def typed_time(name: str, at: datetime | None, view: Viewer) -> dict[str, str]:
    """Return the two fields as somebody would have typed them."""
    if at is None:
        return {f"{name}_day": "", f"{name}_time": ""}
    local = at.astimezone(view.zone)
    return {f"{name}_day": f"{local:%Y-%m-%d}", f"{name}_time": f"{local:%H:%M}"}
