"""Decisions of the acceptance scenarios, on both sides of each instant, and who is not identified."""

from dataclasses import replace

import pytest

from gate.core.records import DataAge, Facts, Revision, Suspension
from gate.core.terms import BadgeState, Operation, Outcome
from tests.core.facts_builder import (
    A_SECOND,
    BADGE,
    CERTIFIED,
    EQUIPMENT,
    GMP,
    GOWN,
    NOON,
    OTHER,
    SOP,
    TICK,
    answer,
    day,
    decided,
    local,
    override,
    record,
    requirement,
    set_of,
    with_equipment,
    with_item,
    with_use_set,
)

ALLOW, DENY = Outcome.ALLOW, Outcome.DENY
R7_AT = local("2026-12-01 00:00")
R7 = Revision(32, "R7", R7_AT)
LAPSED = with_item(CERTIFIED, OTHER, record(OTHER, expires="2026-11-22"))


# --- scenarios -----------------------------------------------------------------------------------------------


@pytest.mark.scenario(1)
@pytest.mark.req("B1", "B2")
def test_who_meets_everything_is_allowed() -> None:
    """The everyday answer, with the versions of everything it rests on and until when it holds."""
    found = decided(CERTIFIED)
    assert (found.outcome, found.reasons, found.operation) == (ALLOW, ("ALLOW_CERTIFIED",), Operation.USE)
    assert found.valid_until_at == local("2027-06-12 00:00")
    assert found.evidence == {
        "badge": 11,
        "assignment": 12,
        "person": 13,
        "equipment": 14,
        "set": 41,
        "area_set": 42,
        "data_as_of": "2026-11-23T16:00:00.000Z",
    }
    assert [(e.item_id, e.record_version, e.reason) for e in found.requirements] == [
        ("GOWN-C", 55, None),
        ("AREA-C", 56, None),
        ("SOP-114", 51, None),
        ("OJT-TP", 52, None),
        ("GMP-1", 53, None),
        ("SAFE-2", 54, None),
    ]
    assert found.requirements[2].revision_version == 31
    assert found.warnings == ()


@pytest.mark.scenario(2)
@pytest.mark.req("B5", "B13")
def test_training_is_valid_to_the_last_second_of_its_last_day() -> None:
    """23:59:59 allows and says that it ends; 00:00:00 of the next day denies."""
    facts = with_item(CERTIFIED, OTHER, record(OTHER, expires="2026-11-23"))
    last = decided(facts, local("2026-11-23 23:59:59"))
    assert (last.outcome, last.reasons) == (ALLOW, ("ALLOW_EXPIRING", "ALLOW_ENDS_IN_SHIFT"))
    assert last.params == {"ALLOW_EXPIRING": {"n": "0"}, "ALLOW_ENDS_IN_SHIFT": {"hhmm": "24:00"}}
    over = decided(facts, local("2026-11-24 00:00:00"))
    assert (over.outcome, over.reasons) == (DENY, ("TRAINING_EXPIRED",))
    assert over.params == {"TRAINING_EXPIRED": {"date": "2026-11-23"}}


@pytest.mark.scenario(3)
@pytest.mark.req("B5")
def test_twelve_months_from_the_29th_of_february_end_on_the_28th() -> None:
    """Clamped to the month's last day, which is still valid."""
    facts = with_use_set(CERTIFIED, set_of((requirement(OTHER, months=12),), at=local("2023-01-01 00:00")))
    facts = with_item(replace(facts, area_sets=()), OTHER, record(OTHER, "2024-02-29"))
    assert answer(facts, local("2025-02-28 23:59"))[0] is ALLOW
    assert answer(facts, local("2025-03-01 00:00")) == (DENY, ("TRAINING_EXPIRED",))


def revised(*trained: str, retraining: bool = True) -> Facts:
    """Return the facts with R7 ahead, trained on these revisions."""
    item = replace(SOP, revisions=(*SOP.revisions, replace(R7, retraining=retraining)))
    records = [record(SOP, "2026-11-20", revision=name, version=50 + n) for n, name in enumerate(trained)]
    return with_item(CERTIFIED, item, *records)


@pytest.mark.scenario(4)
@pytest.mark.req("B3")
def test_a_new_revision_ends_training_on_the_old_at_its_instant() -> None:
    """A second before T the shift is warned; at T the reader names what to read."""
    before = decided(revised("R6"), R7_AT - A_SECOND)
    assert (before.outcome, before.valid_until_at) == (ALLOW, R7_AT)
    assert "ALLOW_ENDS_IN_SHIFT" in before.reasons
    at = decided(revised("R6"), R7_AT)
    assert (at.outcome, at.reasons) == (DENY, ("SOP_REVISION",))
    assert at.params == {"SOP_REVISION": {"sop": "SOP-114", "rev": "R7"}}


