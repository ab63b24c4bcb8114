"""Names of reviews of a lot or a machine: they stand in addresses, so anything may come back."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.core.review_names import LOT, MACHINE, ReviewName, days_problem, lot_name, review_name

FIRST, LAST = date(2026, 11, 16), date(2026, 11, 22)


@pytest.mark.req("H5")
@pytest.mark.parametrize(
    ("name", "review_id"),
    [
        (lot_name("L/2026-118"), "lot:L~2026-118"),
        (ReviewName(LOT, "A:2", round=3), "lot-3:A:2"),
        (ReviewName(MACHINE, "TP-01", FIRST, LAST), "machine:TP-01:2026-11-16:2026-11-22"),
        (ReviewName(MACHINE, "a:b/c", FIRST, LAST, 2), "machine-2:a:b~c:2026-11-16:2026-11-22"),
    ],
)
def test_a_name_comes_back_from_its_id(name: ReviewName, review_id: str) -> None:
    """Two things never share an id: what is signed of one is nothing of the other."""
    assert name.id == review_id
    assert review_name(review_id) == name
    assert name.further.before == name


@pytest.mark.req("H5")
@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-16",
        "lot",
        "lot:",
        "lot-1:L",
        "lot-0:L",
        "lot-02:L",
        "lot-99999:L",
        "machine:TP-01",
        "machine:TP-01:2026-11-16",
        "machine::2026-11-16:2026-11-22",
        "machine:TP-01:2026-11-31:2026-12-01",
        "machine:TP-01:2026-11-22:2026-11-16",
        "machine:TP-01:2025-01-01:2026-11-16",
        "machine:TP-01:0001-01-01:0001-01-02",
        "machine:TP-01:9999-12-30:9999-12-31",
        "machine:TP-01:2026-W01-1:2026-W01-2",
    ],
)
def test_what_names_nothing_is_nothing(text: str) -> None:
    """One thing has one id: another way to write it would be another review of the same."""
    assert review_name(text) is None


@pytest.mark.req("H5")
def test_days_are_a_year_and_some_weeks_at_most() -> None:
    """400 days, both ends included, and one more is too many."""
    assert days_problem(date(2025, 1, 1), date(2026, 2, 4)) == ""
    assert days_problem(date(2025, 1, 1), date(2026, 2, 5)) == "too_many_days"
    assert days_problem(LAST, FIRST) == "days_turned"
    assert days_problem(None, LAST) == days_problem(FIRST, None) == "bad_day"
    assert days_problem(FIRST, FIRST) == ""


@pytest.mark.req("H5")
@given(st.text())
def test_any_text_is_a_name_or_none(text: str) -> None:
    """Addresses are typed by anybody; what is taken is written back the same."""
    found = review_name(text)
    assert found is None or found.id == text.replace("/", "~")
