"""Weeks begin on Monday at the site, whatever the clocks do, and the current one is the last."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gate.core.weeks import weeks_until
from tests.core.facts_builder import NOON, TORONTO, local


def test_the_current_week_is_the_last_and_begins_on_monday() -> None:
    """2026-11-23 is a Monday; a minute before its midnight it was week 47."""
    (before, now) = weeks_until(NOON, 2, TORONTO)
    assert (now.year, now.number, now.from_at, now.until_at) == (
        2026,
        48,
        local("2026-11-23 00:00"),
        local("2026-11-30 00:00"),
    )
    assert (before.number, before.until_at) == (47, now.from_at)
    assert weeks_until(local("2026-11-22 23:59"), 1, TORONTO) == (before,)


def test_a_week_has_an_hour_more_when_the_clocks_go_back() -> None:
    """2026-11-01 has 25 hours: an instant belongs to exactly one week all the same."""
    (week,) = weeks_until(local("2026-11-01 12:00"), 1, TORONTO)
    assert week.until_at - week.from_at == timedelta(days=7, hours=1)


def test_the_first_days_of_january_belong_to_the_week_they_are_in() -> None:
    """2027-01-01 is a Friday of week 53 of 2026."""
    (week,) = weeks_until(local("2027-01-01 08:00"), 1, TORONTO)
    assert (week.year, week.number) == (2026, 53)


@given(st.integers(min_value=0, max_value=40_000), st.integers(min_value=1, max_value=104))
def test_weeks_touch_and_hold_now(hours: int, count: int) -> None:
    """No instant between two weeks, none in both."""
    now = NOON + timedelta(hours=hours)
    weeks = weeks_until(now, count, TORONTO)
    assert len(weeks) == count
    assert all(one.until_at == two.from_at for one, two in pairwise(weeks))
    assert weeks[-1].from_at <= now < weeks[-1].until_at
