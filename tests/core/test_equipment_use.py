"""What a badge means at a machine in use, who joins and leaves, and until when the permissive stands."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gate.core.equipment_use import (
    Answered,
    DropCause,
    Meaning,
    apply_allow,
    interpret,
    own_member,
    permissive_until,
    recheck,
    resumes_after_blind,
)
from gate.core.records import Decision, Equipment, Member, Use
from gate.core.terms import Operation, Outcome, Permissive

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SECOND_US = 1_000_000
EQUIPMENT = Equipment(version=1, id="TP-01", class_id="PRESS", area_id="COMP")


def member(person: str = "E1", number: int = 1, *, permissive: bool = True) -> Member:
    return Member(number, person, f"B-{person}", Operation.USE, 10 + number, NOW, permissive)


def use(*members: Member) -> Use:
    return Use(1, "TP-01", members)


def answered(person: str = "E1", outcome: Outcome = Outcome.ALLOW, *reasons: str) -> Answered:
    return Answered(person, outcome, reasons or ("ALLOW_CERTIFIED",), 0, Operation.USE, 11, {})


def decision(outcome: Outcome, *reasons: str, until: datetime | None = None) -> Decision:
    return Decision(outcome, reasons, Operation.USE, until, {}, (), {})


def test_nobody_known_is_always_decided() -> None:
    """Badge-again rules are for people: a lost badge must be denied each time."""
    assert interpret(None, use(member()), answered(), 0).meaning is Meaning.DECIDE


@pytest.mark.parametrize(("after_s", "meaning"), [(9.9, Meaning.REPEAT), (10.0, Meaning.BADGE_OUT)])
def test_the_same_badge_repeats_the_allow_within_ten_seconds_and_signs_out_after(
    after_s: float, meaning: Meaning
) -> None:
    """Scenario 42: a badge lifted and laid down again must not sign anybody out."""
    found = interpret("E1", use(member()), answered(), round(after_s * SECOND_US))
    assert (found.meaning, found.member) == (meaning, member())


def test_an_allow_is_not_repeated_once_its_permissive_has_dropped() -> None:
    """An override revoked a second ago must not light green once more."""
    found = interpret("E1", use(member(permissive=False)), answered(), SECOND_US)
    assert (found.meaning, found.resuming) == (Meaning.DECIDE, True)


def test_a_deny_is_decided_anew_however_soon() -> None:
    """Somebody who has just been denied may have been helped meanwhile."""
    assert interpret("E1", None, answered("E1", Outcome.DENY, "NOT_CERTIFIED"), 0).meaning is Meaning.DECIDE


def test_somebody_elses_allow_is_not_repeated() -> None:
    """The answer of a moment ago was for another person."""
    assert interpret("E2", use(member()), answered("E1"), 0).meaning is Meaning.DECIDE


def test_a_member_whose_permissive_has_dropped_is_decided_as_resuming() -> None:
    """Scenario 43: a dropped permissive needs a new decision, not a badge-out."""
    found = interpret("E1", use(member(permissive=False)), None, 0)
    assert (found.meaning, found.resuming, found.member) == (Meaning.DECIDE, True, member(permissive=False))


@pytest.mark.parametrize(
    ("reasons", "after_s", "taking_over"),
    [(("EQ_BUSY",), 9, True), (("EQ_BUSY",), 10, False), (("EQ_BUSY", "NOT_CERTIFIED"), 1, False)],
)
def test_only_a_busy_machine_as_the_sole_reason_and_a_second_badge_within_ten_seconds_take_over(
    reasons: tuple[str, ...], after_s: int, taking_over: bool
) -> None:
    """Scenario 44: a hand-over is meant, not stumbled into."""
    found = interpret("E2", use(member()), answered("E2", Outcome.DENY, *reasons), after_s * SECOND_US)
    assert found.taking_over is taking_over


def test_own_member_finds_only_the_person() -> None:
    """With several people at a machine each has a membership of their own."""
    both = use(member("E1", 1), member("E2", 2))
    assert own_member(both, "E2") == member("E2", 2)
    assert own_member(both, "E3") is None
    assert own_member(None, "E1") is None


def test_a_hand_over_ends_everybody_elses_part_and_a_resumption_only_ones_own() -> None:
    """Scenario 44: the cause of the end is on record."""
    both = use(member("E1", 1), member("E2", 2))
    handed = apply_allow(both, "E3", decision(Outcome.ALLOW, "ALLOW_HANDOVER"))
    resumed = apply_allow(both, "E2", decision(Outcome.ALLOW, "ALLOW_RESUMED"))
    assert (handed.leaving, handed.cause) == (frozenset({1, 2}), "handed_over")
    assert (resumed.leaving, resumed.cause) == (frozenset({2}), "resumed")
    assert apply_allow(None, "E1", decision(Outcome.ALLOW, "ALLOW_CERTIFIED")).leaving == frozenset()


def test_a_held_permissive_ends_with_the_certification_or_the_longest_use() -> None:
    """Settled: 13 h a person unless the equipment says otherwise."""
    soon = NOW + timedelta(hours=1)
    assert permissive_until(EQUIPMENT, decision(Outcome.ALLOW, "A", until=soon), NOW, NOW) == soon
    assert permissive_until(EQUIPMENT, decision(Outcome.ALLOW, "A"), NOW, NOW) == NOW + timedelta(hours=13)


def test_a_window_is_honoured_past_the_end_of_the_certification() -> None:
    """Scenario 38: the only such case."""
    window = replace(EQUIPMENT, permissive=Permissive.WINDOW, window_s=60)
    ends = NOW + timedelta(seconds=10)
    assert permissive_until(window, decision(Outcome.ALLOW, "A", until=ends), NOW, NOW) == NOW + timedelta(seconds=60)


@pytest.mark.parametrize(
    ("reasons", "cause"),
    [
        (("PERSON_SUSPENDED", "TRAINING_EXPIRED"), DropCause.SUSPENDED),
        (("BADGE_LOST",), DropCause.BADGE_BLOCKED),
        (("PERSON_UNKNOWN",), DropCause.BADGE_BLOCKED),
        (("EQ_QUARANTINE",), DropCause.HOLD),
        (("OVERRIDE_REVOKED", "TRAINING_EXPIRED"), DropCause.OVERRIDE_REVOKED),
        (("OVERRIDE_EXPIRED", "TRAINING_EXPIRED"), DropCause.OVERRIDE_ENDED),
        (("TRAINING_EXPIRED",), DropCause.CERTIFICATION_ENDED),
        (("SYS_TIME_BAD", "TRAINING_EXPIRED"), DropCause.SYSTEM_FAULT),
        (("EQ_CAL_OVERDUE",), DropCause.OTHER),
    ],
)
def test_a_held_permissive_drops_with_the_cause_that_says_most(reasons: tuple[str, ...], cause: DropCause) -> None:
    """C7: QA must see why a start was no longer permitted."""
    assert recheck(EQUIPMENT, member(), decision(Outcome.DENY, *reasons), NOW) is cause


def test_a_standing_membership_drops_at_the_longest_use_and_not_before() -> None:
    """Scenario 43: nobody stays signed in over two shifts."""
    allowed = decision(Outcome.ALLOW, "ALLOW_CERTIFIED")
    limit = NOW + timedelta(hours=13)
    assert recheck(EQUIPMENT, member(), allowed, limit - timedelta(milliseconds=1)) is None
    assert recheck(EQUIPMENT, member(), allowed, limit) is DropCause.LONGEST_USE


@pytest.mark.parametrize(
    ("reasons", "cause"),
    [
        (("TRAINING_EXPIRED",), None),
        (("OVERRIDE_EXPIRED",), None),
        (("EQ_CAL_OVERDUE",), None),
        (("PERSON_SUSPENDED",), DropCause.SUSPENDED),
        (("SYS_INTEGRITY",), DropCause.SYSTEM_FAULT),
    ],
)
def test_an_open_window_outlives_a_certification_but_not_a_bar(
    reasons: tuple[str, ...], cause: DropCause | None
) -> None:
    """Scenario 38 names the end of a certification alone; a suspension still acts at once."""
    window = replace(EQUIPMENT, permissive=Permissive.WINDOW)
    here = replace(member(), permissive_until_at=NOW + timedelta(seconds=60))
    assert recheck(window, here, decision(Outcome.DENY, *reasons), NOW) is cause


def test_a_window_ends_with_its_time_and_stands_while_allowed() -> None:
    """The window is the whole promise: nothing re-opens it but a badge."""
    window = replace(EQUIPMENT, permissive=Permissive.WINDOW)
    here = replace(member(), permissive_until_at=NOW)
    allowed = decision(Outcome.ALLOW, "ALLOW_CERTIFIED")
    assert recheck(window, here, allowed, NOW) is DropCause.WINDOW_ENDED
    assert recheck(window, here, allowed, NOW - timedelta(milliseconds=1)) is None


def test_a_use_resumes_only_after_a_short_blind_time() -> None:
    """Settled: after 5 minutes nobody knows who stands at the machine."""
    assert (resumes_after_blind(299.9), resumes_after_blind(300.0)) == (True, False)
