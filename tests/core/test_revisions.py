"""Training follows the revisions of its procedure: from its effective instant, to the next that asks for it (B3)."""

from dataclasses import replace
from datetime import datetime

import pytest

from gate.core.calendar import LATEST
from gate.core.records import Item, Requirement, Revision, TrainingRecord
from gate.core.terms import RevisionPolicy
from gate.core.training import Finding, assess, in_force
from tests.core.facts_builder import A_SECOND, LONG_AGO, NOON, OJT, SOP, TORONTO, local, record, requirement

R7_AT = local("2026-12-01 00:00")
R8_AT = local("2027-02-01 00:00")
R6, R7, R8 = SOP.revisions[0], Revision(32, "R7", R7_AT), Revision(33, "R8", R8_AT)
SOP_R7 = replace(SOP, revisions=(R6, R7))


def judged(item: Item, *records: TrainingRecord, at: datetime = NOON, needed: Requirement | None = None) -> Finding:
    return assess(needed or requirement(item), item, records, at, TORONTO)


@pytest.mark.req("B3")
def test_training_on_a_revision_ends_when_the_next_that_asks_for_it_takes_effect() -> None:
    """T-1 s allows and T denies; the display names the procedure and the revision to read."""
    old = record(SOP, revision="R6")
    before = judged(SOP_R7, old, at=R7_AT - A_SECOND)
    assert (before.reason, before.expires_at, before.until_at) == (None, R7_AT, R7_AT)
    found = judged(SOP_R7, old, at=R7_AT)
    assert (found.reason, found.params) == ("SOP_REVISION", {"sop": "SOP-114", "rev": "R7"})
    assert found.revision == R7


@pytest.mark.req("B3")
def test_training_on_a_revision_ahead_serves_from_its_effective_instant() -> None:
    """Trained early on R7 only: not valid before R7 is, because R6 is what is run until then."""
    new = record(SOP, "2026-11-20", revision="R7")
    found = judged(SOP_R7, new, at=R7_AT - A_SECOND)
    assert (found.reason, found.record, found.params) == ("NOT_YET_VALID", new, {"date": "2026-12-01"})
    assert judged(SOP_R7, new, at=R7_AT).reason is None


@pytest.mark.req("B3")
def test_training_on_both_revisions_serves_without_a_gap() -> None:
    """Whoever reads the new procedure in time is never denied, on either side of T."""
    both = (record(SOP, revision="R6", version=51), record(SOP, "2026-11-20", revision="R7", version=52))
    assert judged(SOP_R7, *both, at=R7_AT - A_SECOND).until_at == LATEST
    assert judged(SOP_R7, *both, at=R7_AT).record == both[1]


@pytest.mark.req("B3")
def test_a_waived_revision_carries_one_step_back_and_chains_only_through_waived_ones() -> None:
    """QA's "no retraining needed" for R7 lets R6 serve; R8, not waived, ends R6 and R7 alike."""
    waived = replace(R7, retraining=False)
    item = replace(SOP, revisions=(R6, waived, R8))
    old = record(SOP, revision="R6")
    assert judged(item, old, at=R7_AT).revision == waived
    assert judged(item, old, at=R7_AT).until_at == R8_AT
    assert judged(item, old, at=R8_AT).reason == "SOP_REVISION"
    both_waived = replace(item, revisions=(R6, waived, replace(R8, retraining=False)))
    assert judged(both_waived, old, at=R8_AT).until_at == LATEST
    only_the_second = replace(item, revisions=(R6, R7, replace(R8, retraining=False)))
    assert judged(only_the_second, old, at=R8_AT).reason == "SOP_REVISION"


@pytest.mark.req("B3", "B5")
def test_the_interval_runs_from_the_completion_even_through_a_waived_revision() -> None:
    """A waiver saves the reading, not the periodic training."""
    item = replace(SOP, revisions=(R6, replace(R7, retraining=False)))
    found = judged(item, record(SOP, "2026-01-15", revision="R6"), needed=requirement(SOP, months=12), at=R7_AT)
    assert found.until_at == local("2027-01-16 00:00")


@pytest.mark.req("B3")
def test_what_lapsed_before_the_new_revision_is_told_as_the_new_revision() -> None:
    """One trip: repeating the old revision would not help any more."""
    lapsed = record(SOP, revision="R6", expires="2026-11-28")
    assert judged(SOP_R7, lapsed, at=local("2026-11-30 12:00")).reason == "TRAINING_EXPIRED"
    assert judged(SOP_R7, lapsed, at=R7_AT).reason == "SOP_REVISION"


@pytest.mark.req("B11")
@pytest.mark.parametrize("revision", [None, "R5", "r6"])
def test_a_record_of_an_unknown_or_missing_revision_is_unverified(revision: str | None) -> None:
    """Names are compared exactly and never guessed."""
    found = judged(SOP, record(SOP, revision=revision))
    assert (found.reason, found.record) == ("RECORD_UNVERIFIED", record(SOP, revision=revision))


@pytest.mark.req("B11")
def test_a_procedure_without_a_known_revision_certifies_nobody() -> None:
    """The current revision was asked for and there is none: that is missing data."""
    assert judged(replace(SOP, revisions=()), record(SOP, revision="R6")).reason == "RECORD_UNVERIFIED"


@pytest.mark.req("B2")
def test_a_requirement_for_any_revision_asks_for_none() -> None:
    """Some training does not hang on the revision of its paper."""
    any_revision = Requirement(SOP.id, RevisionPolicy.ANY)
    found = judged(SOP_R7, record(SOP), at=R7_AT, needed=any_revision)
    assert (found.reason, found.revision, found.until_at) == (None, None, LATEST)


def test_only_a_procedure_must_have_revisions() -> None:
    """A practical training without revisions is current by itself; one that has them follows them."""
    assert judged(OJT, record(OJT)).reason is None
    with_revisions = replace(OJT, revisions=(Revision(1, "A", LONG_AGO),))
    assert judged(with_revisions, record(OJT)).reason == "RECORD_UNVERIFIED"


def test_no_revision_is_in_force_before_the_first() -> None:
    """The revision in force is the last whose instant has come, never the one with the greatest name."""
    item = replace(SOP, revisions=(Revision(1, "Z", R7_AT), Revision(2, "A", R8_AT)))
    needed = requirement(SOP)
    assert in_force(item, needed, NOON) is None
    assert in_force(item, needed, R7_AT) == item.revisions[0]
    assert in_force(item, needed, R8_AT) == item.revisions[1]
