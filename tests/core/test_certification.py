"""Requirement sets: all-of groups of any-of members, versions with an effective instant, areas and operations."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from gate.core.calendar import LATEST
from gate.core.certification import (
    NEAREST,
    area_standing,
    certified_operations,
    chosen_operation,
    effective_set,
    expiring_in_days,
    lasts_until,
    operation_standing,
    standing,
)
from gate.core.records import Requirement, RequirementSet, TrainingRecord
from gate.core.terms import Operation, RecordState
from gate.core.training import ATTEMPTS, LAPSED
from tests.core.facts_builder import (
    AN_HOUR,
    AREA_SET,
    CERTIFIED,
    GMP,
    GOWN,
    NOON,
    OJT,
    OTHER,
    SOP,
    TICK,
    USE_SET,
    local,
    record,
    requirement,
    set_of,
    with_item,
    with_use_set,
)

ANOTHER = replace(OTHER, id="SAFE-3", version=27)


def reasons_of(group: tuple[Requirement, ...], records: Mapping[str, tuple[TrainingRecord, ...]]) -> list[str | None]:
    facts = replace(CERTIFIED, items={**CERTIFIED.items, ANOTHER.id: ANOTHER}, records=records)
    return [finding.reason for finding in standing((set_of(group),), facts, NOON).findings]


@pytest.mark.req("B2")
def test_every_group_must_be_met() -> None:
    """All-of: one group short is not certified."""
    assert operation_standing(CERTIFIED, Operation.USE, NOON).met
    short = with_item(CERTIFIED, OJT)
    found = operation_standing(short, Operation.USE, NOON)
    assert not found.met
    assert [finding.reason for finding in found.findings] == [None, "OJT_OPEN", None, None]


@pytest.mark.req("B2")
def test_any_one_member_meets_its_group() -> None:
    """Any-of: the alternative may be open, failed or unknown."""
    passed = {"SAFE-3": (record(ANOTHER),)}
    assert reasons_of((requirement(OTHER), requirement(ANOTHER)), passed) == [None]
    assert reasons_of((requirement(ANOTHER), requirement(OTHER)), passed) == [None]


@pytest.mark.req("B2")
def test_an_unmet_group_reports_its_member_nearest_to_being_met() -> None:
    """The operator is sent the shortest way, whatever the order of the members."""
    records = {"SAFE-2": (record(OTHER, expires="2026-11-22"),), "SAFE-3": ()}
    assert reasons_of((requirement(OTHER), requirement(ANOTHER)), records) == ["TRAINING_EXPIRED"]
    assert reasons_of((requirement(ANOTHER), requirement(OTHER)), records) == ["TRAINING_EXPIRED"]


def test_every_reason_of_a_training_has_a_distance() -> None:
    """A reason without one would stop the decision with an error: the list holds all that an item can fail by."""
    of_training = {*ATTEMPTS.values(), *LAPSED.values(), "TRAINING_EXPIRED", "SOP_REVISION", "NOT_YET_VALID"}
    of_training |= {"CERTIFICATION_WITHDRAWN", "OJT_OPEN", "NOT_CERTIFIED", "SYS_CONFIG"}
    assert sorted(NEAREST) == sorted(of_training)


@pytest.mark.req("B2")
@pytest.mark.parametrize("state", [RecordState.FAILED, RecordState.WITHDRAWN, RecordState.UNVERIFIED])
def test_a_member_with_something_on_record_is_nearer_than_one_with_nothing(state: RecordState) -> None:
    """What went wrong is more useful to hear than that the alternative was never begun."""
    group = (requirement(ANOTHER), requirement(OTHER))
    assert reasons_of(group, {"SAFE-2": (record(OTHER, state=state),)}) != ["NOT_CERTIFIED"]


@pytest.mark.req("B6")
def test_a_member_that_stands_is_taken_before_one_in_grace_then_the_longest() -> None:
    """The evidence of a group is its best member."""
    group = (requirement(OTHER, grace=30), requirement(ANOTHER, grace=30))
    facts = with_item(CERTIFIED, OTHER, record(OTHER, expires="2026-11-22"))
    facts = with_item(facts, ANOTHER, record(ANOTHER, expires="2026-11-24"))
    found = standing((set_of(group),), facts, NOON).findings[0]
    assert (found.requirement.item_id, found.in_grace) == ("SAFE-3", False)
    facts = with_item(facts, OTHER, record(OTHER, expires="2026-11-25"))
    assert standing((set_of(group),), facts, NOON).findings[0].requirement.item_id == "SAFE-2"


@pytest.mark.req("B11")
def test_an_item_that_nobody_defined_is_a_fault_of_configuration() -> None:
    """A requirement for something unknown can be met by nobody, and it is not the operator's fault."""
    found = standing((set_of((Requirement("NONE"),)),), CERTIFIED, NOON).findings[0]
    assert (found.reason, found.item) == ("SYS_CONFIG", None)


