"""LATE_RECORD: evidence that was written down long after the fact, or after the access it would justify (E8)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.core.lateness import Lateness, lateness

DONE = date(2026, 11, 10)


@pytest.mark.req("E8")
@pytest.mark.parametrize(
    ("first_on", "first_seq", "expected"),
    [
        (DONE, 5, None),
        (DONE + timedelta(days=3), 5, None),
        (DONE + timedelta(days=4), 5, Lateness.ENTERED_LATE),
        (DONE - timedelta(days=30), 5, None),
        (DONE, 11, Lateness.AFTER_USE),
        (DONE + timedelta(days=400), 11, Lateness.AFTER_USE),
        (DONE, 10, None),
    ],
)
def test_a_record_is_late_by_days_or_by_the_access_it_would_justify(
    first_on: date, first_seq: int, expected: Lateness | None
) -> None:
    """Three days are for paper to travel; one day more is a question an inspector asks."""
    assert lateness(DONE, first_on, first_seq, 10, 3) is expected


@pytest.mark.req("E8")
def test_a_record_without_its_day_is_late_only_by_the_order_of_entries() -> None:
    """Nothing can be said about days that are not known."""
    assert lateness(None, DONE, 5, 10, 3) is None
    assert lateness(None, DONE, 11, 10, 3) is Lateness.AFTER_USE


@given(st.dates(), st.integers(0, 400), st.integers(0, 400))
@pytest.mark.req("E8")
def test_more_days_allowed_never_make_a_record_late(done: date, days: int, limit: int) -> None:
    """The setting works in one direction."""
    if done.toordinal() + days > date.max.toordinal():
        return
    first_on = done + timedelta(days=days)
    assert (lateness(done, first_on, 1, 2, limit) is None) == (days <= limit)
