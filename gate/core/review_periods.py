"""The periods of review on the site's calendar, and the random sample of what is routine (requirements H4, H5)."""

import hashlib
import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

GRID = date(1970, 1, 5)
"""A Monday: periods of 7 days are the weeks of ISO 8601."""

WEEK = 7

LEAST, MOST = 25, 500
"""Decisions in a sample: never fewer while there are so many, and no more than a person can look through."""


@dataclass(frozen=True, slots=True)
class Period:
    """The entries `first_seq` to `last_seq` of the site's days from `from_on` until before `until_on`."""

    id: str
    from_on: date
    until_on: date
    first_seq: int
    last_seq: int | None
    """None: the period runs, or nothing has been recorded since its end."""

    @property
    def over(self) -> bool:
        """Whether its last entry is known, so that it can be reviewed."""
        return self.last_seq is not None

    @property
    def week(self) -> int | None:
        """The number of the ISO week, where it is exactly one."""
        whole = self.until_on - self.from_on == timedelta(days=WEEK) and not self.from_on.weekday()
        return self.from_on.isocalendar().week if whole else None


def end_of_period(from_on: date, days: int) -> date:
    """Return the day after the period that a day belongs to."""
    passed = (from_on - GRID).days % days
    return from_on + timedelta(days=days - passed)


def begin_of_day(on: date, zone: ZoneInfo) -> datetime:
    """Return the instant at which a day of the site begins."""
    return datetime.combine(on, time.min, tzinfo=zone)


def due_on(until_on: date, days: int) -> date:
    """Return the last day on which the review of a period that ended before `until_on` is in time."""
    return until_on + timedelta(days=days - 1)


def sample_size(decisions: int, percent: int) -> int:
    """Return how many decisions a sample holds: so many of a hundred, 25 at least, 500 at most, never more than all."""
    return min(decisions, MOST, max(LEAST, -(-decisions * percent // 100)))


class Sample:
    """Draws decisions by a rule that nobody can steer: those whose number, hashed with the seed, comes out smallest.

    The seed is the leaf of the period's last entry, so it hangs on every entry before it, and anybody who has the
    records draws the same sample.
    """

    def __init__(self, seed: bytes) -> None:
        self._seed = seed
        self._kept: list[tuple[int, int]] = []
        self.offered = 0

    def offer(self, seq: int) -> None:
        """Take a decision into the draw."""
        self.offered += 1
        drawn = hashlib.sha256(self._seed + seq.to_bytes(8, "big")).digest()
        item = (-int.from_bytes(drawn, "big"), seq)
        if len(self._kept) < MOST:
            heapq.heappush(self._kept, item)
        else:
            heapq.heappushpop(self._kept, item)

    def drawn(self, percent: int) -> tuple[int, ...]:
        """Return the numbers of the sample, in order."""
        size = sample_size(self.offered, percent)
        return tuple(sorted(seq for _, seq in heapq.nlargest(size, self._kept)))


def sample_of(seed: bytes, seqs: Iterable[int], percent: int) -> tuple[int, ...]:
    """Return the sample of these decisions."""
    sample = Sample(seed)
    for seq in seqs:
        sample.offer(seq)
    return sample.drawn(percent)
