"""Shifts through a year: every instant is in exactly one, summer time or not (requirement F5)."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.core.shifts import Start, shift_at, shift_before

ZONES = [ZoneInfo(name) for name in ("America/Toronto", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe")]
THREE = [Start("day", time(7)), Start("evening", time(15)), Start("night", time(23))]
TORONTO = ZONES[0]


def at(text: str, zone: ZoneInfo = TORONTO) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "name", "begins"),
    [
        ("2026-11-23T07:00", "day", "2026-11-23T07:00"),
        ("2026-11-23T06:59:59", "night", "2026-11-22T23:00"),
        ("2026-11-23T23:00", "night", "2026-11-23T23:00"),
        ("2026-11-24T00:30", "night", "2026-11-23T23:00"),
    ],
)
def test_the_shift_of_an_instant(now: str, name: str, begins: str) -> None:
    """A night shift belongs to the day on which it began."""
    shift = shift_at(THREE, at(now), TORONTO)
    assert (shift.name, shift.starts_at) == (name, at(begins))


@pytest.mark.req("F5")
@pytest.mark.parametrize(
    ("night", "hours"), [("2026-03-07T23:00", 7), ("2026-10-31T23:00", 9), ("2026-06-01T23:00", 8)]
)
def test_the_night_in_which_the_clocks_change_is_an_hour_shorter_or_longer(night: str, hours: int) -> None:
    """A summary of that night must leave out nothing and tell nothing twice."""
    shift = shift_at(THREE, at(night), TORONTO)
    assert shift.ends_at - shift.starts_at == timedelta(hours=hours)


@pytest.mark.req("F5")
def test_a_shift_that_would_begin_in_the_skipped_hour_begins_behind_it() -> None:
    """02:30 does not exist on that day."""
    starts = [Start("early", time(2, 30)), Start("late", time(14, 30))]
    shift = shift_at(starts, at("2026-03-08T12:00"), TORONTO)
    assert shift.starts_at == at("2026-03-08T03:30")
    assert shift_before(starts, shift, TORONTO).ends_at == shift.starts_at


def test_one_shift_a_day_lasts_a_day() -> None:
    """A small site has one."""
    shift = shift_at([Start("", time(6))], at("2026-11-23T05:00"), TORONTO)
    assert (shift.starts_at, shift.ends_at) == (at("2026-11-22T06:00"), at("2026-11-23T06:00"))


@pytest.mark.req("F5")
@given(
    now=st.integers(0, 15 * 365 * 24 * 60).map(lambda n: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=n)),
    minutes=st.sets(st.integers(0, 1439), min_size=1, max_size=6),
    zone=st.sampled_from(ZONES),
)
def test_every_instant_is_in_exactly_one_shift(now: datetime, minutes: set[int], zone: ZoneInfo) -> None:
    """No gap, no overlap, whatever the starts and the zone."""
    starts = [Start(str(minute), time(*divmod(minute, 60))) for minute in minutes]
    shift = shift_at(starts, now, zone)
    assert shift.starts_at <= now < shift.ends_at
    assert shift_at(starts, shift.ends_at, zone).starts_at == shift.ends_at
    before = shift_before(starts, shift, zone)
    assert before.ends_at == shift.starts_at
