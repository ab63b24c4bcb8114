"""QA's delegate on call: bounded, appointed by QA, by nobody for oneself, and counting only between two instants."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gate.core.delegating import TABLE, Appointment, Delegation, appointment_refusals, ending_refusals, runs
from gate.core.granting import refusals
from gate.core.roles import Role
from tests.core.facts_builder import A_SECOND, AN_HOUR, NOON
from tests.core.grants import NEVER_TRAINED, REQUEST, codes, context

DAY = timedelta(days=1)
ASKED = Appointment("E4", frozenset({Role.SUPERVISOR}), NOON, NOON + 2 * DAY, "nobody of QA is here this weekend")
QA = ("Q1", "qa")
RUNNING = Delegation("D1", "E4", NOON - DAY, NOON + DAY)


@pytest.mark.req("D2", "D4")
@pytest.mark.parametrize(
    ("code", "asked", "signer", "others"),
    [
        ("", ASKED, QA, ()),
        ("", replace(ASKED, roles=frozenset({Role.TRAINER, Role.OPERATOR})), QA, ()),
        ("", ASKED, QA, (Delegation("D0", "E4", NOON - 2 * DAY, NOON),)),
        ("only_qa", ASKED, ("E9", "supervisor"), ()),
        ("no_account", replace(ASKED, roles=None), QA, ()),
        ("no_account", replace(ASKED, roles=frozenset({Role.OPERATOR})), QA, ()),
        ("no_account", replace(ASKED, roles=frozenset({Role.QA, Role.SYSADMIN})), QA, ()),
        ("oneself", replace(ASKED, person_id="Q1", roles=frozenset({Role.QA})), QA, ()),
        ("starts_in_past", replace(ASKED, starts_at=NOON - AN_HOUR), QA, ()),
        ("ends_early", replace(ASKED, ends_at=NOON), QA, ()),
        ("too_long", replace(ASKED, ends_at=NOON + timedelta(days=31, seconds=1)), QA, ()),
        ("appointed_already", ASKED, QA, (RUNNING,)),
        ("no_justification", replace(ASKED, why="weekend"), QA, ()),
    ],
)
def test_it_is_refused_for_exactly_this(
    code: str, asked: Appointment, signer: tuple[str, str], others: tuple[Delegation, ...]
) -> None:
    """An appointment gives the power of a second signature: each condition stands alone."""
    found = appointment_refusals(asked, signer, NOON, others)
    assert [refusal.code for refusal in found] == ([code] if code else [])
    assert all(refusal.text_en != refusal.text_fr for refusal in found)
    assert len({row.code for row in TABLE}) == len(TABLE)


@pytest.mark.req("D2")
@pytest.mark.parametrize(
    ("code", "found", "role", "why"),
    [
        ("", RUNNING, "qa", "QA is back on site"),
        ("unknown_delegation", None, "qa", "QA is back on site"),
        ("over", replace(RUNNING, ends_at=NOON), "qa", "QA is back on site"),
        ("only_qa", RUNNING, "supervisor", "QA is back on site"),
        ("no_justification", RUNNING, "qa", ""),
    ],
)
def test_ending_is_signed_with_a_reason_too(code: str, found: Delegation | None, role: str, why: str) -> None:
    """What is over stays as it was."""
    assert [refusal.code for refusal in ending_refusals(found, role, why, NOON)] == ([code] if code else [])


@pytest.mark.req("D4")
def test_it_counts_from_its_start_until_before_its_end() -> None:
    """Half-open, like everything here that has an end."""
    assert runs(RUNNING, RUNNING.starts_at)
    assert runs(RUNNING, RUNNING.ends_at - A_SECOND)
    assert not runs(RUNNING, RUNNING.ends_at)
    assert not runs(RUNNING, RUNNING.starts_at - A_SECOND)


@pytest.mark.req("D2", "D4")
def test_a_delegate_co_signs_in_place_of_qa_and_only_as_a_third_person() -> None:
    """Neither the approver nor who is let in, and never who administers the system."""
    asked = replace(
        REQUEST,
        reasons=frozenset({"NOT_CERTIFIED"}),
        cosigner_person_id="E4",
        cosigner_roles=frozenset({"supervisor"}),
    )
    known = context(NEVER_TRAINED, cosigned_by_person_id="E4")
    assert codes(asked, known) == ("cosigner_not_qa",)
    appointed = replace(known, cosigner_delegated=True)
    assert refusals(asked, appointed) == ()
    for roles in ({"operator"}, {"sysadmin"}, {"supervisor", "sysadmin"}):
        assert codes(replace(asked, cosigner_roles=frozenset(roles)), appointed) == ("cosigner_not_qa",)
    for one_of_them in ("E1", "E9"):
        itself = replace(asked, cosigner_person_id=one_of_them)
        assert "cosigner_not_independent" in codes(itself, replace(appointed, cosigned_by_person_id=one_of_them))
