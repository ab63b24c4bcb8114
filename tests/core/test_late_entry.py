"""What a late entry must be, and who may verify it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gate.core.late_entry import Claim, LateState, Waiting, claim_refusals, verifying_refusals
from gate.core.roles import Role

NOW = datetime(2026, 11, 23, 18, tzinfo=UTC)
PATTERN = r"^[A-Z0-9]+$"
WHY = "The gate was down from 06:00, paper by A. One"
RIGHT = Claim("TP-01", "E1", "USE", "24K1187", NOW - timedelta(hours=8), NOW - timedelta(hours=2), "gate_down", WHY)


def codes(claim: Claim, *, role: Role = Role.SUPERVISOR, known: bool = True) -> list[str]:
    found = claim_refusals(claim, role, NOW, pattern=PATTERN, known_machine=known, known_person=known)
    return [refusal.code for refusal in found]


def test_a_claim_as_the_paper_has_it_is_taken() -> None:
    """With or without a lot."""
    assert codes(RIGHT) == []
    assert codes(replace(RIGHT, lot=""), role=Role.QA) == []


WRONG = (
    ({"operation": "FLY"}, "bad_operation"),
    ({"lot": "24 K"}, "bad_lot"),
    ({"cause": "because"}, "bad_cause"),
    ({"from_at": None}, "no_begin"),
    ({"until_at": None}, "no_end"),
    ({"until_at": NOW + timedelta(seconds=1)}, "still_to_come"),
    ({"until_at": RIGHT.from_at}, "end_first"),
    ({"from_at": NOW - timedelta(hours=27)}, "claim_too_long"),
    ({"why": "down"}, "no_justification"),
    ({"why": "x" * 10_000}, "long_justification"),
)


@pytest.mark.req("C10")
@pytest.mark.parametrize(("wrong", "code"), WRONG)
def test_nonsense_is_refused_by_name(wrong: dict[str, object], code: str) -> None:
    """A late entry is evidence; a wrong one is worse than none."""
    assert codes(replace(RIGHT, **wrong)) == [code]  # type: ignore[arg-type]


def test_who_and_where_must_be_on_record_and_the_role_must_sign() -> None:
    """Everything is told at once."""
    found = codes(replace(RIGHT, from_at=NOW + timedelta(hours=1)), role=Role.TRAINER, known=False)
    assert found == ["not_allowed", "unknown_equipment", "unknown_person", "still_to_come", "end_first"]


WAITING = Waiting("P-sup", "E1", LateState.ENTERED)


@pytest.mark.req("C10", "A7")
@pytest.mark.parametrize(
    ("waiting", "by", "role", "answer", "expected"),
    [
        (WAITING, "P-qa", Role.QA, "verified", []),
        (WAITING, "P-sue", Role.SUPERVISOR, "rejected", []),
        (WAITING, "P-sup", Role.SUPERVISOR, "verified", ["own_entry"]),
        (WAITING, "E1", Role.SUPERVISOR, "verified", ["own_use"]),
        (replace(WAITING, entered_by="E1"), "E1", Role.SUPERVISOR, "verified", ["own_entry", "own_use"]),
        (replace(WAITING, state=LateState.VERIFIED), "P-qa", Role.QA, "rejected", ["not_waiting"]),
        (None, "P-qa", Role.QA, "verified", ["not_waiting"]),
        (WAITING, "P-adm", Role.SYSADMIN, "verified", ["not_allowed"]),
        (WAITING, "P-qa", Role.QA, "entered", ["bad_answer"]),
        (WAITING, "P-qa", Role.QA, "", ["bad_answer"]),
    ],
)
def test_another_person_verifies_and_once(
    waiting: Waiting | None, by: str, role: Role, answer: str, expected: list[str]
) -> None:
    """Four eyes on what no reader saw: never who entered it, never who it is about."""
    found = verifying_refusals(waiting, answer, "Compared with the log sheet", by, role)
    assert [refusal.code for refusal in found] == expected


def test_a_verification_says_something() -> None:
    """A tick without words proves no comparison."""
    assert [r.code for r in verifying_refusals(WAITING, "verified", "", "P-qa", Role.QA)] == ["no_justification"]
