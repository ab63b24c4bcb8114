"""Times in a search: presets, days and minutes as people type them, and the same again for an address."""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

PRESETS: dict[str, timedelta | None] = {
    "today": None,
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
    "90d": timedelta(days=90),
    "12m": timedelta(days=366),
}
"""Word in the address -> how far back; None: since midnight at the site."""

_TYPED = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})(?:[ T](?P<minute>\d{2}:\d{2}))?\s*(?P<offset>[+-]\d{2}:\d{2}|Z)?", re.ASCII
)


def since_of(preset: str, now: datetime, zone: ZoneInfo) -> datetime:
    """Return where a preset begins."""
    back = PRESETS[preset]
    if back is None:
        return datetime.combine(now.astimezone(zone).date(), time(), zone).astimezone(UTC)
    return now - back


def typed_time(text: str, zone: ZoneInfo, *, end: bool) -> datetime | None:
    """Return the instant of `2026-11-23` or `2026-11-23 13:45`, by the clock of the site or an offset; None: none.

    An end that is a day alone is the end of that day. A minute that a night has twice is the earlier one as a
    beginning and the later one as an end; one that a night lacks is the instant at which the clocks were set.
    """
    found = _TYPED.fullmatch(text.strip().replace("\u2212", "-"))
    if not found:
        return None
    try:
        day = date.fromisoformat(found["day"])
        if found["minute"] is None and end:
            day += timedelta(days=1)
        local = datetime.combine(day, time.fromisoformat(found["minute"] or "00:00"))
        if found["offset"]:
            return local.replace(tzinfo=_offset(found["offset"])).astimezone(UTC)
        return local.replace(tzinfo=zone, fold=int(end and found["minute"] is not None)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _offset(text: str) -> tzinfo | None:
    return UTC if text == "Z" else datetime.strptime(text, "%z").tzinfo


def as_typed(at: datetime, zone: ZoneInfo) -> str:
    """Return an instant as it is typed, with its offset only where the minute alone would be another instant."""
    local = at.astimezone(zone)
    text = f"{local:%Y-%m-%d %H:%M}"
    ambiguous = {typed_time(text, zone, end=end) for end in (False, True)} != {at.replace(second=0, microsecond=0)}
    return f"{text} {local.isoformat()[-6:]}" if ambiguous else text
