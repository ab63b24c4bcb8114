"""What each single check of a decision demands, at which instant it begins to fail, and how it is told."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gate.core.decision import decide
from gate.core.records import DataAge, Equipment, Hold, Person, Requirement
from gate.core.terms import HoldKind, Operation, Outcome, PersonKind, PersonState
from tests.core.facts_builder import (
    AN_HOUR,
    AREA,
    CERTIFIED,
    EQUIPMENT,
    GOWN,
    NOON,
    OJT,
    OTHER,
    PERSON,
    TICK,
    answer,
    day,
    decided,
    local,
    moment,
    override,
    record,
    requirement,
    set_of,
    used_by,
    with_equipment,
    with_item,
)

ALLOW, DENY = Outcome.ALLOW, Outcome.DENY
LAPSED = with_item(CERTIFIED, OTHER, record(OTHER, expires="2026-11-22"))
CLEAN_SET = set_of((requirement(GOWN),), version=43)


# --- system --------------------------------------------------------------------------------------------------


@pytest.mark.req("I4")
def test_data_is_too_old_seven_days_after_the_last_good_import() -> None:
    """At the very instant; a day after the import the page warns."""
    facts = replace(CERTIFIED, data=DataAge(NOON))
    assert decided(facts, NOON + timedelta(days=1) - TICK).warnings == ()
    assert decided(facts, NOON + timedelta(days=1)).warnings == ("SYS_DATA_STALE",)
    last = decided(facts, NOON + timedelta(days=7) - TICK)
    assert (last.outcome, last.valid_until_at) == (ALLOW, NOON + timedelta(days=7))
    assert answer(facts, NOON + timedelta(days=7)) == (DENY, ("SYS_DATA_STALE",))


@pytest.mark.req("I4")
def test_a_statement_that_nothing_changed_reaches_further_but_never_shortens() -> None:
    """QA's "no changes known" counts to its end, or not at all if the data is younger."""
    old, until = NOON - timedelta(days=30), NOON + AN_HOUR
    for data in (DataAge(old, attested_until_at=until), DataAge(None, attested_until_at=until)):
        facts = replace(CERTIFIED, data=data)
        assert answer(facts, until - TICK)[0] is ALLOW
        assert answer(facts, until) == (DENY, ("SYS_DATA_STALE",))
    young = replace(CERTIFIED, data=DataAge(NOON, attested_until_at=until))
    assert answer(young, until)[0] is ALLOW


@pytest.mark.req("E4", "F4", "J6")
def test_a_clock_or_a_trail_that_cannot_be_trusted_denies() -> None:
    """Both are told; the person hears of no ended override, which would sound like his own fault."""
    ended = override("TRAINING_EXPIRED", end=NOON - TICK)
    facts = replace(LAPSED, trail_sound=False, overrides=(ended,))
    found = decide(facts, moment(trusted=False))
    assert found.reasons == ("SYS_TIME_BAD", "SYS_INTEGRITY", "TRAINING_EXPIRED")
    assert answer(replace(facts, trail_sound=True)) == (DENY, ("OVERRIDE_EXPIRED", "TRAINING_EXPIRED"))


# --- person --------------------------------------------------------------------------------------------------


@pytest.mark.req("B10")
@pytest.mark.parametrize(
    ("person", "reason"),
    [
        (replace(PERSON, state=PersonState.INACTIVE), "PERSON_INACTIVE"),
        (replace(PERSON, state=PersonState.RESTRICTED), "PERSON_RESTRICTED"),
        (replace(PERSON, kind=PersonKind.VISITOR), "VISITOR"),
        (replace(PERSON, kind=PersonKind.CONTRACTOR), "CONTRACT_ENDED"),
        (replace(PERSON, contract_until_on=day("2026-11-22")), "CONTRACT_ENDED"),
        (replace(PERSON, contract_from_on=day("2026-11-24")), "CONTRACT_ENDED"),
    ],
)
def test_who_may_not_work_is_denied(person: Person, reason: str) -> None:
    """Being trained is not enough."""
    assert answer(replace(CERTIFIED, person=person)) == (DENY, (reason,))


