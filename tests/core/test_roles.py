"""Who may do what: the whole table, and the duties that one person never holds together (requirement A7)."""

from datetime import UTC, datetime
from itertools import combinations

import pytest

from gate.core.clock_trust import ClockState, Reading, Trust, moment_of
from gate.core.roles import NEVER_SYSADMIN, READ_ONLY, ROLES_OF, Act, Role, as_text, from_text, may, refusal_of_roles

EVERY_SET = [frozenset(some) for size in range(len(Role) + 1) for some in combinations(Role, size)]


@pytest.mark.req("A7")
def test_every_act_has_its_roles() -> None:
    """An act that nobody thought about would be refused to all, or worse."""
    assert set(ROLES_OF) == set(Act)
    assert all(ROLES_OF.values())


@pytest.mark.req("A7")
@pytest.mark.parametrize("act", sorted(NEVER_SYSADMIN))
def test_whoever_makes_accounts_never_approves(act: Act) -> None:
    """Whatever other role stands beside it: else one person makes the approver and approves."""
    assert not [roles for roles in EVERY_SET if Role.SYSADMIN in roles and may(roles, act)]


@pytest.mark.req("A7")
def test_what_the_requirement_names_is_never_for_a_sysadmin() -> None:
    """Overrides, training records and QA signatures are named in A7."""
    assert {Act.GRANT_OVERRIDE, Act.COSIGN_OVERRIDE, Act.EDIT_TRAINING, Act.SIGN_REVIEW} <= NEVER_SYSADMIN


@pytest.mark.req("A7", "B7")
def test_whoever_changes_equipment_does_not_approve_it_and_only_qa_suspends() -> None:
    """The two hands of one change are never one person's, and a suspension is QA's alone to set and to lift."""
    assert {Act.APPROVE_EQUIPMENT, Act.SUSPEND} <= NEVER_SYSADMIN
    assert not [roles for roles in EVERY_SET if may(roles, Act.MANAGE_EQUIPMENT) and may(roles, Act.APPROVE_EQUIPMENT)]
    assert {role for role in Role if may({role}, Act.SUSPEND)} == {Role.QA}


@pytest.mark.req("A7")
def test_an_auditor_only_reads() -> None:
    """Whoever inspects must not have been able to change what is inspected."""
    for roles in EVERY_SET:
        if Role.AUDITOR in roles:
            assert {act for act in Act if may(roles, act)} <= READ_ONLY
    assert may({Role.AUDITOR}, Act.EXPORT_RECORDS)


def test_roles_add_up_and_without_one_nothing_is_allowed() -> None:
    """In a small plant the supervisor is also the trainer."""
    both = {Role.SUPERVISOR, Role.TRAINER}
    assert may(both, Act.GRANT_OVERRIDE)
    assert may(both, Act.EDIT_TRAINING)
    assert not may(both, Act.SIGN_REVIEW)
    assert not [act for act in Act if may((), act)]


@pytest.mark.req("A7")
@pytest.mark.parametrize(
    ("roles", "words"),
    [
        (set(), "needs a role"),
        ({Role.AUDITOR, Role.QA}, "only reads"),
        ({Role.SYSADMIN, Role.QA}, "cannot be supervisor, QA or trainer"),
        ({Role.SYSADMIN, Role.SUPERVISOR}, "cannot be supervisor, QA or trainer"),
        ({Role.QA, Role.SUPERVISOR, Role.TRAINER}, ""),
        *(({role}, "") for role in Role),
    ],
)
def test_roles_that_do_not_go_together_are_refused_with_why(roles: set[Role], words: str) -> None:
    """The refusal is read by whoever makes the account; every role can stand alone."""
    found = refusal_of_roles(roles)
    assert words in (found.text_en if found else "")
    assert (found is None) is (words == "")
    assert found is None or found.text_fr != found.text_en


def test_roles_are_stored_as_words_in_order() -> None:
    """The same roles are the same text, so that a change is seen as one."""
    assert as_text([Role.SUPERVISOR, Role.QA, Role.QA]) == "qa supervisor"
    assert from_text("qa supervisor") == {Role.QA, Role.SUPERVISOR}
    with pytest.raises(ValueError, match="king"):
        from_text("king")


@pytest.mark.parametrize(("believed", "clock"), [(True, "ntp"), (False, "ntp:untrusted")])
def test_a_moment_says_whether_the_clock_is_believed(believed: bool, clock: str) -> None:
    """Who signs at an untrusted time signs with that on record."""
    reading = Reading(datetime(2026, 11, 23, tzinfo=UTC), "boot-1", 5, synchronised=believed)
    moment = moment_of(ClockState(Trust.NTP, None, believed=believed), reading)
    assert (moment.at, moment.boot_us, moment.trusted, moment.clock) == (reading.at, 5, believed, clock)
