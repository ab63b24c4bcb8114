"""Charts as geometry: bars start at zero, nothing leaves the drawing, and the numbers are the numbers."""

from hypothesis import given
from hypothesis import strategies as st

from gate.web.charts import BOTTOM, GRID_LINES, LEFT, TOP, WIDTH, columns, grid_step, strips

COUNTS = st.lists(st.integers(min_value=0, max_value=5_000_000), min_size=4, max_size=4)


def test_pieces_stand_on_each_other_from_zero() -> None:
    """A bar that starts elsewhere lies about its number."""
    chart = columns([[10, 0, 5, 5], [0, 0, 0, 0]], ["W1", "W2"])
    first, empty = chart.columns
    assert [piece.series for piece in first.pieces] == [1, 3, 4], "nothing is drawn for nothing"
    assert first.pieces[0].y + first.pieces[0].height == BOTTOM
    assert first.pieces[1].y + first.pieces[1].height == first.pieces[0].y
    assert first.total == 20
    assert (empty.pieces, empty.total) == ((), 0)
    assert [number for _, number in chart.grid] == [0, 5, 10, 15, 20]


@given(st.lists(COUNTS, min_size=1, max_size=104))
def test_every_column_lies_inside_and_is_as_high_as_its_number(rows: list[list[int]]) -> None:
    """Whatever the counts: in the frame, under the top line, and in proportion."""
    chart = columns(rows, [f"W{place}" for place in range(len(rows))])
    top = chart.grid[-1][1]
    assert top >= max(map(sum, rows))
    for column, row in zip(chart.columns, rows, strict=True):
        assert column.total == sum(row)
        assert column.x >= LEFT
        assert column.x + column.width <= WIDTH
        height = sum(piece.height for piece in column.pieces)
        assert abs(height - (BOTTOM - TOP) * sum(row) / top) < 1
        assert all(piece.y >= TOP - 0.1 for piece in column.pieces)


@given(st.integers(min_value=0, max_value=10**12))
def test_the_grid_has_round_steps_and_few_lines(largest: int) -> None:
    """1, 2, 5 and their tenfolds; at most five lines."""
    step = grid_step(largest)
    assert step * GRID_LINES >= largest
    assert str(step).strip("0") in {"1", "2", "5"}


def test_bars_are_marked_only_above_the_limit() -> None:
    """At the limit is not above it; without a limit nothing is marked."""
    found = strips([8, 5, 0], 5)
    assert [(strip.percent, strip.over) for strip in found.strips] == [(100.0, True), (62.5, False), (0.0, False)]
    assert found.limit_at == 62.5
    assert strips([1], 5).strips[0].percent == 20.0, "the limit is the measure where nothing reaches it"
    none = strips([3, 0])
    assert (none.limit_at, none.strips[0].over) == (None, False)
    assert strips([]).strips == ()
    assert strips([0], 0).strips[0].percent == 0.0


def test_many_columns_name_every_fourth() -> None:
    """A year has 52 weeks, and their names must not run into each other."""
    labels = [column.label for column in columns([[1]] * 52, [f"W{week}" for week in range(52)]).columns]
    assert labels[:5] == ["W0", "", "", "", "W4"]
    assert all(column.label for column in columns([[1]] * 12, ["W"] * 12).columns)
