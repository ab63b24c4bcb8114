"""One item's training records against one requirement: when they serve, until when, and why they do not."""

from datetime import datetime
from itertools import permutations

import pytest

from gate.core.calendar import LATEST
from gate.core.records import Item, Requirement, TrainingRecord
from gate.core.terms import ItemKind, RecordState
from gate.core.training import Finding, assess
from tests.core.facts_builder import (
    GMP,
    GOWN,
    NOON,
    OJT,
    OTHER,
    SOP,
    TICK,
    TORONTO,
    local,
    record,
    requirement,
)


def judged(item: Item, *records: TrainingRecord, at: datetime = NOON, needed: Requirement | None = None) -> Finding:
    return assess(needed or requirement(item), item, records, at, TORONTO)


# --- how long a pass serves --------------------------------------------------------------------------------


@pytest.mark.req("B5")
def test_a_pass_serves_from_the_start_of_its_day_and_without_an_end() -> None:
    """No expiry and no interval: once is enough, and the day of the training counts whole."""
    passed = record(OTHER, "2026-11-23")
    found = judged(OTHER, passed, at=local("2026-11-23 00:00"))
    assert (found.reason, found.record, found.until_at) == (None, passed, LATEST)
    assert judged(OTHER, passed, at=local("2026-11-23 00:00") - TICK).reason == "NOT_YET_VALID"


@pytest.mark.req("B5")
def test_the_earliest_of_expiry_interval_and_open_recurrence_ends_a_pass() -> None:
    """Each source of an end counts, and the strictest wins; a later completion answers the recurrence."""
    passed = record(OTHER, "2026-01-31", expires="2026-12-31")
    yearly = requirement(OTHER, months=1)
    due = record(OTHER, None, RecordState.ASSIGNED, due="2026-02-10")
    ends = [
        judged(OTHER, passed, at=local("2026-02-05 12:00")).until_at,
        judged(OTHER, passed, at=local("2026-02-05 12:00"), needed=yearly).until_at,
        judged(OTHER, passed, due, at=local("2026-02-05 12:00"), needed=yearly).until_at,
    ]
    assert ends == [local("2027-01-01 00:00"), local("2026-03-01 00:00"), local("2026-02-11 00:00")]


@pytest.mark.req("B5")
def test_an_open_recurrence_lapses_only_what_was_completed_before_it() -> None:
    """The model without an expiry field: the assignment's due day is the only end, until it is done again."""
    due = record(OTHER, None, RecordState.ASSIGNED, due="2026-02-10", version=60)
    undated = record(OTHER, None, RecordState.ASSIGNED, version=61)
    before, after = record(OTHER, "2026-01-31"), record(OTHER, "2026-02-11", version=51)
    assert judged(OTHER, before, due, undated).reason == "TRAINING_EXPIRED"
    assert judged(OTHER, before, due, after).until_at == LATEST


@pytest.mark.req("B5")
def test_a_pass_on_the_very_due_day_of_a_recurrence_still_open_lapses_with_that_day() -> None:
    """While the recurrence stands open the pass did not answer it; the source closes it when it does."""
    due = record(OTHER, None, RecordState.ASSIGNED, due="2026-11-23", version=60)
    passed = record(OTHER, "2026-11-23")
    assert judged(OTHER, passed, due).until_at == local("2026-11-24 00:00")
    assert judged(OTHER, passed).until_at == LATEST


@pytest.mark.req("B5")
def test_a_recurrence_due_after_the_end_changes_nothing() -> None:
    """A due day must never make a training last longer than its own expiry."""
    due = record(OTHER, None, RecordState.ASSIGNED, due="2027-06-01", version=60)
    assert judged(OTHER, record(OTHER, expires="2026-12-31"), due).until_at == local("2027-01-01 00:00")


def test_a_pass_may_begin_later_than_it_was_completed_but_not_earlier() -> None:
    """A start date in the future is honoured; one before the completion would be training from nothing."""
    later = record(OTHER, "2026-06-01", valid_from="2026-11-24")
    found = judged(OTHER, later)
    assert (found.reason, found.params) == ("NOT_YET_VALID", {"date": "2026-11-24"})
    assert judged(OTHER, later, at=local("2026-11-24 00:00")).reason is None
    earlier = record(OTHER, "2026-11-24", valid_from="2026-06-01")
    assert judged(OTHER, earlier).reason == "NOT_YET_VALID"


def test_passes_that_follow_without_a_gap_are_one_training() -> None:
    """The answer "certified until" counts a refresher that begins in time, whatever the order of the records."""
    first = record(OTHER, "2026-01-01", expires="2026-11-30", version=51)
    second = record(OTHER, "2026-11-01", valid_from="2026-12-01", expires="2027-11-30", version=52)
    after_a_gap = record(OTHER, "2026-11-01", valid_from="2027-12-02", version=53)
    for records in permutations((first, second, after_a_gap)):
        found = judged(OTHER, *records)
        assert (found.record, found.until_at) == (first, local("2027-12-01 00:00"))
    assert judged(OTHER, first, second, after_a_gap, at=local("2027-12-01 00:00")).reason == "NOT_YET_VALID"


