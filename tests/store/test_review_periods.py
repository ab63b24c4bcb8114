"""Where periods of review begin and end: none of the entries is lost, whatever the clock did (requirement H5)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gate.core.audit import Kind
from gate.core.review_periods import Period
from gate.store import registry, review_reading
from gate.store.database import open_database
from gate.store.granted import asking
from gate.store.review_periods import periods
from gate.store.review_reading import count_between, entries_between, first_since
from gate.store.review_schema import reviews
from gate.store.reviews import Review, gate_reviews, review_values
from tests.store.open_records import TORONTO, Records

START = datetime(2026, 11, 9, 17, 0, tzinfo=UTC)
NOW = datetime(2026, 12, 15, 17, 0, tzinfo=UTC)


def tell(records: Records, at: datetime, *, trusted: bool = True) -> int:
    """Put an entry on record at an instant."""
    moment = replace(records.moment(), at=at, clock="ntp" if trusted else "ntp:untrusted", trusted=trusted)
    with records.trail.transaction():
        return records.trail.append(replace(records.entry(Kind.VERIFY), moment=moment))


def found(records: Records, days: int = 7, now: datetime = NOW) -> tuple[Period, ...]:
    engine = open_database(records.path, read_only=True)
    with engine.connect() as connection:
        reviewed = gate_reviews(asking(connection))
    try:
        return periods(engine.connect, reviewed, TORONTO, days, now, {})
    finally:
        engine.dispose()


def bounds(some: tuple[Period, ...]) -> list[tuple[str, int, int | None]]:
    return [(period.id, period.first_seq, period.last_seq) for period in some]


@pytest.mark.req("H5")
def test_weeks_follow_one_another_by_number(records: Records) -> None:
    """The first entry after Sunday midnight of the site begins the next."""
    sunday = datetime(2026, 11, 16, 4, 59, 59, tzinfo=UTC)
    for at in (START, sunday, sunday + timedelta(seconds=1), sunday + timedelta(days=8)):
        tell(records, at)
    assert bounds(found(records)) == [("2026-11-09", 1, 2), ("2026-11-16", 3, 3), ("2026-11-23", 4, None)]
    assert [period.week for period in found(records)] == [46, 47, 48]


@pytest.mark.req("H5")
def test_a_week_without_entries_is_part_of_the_next(records: Records) -> None:
    """A row that covers nothing could be signed without looking."""
    tell(records, START)
    tell(records, START + timedelta(days=21))
    first, second = found(records)
    assert (first.from_on.isoformat(), first.until_on.isoformat(), first.last_seq) == ("2026-11-09", "2026-11-16", 1)
    assert (second.from_on.isoformat(), second.until_on.isoformat()) == ("2026-11-16", "2026-12-07")


@pytest.mark.req("H5", "F3")
def test_a_clock_that_was_not_trusted_ends_no_period(records: Records) -> None:
    """A jump of a year and back makes no fifty empty weeks."""
    tell(records, START)
    tell(records, START + timedelta(days=365), trusted=False)
    tell(records, START + timedelta(hours=1))
    tell(records, START + timedelta(days=7))
    assert bounds(found(records)) == [("2026-11-09", 1, 3), ("2026-11-16", 4, None)]


@pytest.mark.req("H5", "F3")
def test_a_trusted_clock_of_the_far_future_or_past_does_not_run_away(records: Records) -> None:
    """No more periods than there are entries, and none that ends in a hundred years."""
    tell(records, datetime(1970, 1, 1, tzinfo=UTC))
    tell(records, START)
    tell(records, datetime(2099, 1, 1, tzinfo=UTC))
    some = found(records)
    assert some[-1].until_on.year < 2030
    assert len(some) <= 4


@pytest.mark.req("H5")
def test_bounds_on_record_stand_whatever_the_setting_says_later(records: Records) -> None:
    """A change of the length counts from the first period that nobody has begun to review."""
    for days in (0, 7, 14, 21, 28):
        tell(records, START + timedelta(days=days))
    one = found(records)[0]
    review = Review(one.id, "gate", 1, 1, from_on=one.from_on, until_on=one.until_on)
    records.write(lambda seq: registry.put(records.trail, reviews, one.id, review_values(review), seq), Kind.CHANGE)
    again = found(records, days=14)
    assert bounds(again)[0] == ("2026-11-09", 1, 1)
    assert again[1].from_on == one.until_on
    assert [period.first_seq for period in again[1:]] == [(before.last_seq or 0) + 1 for before in again[:-1]]


@pytest.mark.req("H5")
def test_before_the_first_entry_there_is_no_period(records: Records) -> None:
    """A new gate has nothing to review."""
    assert found(records) == ()


STEPS = st.lists(st.tuples(st.integers(-400_000, 900_000), st.booleans()), min_size=1, max_size=20)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield tmp_path_factory.mktemp("periods")


@pytest.mark.req("H5", "F3")
@given(STEPS, st.integers(1, 31))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_entry_is_in_two_periods_and_none_in_no_period(
    folder: Path, steps: list[tuple[int, bool]], days: int
) -> None:
    """However the clock was set: together the periods are every number once, in order."""
    place = folder / f"{len(list(folder.iterdir()))}"
    place.mkdir()
    records, at = Records(place), START
    for seconds, trusted in steps:
        at += timedelta(seconds=seconds)
        tell(records, at, trusted=trusted)
    some = found(records, days)
    assert some[0].first_seq == 1
    for before, after in pairwise(some):
        assert before.last_seq is not None
        assert before.last_seq >= before.first_seq
        assert after.first_seq == before.last_seq + 1
        assert after.from_on == before.until_on
    assert some[-1].last_seq is None
    assert len({period.id for period in some}) == len(some)
    records.close()


@pytest.mark.req("H4")
def test_entries_come_in_pages_and_none_is_skipped(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page is one short transaction; what no rule looks at is left in the records."""
    monkeypatch.setattr(review_reading, "PAGE", 3)
    for number in range(10):
        records.append(Kind.ACTUATED if number % 4 == 3 else Kind.VERIFY)
    engine = open_database(records.path, read_only=True)
    opened = []

    def connect() -> object:
        opened.append(1)
        return engine.connect()

    seqs = [said["seq"] for said in entries_between(connect, 2, 9)]  # type: ignore[arg-type]
    assert seqs == [2, 3, 5, 6, 7, 9]
    assert len(opened) == 3
    assert count_between(engine.connect, 2, 9) == 8
    assert first_since(engine.connect, 0, 0, START) is None
    engine.dispose()