@pytest.mark.scenario(5)
@pytest.mark.req("B3")
def test_who_trained_the_new_revision_early_is_allowed_on_both_sides() -> None:
    """The old training serves before T, the new one from T on."""
    both = revised("R6", "R7")
    for at, evidence in ((R7_AT - A_SECOND, 50), (R7_AT, 51)):
        found = decided(both, at)
        assert (found.outcome, found.reasons) == (ALLOW, ("ALLOW_CERTIFIED",))
        assert found.requirements[2].record_version == evidence
    assert answer(revised("R7"), R7_AT - A_SECOND) == (DENY, ("NOT_YET_VALID",))


@pytest.mark.scenario(6)
@pytest.mark.req("B3")
def test_a_revision_without_retraining_allows_and_the_record_names_it() -> None:
    """QA signed it: the evidence points at the waived revision and at the training on the old one."""
    found = decided(revised("R6", retraining=False), R7_AT)
    assert (found.outcome, found.reasons) == (ALLOW, ("ALLOW_CERTIFIED",))
    assert (found.requirements[2].record_version, found.requirements[2].revision_version) == (50, 32)


@pytest.mark.scenario(15)
@pytest.mark.req("B7", "D5")
def test_a_suspension_is_not_lifted_by_an_override() -> None:
    """The override is not even mentioned: nothing that could be signed now would help."""
    covering = override("TRAINING_EXPIRED", "PERSON_SUSPENDED", cosigned=True)
    suspended = replace(LAPSED, suspensions=(Suspension(62), Suspension(61)), overrides=(covering,))
    found = decided(suspended)
    assert (found.outcome, found.reasons) == (DENY, ("PERSON_SUSPENDED", "TRAINING_EXPIRED"))
    assert found.evidence["suspensions"] == (61, 62)
    assert "override" not in found.evidence
    assert answer(replace(suspended, suspensions=()))[0] is ALLOW


@pytest.mark.scenario(16)
@pytest.mark.req("D1")
def test_an_override_that_leaves_a_reason_open_lifts_nothing() -> None:
    """Everything that fails is told, and that the override is not for this."""
    overdue = replace(EQUIPMENT, calibration_due_on=day("2026-11-22"))
    facts = with_equipment(replace(LAPSED, overrides=(override("TRAINING_EXPIRED"),)), overdue)
    assert answer(facts) == (DENY, ("EQ_CAL_OVERDUE", "TRAINING_EXPIRED", "OVERRIDE_SCOPE"))
    calibrated = replace(overdue, calibration_due_on=day("2026-11-23"))
    assert answer(with_equipment(facts, calibrated))[0] is ALLOW


@pytest.mark.scenario(17)
@pytest.mark.req("D3", "D6")
def test_an_override_allows_up_to_its_end_and_never_as_certified() -> None:
    """13:59:59 allows with its end on the display; 14:00:00 says first that it has ended."""
    shift = override("TRAINING_EXPIRED", start=local("2026-11-23 06:00"), end=local("2026-11-23 14:00"))
    facts = replace(LAPSED, overrides=(shift,))
    assert answer(facts, local("2026-11-23 05:59:59")) == (DENY, ("TRAINING_EXPIRED",))
    last = decided(facts, local("2026-11-23 13:59:59"))
    assert (last.outcome, last.reasons) == (ALLOW, ("ALLOW_OVERRIDE",))
    assert (last.params, last.valid_until_at) == ({"ALLOW_OVERRIDE": {"hhmm": "14:00"}}, shift.ends_at)
    assert last.evidence["override"] == 71
    assert [e.reason for e in last.requirements][-1] == "TRAINING_EXPIRED"
    over = decided(facts, local("2026-11-23 14:00:00"))
    assert (over.outcome, over.reasons) == (DENY, ("OVERRIDE_EXPIRED", "TRAINING_EXPIRED"))
    assert over.params["OVERRIDE_EXPIRED"] == {"hhmm": "14:00"}
    assert answer(facts, local("2026-11-24 02:00:00")) == (DENY, ("TRAINING_EXPIRED",))


@pytest.mark.scenario(31)
@pytest.mark.req("B8", "L3")
def test_everything_that_fails_is_told_and_gowning_first() -> None:
    """One trip: the operator hears all three, the area before the machine."""
    facts = with_item(revised("R6"), GMP, record(GMP, expires="2026-11-22"))
    facts = with_item(facts, GOWN, record(GOWN, expires="2026-11-22"))
    found = decided(facts, R7_AT)
    assert (found.outcome, found.reasons) == (DENY, ("GOWN_EXPIRED", "SOP_REVISION", "GMP_REFRESHER"))
    assert [e.reason for e in found.requirements] == ["GOWN_EXPIRED", None, "SOP_REVISION", None, "GMP_REFRESHER", None]
    assert answer(facts, R7_AT - A_SECOND) == (DENY, ("GOWN_EXPIRED", "GMP_REFRESHER"))


