"""What stands beside a record and is no part of it: the lot on its machine then, and whether it is reviewed."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from gate.core.spans import Span
from gate.store.lots import Window, windows_on
from gate.store.reviews import reviewed_ranges


class Beside(NamedTuple):
    """Lots by machine, and the ranges of numbers that are reviewed, in order."""

    windows: Mapping[str, Sequence[Window]]
    reviewed: Sequence[tuple[int, int]]

    def lots(self, equipment_id: str, at: datetime) -> tuple[str, ...]:
        """Return the lots that were on a machine at an instant, as known now."""
        found = (one.lot for one in self.windows.get(equipment_id, ()) if _within(one, at))
        return tuple(dict.fromkeys(found))

    def is_reviewed(self, seq: int) -> bool:
        """Tell whether a signed review covers the entry."""
        place = bisect_right(self.reviewed, seq, key=lambda one: one[0]) - 1
        return place >= 0 and seq <= self.reviewed[place][1]


def beside(connection: sa.Connection, shown: Iterable[tuple[str, datetime]]) -> Beside:
    """Read what is needed for some records, each given as its machine and its time."""
    reach: dict[str, tuple[datetime, datetime]] = {}
    for equipment_id, at in shown:
        first, last = reach.get(equipment_id, (at, at))
        reach[equipment_id] = (min(first, at), max(last, at))
    windows = {
        equipment_id: windows_on(connection, equipment_id, Span(first, last + timedelta(milliseconds=1)))
        for equipment_id, (first, last) in reach.items()
    }
    return Beside(windows, merged(reviewed_ranges(connection)))


def merged(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the same numbers as ranges in order that do not overlap."""
    found: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def _within(window: Window, at: datetime) -> bool:
    return window.from_at <= at and (window.until_at is None or at < window.until_at)
