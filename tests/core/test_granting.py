"""Granting: each thing that stands against an override refuses by itself, in words that say what to do (D1-D5)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.core.decision import decide
from gate.core.granting import TABLE, GrantContext, GrantRequest, SiteRules, refusals
from gate.core.reasons import REASONS, Lift
from gate.core.records import Override, Suspension
from gate.core.terms import Operation, OverrideClass, PersonKind
from tests.core.facts_builder import (
    A_SECOND,
    AN_HOUR,
    CERTIFIED,
    EQUIPMENT,
    NOON,
    PERSON,
    day,
    moment,
    override,
    with_equipment,
)
from tests.core.grants import (
    BOTH_OVER,
    COSIGNED,
    EMERGENCY,
    GMP_OVER,
    NEVER_TRAINED,
    REQUEST,
    SIGNED_BY_QA,
    codes,
    context,
)

SUSPENDED = context(replace(GMP_OVER, suspensions=(Suspension(61),)))
VISITOR = context(replace(GMP_OVER, person=replace(PERSON, kind=PersonKind.VISITOR)))
NOBODY = context(replace(GMP_OVER, person=None))
NOWHERE = context(replace(GMP_OVER, equipment=None))
OUT_OF_CAL = context(with_equipment(CERTIFIED, replace(EQUIPMENT, qualified_until_on=day("2026-11-01"))))
UNTRAINED = context(NEVER_TRAINED)
CRITICAL = with_equipment(GMP_OVER, replace(EQUIPMENT, critical=True))


def asking(**more: Any) -> GrantRequest:
    return replace(REQUEST, **more)


def in_case(**more: Any) -> GrantContext:
    return context(GMP_OVER, **more)


def standing(*reasons: str, **more: Any) -> GrantContext:
    return in_case(standing=(override(*reasons, **more),))


CASES: list[tuple[str, GrantRequest, GrantContext]] = [
    ("unknown_person", REQUEST, NOBODY),
    ("unknown_equipment", REQUEST, NOWHERE),
    ("unknown_operation", asking(operations=frozenset({"USE", "JUGGLE"})), in_case()),
    ("no_operation", asking(operations=frozenset()), in_case()),
    ("unknown_reason", asking(reasons=frozenset({"GMP_REFRESHER", "BAD_HAIR"})), in_case()),
    ("no_reason", asking(reasons=frozenset()), in_case()),
    ("signed_by_another", REQUEST, in_case(signer_person_id="E8")),
    ("to_himself", asking(approver_person_id="E1"), in_case(signer_person_id="E1")),
    ("sysadmin", asking(approver_roles=frozenset({"supervisor", "sysadmin"})), in_case()),
    ("not_a_supervisor", asking(approver_roles=frozenset({"operator"})), in_case()),
    ("not_his_supervisor", REQUEST, in_case(supervisor_of=False)),
    ("suspended", REQUEST, SUSPENDED),
    ("suspended", REQUEST, in_case(suspended=True)),
    ("visitor", REQUEST, VISITOR),
    ("starts_in_past", asking(starts_at=NOON - timedelta(minutes=1, seconds=1)), in_case()),
    ("ends_early", asking(ends_at=NOON), in_case()),
    ("ends_early", asking(starts_at=NOON - 30 * A_SECOND, ends_at=NOON - A_SECOND), in_case()),
    ("ends_early", asking(starts_at=NOON + AN_HOUR, ends_at=NOON + AN_HOUR - A_SECOND), in_case()),
    ("too_long", asking(ends_at=NOON + 24 * AN_HOUR + A_SECOND), in_case()),
    ("too_long", REQUEST, in_case(rules=SiteRules(cap_h=7))),
    ("too_long", asking(ends_at=NOON + 25 * AN_HOUR), in_case(rules=SiteRules(cap_h=48))),
    ("emergency_too_long", replace(EMERGENCY, ends_at=NOON + 2 * AN_HOUR + A_SECOND), in_case()),
    ("never_lifted", asking(reasons=frozenset({"EQ_QUAL_LAPSED"})), OUT_OF_CAL),
    ("needs_cosigner", asking(reasons=frozenset({"NOT_CERTIFIED"})), UNTRAINED),
    ("critical_equipment", REQUEST, context(CRITICAL)),
    ("critical_equipment", REQUEST, context(with_equipment(GMP_OVER, replace(EQUIPMENT, sterile=True)))),
    ("second_in_30_days", REQUEST, in_case(earlier=1)),
    ("cosigner_not_independent", replace(COSIGNED, cosigner_person_id="E9"), in_case(cosigned_by_person_id="E9")),
    ("cosigner_not_independent", replace(COSIGNED, cosigner_person_id="E1"), in_case(cosigned_by_person_id="E1")),
    ("cosigner_not_qa", replace(COSIGNED, cosigner_roles=frozenset({"supervisor"})), SIGNED_BY_QA),
    ("cosigner_not_qa", replace(COSIGNED, cosigner_roles=frozenset({"qa", "sysadmin"})), SIGNED_BY_QA),
    ("cosigned_by_another", COSIGNED, in_case()),
    ("needs_second_person", EMERGENCY, in_case(second_named=None)),
    ("second_person_not_independent", replace(EMERGENCY, second_named_person_id="E9"), in_case()),
    ("second_person_not_independent", replace(EMERGENCY, second_named_person_id="E1"), in_case()),
    ("already_covered", REQUEST, standing("GMP_REFRESHER")),
    ("already_covered", REQUEST, standing("GMP_REFRESHER", start=NOON + AN_HOUR, end=NOON + 2 * AN_HOUR)),
    ("not_needed", REQUEST, context(CERTIFIED)),
    ("not_failing", asking(reasons=frozenset({"GMP_REFRESHER", "SOP_REVISION"})), in_case()),
    ("not_all_covered", REQUEST, context(BOTH_OVER)),
    ("no_justification", asking(justification="... ab 12 ---- cd"), in_case()),
    ("reference_form", asking(reference="my mail of Monday"), in_case()),
    ("reference_form", asking(reference=""), in_case()),
    ("reference_form", asking(reference="DEV-2026-0042\n"), in_case()),
    ("reference_form", replace(EMERGENCY, reference="later"), in_case()),
]


@pytest.mark.req("D1", "D2", "D3", "D4", "D5", "D8")
@pytest.mark.parametrize(("code", "request_", "known"), CASES, ids=[f"{n}-{case[0]}" for n, case in enumerate(CASES)])
def test_it_is_refused_for_exactly_this(code: str, request_: GrantRequest, known: GrantContext) -> None:
    """A refusal that names something else sends the supervisor the wrong way at night."""
    assert codes(request_, known) == (code,)


def test_every_row_of_the_table_has_a_case() -> None:
    """A rule that no test can trigger may as well not be there."""
    assert {code for code, _, _ in CASES} == {rule.code for rule in TABLE}


GOOD: list[tuple[GrantRequest, GrantContext]] = [
    (REQUEST, in_case()),
    (REQUEST, in_case(supervisor_of=True)),
    (asking(ends_at=NOON + 24 * AN_HOUR), in_case()),
    (asking(starts_at=NOON - timedelta(minutes=1)), in_case()),
    (asking(reasons=frozenset({"GMP_REFRESHER", "TRAINING_EXPIRED"})), context(BOTH_OVER)),
    (COSIGNED, SIGNED_BY_QA),
    (COSIGNED, in_case(cosigned_by_person_id="Q1", earlier=3)),
    (replace(COSIGNED, reasons=frozenset({"NOT_CERTIFIED"})), context(NEVER_TRAINED, cosigned_by_person_id="Q1")),
    (
        COSIGNED,
        replace(context(with_equipment(GMP_OVER, replace(EQUIPMENT, critical=True))), cosigned_by_person_id="Q1"),
    ),
    (EMERGENCY, in_case()),
    (EMERGENCY, in_case(earlier=1)),
    (EMERGENCY, context(with_equipment(GMP_OVER, replace(EQUIPMENT, sterile=True)))),
    (replace(EMERGENCY, reasons=frozenset({"NOT_CERTIFIED"})), UNTRAINED),
    (REQUEST, standing("TRAINING_EXPIRED")),
    (REQUEST, standing("GMP_REFRESHER", end=NOON)),
    (REQUEST, standing("GMP_REFRESHER", revoked=NOON - A_SECOND)),
    (REQUEST, standing("GMP_REFRESHER", operations=frozenset({Operation.CLEAN}))),
    (REQUEST, standing("GMP_REFRESHER", start=REQUEST.ends_at, end=REQUEST.ends_at + AN_HOUR)),
    (asking(starts_at=NOON + AN_HOUR), standing("GMP_REFRESHER")),
    (asking(reference="CAPA 7"), in_case(rules=SiteRules(reference_pattern=r"CAPA \d"))),
]


@pytest.mark.req("D1", "D4", "D8")
@pytest.mark.parametrize(("request_", "known"), GOOD)
def test_nothing_stands_against_it(request_: GrantRequest, known: GrantContext) -> None:
    """Rules that refuse what is right are worked around with a key switch."""
    assert codes(request_, known) == ()


def test_every_refusal_names_what_it_is_about_in_both_languages() -> None:
    """ "Wrong reason" helps nobody: it must say which, and in the words of who reads it."""
    found = refusals(REQUEST, context(BOTH_OVER))[0]
    assert (found.field, "TRAINING_EXPIRED" in found.text_en, "TRAINING_EXPIRED" in found.text_fr) == (
        "reasons",
        True,
        True,
    )
    until = refusals(REQUEST, standing("GMP_REFRESHER"))[0]
    assert "13:00" in until.text_en and "13:00" in until.text_fr
    for rule in TABLE:
        assert rule.en.rstrip(".") != rule.fr.rstrip("."), rule.code
        assert hasattr(REQUEST, rule.field), rule.code


@pytest.mark.req("D5")
@pytest.mark.parametrize("reason", sorted(code for code, row in REASONS.items() if row.overridable is Lift.NEVER))
def test_a_reason_marked_n_is_never_granted_not_even_in_an_emergency(reason: str) -> None:
    """Identity, suspension, gowning, quarantine, integrity: no signature reaches them."""
    denial = replace(decide(GMP_OVER, moment()), reasons=(reason,))
    for form in (REQUEST, EMERGENCY):
        request = replace(form, reasons=frozenset({reason}))
        assert "never_lifted" in codes(request, in_case(decisions=(denial,)))


# --- nothing is bypassed by another field -------------------------------------------------------------------

Changes = dict[str, Any]

IRRELEVANT = st.fixed_dictionaries(
    {},
    optional={
        "justification": st.sampled_from(["refresher is booked for Friday", "QA told me to, really", ""]),
        "reference": st.sampled_from(["DEV-2026-0042", "TC-2026-0001", "x", ""]),
        "operations": st.sampled_from([frozenset({"USE"}), frozenset({"USE", "CLEAN"})]),
        "override_class": st.sampled_from(list(OverrideClass)),
        "second_named_person_id": st.sampled_from([None, "E7", "E8"]),
        "ends_at": st.sampled_from([NOON + AN_HOUR, NOON + 23 * AN_HOUR]),
    },
)
CONTEXTS = st.fixed_dictionaries({}, optional={"earlier": st.integers(0, 3)})
ALWAYS = {
    "to_himself": CASES[7],
    "sysadmin": CASES[8],
    "not_a_supervisor": CASES[9],
    "not_his_supervisor": CASES[10],
    "suspended": CASES[11],
    "visitor": CASES[13],
    "starts_in_past": CASES[14],
    "never_lifted": CASES[22],
    "unknown_person": CASES[0],
    "unknown_equipment": CASES[1],
    "signed_by_another": CASES[6],
}
"""What refuses whatever class, operations, reference, words, length or second person are given."""


@pytest.mark.req("D2", "D5")
@pytest.mark.parametrize("code", sorted(ALWAYS))
@settings(deadline=None)
@given(changes=IRRELEVANT, seen=CONTEXTS)
def test_no_other_field_talks_the_gate_out_of_a_refusal(code: str, changes: Changes, seen: Changes) -> None:
    """An emergency, a co-signature or a good reference must not make a forbidden grant possible."""
    expected, request, known = ALWAYS[code]
    assert expected == code
    assert code in codes(replace(request, **changes), replace(known, **seen))


@settings(deadline=None)
@given(changes=IRRELEVANT, seen=CONTEXTS)
def test_the_refusals_are_exactly_those_of_each_row_alone(changes: Changes, seen: Changes) -> None:
    """One row's answer must never hide another's, or a second try finds a third fault."""
    request, known = replace(REQUEST, **changes), in_case(**seen)
    alone = tuple(rule.code for rule in TABLE if rule.against(request, known) is not None)
    assert codes(request, known) == alone


@pytest.mark.req("D3", "D4", "D5")
@settings(deadline=None)
@given(
    changes=IRRELEVANT,
    seen=CONTEXTS,
    reasons=st.frozensets(st.sampled_from(sorted(REASONS)), max_size=3),
    failing=st.frozensets(st.sampled_from(sorted(REASONS)), min_size=1, max_size=3),
    cosigned=st.booleans(),
)
def test_what_is_granted_is_bounded_lifts_all_and_nothing_unsigned(
    changes: Changes, seen: Changes, reasons: frozenset[str], failing: frozenset[str], cosigned: bool
) -> None:
    """The table read the other way round: whatever got through keeps every promise of an override."""
    base = COSIGNED if cosigned else REQUEST
    request = replace(base, **{**changes, "reasons": failing | reasons if len(reasons) > 2 else failing})
    denial = replace(decide(GMP_OVER, moment()), reasons=tuple(failing))
    if codes(request, in_case(**seen, decisions=(denial,), cosigned_by_person_id=base.cosigner_person_id)):
        return
    emergency = request.override_class is OverrideClass.EMERGENCY
    assert request.reasons == failing
    assert timedelta() < request.ends_at - request.starts_at <= timedelta(hours=2 if emergency else 24)
    lifts = {REASONS[reason].overridable for reason in failing}
    assert lifts <= ({Lift.SUPERVISOR, Lift.COSIGNED} if cosigned or emergency else {Lift.SUPERVISOR})
    assert emergency or cosigned or not seen.get("earlier")
    assert request.reference or emergency


def test_an_override_is_judged_by_what_stands_and_not_by_what_stood() -> None:
    """An override that ended on the boot clock no longer covers, though the wall clock says it does."""
    ended: Override = override("GMP_REFRESHER", boot="boot-1", ends_boot_us=1)
    assert codes(REQUEST, in_case(standing=(ended,))) == ()