# --- versions ------------------------------------------------------------------------------------------------


@pytest.mark.req("B2")
def test_the_approved_version_with_the_latest_instant_that_has_come_counts() -> None:
    """Neither the order of rows nor the version number decides."""
    old = set_of((requirement(SOP),), at=NOON - 2 * AN_HOUR, version=3)
    new = set_of((requirement(SOP),), at=NOON - AN_HOUR, version=1)
    draft = set_of((requirement(SOP),), at=NOON - TICK, version=9, approved=False)
    ahead = set_of((requirement(SOP),), at=NOON + TICK, version=8)
    for sets in ((old, new, draft, ahead), (ahead, draft, new, old)):
        assert effective_set(sets, NOON) == new
    assert effective_set((old, new, draft, ahead), NOON + TICK) == ahead
    assert effective_set((draft, ahead), NOON) is None


def test_of_two_versions_of_one_instant_the_later_counts() -> None:
    """A correction approved for the same instant replaces what it corrects."""
    first, second = set_of((requirement(SOP),), version=1), set_of((requirement(OJT),), version=2)
    assert effective_set((second, first), NOON) == effective_set((first, second), NOON) == second


@pytest.mark.req("B2")
@pytest.mark.parametrize(
    "sets",
    [
        (),
        (set_of((requirement(SOP),), approved=False),),
        (set_of((requirement(SOP),), at=NOON + TICK),),
        (set_of(),),
        (set_of((requirement(SOP),), ()),),
    ],
    ids=["none", "not approved", "not yet effective", "empty", "empty group"],
)
def test_a_class_without_an_effective_approved_full_set_is_not_configured(sets: tuple[RequirementSet, ...]) -> None:
    """Scenario 46: an empty set would certify everybody."""
    found = operation_standing(with_use_set(CERTIFIED, *sets), Operation.USE, NOON)
    assert not found.configured
    assert not found.met


@pytest.mark.req("B8")
def test_an_area_without_a_set_demands_nothing_but_one_with_a_draft_is_not_configured() -> None:
    """Not every room asks for something; one that is meant to must not be open until it is approved."""
    assert area_standing(replace(CERTIFIED, area_sets=()), NOON).met
    draft = replace(AREA_SET, approved=False)
    assert not area_standing(replace(CERTIFIED, area_sets=(draft,)), NOON).configured


# --- until when ----------------------------------------------------------------------------------------------


def test_a_set_that_is_met_lasts_to_its_first_end() -> None:
    """The earliest of all groups counts."""
    now = operation_standing(CERTIFIED, Operation.USE, NOON)
    assert lasts_until((USE_SET,), now, CERTIFIED, NOON) == local("2027-06-12 00:00")


@pytest.mark.req("B2", "B13")
def test_an_approved_later_version_ends_what_it_no_longer_allows() -> None:
    """A forecast that ignored approved changes would be wrong on the morning they take effect."""
    at = NOON + AN_HOUR
    stricter = set_of((requirement(SOP),), (requirement(ANOTHER),), at=at, version=2)
    facts = with_item(CERTIFIED, ANOTHER)
    now = operation_standing(facts, Operation.USE, NOON)
    assert lasts_until((USE_SET, stricter), now, facts, NOON) == at
    draft = replace(stricter, approved=False)
    assert lasts_until((USE_SET, draft), now, facts, NOON) == local("2027-06-12 00:00")


def test_a_later_version_may_also_let_the_certification_last_longer() -> None:
    """What is no longer demanded no longer ends it, from the very instant; after the end it comes too late."""
    end = local("2027-06-12 00:00")
    now = operation_standing(CERTIFIED, Operation.USE, NOON)
    for at, until in ((NOON + AN_HOUR, LATEST), (end, LATEST), (end + TICK, end)):
        milder = set_of((requirement(SOP),), at=at, version=2)
        assert lasts_until((USE_SET, milder), now, CERTIFIED, NOON) == until


