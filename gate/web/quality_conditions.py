"""What is late, for the alerts: reviews, dispositions and references of overrides, second looks (C10, D9, H5)."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import datetime, timedelta

import sqlalchemy as sa

from gate.core.alert_rules import Raised
from gate.core.disposing import disposition_due_at, reference_due_at
from gate.core.review_periods import due_on
from gate.settings import Settings
from gate.store.granted import asking, undisposed
from gate.store.late_entries import waiting_since
from gate.store.review_periods import Bounds, periods
from gate.store.reviews import gate_reviews

Condition = Callable[[sa.Connection, datetime], Sequence[Raised]]

MOST = 50
"""Of each kind that are told of at once: who has more to do knows it."""


def quality_conditions(settings: Settings) -> tuple[Condition, ...]:
    """Return the conditions that the alerts look at by the clock."""
    bounds: Bounds = {}

    def reviews(connection: sa.Connection, now: datetime) -> Sequence[Raised]:
        return _overdue_reviews(connection, now, settings, bounds)

    def overrides(connection: sa.Connection, now: datetime) -> Sequence[Raised]:
        return _overdue_overrides(connection, now, settings.overrides.disposition_days)

    def late(connection: sa.Connection, now: datetime) -> Sequence[Raised]:
        return _waiting_late(connection, now, settings.alerts.late_entry_hours)

    return reviews, overrides, late


def _overdue_reviews(connection: sa.Connection, now: datetime, settings: Settings, bounds: Bounds) -> list[Raised]:
    """Return the oldest periods whose review should be signed."""
    reviewed = gate_reviews(asking(connection))
    signed = {review.id for review in reviewed if review.signed}
    days = settings.review.period_days
    today = now.astimezone(settings.zone).date()
    found = periods(lambda: nullcontext(connection), reviewed, settings.zone, days, now, bounds)
    late = [
        Raised("REVIEW_OVERDUE", period.id, detail={"subject": period.id})
        for period in found
        if period.over and period.id not in signed and today > due_on(period.until_on, settings.review.due_days)
    ]
    return late[:MOST]


def _overdue_overrides(connection: sa.Connection, now: datetime, days: int) -> list[Raised]:
    """Return the overrides whose disposition is late, and the emergencies that still owe their reference."""
    found = []
    for story in undisposed(asking(connection), now, MOST):
        override_id, equipment = story.override.id, story.equipment_id
        owed_at = reference_due_at(story.granted)
        if owed_at is not None and now >= owed_at:
            found.append(Raised("REFERENCE_DUE", override_id, equipment))
        if now >= disposition_due_at(story.granted, days):
            found.append(Raised("OVERRIDE_UNDISPOSED", override_id, equipment))
    return found


def _waiting_late(connection: sa.Connection, now: datetime, hours: int) -> list[Raised]:
    """Return the late entries, the oldest first, that nobody has verified or rejected within so many hours."""
    found = waiting_since(connection, now - timedelta(hours=hours), MOST)
    return [Raised("LATE_ENTRY_WAITING", one.id, one.equipment_id, detail={"hours": hours}) for one in found]
