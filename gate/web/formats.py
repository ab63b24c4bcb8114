"""How times and foreign text look on the pages."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo


def visible(text: str) -> str:
    """Return the text with control, bidirectional and other unprintable characters made visible.

    Jinja escapes markup; this stops a name from turning around or hiding the words beside it.
    """
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text)


def clock_time(at: datetime, zone: ZoneInfo, language: str) -> str:
    """Return the site's time of day to the millisecond, with the decimal mark of the language."""
    text = at.astimezone(zone).strftime("%H:%M:%S.") + f"{at.microsecond // 1000:03d}"
    return text.replace(".", ",") if language == "fr" else text


def day_and_offset(at: datetime, zone: ZoneInfo) -> str:
    """Return the site's date and its distance from UTC: evidence always shows both."""
    local = at.astimezone(zone)
    return f"{local:%Y-%m-%d} {utc_offset(local)}"


def utc_offset(local: datetime) -> str:
    """Return `UTC−05:00` with a true minus sign."""
    offset = local.utcoffset() or timedelta(0)
    minutes = abs(round(offset / timedelta(minutes=1)))
    sign = "−" if offset < timedelta(0) else "+"
    return f"UTC{sign}{minutes // 60:02d}:{minutes % 60:02d}"