@pytest.mark.scenario(46)
@pytest.mark.req("B2", "B11")
def test_without_an_effective_approved_set_nobody_is_allowed() -> None:
    """Nothing demanded is not everything met: a class is open only from the instant of its first set."""
    first = set_of((requirement(SOP),), at=NOON)
    for sets in ((), (replace(first, approved=False),), (set_of(),), (set_of(()),)):
        assert answer(with_use_set(CERTIFIED, *sets)) == (DENY, ("SYS_CONFIG",))
    assert answer(with_use_set(CERTIFIED, first), NOON - TICK) == (DENY, ("SYS_CONFIG",))
    assert answer(with_use_set(CERTIFIED, first))[0] is ALLOW
    assert "set" not in decided(with_use_set(CERTIFIED)).evidence


# --- identity and equipment ----------------------------------------------------------------------------------


@pytest.mark.req("A2", "A3")
@pytest.mark.parametrize(
    ("facts", "reasons"),
    [
        (replace(CERTIFIED, badge=None), ("BADGE_UNKNOWN",)),
        (replace(CERTIFIED, badge=replace(BADGE, state=BadgeState.LOST)), ("BADGE_LOST",)),
        (replace(CERTIFIED, badge=replace(BADGE, state=BadgeState.REPLACED)), ("BADGE_REPLACED",)),
        (replace(CERTIFIED, badge=replace(BADGE, state=BadgeState.RETURNED)), ("PERSON_UNKNOWN",)),
        (replace(CERTIFIED, badge=replace(BADGE, expires_on=day("2026-11-22"))), ("BADGE_EXPIRED",)),
        (replace(CERTIFIED, person=None), ("PERSON_UNKNOWN",)),
        (replace(CERTIFIED, badge=replace(BADGE, person_id=None)), ("PERSON_UNKNOWN",)),
        (replace(CERTIFIED, badge=replace(BADGE, person_id="E2")), ("PERSON_UNKNOWN",)),
        (replace(CERTIFIED, equipment=None), ("EQ_UNKNOWN",)),
        (replace(CERTIFIED, badge=None, equipment=None, trail_sound=False),
         ("SYS_INTEGRITY", "BADGE_UNKNOWN", "EQ_UNKNOWN")),
    ],
)  # fmt: skip
def test_who_is_not_identified_is_not_checked_any_further(facts: Facts, reasons: tuple[str, ...]) -> None:
    """Nothing is told about the training of whoever holds a lost badge, and no override reaches so far."""
    unskilled = with_item(replace(facts, overrides=(override(*reasons, cosigned=True),)), OTHER)
    found = decided(unskilled)
    assert (found.outcome, found.reasons, found.requirements) == (DENY, reasons, ())
    assert (found.valid_until_at, found.operation) == (None, Operation.USE)


def test_a_badge_is_valid_through_its_last_day() -> None:
    """It is one of the ends that the answer names."""
    facts = replace(CERTIFIED, badge=replace(BADGE, expires_on=day("2026-11-23")))
    found = decided(facts, local("2026-11-23 23:59:59"))
    assert (found.outcome, found.valid_until_at) == (ALLOW, local("2026-11-24 00:00"))
    assert answer(facts, local("2026-11-24 00:00")) == (DENY, ("BADGE_EXPIRED",))


def test_evidence_leaves_out_what_there_was_none_of() -> None:
    """An unknown badge at an unknown machine: the record invents no versions."""
    empty = replace(CERTIFIED, badge=None, person=None, equipment=None, operation=None, data=DataAge(None))
    found = decided(empty)
    assert found.evidence == {}
    assert found.reasons == ("SYS_DATA_STALE", "BADGE_UNKNOWN", "EQ_UNKNOWN")
    unassigned = replace(CERTIFIED, badge=replace(BADGE, assignment_version=None, person_id=None), person=None)
    assert decided(unassigned).evidence == {"badge": 11, "equipment": 14, "data_as_of": "2026-11-23T16:00:00.000Z"}


def test_a_denied_unknown_badge_names_the_default_operation_of_the_equipment() -> None:
    """What nobody chose is what the equipment is for."""
    washer = replace(EQUIPMENT, default_operation=Operation.CLEAN)
    assert decided(replace(CERTIFIED, badge=None, operation=None, equipment=washer)).operation is Operation.CLEAN
