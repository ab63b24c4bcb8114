"""The bench runs and says what it promises; how fast anything is, no test asks."""

import json
from pathlib import Path

import pytest

from tests.bench import p8_export
from tests.bench.p2_append import measure
from tests.bench.page import page
from tests.bench.stats import Figure, json_line, percentile

KEYS = {"id", "what", "floor_p50_ms", "p50_ms", "ratio_p50", "ratio_p99", "floor_p99_ms", "p99_ms", "goal", "met"}


@pytest.fixture(scope="module")
def figure(tmp_path_factory: pytest.TempPathFactory) -> Figure:
    """Return P2 of a few rounds."""
    return measure(tmp_path_factory.mktemp("bench"), 5)[0]


def test_a_figure_is_one_line_of_json_with_its_floor_and_ratio(figure: Figure) -> None:
    """An absolute time says nothing on a shared machine; the line must carry the floor of the same run."""
    line = json_line(figure)
    said = json.loads(line)
    assert "\n" not in line
    assert set(said) >= KEYS
    assert said["id"] == "P2"
    assert said["ratio_p50"] == pytest.approx(said["p50_ms"] / said["floor_p50_ms"], rel=0.05)
    assert said["met"] is (max(said["ratio_p50"], said["ratio_p99"]) <= 2.0)


def test_floor_and_append_are_measured_in_turn_and_equally_often(figure: Figure) -> None:
    """A floor from another minute is the floor of another disk."""
    assert len(figure.floor) == len(figure.times) == 5
    assert min(*figure.floor, *figure.times) > 0


def test_a_figure_without_a_floor_says_its_value_and_unit() -> None:
    """Decisions a second are no ratio."""
    alone = Figure("P4", "decisions", ">= 2000/s", met=True, times=[1.0, 2.0], value=2345.67, unit="decisions/s")
    said = json.loads(json_line(alone))
    assert (said["value"], said["unit"]) == (2345.7, "decisions/s")
    assert "ratio_p50" not in said


def test_the_page_has_the_numbers_of_every_plot_in_a_table(figure: Figure) -> None:
    """Who cannot see the plot reads the table."""
    text = page([figure], {"Machine": "<this one>"})
    assert text.count("<svg") == text.count("by percentile</caption>") == 1
    assert f"<td>{percentile(figure.times, 0.99):.3f}</td>" in text
    assert "&lt;this one&gt;" in text


@pytest.mark.parametrize(("part", "expected"), [(0.0, 1.0), (0.5, 50.0), (0.99, 99.0), (1.0, 100.0)])
def test_a_percentile_is_a_value_that_was_measured(part: float, expected: float) -> None:
    """The p99 of a hundred values is the ninety-ninth."""
    assert percentile([float(n) for n in range(100, 0, -1)], part) == expected


def test_the_export_is_measured_over_http_with_every_row_counted(tmp_path: Path) -> None:
    """P8 is of gunicorn as deployed: a figure for half the rows would be twice as good."""
    speed, memory = p8_export.measure(tmp_path, 2000, 1)
    assert (speed.unit, memory.unit) == ("rows/s", "MB")
    assert speed.more["rows"] == 2000
