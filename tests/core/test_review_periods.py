"""Periods of review on the calendar, and the sample that nobody can choose (requirements H4, H5)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.core.review_periods import (
    LEAST,
    MOST,
    Period,
    begin_of_day,
    due_on,
    end_of_period,
    sample_of,
    sample_size,
)

TORONTO = ZoneInfo("America/Toronto")
DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@pytest.mark.req("H5")
def test_periods_of_seven_days_are_the_weeks_of_the_calendar() -> None:
    """What people call week 47 is what stands on the page."""
    assert end_of_period(date(2026, 11, 16), 7) == date(2026, 11, 23)
    assert end_of_period(date(2026, 11, 22), 7) == date(2026, 11, 23)
    week = Period("2026-11-16", date(2026, 11, 16), date(2026, 11, 23), 1, 9)
    assert (week.week, week.over) == (47, True)
    assert Period("x", date(2026, 11, 17), date(2026, 11, 24), 1, None).week is None
    assert Period("x", date(2026, 11, 16), date(2026, 11, 30), 1, None).week is None
    assert not Period("x", date(2026, 11, 16), date(2026, 11, 30), 1, None).over


@pytest.mark.req("H5")
@given(DAYS, st.integers(1, 92))
def test_every_day_is_in_exactly_one_period(on: date, days: int) -> None:
    """Also with a length that fits no week."""
    end = end_of_period(on, days)
    assert timedelta(0) < end - on <= timedelta(days=days)
    assert end_of_period(end, days) - end == timedelta(days=days)
    assert end_of_period(end - timedelta(days=1), days) == end


def test_a_day_begins_at_the_sites_midnight_also_when_the_clocks_change() -> None:
    """The week of the change has an hour more."""
    sunday, monday = (begin_of_day(date(2026, 11, day), TORONTO).astimezone(UTC) for day in (1, 2))
    assert sunday == datetime(2026, 11, 1, 4, tzinfo=UTC)
    assert monday - sunday == timedelta(hours=25)


@pytest.mark.req("H5")
def test_a_review_is_due_days_after_the_period() -> None:
    """3 days after a week that ended on Sunday is Wednesday."""
    assert due_on(date(2026, 11, 23), 3) == date(2026, 11, 25)


@pytest.mark.req("H4")
@pytest.mark.parametrize(
    ("decisions", "percent", "size"),
    [(0, 1, 0), (10, 1, 10), (2500, 1, LEAST), (2501, 1, 26), (5000, 1, 50), (5000, 100, MOST), (10**7, 1, MOST)],
)
def test_a_sample_has_a_least_and_a_most(decisions: int, percent: int, size: int) -> None:
    """1 % of a quiet week is too few to prove anything, and of a year more than anybody looks at."""
    assert sample_size(decisions, percent) == size


@pytest.mark.req("H4")
def test_the_sample_hangs_on_the_last_leaf_and_on_nothing_else() -> None:
    """Who has the records draws the same one; who changes any record draws another."""
    seqs = range(1, 3001)
    one = sample_of(b"leaf", seqs, 1)
    assert one == sample_of(b"leaf", reversed(seqs), 1)
    assert one == tuple(sorted(set(one)))
    assert len(one) == 30
    assert one != sample_of(b"other", seqs, 1)


@pytest.mark.req("H4")
def test_every_decision_has_the_same_chance() -> None:
    """A sample that prefers the beginning of the week would be known beforehand."""
    drawn = [seq for number in range(300) for seq in sample_of(b"%d" % number, range(1, 101), 1)]
    early = sum(seq <= 50 for seq in drawn)
    assert len(drawn) == 300 * LEAST
    assert abs(early - len(drawn) / 2) < 300


@given(st.sets(st.integers(1, 10**9), max_size=2000), st.integers(1, 100))
def test_a_sample_is_of_what_was_offered(seqs: set[int], percent: int) -> None:
    """Of the size that was promised, also where the draw had to let go of some."""
    drawn = sample_of(b"leaf", seqs, percent)
    assert set(drawn) <= seqs
    assert len(drawn) == sample_size(len(seqs), percent)
