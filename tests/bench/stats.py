"""Percentiles, and the figure that one measurement comes to: one JSON object a line."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

SHOWN = (0.10, 0.50, 0.90, 0.99, 0.999, 1.0)
"""The percentiles of the tables; 1.0 is the worst."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement: either a ratio of `times` to `floor`, or a `value` with its unit, against one goal."""

    id: str
    what: str
    goal: str
    met: bool
    times: Sequence[float]
    """Milliseconds, in the order measured."""
    floor: Sequence[float] = ()
    value: float | None = None
    unit: str = ""
    more: Mapping[str, float | int | str] = field(default_factory=dict)
    """Numbers that stand beside the figure."""


def percentile(values: Sequence[float], part: float) -> float:
    """Return the value that `part` (0 to 1) of all values do not exceed.

    Raises:
        ValueError: there are no values.
    """
    if not values:
        raise ValueError("no values, no percentile")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(part * len(ordered)) - 1))]


def ratio(figure: Figure, part: float) -> float:
    """Return how many times the floor the thing takes, at one percentile."""
    return percentile(figure.times, part) / percentile(figure.floor, part)


def ratio_figure(
    id_: str, what: str, floor: Sequence[float], times: Sequence[float], most: float, **more: float | int | str
) -> Figure:
    """Return a figure whose goal is that p50 and p99 are at most `most` times the floor's."""
    parts = [percentile(times, part) / percentile(floor, part) for part in (0.50, 0.99)]
    goal = f"p50 and p99 <= {most}"
    return Figure(id_, what, goal, met=max(parts) <= most, times=times, floor=floor, more=more)


def json_line(figure: Figure) -> str:
    """Return the figure as one line of JSON; times are in milliseconds."""
    said: dict[str, object] = {"id": figure.id, "what": figure.what}
    p50, p99 = percentile(figure.times, 0.50), percentile(figure.times, 0.99)
    if figure.floor:
        said |= {
            "floor_p50_ms": round(percentile(figure.floor, 0.50), 4),
            "p50_ms": round(p50, 4),
            "ratio_p50": round(ratio(figure, 0.50), 2),
            "ratio_p99": round(ratio(figure, 0.99), 2),
            "floor_p99_ms": round(percentile(figure.floor, 0.99), 4),
            "p99_ms": round(p99, 4),
        }
    else:
        value = figure.value if figure.value is not None else p50
        said |= {"value": round(value, 1), "unit": figure.unit, "p50_ms": round(p50, 4), "p99_ms": round(p99, 4)}
    return json.dumps({**said, "goal": figure.goal, "met": figure.met, "rounds": len(figure.times), **figure.more})
