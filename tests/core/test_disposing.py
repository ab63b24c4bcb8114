"""What is owed after an override: QA's disposition by somebody who had no part in it, and an emergency's reference."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gate.core.disposing import (
    TABLE,
    Disposition,
    Granted,
    disposition_due_at,
    disposition_refusals,
    reference_due_at,
    reference_refusals,
    still_stands,
)
from gate.core.terms import OverrideClass
from tests.core.facts_builder import AN_HOUR, NOON, moment, override

PATTERN = r"^(DEV|TC)-\d{4}-\d{4}$"
WHY = "looked at the batch record"
OVER = Granted(
    override=override("GMP_REFRESHER", start=NOON - 3 * AN_HOUR, end=NOON - AN_HOUR),
    person_id="E1",
    granted_at=NOON - 3 * AN_HOUR,
    reference="DEV-2026-0042",
    approver_id="E9",
    cosigner_id="Q2",
    second_id=None,
    disposed=False,
)
OWING = replace(
    OVER, override=replace(OVER.override, override_class=OverrideClass.EMERGENCY), reference="", second_id="E7"
)
STANDING = replace(OVER, override=override("GMP_REFRESHER", start=NOON - AN_HOUR))
QA = ("Q1", "qa")


@pytest.mark.req("D9")
@pytest.mark.parametrize("disposition", list(Disposition))
def test_qa_decides_of_what_is_over(disposition: Disposition) -> None:
    """Each of the three is a decision; none is the better answer."""
    assert disposition_refusals(OVER, disposition, WHY, QA, moment()) == ()


@pytest.mark.req("D9", "D2")
@pytest.mark.parametrize(
    ("code", "granted", "disposition", "statement", "signer"),
    [
        ("unknown_override", None, "acceptable", WHY, QA),
        ("disposed_already", replace(OVER, disposed=True), "acceptable", WHY, QA),
        ("still_stands", STANDING, "acceptable", WHY, QA),
        ("reference_owed", OWING, "acceptable", WHY, QA),
        ("only_qa", OVER, "acceptable", WHY, ("E4", "supervisor")),
        ("unknown_disposition", OVER, "fine", WHY, QA),
        ("unknown_disposition", OVER, "", WHY, QA),
        ("no_statement", OVER, "not_acceptable", " -- ok -- ", QA),
        *(("not_independent", replace(OVER, second_id="E7"), "acceptable", WHY, (p, "qa")) for p in ("E1", "E9", "Q2")),
        ("not_independent", replace(OVER, second_id="E7"), "acceptable", WHY, ("E7", "qa")),
    ],
)
def test_it_is_refused_for_exactly_this(
    code: str, granted: Granted | None, disposition: str, statement: str, signer: tuple[str, str]
) -> None:
    """Whoever approved, co-signed, was named or was let in does not judge it; nor does anybody before it is over."""
    found = disposition_refusals(granted, disposition, statement, signer, moment())
    assert [refusal.code for refusal in found] == [code]
    assert found[0].text_en != found[0].text_fr


@pytest.mark.req("D9")
def test_what_a_load_removed_counts_no_more_and_is_judged_all_the_same() -> None:
    """Else whoever may load a plant file could empty QA's queue."""
    removed = replace(STANDING, removed=True)
    assert still_stands(STANDING, moment())
    assert not still_stands(removed, moment())
    assert disposition_refusals(removed, "acceptable", WHY, QA, moment()) == ()


@pytest.mark.req("D8", "D9")
def test_what_is_owed_is_due_from_the_grant_on() -> None:
    """24 h for the reference of an emergency, so many days for the disposition."""
    assert reference_due_at(OWING) == OWING.granted_at + timedelta(hours=24)
    assert reference_due_at(OVER) is None
    assert reference_due_at(replace(OWING, reference="DEV-2026-0042")) is None
    assert disposition_due_at(OVER, 5) == OVER.granted_at + timedelta(days=5)


@pytest.mark.req("D8")
@pytest.mark.parametrize(
    ("code", "granted", "reference", "why", "signer"),
    [
        ("", OWING, "DEV-2026-0042", WHY, ("E9", "supervisor")),
        ("", OWING, "TC-2026-0042", WHY, QA),
        ("unknown_override", None, "DEV-2026-0042", WHY, QA),
        ("nothing_owed", OVER, "DEV-2026-0042", WHY, QA),
        ("own_override", OWING, "DEV-2026-0042", WHY, ("E1", "supervisor")),
        ("not_for_this_role", OWING, "DEV-2026-0042", WHY, ("E4", "trainer")),
        ("reference_form", OWING, "DEV-26-1", WHY, QA),
        ("reference_form", OWING, "", WHY, QA),
        ("no_justification", OWING, "DEV-2026-0042", "late", QA),
    ],
)
def test_the_reference_of_an_emergency_is_added_once_and_by_another(
    code: str, granted: Granted | None, reference: str, why: str, signer: tuple[str, str]
) -> None:
    """Also when it is overdue: late and on record is better than never."""
    found = reference_refusals(granted, reference, why, signer, PATTERN)
    assert [refusal.code for refusal in found] == ([code] if code else [])
    assert not any("{" in text.replace(r"\d{4}", "") for r in found for text in (r.text_en, r.text_fr))


def test_every_row_of_the_table_is_reached_by_its_code_alone() -> None:
    """Two rows of one code would make one of them dead."""
    assert len({row.code for row in TABLE}) == len(TABLE)
