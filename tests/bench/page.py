"""The page of one run: for every figure a plot, drawn here as SVG, and the table of the same numbers."""

import math
from collections.abc import Mapping, Sequence
from html import escape

from tests.bench.stats import SHOWN, Figure, percentile

WIDTH, HEIGHT = 640, 260
LEFT, RIGHT, TOP, BOTTOM = 70, 20, 16, 44
CURVE = (*(part / 200 for part in range(1, 200)), 0.999, 1.0)
DASHES = {"floor": "6 4", "gate": "none"}
COLORS = {"floor": "#5c5c5c", "gate": "#0b5cad"}
STEPS = (1, 2, 5)

STYLE = """
body { font: 16px/1.45 system-ui, sans-serif; color: #1a1a1a; background: #fff; max-width: 46rem;
  margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; margin: .5rem 0 1.5rem }
caption { text-align: left; color: #4a4a4a }
th, td { padding: .2rem .8rem .2rem 0; text-align: right; border-bottom: 1px solid #d5d5d5;
  font-variant-numeric: tabular-nums }
th:first-child { text-align: left }
svg { max-width: 100%; height: auto }
svg text { font: 12px system-ui, sans-serif; fill: #333 }
"""


def page(figures: Sequence[Figure], conditions: Mapping[str, str]) -> str:
    """Return the whole page; `conditions` say on what it was measured."""
    facts = "".join(f"<tr><th scope=row>{escape(k)}</th><td>{escape(v)}</td></tr>" for k, v in conditions.items())
    body = "\n".join(_section(figure) for figure in figures)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Bench</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>Bench</h1>\n"
        f"<table><caption>Measured on</caption>{facts}</table>\n{body}\n</main>\n</body>\n</html>\n"
    )


def series_of(figure: Figure) -> dict[str, Sequence[float]]:
    """Return the curves of a figure, in milliseconds."""
    return {"floor": figure.floor, "gate": figure.times} if figure.floor else {"gate": figure.times}


def _section(figure: Figure) -> str:
    value = "" if figure.value is None else f" Reached: {figure.value:,.0f} {escape(figure.unit)}."
    said = "met" if figure.met else "not met"
    more = "".join(f"; {escape(name.replace('_', ' '))} {value}" for name, value in figure.more.items())
    return (
        f"<section>\n<h2>{escape(figure.id)}: {escape(figure.what)}</h2>\n"
        f"<p>Goal: {escape(figure.goal)}: <strong>{said}</strong>.{value} {len(figure.times)} rounds{more}.</p>\n"
        f"{_plot(figure)}\n{_table(figure)}\n</section>"
    )


def _table(figure: Figure) -> str:
    series = series_of(figure)
    heads = "".join(f"<th scope=col>{name} ms</th>" for name in series)
    ratio_head = "<th scope=col>ratio</th>" if figure.floor else ""
    rows = "".join(_row(part, list(series.values())) for part in SHOWN)
    return (
        f"<table><caption>{escape(figure.id)} by percentile</caption>"
        f"<thead><tr><th scope=col>of all</th>{heads}{ratio_head}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _row(part: float, series: Sequence[Sequence[float]]) -> str:
    values = [percentile(one, part) for one in series]
    cells = [f"{value:.3f}" for value in values]
    if len(values) == 2:
        cells.append(f"{values[1] / values[0]:.2f}")
    name = "worst" if part == 1.0 else f"{part:.1%}"
    return f"<tr><th scope=row>{name}</th>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


# --- the plot ---------------------------------------------------------------------------------------------


def _plot(figure: Figure) -> str:
    series = series_of(figure)
    every = [percentile(one, part) for one in series.values() for part in (CURVE[0], 1.0)]
    low, high = 10 ** math.floor(math.log10(min(every))), max(every) * 1.1
    marks = [step * 10.0**power for power in range(-4, 6) for step in STEPS]
    grid = "".join(_mark(mark, _height(mark, low, high)) for mark in marks if low <= mark <= high)
    curves = "".join(_curve(name, one, low, high) for name, one in series.items())
    title = f"{figure.id}: milliseconds by percentile, logarithmic"
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img" '
        f'aria-label="{escape(title)}; the table below has the numbers"><title>{escape(title)}</title>'
        f"{grid}{_percentiles()}{curves}{_legend(list(series))}</svg>"
    )


def _height(value: float, low: float, high: float) -> float:
    part = math.log(value / low) / math.log(high / low)
    return HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM)


def _across(part: float) -> float:
    return LEFT + part * (WIDTH - LEFT - RIGHT)


def _mark(value: float, y: float) -> str:
    line = f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>'
    return f'{line}<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:g} ms</text>'


def _percentiles() -> str:
    y = HEIGHT - BOTTOM + 16
    return "".join(
        f'<text x="{_across(part):.1f}" y="{y}" text-anchor="middle">{part:.0%}</text>'
        for part in (0.0, 0.25, 0.5, 0.75, 0.99)
    )


def _curve(name: str, values: Sequence[float], low: float, high: float) -> str:
    ordered = sorted(values)
    points = [(part, percentile(ordered, part)) for part in CURVE]
    path = " ".join(f"{_across(part):.1f},{_height(max(value, low), low, high):.1f}" for part, value in points)
    return (
        f'<polyline points="{path}" fill="none" stroke="{COLORS[name]}" stroke-width="2" '
        f'stroke-dasharray="{DASHES[name]}"/>'
    )


def _legend(names: Sequence[str]) -> str:
    y = HEIGHT - 8
    return "".join(
        f'<line x1="{LEFT + 110 * n}" x2="{LEFT + 110 * n + 28}" y1="{y - 4}" y2="{y - 4}" stroke="{COLORS[name]}" '
        f'stroke-width="2" stroke-dasharray="{DASHES[name]}"/><text x="{LEFT + 110 * n + 34}" y="{y}">{name}</text>'
        for n, name in enumerate(names)
    )