def test_of_several_passes_the_one_that_lasts_longest_is_the_evidence() -> None:
    """The entry must name the record that carries the decision; a tie goes to the later version."""
    short = record(OTHER, expires="2026-12-31", version=53)
    long, copy = record(OTHER, expires="2027-12-31", version=51), record(OTHER, expires="2027-12-31", version=52)
    for records in permutations((short, long, copy)):
        assert judged(OTHER, *records).record == copy


# --- grace ---------------------------------------------------------------------------------------------------


@pytest.mark.req("B6")
def test_without_a_grace_training_ends_at_its_expiry() -> None:
    """The default grace is 0 days."""
    passed = record(OTHER, expires="2026-11-22")
    assert judged(OTHER, passed, at=local("2026-11-22 23:59:59")).reason is None
    found = judged(OTHER, passed, at=local("2026-11-23 00:00"))
    assert (found.reason, found.params) == ("TRAINING_EXPIRED", {"date": "2026-11-22"})


@pytest.mark.req("B6")
@pytest.mark.parametrize(("grace_days", "last_day"), [(5, "2026-11-27"), (30, "2026-12-22"), (31, "2026-12-22")])
def test_grace_reaches_to_its_last_day_and_never_over_30_days(grace_days: int, last_day: str) -> None:
    """A grace is an exception that shows itself, and a typing error must not make it a year."""
    passed, needed = record(OTHER, expires="2026-11-22"), requirement(OTHER, grace=grace_days)
    found = judged(OTHER, passed, needed=needed)
    assert (found.reason, found.in_grace, found.params) == (None, True, {"date": last_day})
    assert not judged(OTHER, passed, needed=needed, at=local("2026-11-22 23:59:59")).in_grace
    assert judged(OTHER, passed, needed=needed, at=found.until_at - TICK).in_grace
    assert judged(OTHER, passed, needed=needed, at=found.until_at).reason == "TRAINING_EXPIRED"


@pytest.mark.req("B6")
def test_a_pass_that_stands_is_taken_before_one_in_grace() -> None:
    """A grace is used only when nothing better serves, else the exception report fills with noise."""
    old = record(OTHER, "2025-01-01", expires="2026-11-22", version=52)
    new = record(OTHER, "2026-11-20", expires="2026-11-25", version=51)
    found = judged(OTHER, old, new, needed=requirement(OTHER, grace=30))
    assert (found.record, found.in_grace) == (new, False)


# --- why not -------------------------------------------------------------------------------------------------


@pytest.mark.req("B4", "B11")
@pytest.mark.parametrize(
    ("item", "state", "reason"),
    [
        (OJT, RecordState.READ, "OJT_OPEN"),
        (OJT, RecordState.ASSIGNED, "OJT_OPEN"),
        (SOP, RecordState.READ, "NOT_CERTIFIED"),
        (OTHER, RecordState.ASSIGNED, "NOT_CERTIFIED"),
        (OTHER, RecordState.FAILED, "ASSESSMENT_FAILED"),
        (OTHER, RecordState.UNSIGNED, "ASSESSMENT_FAILED"),
        (OTHER, RecordState.UNVERIFIED, "RECORD_UNVERIFIED"),
        (OTHER, RecordState.WITHDRAWN, "CERTIFICATION_WITHDRAWN"),
    ],
)
def test_only_a_pass_satisfies_anything(item: Item, state: RecordState, reason: str) -> None:
    """Read-and-understood is not practice, and a failed or unsigned assessment is nothing."""
    only = record(item, state=state, revision="R6")
    found = judged(item, only)
    assert (found.reason, found.record) == (reason, only)


@pytest.mark.parametrize(("item", "reason"), [(OJT, "OJT_OPEN"), (SOP, "NOT_CERTIFIED"), (GMP, "NOT_CERTIFIED")])
def test_no_record_at_all_is_not_certified(item: Item, reason: str) -> None:
    """Missing data never certifies, and there is no record to point at."""
    assert (judged(item).reason, judged(item).record) == (reason, None)


@pytest.mark.parametrize(
    ("item", "reason"), [(GMP, "GMP_REFRESHER"), (GOWN, "GOWN_EXPIRED"), (OTHER, "TRAINING_EXPIRED")]
)
def test_a_lapse_is_named_by_what_has_lapsed(item: Item, reason: str) -> None:
    """The text on the reader sends people to the right place."""
    found = judged(item, record(item, expires="2026-11-22"))
    assert (found.reason, found.params) == (reason, {"date": "2026-11-22"})


