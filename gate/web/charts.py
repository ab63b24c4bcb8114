"""Charts as geometry, drawn by the server: stacked columns over time, and bars side by side with a limit.

Bars start at zero, and a number stands at each of them; the templates have the shapes, the style sheet the colours.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

WIDTH, HEIGHT = 1180, 274
LEFT, TOP, BOTTOM = 34, 22, 244
"""Where the columns begin and end inside the drawing, in its own units."""

FILL = 0.62
"""Part of its slot that a column takes."""

NARROW = 30
"""In a slot below this width every fourth label is written, and a number only where it has room."""

GRID_LINES = 5
STEPS = (1, 2, 5, 10)


class Piece(NamedTuple):
    """One part of a column; `series` counts from 1."""

    series: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Column:
    """One column with its number above and its label below."""

    x: float
    width: float
    middle: float
    pieces: tuple[Piece, ...]
    total: int
    total_y: float
    label: str


@dataclass(frozen=True, slots=True)
class Columns:
    """Stacked columns over a grid."""

    columns: tuple[Column, ...]
    grid: tuple[tuple[float, int], ...]
    """Height and number of each line, zero first."""


class Strip(NamedTuple):
    """One bar of a list: its length in percent of the longest, and whether it is over the limit."""

    percent: float
    over: bool


@dataclass(frozen=True, slots=True)
class Strips:
    """Bars side by side, and where the limit lies; None: outside, or there is none."""

    strips: tuple[Strip, ...]
    limit_at: float | None


def columns(rows: Sequence[Sequence[int]], labels: Sequence[str]) -> Columns:
    """Lay out one column for each row of numbers, the first number at the bottom."""
    largest = max((sum(row) for row in rows), default=0)
    step = grid_step(largest)
    lines = max(1, -(-largest // step))
    top = step * lines
    slot = (WIDTH - LEFT) / max(1, len(rows))
    made = tuple(
        _column(place, row, label, slot, top) for place, (row, label) in enumerate(zip(rows, labels, strict=True))
    )
    grid = tuple((_y(line * step, top), line * step) for line in range(lines + 1))
    return Columns(made, grid)


def strips(numbers: Sequence[int], limit: int = 0) -> Strips:
    """Lay out bars against the longest of them; above the limit they are marked, 0 for no limit."""
    longest = max((*numbers, limit), default=0)
    if not longest:
        return Strips(tuple(Strip(0.0, False) for _ in numbers), None)
    made = tuple(Strip(_percent(number, longest), bool(limit) and number > limit) for number in numbers)
    return Strips(made, _percent(limit, longest) if limit else None)


def grid_step(largest: int) -> int:
    """Return the smallest step of 1, 2, 5, 10, 20 ... with which five lines at most reach the largest number."""
    scale = 1
    while True:
        for step in STEPS:
            if step * scale * GRID_LINES >= largest:
                return step * scale
        scale *= 10


def _column(place: int, row: Sequence[int], label: str, slot: float, top: int) -> Column:
    x, width, done, pieces = LEFT + slot * (place + (1 - FILL) / 2), slot * FILL, 0, []
    for series, number in enumerate(row, 1):
        if number:
            pieces.append(Piece(series, _y(done + number, top), round(_y(done, top) - _y(done + number, top), 1)))
            done += number
    named = slot >= NARROW or place % 4 == 0
    return Column(
        x=round(x, 1),
        width=round(width, 1),
        middle=round(x + width / 2, 1),
        pieces=tuple(pieces),
        total=done,
        total_y=round(_y(done, top) - 6, 1),
        label=label if named else "",
    )


def _y(number: int, top: int) -> float:
    return round(BOTTOM - (BOTTOM - TOP) * number / top, 1)


def _percent(number: int, longest: int) -> float:
    return round(100 * number / longest, 1)