@pytest.mark.req("B10")
def test_a_contract_runs_from_its_first_to_its_last_day() -> None:
    """Both days count whole, for a contractor and for whoever has dates."""
    dated = replace(PERSON, kind=PersonKind.CONTRACTOR, contract_until_on=day("2026-11-24"))
    facts = replace(CERTIFIED, person=replace(dated, contract_from_on=day("2026-11-23")))
    start, end = local("2026-11-23 00:00"), local("2026-11-25 00:00")
    assert answer(facts, start - TICK) == answer(facts, end) == (DENY, ("CONTRACT_ENDED",))
    assert (decided(facts, start).outcome, decided(facts, start).valid_until_at) == (ALLOW, end)
    assert answer(facts, end - TICK)[0] is ALLOW
    assert answer(replace(CERTIFIED, person=dated))[0] is ALLOW


def test_in_use_elsewhere_denies_only_between_excluding_equipment() -> None:
    """Otherwise it is a warning beside the answer."""
    facts = replace(CERTIFIED, elsewhere=("TP-02", "TP-03"), elsewhere_excluding=("TP-03",))
    assert answer(facts)[0] is ALLOW
    assert decided(facts).warnings == ("BADGE_ELSEWHERE",)
    excluding = with_equipment(facts, replace(EQUIPMENT, excluding=True))
    found = decided(excluding)
    assert (found.outcome, found.reasons) == (DENY, ("BADGE_ELSEWHERE",))
    assert (found.params, found.warnings) == ({"BADGE_ELSEWHERE": {"equip": "TP-03"}}, ("BADGE_ELSEWHERE",))
    assert answer(replace(excluding, elsewhere_excluding=()))[0] is ALLOW


# --- equipment -----------------------------------------------------------------------------------------------


@pytest.mark.req("C2")
@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (HoldKind.QA, "EQ_QUARANTINE"),
        (HoldKind.OUT_OF_SERVICE, "EQ_OUT_OF_SERVICE"),
        (HoldKind.MAINTENANCE, "EQ_MAINTENANCE"),
    ],
)
def test_a_hold_stops_the_operations_that_it_names(kind: HoldKind, reason: str) -> None:
    """A machine under repair can still be cleaned; the hold stands in the evidence either way."""
    hold = Hold(80, kind, frozenset({Operation.USE, Operation.SETUP}))
    facts = replace(CERTIFIED, holds=(hold,), sets={**CERTIFIED.sets, Operation.CLEAN: (CLEAN_SET,)})
    assert answer(facts) == (DENY, (reason,))
    clean = decided(replace(facts, operation=Operation.CLEAN))
    assert (clean.outcome, clean.evidence["holds"]) == (ALLOW, (80,))


@pytest.mark.req("C5")
@pytest.mark.parametrize(
    ("due", "reason"),
    [
        (replace(EQUIPMENT, calibration_due_on=day("2026-11-23")), "EQ_CAL_OVERDUE"),
        (replace(EQUIPMENT, maintenance_due_on=day("2026-11-23")), "EQ_PM_OVERDUE"),
        (replace(EQUIPMENT, qualified_until_on=day("2026-11-23")), "EQ_QUAL_LAPSED"),
    ],
)
def test_overdue_equipment_may_not_start_but_may_be_mended(due: Equipment, reason: str) -> None:
    """Through the due day it may; afterwards calibrating, maintaining and cleaning are the way out."""
    operations = dict.fromkeys(Operation, (CLEAN_SET,))
    facts = with_equipment(replace(CERTIFIED, sets=operations), due)
    end = local("2026-11-24 00:00")
    for operation in Operation:
        chosen = replace(facts, operation=operation)
        starts = operation in {Operation.USE, Operation.SETUP}
        assert decided(chosen, end - TICK).outcome is ALLOW
        assert (decided(chosen, end - TICK).valid_until_at == end) is starts
        assert decided(chosen, end).reasons == ((reason,) if starts else ("ALLOW_CERTIFIED",))


