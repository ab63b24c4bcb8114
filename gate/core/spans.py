"""Spans of time: half-open, with an end that may be open; what they share, and what they leave uncovered."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple


class Span(NamedTuple):
    """From an instant until another, which is not in it; `until_at` None: it has not ended."""

    from_at: datetime
    until_at: datetime | None

    def covers(self, at: datetime) -> bool:
        """Whether the instant lies in the span."""
        return self.from_at <= at and (self.until_at is None or at < self.until_at)

    def meets(self, other: "Span") -> bool:
        """Whether both have an instant in common."""
        return _before(self.from_at, other.until_at) and _before(other.from_at, self.until_at)


def shared(one: Span, other: Span) -> Span | None:
    """Return what both spans have in common, None if nothing."""
    if not one.meets(other):
        return None
    return Span(max(one.from_at, other.from_at), earlier(one.until_at, other.until_at))


def earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    """Return the earlier of two ends, where None has not come."""
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)


def uncovered(whole: Span, parts: Iterable[Span], now: datetime) -> tuple[Span, ...]:
    """Return what of a span no part covers, up to now where it has not ended; in order of time."""
    end = whole.until_at if whole.until_at is not None else now
    gaps, reached = [], whole.from_at
    for part in sorted(parts, key=lambda part: part.from_at):
        if reached < min(part.from_at, end):
            gaps.append(Span(reached, min(part.from_at, end)))
        reached = max(reached, part.until_at if part.until_at is not None else end)
    if reached < end:
        gaps.append(Span(reached, end))
    return tuple(gaps)


def _before(at: datetime, end: datetime | None) -> bool:
    return end is None or at < end
