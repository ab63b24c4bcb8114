"""Times as they are typed and drawn: days, minutes, the night with an hour twice, and the bars over it."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.core.log_terms import instant_of, ms_of
from gate.web.log_bars import DAY, MOST_BARS, Counts, drawn, edges_of
from gate.web.log_times import PRESETS, as_typed, since_of, typed_time
from gate.web.view import Viewer

TORONTO = ZoneInfo("America/Toronto")

TYPED = [
    ("2026-11-23", False, "2026-11-23T05:00:00+00:00"),
    ("2026-11-23", True, "2026-11-24T05:00:00+00:00"),
    ("2026-11-23 13:45", False, "2026-11-23T18:45:00+00:00"),
    ("2026-11-23T13:45", True, "2026-11-23T18:45:00+00:00"),
    ("2026-11-23 13:45 +00:00", False, "2026-11-23T13:45:00+00:00"),
    ("2026-11-23 13:45Z", False, "2026-11-23T13:45:00+00:00"),
    ("2026-11-23 13:45 −05:00", False, "2026-11-23T18:45:00+00:00"),
    ("2026-11-01", True, "2026-11-02T05:00:00+00:00"),
    ("2026-11-01 01:30", False, "2026-11-01T05:30:00+00:00"),
    ("2026-11-01 01:30", True, "2026-11-01T06:30:00+00:00"),
    ("2026-11-01 01:30 -05:00", False, "2026-11-01T06:30:00+00:00"),
]


@pytest.mark.scenario(25)
@pytest.mark.parametrize(("text", "end", "expected"), TYPED)
def test_a_time_is_understood_as_the_site_means_it(text: str, end: bool, expected: str) -> None:
    """The hour that a night has twice is wholly inside when both of its ends are typed."""
    found = typed_time(text, TORONTO, end=end)
    assert found is not None
    assert found.isoformat() == expected


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "23/11/2026", "2026-11-31", "2026-11-23 25:00", "2026-W47", "2026-11-23 1:00", "٢٠٢٦-11-23"],
)
def test_what_is_no_time_is_none(text: str) -> None:
    """Guessing would search another day than the one that was meant."""
    assert typed_time(text, TORONTO, end=False) is None


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2090, 1, 1)), st.booleans())  # noqa: DTZ001 - made aware below
def test_a_border_that_is_written_is_understood_as_the_same(at: datetime, end: bool) -> None:
    """The address behind a bar must hold exactly the bar's records."""
    minute = at.replace(tzinfo=UTC, second=0, microsecond=0)
    assert typed_time(as_typed(minute, TORONTO), TORONTO, end=end) == minute


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_lies_before_now(preset: str) -> None:
    """Today begins at midnight of the site."""
    now = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
    since = since_of(preset, now, TORONTO)
    assert since < now
    assert since_of("today", now, TORONTO).astimezone(TORONTO).hour == 0


@given(st.integers(0, 4 * 10**12), st.one_of(st.integers(0, 10**7), st.integers(0, 10**10), st.integers(0, 4 * 10**12)))
def test_the_bars_cover_everything_and_are_few(first: int, length: int) -> None:
    """Whatever a clock once said, the drawing has an end, and no record lies outside it."""
    edges = edges_of(first, first + length, TORONTO)
    assert edges[0] <= first
    assert edges[-1] > first + length
    assert edges == sorted(set(edges))
    assert len(edges) - 1 <= MOST_BARS + 24


def test_a_day_of_twenty_five_hours_is_one_bar() -> None:
    """On 1 November the site's day is an hour longer; the bars begin at its midnights."""
    first = ms_of(datetime(2026, 10, 20, 12, tzinfo=UTC))
    edges = edges_of(first, first + 80 * DAY, TORONTO)
    local = [instant_of(edge).astimezone(TORONTO) for edge in edges]
    assert {at.hour for at in local} == {0}
    assert timedelta(hours=25) in {instant_of(b) - instant_of(a) for a, b in pairwise(edges)}


def test_the_parts_of_a_bar_stand_on_each_other() -> None:
    """Denied below, overrides over it, the rest on top; a single denial among thousands is still seen."""
    counts = Counts((0, DAY, 2 * DAY), ((4000, 10), (1, 0), (0, 10)))
    found = drawn(counts, Viewer("en", TORONTO))
    (first, second) = found.bars
    assert [look for look, _, _ in first.tops] == ["bx", "bl"]
    assert first.tops[0][2] >= 2
    assert [look for look, _, _ in second.tops] == ["bw"]
    assert found.highest is first
    assert drawn(Counts((), ()), Viewer("en", TORONTO)).bars == ()