@pytest.mark.req("C7")
def test_exclusive_equipment_is_taken_over_only_by_badging_again() -> None:
    """The first read says busy, the second within 10 s hands over; on shared equipment one joins."""
    shared = replace(CERTIFIED, use=used_by("E8", "E9"))
    joined = decided(shared)
    assert (joined.reasons, joined.params) == (("ALLOW_JOIN",), {"ALLOW_JOIN": {"n": "3"}})
    exclusive = with_equipment(shared, replace(EQUIPMENT, exclusive=True))
    assert answer(exclusive) == (DENY, ("EQ_BUSY",))
    assert answer(replace(exclusive, taking_over=True)) == (ALLOW, ("ALLOW_HANDOVER",))


@pytest.mark.req("C7", "C9")
def test_who_is_alone_at_the_machine_neither_joins_nor_takes_over() -> None:
    """One's own use is no reason to be refused; coming back after a drop says so."""
    own = with_equipment(replace(CERTIFIED, use=used_by("E1")), replace(EQUIPMENT, exclusive=True))
    assert answer(own) == (ALLOW, ("ALLOW_CERTIFIED",))
    assert answer(replace(own, resuming=True)) == (ALLOW, ("ALLOW_RESUMED",))


# --- requirements --------------------------------------------------------------------------------------------


@pytest.mark.req("B1")
def test_who_is_certified_for_something_else_here_is_told_so() -> None:
    """Certified to clean is not certified to use; never certified here is another matter."""
    stranger = with_item(CERTIFIED, OTHER)
    assert decided(stranger).params == {"NOT_CERTIFIED": {"equip": "TP-01"}}
    cleaner = replace(stranger, sets={**CERTIFIED.sets, Operation.CLEAN: (CLEAN_SET,)})
    found = decided(cleaner)
    assert (found.outcome, found.reasons) == (DENY, ("OPERATION_NOT_CERTIFIED",))
    assert found.params == {"OPERATION_NOT_CERTIFIED": {"activity": "USE"}}
    assert answer(replace(cleaner, operation=Operation.CLEAN)) == (ALLOW, ("ALLOW_CERTIFIED",))
    assert decided(replace(cleaner, operation=None)).operation is Operation.CLEAN


@pytest.mark.req("B8")
def test_the_area_is_named_by_gowning_or_as_the_area() -> None:
    """The cause of an area refusal is the area, whatever kind of training it is; an unknown item is a fault."""
    assert answer(with_item(CERTIFIED, GOWN)) == (DENY, ("GOWN_EXPIRED",))
    assert answer(with_item(CERTIFIED, AREA, record(AREA, expires="2026-11-22"))) == (DENY, ("AREA_DENIED",))
    unknown = replace(CERTIFIED, area_sets=(set_of((Requirement("NONE"),)),))
    assert answer(unknown) == (DENY, ("SYS_CONFIG",))
    assert decided(unknown).requirements[0].item_version == 0
    assert answer(replace(CERTIFIED, area_sets=()))[0] is ALLOW
    assert answer(replace(CERTIFIED, area_sets=(set_of(),))) == (DENY, ("SYS_CONFIG",))


@pytest.mark.req("B4")
def test_an_open_practical_training_denies_and_cannot_be_signed_away() -> None:
    """Until two-badge use exists there is no way round practice."""
    facts = replace(with_item(CERTIFIED, OJT), overrides=(override("OJT_OPEN", cosigned=True),))
    assert answer(facts) == (DENY, ("OVERRIDE_SCOPE", "OJT_OPEN"))


def test_a_reason_that_fails_twice_is_shown_with_the_first() -> None:
    """One text on the display, both groups in the evidence."""
    facts = with_item(LAPSED, OJT, record(OJT, expires="2026-11-20"))
    found = decided(facts)
    assert found.params == {"TRAINING_EXPIRED": {"date": "2026-11-20"}}
    assert [e.reason for e in found.requirements].count("TRAINING_EXPIRED") == 2