@pytest.mark.req("B7")
def test_a_withdrawal_takes_away_what_was_passed_up_to_its_day() -> None:
    """It is named however the records are ordered, until a pass of a later day stands."""
    passed = record(OTHER, "2026-06-11", version=51)
    withdrawn = record(OTHER, "2026-06-11", RecordState.WITHDRAWN, version=52)
    again = record(OTHER, "2026-06-12", expires="2026-11-22", version=53)
    assert judged(OTHER, passed, withdrawn).reason == "CERTIFICATION_WITHDRAWN"
    assert judged(OTHER, withdrawn, passed).record == withdrawn
    assert judged(OTHER, passed, withdrawn, again, at=local("2026-11-22 23:59")).record == again
    assert judged(OTHER, passed, withdrawn, again).reason == "TRAINING_EXPIRED"


@pytest.mark.req("B7")
def test_a_pass_dated_ahead_does_not_hide_a_withdrawal() -> None:
    """Nobody may lift a withdrawal; "certified from tomorrow" could be signed away today."""
    withdrawn = record(OTHER, "2026-11-20", RecordState.WITHDRAWN, version=52)
    assert judged(OTHER, withdrawn, record(OTHER, "2026-11-24")).reason == "CERTIFICATION_WITHDRAWN"


@pytest.mark.req("B7", "B11")
def test_a_withdrawal_without_a_day_takes_everything() -> None:
    """Nobody can say that a pass came after it."""
    withdrawn = record(OTHER, None, RecordState.WITHDRAWN, version=52)
    assert judged(OTHER, record(OTHER, "2026-11-22"), withdrawn).reason == "CERTIFICATION_WITHDRAWN"


def test_a_later_failed_attempt_does_not_cancel_a_pass_that_stands() -> None:
    """A refresher failed early leaves what is valid; once that lapses the failure is the reason."""
    passed = record(OTHER, "2026-01-10", expires="2026-11-23", version=51)
    failed = record(OTHER, "2026-11-20", RecordState.FAILED, version=52)
    assert judged(OTHER, passed, failed).reason is None
    found = judged(OTHER, passed, failed, at=local("2026-11-24 00:00"))
    assert (found.reason, found.record) == ("ASSESSMENT_FAILED", failed)


def test_an_earlier_failed_attempt_is_answered_by_the_pass_after_it() -> None:
    """Once it was passed later, what lapses is the training."""
    failed = record(OTHER, "2026-01-09", RecordState.FAILED, version=52)
    passed = record(OTHER, "2026-01-10", expires="2026-11-22", version=51)
    assert judged(OTHER, failed, passed).reason == "TRAINING_EXPIRED"


def test_of_two_attempts_on_one_day_the_failure_is_told_before_the_doubt() -> None:
    """Nobody may lift a failed assessment; calling it a doubtful record would let an override through."""
    failed = record(OTHER, "2026-11-20", RecordState.FAILED, version=51)
    doubt = record(OTHER, "2026-11-20", RecordState.UNVERIFIED, version=52)
    assert judged(OTHER, failed, doubt).reason == judged(OTHER, doubt, failed).reason == "ASSESSMENT_FAILED"


@pytest.mark.req("B11")
def test_a_pass_without_its_day_is_unverified() -> None:
    """Without a completion nobody knows from when and until when."""
    assert judged(OTHER, record(OTHER, None)).reason == "RECORD_UNVERIFIED"


def test_the_first_of_several_beginnings_ahead_is_told() -> None:
    """The operator hears the earliest day on which he may start."""
    late = record(OTHER, "2026-12-24", version=51)
    soon = record(OTHER, "2026-12-01", version=52)
    assert judged(OTHER, late, soon).params == {"date": "2026-12-01"}


def test_a_pass_that_ends_before_it_begins_serves_nothing() -> None:
    """A typing error in an export is no training, and no beginning to wait for either."""
    odd = record(OTHER, "2026-06-11", valid_from="2026-12-24", expires="2026-12-01")
    assert judged(OTHER, odd).reason == "TRAINING_EXPIRED"


def test_the_kinds_of_item_have_a_name_for_their_lapse() -> None:
    """A new kind of item must be thought of: today every kind gives one of three names."""
    names = {judged(Item(1, "X", kind, "x"), record(Item(1, "X", kind, "x"), revision="A", expires="2026-11-22")).reason
             for kind in ItemKind if kind is not ItemKind.SOP}  # fmt: skip
    assert names == {"GMP_REFRESHER", "GOWN_EXPIRED", "TRAINING_EXPIRED"}


@pytest.mark.req("B11")
def test_a_pass_for_an_unknown_revision_takes_nothing_from_one_that_is_known() -> None:
    """One bad row of an import must not undo the training that stands beside it."""
    known = record(SOP, "2026-01-10", revision=SOP.revisions[-1].revision)
    unknown = record(SOP, "2025-06-01", revision="R-unheard-of", version=61)
    assert judged(SOP, unknown, known).reason is None
