"""Open a review by its id, whatever it is of: a period of the whole gate, one lot, or one machine."""

from dataclasses import dataclass
from datetime import date

from flask import abort

from gate.core.review_names import LOT, ReviewName, review_name
from gate.web.pages import site
from gate.web.review_cases import Opened, find_period, open_period
from gate.web.review_parts import find_selection, open_part


@dataclass(frozen=True, slots=True)
class Running:
    """What is not over yet and so cannot be reviewed; `lot` empty: something that ends before `until_on`."""

    id: str
    lot: str = ""
    until_on: date | None = None


def find_review(review_id: str) -> Opened | Running | None:
    """Return a review, None where there is nothing of this id."""
    name = review_name(review_id)
    if name is not None:
        return _part(name)
    found = find_period(review_id)
    if found is None:
        return None
    period = found[0].period
    return open_period(*found) if period.over else Running(review_id, until_on=period.until_on)


def _part(name: ReviewName) -> Opened | Running | None:
    selection = find_selection(name)
    if selection is None:
        return None
    over_at = selection.over_at
    if over_at is not None and over_at <= site().clock.read().at:
        return open_part(selection)
    if name.scope == LOT:
        return Running(name.id, name.of)
    return Running(name.id, until_on=over_at.astimezone(site().settings.zone).date() if over_at else None)


def open_review(review_id: str) -> Opened:
    """Return a review that can be worked on; there is no page for one that is not there or not over."""
    found = find_review(review_id)
    if not isinstance(found, Opened):
        abort(404)
    return found
