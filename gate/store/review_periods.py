"""Which periods of review there are: those on record, and after them those that the calendar makes of the trail."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from gate.core.review_periods import GRID, Period, begin_of_day, end_of_period
from gate.store.equipment_facts import instant
from gate.store.review_reading import Connect, first_since
from gate.store.reviews import Review
from gate.store.schema import audit_trail, trail_head

Bounds = dict[tuple[int, date], int]
"""First entry of a period and the day after it -> first entry behind it: once found it never changes."""

FIRST_DAY = date(2000, 1, 1)
"""A clock that shows an earlier day was never set."""


def periods(
    connect: Connect, reviewed: tuple[Review, ...], zone: ZoneInfo, days: int, now: datetime, bounds: Bounds
) -> tuple[Period, ...]:
    """Return every period, oldest first; the last one runs. No entry is in two of them, and none is in no period.

    `reviewed` are the reviews of the whole gate on record: their bounds stand, whatever the setting says today. A
    period in which nothing was recorded is part of the next one.
    """
    found = [_of_review(review) for review in reviewed]
    first = (found[-1].last_seq or 0) + 1 if found else 1
    head, from_on = _head(connect), found[-1].until_on if found else None
    today = now.astimezone(zone).date()
    while first <= head:
        began_on = _day_of(connect, first, zone)
        from_on = from_on or _begin(began_on, days)
        until_on = end_of_period(max(from_on, min(began_on, today)), days)
        behind = _behind(connect, first, head, begin_of_day(until_on, zone), bounds, until_on)
        found.append(Period(from_on.isoformat(), from_on, until_on, first, behind - 1 if behind else None))
        if behind is None:
            break
        first, from_on = behind, until_on
    return tuple(found)


def _behind(connect: Connect, first: int, head: int, at: datetime, bounds: Bounds, until_on: date) -> int | None:
    key = (first, until_on)
    if key not in bounds:
        found = first_since(connect, first, head, at)
        if found is None:
            return None
        bounds[key] = found
    return bounds[key]


def _of_review(review: Review) -> Period:
    if review.from_on is None or review.until_on is None:
        raise AssertionError("a review of the whole gate without its days")
    return Period(review.id, review.from_on, review.until_on, review.first_seq, review.last_seq)


def _begin(on: date, days: int) -> date:
    """Return the first day of the period that a day belongs to."""
    passed = (on - GRID).days % days
    return date.fromordinal(on.toordinal() - passed)


def _head(connect: Connect) -> int:
    with connect() as connection:
        return connection.execute(sa.select(trail_head.c.seq)).scalar() or 0


def _day_of(connect: Connect, seq: int, zone: ZoneInfo) -> date:
    with connect() as connection:
        at = connection.execute(sa.select(audit_trail.c.at).where(audit_trail.c.seq == seq)).scalar()
    return max(FIRST_DAY, instant(at).astimezone(zone).date()) if at else FIRST_DAY
