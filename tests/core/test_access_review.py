"""What a review of access must be."""

import pytest

from gate.core.access_review import review_refusals
from gate.core.roles import Role

ACCOUNTS = {"qa": "P-qa", "sup": "P-sup", "old": "P-old"}
RIGHT = {"qa": "own", "sup": "keep", "old": "revoke"}
STATEMENT = "Compared with the list of personnel"


@pytest.mark.req("A9")
@pytest.mark.parametrize(
    ("decided", "statement", "role", "codes"),
    [
        (RIGHT, STATEMENT, Role.QA, []),
        (RIGHT, STATEMENT, Role.SUPERVISOR, ["not_allowed"]),
        ({"qa": "own", "sup": "keep"}, STATEMENT, Role.QA, ["list_changed"]),
        ({**RIGHT, "ghost": "keep"}, STATEMENT, Role.QA, ["list_changed"]),
        ({**RIGHT, "sup": ""}, STATEMENT, Role.QA, ["not_decided"]),
        ({**RIGHT, "sup": "own"}, STATEMENT, Role.QA, ["not_decided"]),
        ({**RIGHT, "qa": "keep"}, STATEMENT, Role.QA, ["not_decided"]),
        (RIGHT, "done", Role.QA, ["no_statement"]),
        (RIGHT, "x" * 10_000, Role.QA, ["long_statement"]),
        ({}, "", Role.AUDITOR, ["not_allowed", "list_changed", "no_statement"]),
    ],
)
def test_a_review_is_whole_or_not_signed(decided: dict[str, str], statement: str, role: Role, codes: list[str]) -> None:
    """Every account, each with a decision, never one's own."""
    assert [r.code for r in review_refusals(decided, ACCOUNTS, statement, "P-qa", role)] == codes
