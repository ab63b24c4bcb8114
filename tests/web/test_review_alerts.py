"""What is late calls by itself: reviews, dispositions and references of overrides, second looks (C10, D9, H5)."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from gate.core.alert_rules import Raised
from gate.core.audit import timestamp
from gate.store import registry, schema
from gate.store.database import open_database
from gate.store.floor_schema import alerts
from gate.store.lots_schema import late_entries
from gate.store.review_schema import reviews
from gate.store.reviews import Review, review_values
from gate.web.quality_conditions import quality_conditions
from tests.web.people import signed_in
from tests.web.review_records import FIRST, OVERRIDE, SECOND, ReviewOnRecord, pages_over, weeks
from tests.web.test_review_lots import begin_of_second, late

__all__ = ["weeks"]


def raised(found: ReviewOnRecord) -> list[tuple[str, str]]:
    """Return what is owed now."""
    engine = open_database(found.settings.database_path, read_only=True)
    with engine.connect() as connection:
        every = [one for look in quality_conditions(found.settings) for one in look(connection, found.clock.read().at)]
    engine.dispose()
    assert all(isinstance(one, Raised) for one in every)
    return [(one.rule, one.subject) for one in every]


def sign(found: ReviewOnRecord, review_id: str, first: int, last: int) -> None:
    """Put a signed review on record."""
    at = found.clock.read().at
    on = at.date()
    review = Review(review_id, "gate", first, last, from_on=on, until_on=on + timedelta(days=7), signed_at=at)
    with found.trail.transaction():
        registry.put(found.trail, reviews, review_id, review_values(review), found.trail.head.seq)


@pytest.mark.req("H5")
def test_a_review_calls_after_its_last_day_and_stops_with_the_signature(weeks: ReviewOnRecord) -> None:
    """Week 46 was due on Wednesday 18; week 47 is due on the 25th and calls from the 26th on."""
    assert ("REVIEW_OVERDUE", FIRST) in raised(weeks)
    assert ("REVIEW_OVERDUE", SECOND) not in raised(weeks)
    weeks.clock.advance(3 * 86_400)
    assert ("REVIEW_OVERDUE", SECOND) in raised(weeks)
    sign(weeks, FIRST, 1, 18)
    assert ("REVIEW_OVERDUE", FIRST) not in raised(weeks)


@pytest.mark.req("D9")
def test_an_override_calls_when_its_disposition_is_late(weeks: ReviewOnRecord) -> None:
    """Five days after the grant."""
    assert ("OVERRIDE_UNDISPOSED", OVERRIDE) in raised(weeks)
    weeks.clock.set_wall(weeks.clock.at - timedelta(days=3))
    assert ("OVERRIDE_UNDISPOSED", OVERRIDE) not in raised(weeks)


@pytest.mark.req("D8")
def test_an_emergency_without_its_reference_calls_after_a_day(weeks: ReviewOnRecord) -> None:
    """And no other override does."""
    assert "REFERENCE_DUE" not in [rule for rule, _ in raised(weeks)]
    with weeks.trail.transaction():
        found = registry.current(weeks.trail, schema.overrides, OVERRIDE)
        assert found is not None
        values = {**found, "class": "EMERGENCY", "reference": ""}
        registry.put(weeks.trail, schema.overrides, OVERRIDE, values, weeks.trail.head.seq)
    assert ("REFERENCE_DUE", OVERRIDE) in raised(weeks)


@pytest.mark.req("H5")
def test_qa_is_told_where_the_day_begins_and_nobody_else(weeks: ReviewOnRecord) -> None:
    """On the floor and on the access log, as long as the alert stands; a supervisor cannot sign it."""
    values = {"rule": "REVIEW_OVERDUE", "subject": FIRST, "severity": "high", "times": 1, "detail": "{}"}
    at = timestamp(weeks.clock.at)
    with weeks.trail.transaction():
        statement = sa.insert(alerts).values(
            {name: sa.bindparam(f"new_{name}") for name in (*values, "raised_at", "last_at")}
        )
        row = {**values, "raised_at": at, "last_at": at}
        weeks.trail.run(statement, {f"new_{name}": value for name, value in row.items()})
    with pages_over(weeks) as app:
        qa, sup = signed_in(app, "qa"), signed_in(app, "sup")
        for path in ("/floor?lang=en", "/log?lang=en"):
            assert "Reviews overdue: 1" in qa.get(path).text
            assert "Reviews overdue" not in sup.get(path).text
        assert "Reviews overdue" not in qa.get("/overrides?lang=en").text


@pytest.mark.req("C10")
@pytest.mark.parametrize("state", ["verified", "rejected"])
def test_a_late_entry_calls_while_it_waits_for_a_second_person(weeks: ReviewOnRecord, state: str) -> None:
    """Until somebody else has compared it with its paper it is one person's word, and may be forgotten."""
    late(weeks, begin_of_second(weeks))
    weeks.clock.advance(24 * 3600 - 1)
    assert ("LATE_ENTRY_WAITING", "X") not in raised(weeks)
    weeks.clock.advance(1)
    assert ("LATE_ENTRY_WAITING", "X") in raised(weeks)
    with weeks.trail.transaction():
        before = registry.current(weeks.trail, late_entries, "X")
        assert before is not None
        registry.put(weeks.trail, late_entries, "X", {**before, "state": state}, weeks.trail.head.seq)
    assert ("LATE_ENTRY_WAITING", "X") not in raised(weeks)


@pytest.mark.req("C10")
def test_how_long_a_late_entry_may_wait_is_the_sites_to_say(weeks: ReviewOnRecord) -> None:
    """A site that verifies once a week is not called every day."""
    late(weeks, begin_of_second(weeks))
    alerts_of = weeks.settings.alerts.model_copy(update={"late_entry_hours": 168})
    weeks.settings = weeks.settings.model_copy(update={"alerts": alerts_of})
    weeks.clock.advance(168 * 3600 - 1)
    assert "LATE_ENTRY_WAITING" not in [rule for rule, _ in raised(weeks)]
    weeks.clock.advance(1)
    assert ("LATE_ENTRY_WAITING", "X") in raised(weeks)


def test_a_gate_without_entries_owes_nothing(tmp_path: Path) -> None:
    """A condition must never be what stops the alerts."""
    empty = ReviewOnRecord(tmp_path)
    assert raised(empty) == []
    empty.close()
