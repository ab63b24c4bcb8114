"""Which days a training record may have: what contradicts itself or today is refused, each in its own words (B11)."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from gate.core.granting import Refusal
from gate.core.terms import RecordState

EARLIEST_DAY = date(1950, 1, 1)
LATEST_DAY = date(2199, 12, 31)


class Days(NamedTuple):
    """The days of one record, in the site's calendar."""

    completed_on: date | None = None
    valid_from_on: date | None = None
    expires_on: date | None = None
    due_on: date | None = None


def day_refusals(state: RecordState, days: Days, today: date) -> tuple[Refusal, ...]:
    """Return everything that stands against these days."""
    return (*_of_state(state, days), *_out_of_range(days), *_ahead(days, today), *_out_of_order(days))


def _of_state(state: RecordState, days: Days) -> Iterator[Refusal]:
    if state is RecordState.ASSIGNED:
        if days.completed_on or days.due_on is None:
            yield Refusal(
                "days_of_assigned",
                "An open assignment has the day it is due, and no day of completion.",
                "Une formation assignée a une date d’échéance, et aucune date de fin.",
                "due_on",
            )
    elif days.completed_on is None or days.due_on:
        yield Refusal(
            "days_of_done",
            "A training that was taken has the day it was completed; only an assignment has a day it is due.",
            "Une formation suivie a sa date de fin; seule une formation assignée a une échéance.",
            "completed_on",
        )


def _out_of_range(days: Days) -> Iterator[Refusal]:
    for field, on in days._asdict().items():
        if on is not None and not EARLIEST_DAY <= on <= LATEST_DAY:
            yield Refusal(
                "day_out_of_range",
                f"{on} is not between {EARLIEST_DAY} and {LATEST_DAY}. Correct the year.",
                f"{on} n’est pas entre {EARLIEST_DAY} et {LATEST_DAY}. Corrigez l’année.",
                field,
            )


def _ahead(days: Days, today: date) -> Iterator[Refusal]:
    if days.completed_on and days.completed_on > today:
        yield Refusal(
            "completed_ahead",
            f"Completed on {days.completed_on}, which is still to come. Record it when it is done.",
            f"Terminée le {days.completed_on}, une date à venir. Versez-la une fois terminée.",
            "completed_on",
        )


def _out_of_order(days: Days) -> Iterator[Refusal]:
    completed, valid_from, expires = days.completed_on, days.valid_from_on, days.expires_on
    if completed and valid_from and valid_from < completed:
        yield Refusal(
            "valid_before_completed",
            "It cannot be valid before it was completed.",
            "Elle ne peut valoir avant d’être terminée.",
            "valid_from_on",
        )
    start = valid_from or completed
    if start and expires and expires < start:
        yield Refusal(
            "expires_before_valid",
            "It cannot expire before it is valid.",
            "Elle ne peut échoir avant de valoir.",
            "expires_on",
        )