@pytest.mark.req("B2")
def test_a_group_lasts_as_long_as_any_member_that_serves_now() -> None:
    """A member in grace may reach further than the one that stands; the group is met until the later end."""
    group = (requirement(OTHER), requirement(ANOTHER, grace=30))
    facts = with_item(CERTIFIED, OTHER, record(OTHER, expires="2026-11-25"))
    facts = with_item(facts, ANOTHER, record(ANOTHER, expires="2026-11-22"))
    sets = (set_of(group),)
    found = standing(sets, facts, NOON)
    assert not found.findings[0].in_grace
    assert lasts_until(sets, found, facts, NOON) == local("2026-12-23 00:00")


@pytest.mark.parametrize(
    ("expires", "days"), [("2026-11-23", 0), ("2026-11-24", 1), ("2026-12-23", 30), ("2026-12-24", None)]
)
def test_the_days_left_are_counted_to_the_last_day_that_is_valid(expires: str, days: int | None) -> None:
    """0 on the last day; nothing outside the 30 days of warning."""
    facts = with_item(CERTIFIED, OTHER, record(OTHER, expires=expires))
    for at in (local("2026-11-23 00:00"), NOON, local("2026-11-23 23:59:59")):
        findings = operation_standing(facts, Operation.USE, at).findings
        assert expiring_in_days(findings, facts, at) == days


def test_the_fewest_days_left_are_told() -> None:
    """Of several trainings the first to end is the one to renew."""
    facts = with_item(CERTIFIED, OTHER, record(OTHER, expires="2026-12-01"))
    facts = with_item(facts, OJT, record(OJT, expires="2026-11-30"))
    facts = with_item(facts, GMP, record(GMP, expires="2026-12-02"))
    assert expiring_in_days(operation_standing(facts, Operation.USE, NOON).findings, facts, NOON) == 7


def test_what_is_over_and_in_grace_has_no_days_left() -> None:
    """In grace the grace is told, not a negative count, from its first instant."""
    graceful = set_of((requirement(OTHER, grace=30),))
    facts = with_item(with_use_set(CERTIFIED, graceful), OTHER, record(OTHER, expires="2026-11-22"))
    for at in (local("2026-11-23 00:00"), NOON):
        assert expiring_in_days(operation_standing(facts, Operation.USE, at).findings, facts, at) is None


# --- operations ----------------------------------------------------------------------------------------------

CLEAN_SET = set_of((requirement(GOWN),), version=43)
SETUP_SET = set_of((requirement(GOWN),), version=44)


@pytest.mark.req("B1")
def test_the_chosen_operation_is_judged_even_if_another_would_be_allowed() -> None:
    """Whoever asks to use is not answered about cleaning."""
    facts = with_item(replace(CERTIFIED, sets={**CERTIFIED.sets, Operation.CLEAN: (CLEAN_SET,)}), OJT)
    assert chosen_operation(facts, Operation.CLEAN, NOON)[0] is Operation.USE


@pytest.mark.req("B1")
def test_without_a_choice_the_default_is_taken_or_the_only_one_certified() -> None:
    """A cleaner badges without a keypad and is taken to clean; with two possibilities the default stands."""
    nothing_chosen = replace(CERTIFIED, operation=None, sets={**CERTIFIED.sets, Operation.CLEAN: (CLEAN_SET,)})
    assert chosen_operation(nothing_chosen, Operation.USE, NOON)[0] is Operation.USE
    cleaner = with_item(nothing_chosen, OJT)
    operation, found = chosen_operation(cleaner, Operation.USE, NOON)
    assert (operation, found.met, found.set_version) == (Operation.CLEAN, True, 43)
    both = replace(cleaner, sets={**cleaner.sets, Operation.SETUP: (SETUP_SET,)})
    assert chosen_operation(both, Operation.USE, NOON)[0] is Operation.USE
    neither = with_item(cleaner, GOWN)
    assert chosen_operation(neither, Operation.USE, NOON)[0] is Operation.USE


@pytest.mark.req("B1")
def test_certified_operations_leave_out_the_one_asked_about() -> None:
    """They are what the person is certified for besides."""
    facts = replace(CERTIFIED, sets={**CERTIFIED.sets, Operation.CLEAN: (CLEAN_SET,)})
    assert certified_operations(facts, Operation.USE, NOON) == (Operation.CLEAN,)
    assert certified_operations(facts, Operation.CLEAN, NOON) == (Operation.USE,)
    much_later = NOON + timedelta(days=400)
    assert certified_operations(facts, Operation.CLEAN, much_later) == ()
