"""A badge that is lent is somebody's until an instant and nobody's from then on, whatever else is known of it."""

from dataclasses import replace

import pytest

from gate.core.checks import as_carried
from gate.core.equipment_use import DropCause, permissive_until, recheck
from gate.core.records import Facts
from gate.core.terms import Outcome, Permissive
from tests.core.facts_builder import (
    A_SECOND,
    AN_HOUR,
    BADGE,
    CERTIFIED,
    EQUIPMENT,
    NOON,
    OTHER,
    PERSON,
    TICK,
    answer,
    decided,
    override,
    record,
    used_by,
    with_item,
)

END = NOON + 4 * AN_HOUR
LENT = replace(CERTIFIED, badge=replace(BADGE, until_at=END))


@pytest.mark.req("A1", "A2")
def test_a_lent_badge_is_good_until_its_end_and_nobodys_from_that_instant_on() -> None:
    """Half-open like every interval: a shift that ends at 20:00 has no badge at 20:00."""
    assert decided(LENT, END - TICK).outcome is Outcome.ALLOW
    assert answer(LENT, END) == (Outcome.DENY, ("PERSON_UNKNOWN",))
    assert answer(LENT, END + 9 * AN_HOUR) == (Outcome.DENY, ("PERSON_UNKNOWN",))
    assert answer(replace(LENT, badge=BADGE), END)[0] is Outcome.ALLOW


@pytest.mark.req("A1")
def test_after_the_end_nothing_is_put_to_the_name_of_who_had_it() -> None:
    """Whoever holds it there now is not known to be the one it was lent to."""
    found = decided(LENT, END)
    assert "person" not in found.evidence
    assert (found.evidence["badge"], found.evidence["assignment"]) == (BADGE.version, BADGE.assignment_version)
    assert as_carried(LENT, END).person is None
    assert as_carried(LENT, END - TICK) is LENT
    assert as_carried(replace(LENT, badge=None), END).person is PERSON


@pytest.mark.req("A2")
def test_an_allow_ends_no_later_than_the_lending() -> None:
    """An open use drops its permissive at that instant without anybody asking."""
    found = decided(LENT)
    assert found.valid_until_at == END
    assert permissive_until(EQUIPMENT, found, NOON, NOON) == END
    assert "ALLOW_ENDS_IN_SHIFT" in found.reasons


@pytest.mark.req("A2")
def test_an_override_does_not_outlast_the_lending() -> None:
    """An exception is for a person, and from the end on nobody is there."""
    facts = replace(
        with_item(LENT, OTHER, record(OTHER, expires="2026-11-22")),
        overrides=(override("TRAINING_EXPIRED", end=END + AN_HOUR),),
    )
    found = decided(facts)
    assert (found.outcome, found.valid_until_at) == (Outcome.ALLOW, END)
    assert answer(facts, END) == (Outcome.DENY, ("PERSON_UNKNOWN",))


@pytest.mark.req("A2")
@pytest.mark.parametrize("permissive", list(Permissive))
def test_a_standing_membership_ends_with_the_lending(permissive: Permissive) -> None:
    """Also a window that is open: it outlives a certification, but not the badge."""
    equipment = replace(EQUIPMENT, permissive=permissive)
    facts: Facts = replace(LENT, equipment=equipment, use=used_by("E1"))
    member = facts.use.members[0] if facts.use else None
    assert member is not None
    before, after = END - A_SECOND, END
    assert recheck(equipment, member, decided(facts, before), before) is None
    assert recheck(equipment, member, decided(facts, after), after) is DropCause.BADGE_BLOCKED
