"""A claimed time, typed in the time of the site."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from gate.web.claimed_time import claimed_time

TORONTO = ZoneInfo("America/Toronto")


@pytest.mark.req("C10", "F1")
@pytest.mark.parametrize(
    ("day", "clock", "joined", "now", "claimed"),
    [
        ("2026-11-23", "13:40", "2026-11-23T18:00:35", "2026-11-23T19:00", "2026-11-23T18:40"),
        ("2026-11-23", "13 h 00", "2026-11-23T18:00:35", "2026-11-23T19:00", "2026-11-23T18:00:35"),
        ("2026-11-01", "1:30", "2026-11-01T05:00", "2026-11-01T08:00", "2026-11-01T05:30"),
        ("2026-11-01", "01:30", "2026-11-01T06:00", "2026-11-01T08:00", "2026-11-01T06:30"),
        ("2026-11-01", "01:30", "2026-11-01T04:00", "2026-11-01T05:45", "2026-11-01T05:30"),
    ],
)
def test_a_claimed_time_is_of_the_site_and_fits_between_joining_and_now(
    day: str, clock: str, joined: str, now: str, claimed: str
) -> None:
    """In the night the clocks go back an hour happens twice: the one that can be true is meant."""
    at = [datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (joined, now, claimed)]
    assert claimed_time(day, clock, at[0], at[1], TORONTO) == (at[2], "")


def test_an_hour_that_never_was_is_refused() -> None:
    """On 8 March 2026 no clock of the site showed 02:30."""
    now = datetime(2026, 3, 8, 12, tzinfo=UTC)
    assert claimed_time("2026-03-08", "02:30", now - timedelta(hours=9), now, TORONTO) == (None, "fa_no_such_time")
