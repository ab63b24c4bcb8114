"""The days of a training record: contradictions are refused each in its own words, good days pass."""

from datetime import date

import pytest

from gate.core.recording import EARLIEST_DAY, LATEST_DAY, Days, day_refusals
from gate.core.terms import RecordState

TODAY = date(2026, 11, 23)
BEFORE, AFTER = date(2026, 11, 20), date(2027, 11, 20)
DONE = [state for state in RecordState if state is not RecordState.ASSIGNED]


def codes(state: RecordState, *days: date | None) -> list[str]:
    return [refusal.code for refusal in day_refusals(state, Days(*days), TODAY)]


@pytest.mark.req("B11")
@pytest.mark.parametrize(
    ("days", "code"),
    [
        ((None,), "days_of_done"),
        ((BEFORE, None, None, AFTER), "days_of_done"),
        ((AFTER,), "completed_ahead"),
        ((BEFORE, date(2026, 11, 19)), "valid_before_completed"),
        ((BEFORE, None, date(2026, 11, 19)), "expires_before_valid"),
        ((BEFORE, AFTER, date(2027, 11, 19)), "expires_before_valid"),
        ((date(1949, 12, 31),), "day_out_of_range"),
        ((BEFORE, None, date(2200, 1, 1)), "day_out_of_range"),
    ],
)
@pytest.mark.parametrize("state", DONE)
def test_days_that_contradict_themselves_are_refused(
    state: RecordState, days: tuple[date | None, ...], code: str
) -> None:
    """A typing error in a year would certify somebody for a century, or nobody."""
    assert codes(state, *days) == [code]


@pytest.mark.req("B11")
@pytest.mark.parametrize(
    "days",
    [
        (TODAY,),
        (BEFORE, BEFORE, BEFORE),
        (BEFORE, AFTER, AFTER),
        (EARLIEST_DAY, None, LATEST_DAY),
        (BEFORE, None, TODAY),
    ],
)
@pytest.mark.parametrize("state", DONE)
def test_days_that_fit_are_taken(state: RecordState, days: tuple[date | None, ...]) -> None:
    """Completed today counts; what has expired is still a true record."""
    assert codes(state, *days) == []


@pytest.mark.req("B5")
def test_an_assignment_has_the_day_it_is_due_and_none_of_completion() -> None:
    """An open assignment limits earlier passes; with a day of completion it would be neither."""
    assert codes(RecordState.ASSIGNED, None, None, None, AFTER) == []
    assert codes(RecordState.ASSIGNED) == ["days_of_assigned"]
    assert codes(RecordState.ASSIGNED, BEFORE, None, None, AFTER) == ["days_of_assigned"]


def test_everything_wrong_is_said_at_once_in_both_languages() -> None:
    """Whoever types it corrects it in one go."""
    found = day_refusals(RecordState.PASSED, Days(AFTER, BEFORE, BEFORE, AFTER), TODAY)
    assert [refusal.code for refusal in found] == ["days_of_done", "completed_ahead", "valid_before_completed"]
    assert all(refusal.text_en != refusal.text_fr and refusal.field for refusal in found)
