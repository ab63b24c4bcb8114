"""What the address of the trends asks, and the forecast that the application keeps."""

from datetime import datetime

from flask import current_app

from gate.core.forecast import HORIZONS
from gate.core.weeks import Week, weeks_until
from gate.web.forecast_reading import Forecasts
from gate.web.numbering import by_number
from gate.web.pages import site
from gate.web.report_makers import Asked
from gate.web.typed_days import typed_number

USUAL_WEEKS, MOST_WEEKS = 12, 104


def forecasts() -> Forecasts:
    """Return the forecast that this application keeps; one without names is made anew."""
    if by_number():
        return Forecasts()
    kept = current_app.extensions.setdefault("gate_forecasts", Forecasts())
    if not isinstance(kept, Forecasts):
        raise AssertionError("something else has taken the place of the forecasts")
    return kept


def weeks_asked(asked: Asked) -> int | None:
    """Return how many weeks the address asks for; None: it makes no sense."""
    text = asked.get("weeks", "").strip() or str(USUAL_WEEKS)
    return typed_number(text, MOST_WEEKS) or None


def days_asked(asked: Asked) -> int | None:
    """Return how many days ahead the address asks for; None: it makes no sense."""
    return typed_number(asked.get("days", "").strip() or str(HORIZONS[1]), HORIZONS[-1]) or None


def weeks_of(now: datetime, count: int) -> tuple[tuple[Week, ...], tuple[Week, ...]]:
    """Return the weeks to show, and as many before."""
    every = weeks_until(now, 2 * count, site().settings.zone)
    return every[count:], every[:count]
