"""Spans of time: what they share and leave open, against a count minute by minute."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gate.core.spans import Span, earlier, shared, uncovered

START = datetime(2026, 11, 23, tzinfo=UTC)
NOW = START + timedelta(minutes=40)


def at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


def minutes(span: Span, end: int = 40) -> set[int]:
    return {minute for minute in range(end) if span.covers(at(minute))}


ENDS = st.one_of(st.none(), st.integers(0, 39))
SPANS = st.tuples(st.integers(0, 39), ENDS).map(lambda pair: Span(at(pair[0]), at(pair[1]) if pair[1] else None))


@given(SPANS, SPANS)
def test_what_two_spans_share_is_what_both_cover(one: Span, other: Span) -> None:
    """An interval cut wrong at its edge would put somebody beside a lot that was gone."""
    both = minutes(one) & minutes(other)
    found = shared(one, other)
    assert (minutes(found) if found else set()) == both
    if both:
        assert one.meets(other)


@given(SPANS, st.lists(SPANS, max_size=6))
def test_what_is_uncovered_is_what_no_part_covers(whole: Span, parts: list[Span]) -> None:
    """A gap that is not shown is somebody who was never named."""
    covered = set().union(*(minutes(part) for part in parts))
    gaps = uncovered(whole, parts, NOW)
    assert set().union(*(minutes(gap) for gap in gaps)) == minutes(whole) - covered
    assert list(gaps) == sorted(gaps, key=lambda gap: gap.from_at)
    assert all(gap.until_at is not None and gap.from_at < gap.until_at for gap in gaps)


def test_spans_are_half_open_and_an_open_end_is_later_than_any() -> None:
    """One lot ends and the next begins in the same minute: nobody stands at both."""
    assert not Span(at(0), at(5)).meets(Span(at(5), None))
    assert not Span(at(0), at(5)).covers(at(5))
    assert shared(Span(at(0), at(5)), Span(at(5), at(9))) is None
    assert earlier(None, at(1)) == earlier(at(1), None) == earlier(at(1), at(2)) == at(1)
    assert earlier(None, None) is None
    assert uncovered(Span(at(9), at(9)), (), NOW) == ()
