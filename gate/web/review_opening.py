"""Open a review by its id, whatever it is of: a period of the whole gate, or one lot."""

from dataclasses import dataclass
from datetime import date

from flask import abort

from gate.web.pages import site
from gate.web.review_cases import Opened, find_period, open_period
from gate.web.review_lots import lot_id, lot_span, open_lot


@dataclass(frozen=True, slots=True)
class Running:
    """What is not over yet and so cannot be reviewed; `lot` empty: a period, which ends before `until_on`."""

    id: str
    lot: str = ""
    until_on: date | None = None


def find_review(review_id: str) -> Opened | Running | None:
    """Return a review, None where there is nothing of this id."""
    lot = lot_id(review_id)
    if lot is None:
        found = find_period(review_id)
        if found is None:
            return None
        period = found[0].period
        return open_period(*found) if period.over else Running(review_id, until_on=period.until_on)
    span = lot_span(lot)
    if span is None:
        return None
    over_at = span.over_at
    running = over_at is None or over_at > site().clock.read().at
    return Running(review_id, lot) if over_at is None or running else open_lot(span, over_at)


def open_review(review_id: str) -> Opened:
    """Return a review that can be worked on; there is no page for one that is not there or not over."""
    found = find_review(review_id)
    if not isinstance(found, Opened):
        abort(404)
    return found
