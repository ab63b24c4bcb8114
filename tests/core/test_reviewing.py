"""What may be decided in a review and by whom (requirement H5): every refusal, and that nothing else is refused."""

from dataclasses import replace

import pytest

from gate.core.granting import Refusal
from gate.core.reviewing import (
    LONGEST_COMMENT,
    MOST_AT_ONCE,
    TABLE,
    Chosen,
    Decided,
    Reviewer,
    Standing,
    codes,
    disposal_refusals,
    note_refusals,
    signing_refusals,
)

PATTERN = r"^(DEV|TC)-\d{4}-\d{4}$"
QA = Reviewer("P-qa", "qa", "qa")
OTHER = Reviewer("P-quinn", "quinn", "qa")
CHOSEN = Chosen(1, 0, 0, {"E1 denied at TP-01": frozenset({"E1"})})
GOOD = Decided("explained", "", "Line check without product")
READY = Standing(signed=False, over=True, chain_whole=True, undecided=0, own=(), second=None)


def disposal(
    chosen: Chosen = CHOSEN, decided: Decided = GOOD, reviewer: Reviewer = QA, *, signed: bool = False
) -> list[str]:
    return codes(disposal_refusals(chosen, decided, reviewer, PATTERN, signed=signed))


@pytest.mark.req("H5")
def test_an_outcome_with_a_comment_is_taken() -> None:
    """Each of the four, a deviation with its reference; another may have one too."""
    assert disposal() == []
    assert disposal(decided=Decided("deviation", "DEV-2026-0311", "Line check without product")) == []
    assert disposal(decided=Decided("training_action", "TC-2026-0311", "Line check without product")) == []
    assert disposal(decided=Decided("technical_follow_up", "", "Cable was replaced")) == []


@pytest.mark.req("H5")
@pytest.mark.parametrize(
    ("found", "code"),
    [
        (disposal(reviewer=Reviewer("P-sup", "sup", "supervisor")), "only_qa"),
        (disposal(signed=True), "review_signed"),
        (disposal(Chosen(0, 0, 0, {})), "none_chosen"),
        (disposal(Chosen(MOST_AT_ONCE + 1, 0, 0, {})), "too_many"),
        (disposal(Chosen(1, 1, 0, {})), "not_of_this_review"),
        (disposal(Chosen(1, 0, 1, {})), "override_elsewhere"),
        (disposal(Chosen(1, 0, 0, {"x": frozenset({"P-qa"})})), "had_a_part"),
        (disposal(Chosen(1, 0, 0, {"x": frozenset({"qa"})})), "had_a_part"),
        (disposal(decided=replace(GOOD, outcome="fine")), "unknown_outcome"),
        (disposal(decided=replace(GOOD, outcome="deviation")), "reference_form"),
        (disposal(decided=replace(GOOD, reference="DEV-1")), "reference_form"),
        (disposal(decided=replace(GOOD, comment="ok \u202e !!")), "no_comment"),
        (disposal(decided=replace(GOOD, comment="x" * (LONGEST_COMMENT + 1))), "long_comment"),
    ],
)
def test_each_thing_that_stands_against_an_outcome_is_refused_by_its_name(found: list[str], code: str) -> None:
    """And by no other: the reviewer mends exactly what is named."""
    assert found == [code]


@pytest.mark.req("H5")
def test_a_refusal_names_what_the_reviewer_had_a_part_in() -> None:
    """By the headline of the exception, in both languages."""
    chosen = Chosen(2, 0, 0, {"Override for E1": frozenset({"P-qa"}), "Reader R1": frozenset()})
    (found,) = disposal_refusals(chosen, GOOD, QA, PATTERN, signed=False)
    assert "Override for E1" in found.text_en
    assert "Override for E1" in found.text_fr
    assert "Reader R1" not in found.text_en


@pytest.mark.req("H5")
@pytest.mark.parametrize(
    ("standing", "code"),
    [
        (replace(READY, signed=True), "review_signed"),
        (replace(READY, over=False), "period_runs"),
        (replace(READY, chain_whole=False), "chain_broken"),
        (replace(READY, undecided=3), "undecided"),
        (replace(READY, own=("Override for E1",)), "needs_second"),
        (replace(READY, own=("x",), second=QA), "second_is_you"),
        (replace(READY, own=("x",), second=Reviewer("P-sup", "sup", "supervisor")), "second_only_qa"),
        (replace(READY, own=("x",), second=OTHER, second_own=("x",)), "second_had_a_part"),
    ],
)
def test_each_thing_that_stands_against_the_signature_is_refused_by_its_name(standing: Standing, code: str) -> None:
    """The reviewer is not a performer, and an open exception is not signed over."""
    assert codes(signing_refusals(standing, QA)) == [code]


@pytest.mark.req("H5")
def test_a_review_that_is_ready_is_signed_alone_or_beside_a_second_reviewer() -> None:
    """The second is needed only where the first had a part."""
    assert signing_refusals(READY, QA) == ()
    assert signing_refusals(replace(READY, own=("x",), second=OTHER), QA) == ()
    assert codes(signing_refusals(READY, Reviewer("P-aud", "aud", "auditor"))) == ["only_qa"]


@pytest.mark.req("H5")
@pytest.mark.parametrize(
    ("note", "signed", "reviewer", "code"),
    [
        ("The cable was replaced on the 24th", True, QA, None),
        ("The cable was replaced on the 24th", False, QA, "not_signed_yet"),
        ("…", True, QA, "no_note"),
        ("x" * (LONGEST_COMMENT + 1), True, QA, "long_comment"),
        ("The cable was replaced on the 24th", True, Reviewer("P-s", "s", "supervisor"), "only_qa"),
    ],
)
def test_a_note_follows_a_signature_and_says_something(
    note: str, signed: bool, reviewer: Reviewer, code: str | None
) -> None:
    """Before the signature there are comments."""
    assert codes(note_refusals(note, reviewer, signed=signed)) == ([code] if code else [])


def test_every_refusal_speaks_both_languages() -> None:
    """And each code stands once in the table."""
    assert len({refusal.code for refusal in TABLE}) == len(TABLE)
    for refusal in TABLE:
        assert isinstance(refusal, Refusal)
        assert refusal.text_en != refusal.text_fr
        assert ("{what}" in refusal.text_en) == ("{what}" in refusal.text_fr)
