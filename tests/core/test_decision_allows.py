"""What an allow says, certified or under an override, and until when it holds."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from gate.core.records import DataAge, Facts, Requirement, Revision
from gate.core.terms import Outcome, OverrideClass
from tests.core.facts_builder import (
    AN_HOUR,
    BADGE,
    CERTIFIED,
    EQUIPMENT,
    GMP,
    NOON,
    OJT,
    OTHER,
    SOP,
    TICK,
    USE_SET,
    answer,
    day,
    decided,
    local,
    override,
    record,
    requirement,
    set_of,
    used_by,
    with_equipment,
    with_item,
    with_use_set,
)

ALLOW, DENY = Outcome.ALLOW, Outcome.DENY
LAPSED = with_item(CERTIFIED, OTHER, record(OTHER, expires="2026-11-22"))


# --- what an allow says --------------------------------------------------------------------------------------


@pytest.mark.req("B6")
def test_a_grace_is_said_with_its_last_day_and_the_first_to_end() -> None:
    """Of two graces the sooner is shown; the grace hides the count of days left."""
    graceful = set_of((requirement(OTHER, grace=10),), (requirement(OJT, grace=5),), (requirement(GMP),))
    facts = with_item(with_use_set(LAPSED, graceful), OJT, record(OJT, expires="2026-11-22"))
    facts = with_item(facts, GMP, record(GMP, expires="2026-11-30"))
    found = decided(facts)
    assert (found.outcome, found.reasons) == (ALLOW, ("ALLOW_GRACE",))
    assert found.params == {"ALLOW_GRACE": {"date": "2026-11-27"}}
    assert found.valid_until_at == local("2026-11-28 00:00")


def test_an_end_within_the_shift_is_said_with_its_hour() -> None:
    """Exactly a shift before it, not a moment earlier; a revision taking effect counts as an end."""
    r7 = Revision(32, "R7", NOON + 12 * AN_HOUR)
    facts = with_item(CERTIFIED, replace(SOP, revisions=(*SOP.revisions, r7)), record(SOP, revision="R6"))
    assert decided(facts).params["ALLOW_ENDS_IN_SHIFT"] == {"hhmm": "24:00"}
    assert "ALLOW_ENDS_IN_SHIFT" not in decided(facts, NOON - TICK).reasons
    assert "ALLOW_ENDS_IN_SHIFT" not in decided(replace(facts, shift_s=12 * 3600 - 1)).reasons


def test_several_things_are_said_at_once_in_order() -> None:
    """Who joins on his last day hears of the expiry first."""
    facts = with_item(replace(CERTIFIED, use=used_by("E9")), OTHER, record(OTHER, expires="2026-11-23"))
    assert answer(facts) == (ALLOW, ("ALLOW_EXPIRING", "ALLOW_JOIN", "ALLOW_ENDS_IN_SHIFT"))


def test_an_allow_without_a_known_end_says_none() -> None:
    """None is not "forever": it is no end known today."""
    facts = with_use_set(replace(CERTIFIED, area_sets=()), set_of((requirement(OJT),)))
    assert decided(facts).valid_until_at is None
    assert decided(facts).requirements[0].valid_until_at is None


@pytest.mark.req("B2", "B13")
def test_an_approved_stricter_set_ends_the_certification_ahead() -> None:
    """Known today, so said today: for the area and for the operation."""
    stricter = set_of((Requirement("NONE"),), at=NOON + AN_HOUR, version=49)
    by_class = with_use_set(CERTIFIED, USE_SET, stricter)
    by_area = replace(CERTIFIED, area_sets=(*CERTIFIED.area_sets, stricter))
    for facts in (by_class, by_area):
        assert decided(facts).valid_until_at == NOON + AN_HOUR
        assert answer(facts, NOON + AN_HOUR) == (DENY, ("SYS_CONFIG",))


# --- allow under an override -----------------------------------------------------------------------------------


@pytest.mark.req("D6", "D8")
def test_an_emergency_override_says_so() -> None:
    """QA signs it afterwards, so everybody must see it; it lifts what needs a co-signature."""
    emergency = override("NOT_CERTIFIED", override_class=OverrideClass.EMERGENCY)
    facts = replace(with_item(CERTIFIED, OTHER), overrides=(emergency,), use=used_by("E9"))
    found = decided(facts)
    assert (found.outcome, found.reasons) == (ALLOW, ("ALLOW_EMERGENCY", "ALLOW_JOIN"))
    assert found.params["ALLOW_EMERGENCY"] == {"hhmm": "13:00"}
    supervised = override("NOT_CERTIFIED")
    assert answer(replace(facts, overrides=(supervised,))) == (DENY, ("NOT_CERTIFIED", "OVERRIDE_SCOPE"))


@pytest.mark.req("D3")
def test_a_revoked_override_is_told_first() -> None:
    """Without an hour: it ended when somebody said so."""
    facts = replace(LAPSED, overrides=(override("TRAINING_EXPIRED", revoked=NOON - AN_HOUR),))
    found = decided(facts)
    assert (found.outcome, found.reasons) == (DENY, ("OVERRIDE_REVOKED", "TRAINING_EXPIRED"))
    assert "OVERRIDE_REVOKED" not in found.params


MIDNIGHT = local("2026-11-24 00:00")
NIGHT = override("TRAINING_EXPIRED", start=NOON - AN_HOUR, end=MIDNIGHT + 2 * AN_HOUR)
UNDER = replace(LAPSED, overrides=(NIGHT,))
DUE = replace(EQUIPMENT, calibration_due_on=day("2026-11-23"))
R7_SOON = replace(SOP, revisions=(*SOP.revisions, Revision(32, "R7", MIDNIGHT)))
STRICTER = set_of((requirement(OTHER),), (Requirement("NONE"),), at=MIDNIGHT, version=49)


@pytest.mark.req("D1", "D3")
@pytest.mark.parametrize(
    ("facts", "until"),
    [
        (UNDER, NIGHT.ends_at),
        (with_item(UNDER, OJT, record(OJT, expires="2026-11-23")), NIGHT.ends_at),
        (with_item(UNDER, GMP, record(GMP, expires="2026-11-23")), MIDNIGHT),
        (with_item(UNDER, R7_SOON, record(SOP, revision="R6")), MIDNIGHT),
        (with_item(UNDER, R7_SOON, record(SOP, revision="R6", expires="2026-11-22")), MIDNIGHT),
        (with_equipment(UNDER, DUE), MIDNIGHT),
        (replace(UNDER, badge=replace(BADGE, expires_on=day("2026-11-23"))), MIDNIGHT),
        (replace(UNDER, data=DataAge(MIDNIGHT - timedelta(days=7))), MIDNIGHT),
        (with_use_set(UNDER, USE_SET, STRICTER), MIDNIGHT),
        (with_use_set(UNDER, USE_SET, replace(STRICTER, approved=False)), NIGHT.ends_at),
        (replace(UNDER, area_sets=(*UNDER.area_sets, STRICTER)), MIDNIGHT),
    ],
    ids=[
        "nothing",
        "covered",
        "GMP",
        "revision",
        "reason turns",
        "calibration",
        "badge",
        "data",
        "set",
        "draft",
        "area",
    ],
)
def test_an_override_allows_until_something_fails_that_it_does_not_lift(facts: Facts, until: datetime) -> None:
    """The hour in the record must hold: at it the same read is denied, and just before it is not."""
    assert decided(facts).valid_until_at == until
    assert decided(facts, until - TICK).outcome is ALLOW
    assert decided(facts, until).outcome is DENY
