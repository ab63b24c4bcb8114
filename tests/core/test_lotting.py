"""What a lot window must be, refused by name."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gate.core.lotting import LotData, is_lot, lot_refusals, span_of

NOW = datetime(2026, 11, 23, 18, tzinfo=UTC)
PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,39}$"
RIGHT = LotData("TP-01", "24K1187", "Acetazolamide 250 mg", NOW - timedelta(hours=8), NOW - timedelta(hours=1))


def codes(data: LotData, *, known: bool = True) -> list[str]:
    return [refusal.code for refusal in lot_refusals(data, NOW, pattern=PATTERN, known_machine=known)]


def test_a_lot_as_the_batch_record_has_it_is_taken() -> None:
    """Running too: the end is not known yet."""
    assert codes(RIGHT) == []
    assert codes(replace(RIGHT, until_at=None)) == []
    assert codes(replace(RIGHT, from_at=NOW, until_at=None)) == []
    assert codes(replace(RIGHT, until_at=NOW)) == []


WRONG = (
    ({"lot": ""}, "bad_lot"),
    ({"lot": "24 K"}, "bad_lot"),
    ({"lot": "x" * 10_000}, "bad_lot"),
    ({"lot": "<b>1</b>"}, "bad_lot"),
    ({"lot": "24K1187\u202e"}, "bad_lot"),
    ({"lot": "２４K"}, "bad_lot"),
    ({"product": ""}, "bad_product"),
    ({"product": " Aspirin"}, "bad_product"),
    ({"product": "\u202eAspirin"}, "bad_product"),
    ({"product": "x" * 81}, "bad_product"),
    ({"from_at": None}, "no_begin"),
    ({"from_at": NOW + timedelta(seconds=1), "until_at": None}, "future_begin"),
    ({"until_at": RIGHT.from_at}, "end_before_begin"),
    ({"until_at": NOW + timedelta(seconds=1)}, "future_end"),
    ({"from_at": NOW - timedelta(days=367), "until_at": None}, "window_too_long"),
    ({"from_at": NOW - timedelta(days=900), "until_at": NOW - timedelta(days=1)}, "window_too_long"),
)


@pytest.mark.parametrize(("wrong", "code"), WRONG)
def test_nonsense_is_refused_by_name(wrong: dict[str, object], code: str) -> None:
    """A window typed wrong answers the inspector's question wrong."""
    assert codes(replace(RIGHT, **wrong)) == [code]  # type: ignore[arg-type]


def test_everything_that_is_wrong_is_told_at_once() -> None:
    """Nobody types the form four times."""
    wrong = LotData("??", "", "", None, NOW + timedelta(days=1))
    assert codes(wrong, known=False) == ["unknown_equipment", "bad_lot", "bad_product", "no_begin", "future_end"]


def test_a_lot_is_judged_by_the_pattern_of_the_site_and_by_what_can_be_seen() -> None:
    """A generous pattern must not let a number through that shows as another."""
    assert is_lot("24K1187", r"\d\dK\d{4}")
    assert not is_lot("24K11878", r"\d\dK\d{4}")
    assert not is_lot("24K\u200b1187", r".+")
    assert not is_lot("x" * 81, r".+")


def test_a_window_without_a_begin_has_no_span() -> None:
    """There is nothing to compare it with."""
    assert span_of(replace(RIGHT, from_at=None)) is None
    assert span_of(RIGHT) == (RIGHT.from_at, RIGHT.until_at)
