"""The bars over the access log: when the records that fit were made, each bar opening the records behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from pyroaring import BitMap

from gate.core.log_terms import Field, Result, Term, instant_of, ms_of
from gate.store.search_answer import histogram, span
from gate.store.search_reading import Reading
from gate.web.log_times import as_typed
from gate.web.view import Viewer

MOST_BARS = 90
MINUTE, DAY = 60_000, 86_400_000
STEPS = (*(MINUTE * n for n in (1, 5, 15, 30, 60, 120, 240, 480)), *(DAY * n for n in (1, 7, 28, 91, 364)))
"""Milliseconds that one bar may stand for; beyond the last, as many of it as needed."""

WIDTH, HEIGHT, FOOT = 1360, 54, 20
MOST_MARKS = 8

DENIED = (Term(Field.RESULT, Result.DENIED), Term(Field.RESULT, Result.WOULD_DENY))
OVERRIDE = (Term(Field.RESULT, Result.OVERRIDE),)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: `since` and `until` as they are typed into the filters, and its three numbers."""

    since: str
    until: str
    all: int
    denied: int
    override: int
    x: float
    width: float
    tops: tuple[tuple[str, float, float], ...]
    """Class, top and height of each part."""


@dataclass(frozen=True, slots=True)
class Bars:
    """All bars, the marks under them, and where they are highest."""

    bars: tuple[Bar, ...]
    marks: tuple[tuple[float, str], ...]
    highest: Bar | None

    @property
    def shown(self) -> tuple[Bar, ...]:
        """Return the bars that stand for something."""
        return tuple(bar for bar in self.bars if bar.all)


def counted(found: BitMap, since_ms: int | None, until_ms: int | None, zone: ZoneInfo, lists: Reading) -> "Counts":
    """Count the entries that fit by steps of time, from the border that was asked or the first entry to the last."""
    reach = span(found, lists)
    if reach is None:
        return Counts((), ())
    first = max(reach[0], since_ms) if since_ms is not None else reach[0]
    last = min(reach[1], until_ms - 1) if until_ms is not None else reach[1]
    edges = edges_of(first, max(first, last), zone)
    series = [found, found & lists.read(DENIED), found & lists.read(OVERRIDE)]
    return Counts(tuple(edges), tuple(map(tuple, histogram(series, edges, lists))))


@dataclass(frozen=True, slots=True)
class Counts:
    """Edges in milliseconds since 1970, and for all, denied and override the number between each edge and the next."""

    edges: Sequence[int]
    rows: Sequence[Sequence[int]]


def edges_of(first: int, last: int, zone: ZoneInfo) -> list[int]:
    """Return borders around two times, at whole steps of the site's own time of day."""
    length = last - first + 1
    step = next((step for step in STEPS if length <= step * (MOST_BARS - 2)), 0)
    if not step:
        step = STEPS[-1] * -(-length // (STEPS[-1] * (MOST_BARS - 2)))
    edges = [_border(first, step, zone)]
    while edges[-1] <= last:
        edges.append(_next(edges[-1], step, zone))
    return edges


def _border(ms: int, step: int, zone: ZoneInfo) -> int:
    local = instant_of(ms).astimezone(zone)
    midnight = ms_of(datetime.combine(local.date(), time(), zone).astimezone(UTC))
    return midnight if step >= DAY else midnight + (ms - midnight) // step * step


def _next(edge: int, step: int, zone: ZoneInfo) -> int:
    """Days are as long as they are at the site, twice a year an hour shorter or longer."""
    if step < DAY:
        local = instant_of(edge).astimezone(zone)
        following = datetime.combine(local.date() + timedelta(days=1), time(), zone).astimezone(UTC)
        return min(edge + step, max(edge + 1, ms_of(following)))
    local = instant_of(edge).astimezone(zone)
    return ms_of(datetime.combine(local.date() + timedelta(days=step // DAY), time(), zone).astimezone(UTC))


def drawn(counts: Counts, view: Viewer) -> Bars:
    """Return the bars with their places in the drawing."""
    pairs = list(pairwise(counts.edges))
    if not pairs:
        return Bars((), (), None)
    tallest = max(counts.rows[0]) or 1
    slot = WIDTH / len(pairs)
    bars = tuple(
        _bar(place, pair, [row[place] for row in counts.rows], slot, tallest, view.zone)
        for place, pair in enumerate(pairs)
    )
    return Bars(bars, _marks(pairs, slot, view.zone), max(bars, key=lambda bar: bar.all))


def _bar(place: int, pair: tuple[int, int], numbers: Sequence[int], slot: float, tallest: int, zone: ZoneInfo) -> Bar:
    every, denied, override = numbers
    since, until = (as_typed(instant_of(ms), zone) for ms in pair)
    low, parts = float(HEIGHT), []
    heights = {"bx": denied, "bw": override, "bl": every - denied - override}
    for look, number in heights.items():
        height = max(2.0, number / tallest * (HEIGHT - 4)) if number else 0.0
        if height:
            low -= height
            parts.append((look, round(max(low, 0.0), 1), round(height, 1)))
    return Bar(since, until, every, denied, override, round(place * slot + 1, 1), round(slot - 2, 1), tuple(parts))


def _marks(pairs: Sequence[tuple[int, int]], slot: float, zone: ZoneInfo) -> tuple[tuple[float, str], ...]:
    """Return the days that begin under the bars, as many as have room."""
    days: dict[str, float] = {}
    for place, (since, _) in enumerate(pairs):
        days.setdefault(f"{instant_of(since).astimezone(zone):%Y-%m-%d}", round(place * slot + 2, 1))
    stride = -(-len(days) // MOST_MARKS)
    return tuple((x, day) for day, x in list(days.items())[::stride])
