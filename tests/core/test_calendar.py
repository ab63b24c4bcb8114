"""Days and months at the site become instants; a certificate that ends an hour early or late is a wrong answer."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.core.calendar import (
    EARLIEST,
    LATEST,
    add_days,
    add_months,
    end_clock,
    end_of_day,
    local_day,
    start_of_day,
)
from tests.core.facts_builder import BERLIN, TORONTO, day, local

TOKYO = ZoneInfo("Asia/Tokyo")
HAVANA = ZoneInfo("America/Havana")
SAO_PAULO = ZoneInfo("America/Sao_Paulo")


@pytest.mark.req("B5")
def test_a_day_ends_at_the_next_local_midnight() -> None:
    """Valid to 23:59:59.999 at the site, not in UTC: an evening shift must not lose five hours."""
    assert start_of_day(day("2026-11-23"), TORONTO) == datetime(2026, 11, 23, 5, tzinfo=UTC)
    assert end_of_day(day("2026-11-23"), TORONTO) == datetime(2026, 11, 24, 5, tzinfo=UTC)


@pytest.mark.req("B5", "F5")
@pytest.mark.parametrize(
    ("text", "zone", "hours"),
    [
        ("2026-03-08", TORONTO, 23),
        ("2026-11-01", TORONTO, 25),
        ("2026-03-29", BERLIN, 23),
        ("2026-10-25", BERLIN, 25),
        ("2026-07-01", BERLIN, 24),
    ],
)
def test_days_on_which_the_clocks_change_have_23_or_25_hours(text: str, zone: ZoneInfo, hours: int) -> None:
    """An expiry on such a day still ends at midnight on the wall, neither an hour before nor after."""
    length = end_of_day(day(text), zone) - start_of_day(day(text), zone)
    assert length == timedelta(hours=hours)


@pytest.mark.req("F5")
def test_where_the_clocks_skip_midnight_the_day_starts_at_the_jump() -> None:
    """In Sao Paulo 2018-11-04 00:00 never was; the day before must end at the instant of the jump."""
    assert start_of_day(day("2018-11-04"), SAO_PAULO) == datetime(2018, 11, 4, 3, tzinfo=UTC)


@pytest.mark.req("F5")
def test_where_midnight_comes_twice_the_day_starts_at_the_first() -> None:
    """In Havana 2026-11-01 00:00 comes twice; nobody gains the doubled hour."""
    assert start_of_day(day("2026-11-01"), HAVANA) == datetime(2026, 11, 1, 4, tzinfo=UTC)


def test_days_at_the_edge_of_the_calendar_have_an_instant_all_the_same() -> None:
    """ "No end" is stored by some systems as 9999-12-31, and a typing error may say year 1; neither may raise."""
    assert end_of_day(date.max, TORONTO) == LATEST
    assert start_of_day(date.min, TOKYO) == EARLIEST
    assert local_day(LATEST, TOKYO) == date.max


@pytest.mark.req("B5")
@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2023-12-31", 2, "2024-02-29"),
        ("2026-08-31", 1, "2026-09-30"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-11-23", 0, "2026-11-23"),
        ("2026-11-30", 13, "2027-12-30"),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last_of_a_shorter_month(start: str, months: int, end: str) -> None:
    """Calendar months, clamped: an interval never spills into the month after."""
    assert add_months(day(start), months) == day(end)


def test_months_and_days_beyond_the_calendar_mean_its_last_day() -> None:
    """An absurd interval in a requirement must not stop the gate with an error."""
    assert add_months(day("2026-11-23"), 12 * 8000) == date.max
    assert add_days(day("9999-12-30"), 2) == date.max
    assert add_days(day("9999-12-30"), 1) == date.max
    assert add_days(day("2026-12-31"), 1) == day("2027-01-01")


@given(st.dates(max_value=date(9000, 1, 1)), st.integers(0, 1200))
def test_more_months_never_end_earlier(start: date, months: int) -> None:
    """A longer interval must never be worth less than a shorter one, whatever the length of the months."""
    assert add_months(start, months) <= add_months(start, months + 1)
    assert add_months(start, months).day <= start.day


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.sampled_from([TORONTO, BERLIN, HAVANA, TOKYO, SAO_PAULO]))
def test_days_follow_each_other_without_gap_or_overlap(some: date, zone: ZoneInfo) -> None:
    """Every instant belongs to exactly one day, else an expiry could be jumped over or come twice."""
    start, end = start_of_day(some, zone), end_of_day(some, zone)
    assert end == start_of_day(some + timedelta(days=1), zone)
    assert local_day(start, zone) == some == local_day(end - timedelta(microseconds=1), zone)
    assert local_day(end, zone) == some + timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "shown"), [("2026-11-23 14:00", "14:00"), ("2026-11-24 00:00", "24:00"), ("2026-11-24 00:01", "00:01")]
)
def test_an_end_at_midnight_reads_24_hours(text: str, shown: str) -> None:
    """On a display 00:00 could be last night or tonight; 24:00 is the end of today."""
    assert end_clock(local(text), TORONTO) == shown
