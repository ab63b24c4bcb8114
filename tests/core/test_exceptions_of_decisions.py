"""Review by exception: what the rules find in decisions, and what they leave alone (requirement H4)."""

from datetime import timedelta

import pytest

from gate.core.exceptions_of_decisions import RULE_OF_DENIAL, SHOWN, SWEEP
from gate.core.reasons import REASONS, ReasonClass
from tests.core.review_entries import BEGIN, Log, of_rule


@pytest.mark.req("H4")
def test_routine_is_only_counted() -> None:
    """A reviewer opens nothing of what is as it should be, and sees how much of it there was."""
    log = Log()
    log.allowed("E1")
    log.allowed("E1", "ALLOW_OVERRIDE")
    log.allowed("E2", "ALLOW_EMERGENCY")
    log.denied("E2")
    log.read("E3", "pending", "NEED_TRAINER")
    log.denied("E2", mode="shadow")
    log.left("E1")
    log.tell("actuated", ref=1)
    assert log.found() == []
    assert log.counts() == {
        "allowed": 1,
        "overridden": 2,
        "denied": 1,
        "pending": 1,
        "trial_denied": 1,
        "uses_ended": 1,
    }


@pytest.mark.req("H4")
@pytest.mark.parametrize(("gap", "found"), [(1.9, True), (2.0, True), (2.1, False)])
def test_somebody_elses_allow_right_after_a_denial_may_be_a_lent_badge(gap: float, found: bool) -> None:
    """Two minutes are enough to hand a badge over; later it is another job."""
    log = Log()
    log.denied("E1")
    log.later(gap).allowed("E2")
    lent = of_rule(log.found(), "LENT_BADGE")
    assert bool(lent) is found
    if found:
        assert (lent[0].who, lent[0].other, lent[0].machine, lent[0].seqs) == (("E1",), "E2", "TP-01", (1, 2))
        assert lent[0].parts == {"E1", "E2"}


@pytest.mark.req("H4")
@pytest.mark.parametrize(
    "what",
    ["the same person", "another machine", "a trial", "a fault of the system", "a badge of nobody", "a busy machine"],
)
def test_what_is_no_lending(what: str) -> None:
    """An allow of the same person is a second try, and where nobody is kept out there is nothing to lend for."""
    log = Log()
    more = {"a trial": {"mode": "shadow"}}.get(what, {})
    reasons = {"a fault of the system": "SYS_DATA_STALE", "a busy machine": "EQ_BUSY"}
    log.denied(None if what == "a badge of nobody" else "E1", reasons.get(what, "TRAINING_EXPIRED"), **more)
    log.later(1).allowed(
        "E1" if what == "the same person" else "E2", machine="TP-02" if what == "another machine" else "TP-01"
    )
    assert of_rule(log.found(), "LENT_BADGE") == []


@pytest.mark.req("H4")
def test_several_who_were_turned_away_are_one_lending_and_told_once() -> None:
    """One allow is one exception, whoever stood in line; the next allow is not another."""
    log = Log()
    log.denied("E1")
    log.denied("E3")
    log.denied("E1")
    log.later(1).allowed("E2")
    log.allowed("E4")
    lent = of_rule(log.found(), "LENT_BADGE")
    assert [(one.who, one.other) for one in lent] == [(("E3", "E1"), "E2")]


@pytest.mark.req("H4")
def test_a_clock_set_back_between_denial_and_allow_hides_nothing() -> None:
    """Order is by number and time by the boot clock; a new boot is judged by the wall clock without its sign."""
    log = Log()
    log.denied("E1")
    log.wall_ahead = -timedelta(hours=1)
    log.later(1).allowed("E2")
    assert log.rules() == ["LENT_BADGE"]
    log = Log()
    log.denied("E1")
    log.boot, log.wall_ahead = "boot-2", -timedelta(minutes=2)
    log.later(1).allowed("E2")
    assert log.rules() == ["LENT_BADGE"]


@pytest.mark.req("H4")
def test_three_denials_each_within_ten_minutes_are_one_exception() -> None:
    """However long it goes on; it is named for good by its third denial."""
    log = Log()
    for _ in range(4):
        log.denied("E1")
        log.later(9)
    found = log.found()
    assert [(one.rule, one.times, one.seq, one.seqs) for one in found] == [("OFTEN_DENIED", 4, 3, (1, 2, 3, 4))]
    assert (found[0].since, found[0].until) == (BEGIN, BEGIN + timedelta(minutes=27))
    assert found[0].reasons == ("TRAINING_EXPIRED",)


@pytest.mark.req("H4")
def test_two_denials_or_three_far_apart_are_routine() -> None:
    """People come back after lunch."""
    log = Log()
    log.denied("E1")
    log.denied("E1")
    log.denied("E2")
    for _ in range(3):
        log.later(11).denied("E3")
    assert log.found() == []


@pytest.mark.req("H4")
def test_bursts_apart_are_two_and_machines_are_apart() -> None:
    """What is told of one machine is not mixed with another."""
    log = Log()
    for _ in range(2):
        for _ in range(3):
            log.denied("E1")
            log.denied("E1", machine="TP-02")
        log.later(60)
    found = of_rule(log.found(), "OFTEN_DENIED")
    assert sorted((one.machine, one.seq) for one in found) == [
        ("TP-01", 5),
        ("TP-01", 11),
        ("TP-02", 6),
        ("TP-02", 12),
    ]


@pytest.mark.req("H4")
def test_a_badge_of_nobody_that_was_refused_by_no_own_rule_is_counted_by_its_mark() -> None:
    """A badge that has expired has no rule of its own."""
    log = Log()
    for _ in range(3):
        log.denied(None, "BADGE_EXPIRED", badge="B-9")
    log.denied(None, "BADGE_EXPIRED")
    found = log.found()
    assert [(one.rule, one.who, one.what, one.times) for one in found] == [("OFTEN_DENIED", (), "0C86", 3)]


@pytest.mark.req("H4")
def test_very_many_badges_made_up_do_not_fill_the_memory_nor_lose_a_burst() -> None:
    """Whoever presents thousands of numbers must not make the review of the week impossible."""
    log = Log()
    for _ in range(3):
        log.denied("E1")
    log.later(20)
    for number in range(SWEEP):
        log.denied(None, "BADGE_EXPIRED", badge=f"B-{number}")
    for _ in range(3):
        log.denied("E2")
    assert [one.who for one in of_rule(log.found(), "OFTEN_DENIED")] == [("E1",), ("E2",)]


@pytest.mark.req("H4")
@pytest.mark.parametrize(("code", "rule"), sorted(RULE_OF_DENIAL.items()))
def test_reasons_with_a_rule_of_their_own(code: str, rule: str) -> None:
    """They are told once, also where they are tried again and again."""
    log = Log()
    person = None if code == "BADGE_UNKNOWN" else "E1"
    for _ in range(3):
        log.denied(person, code, subject="unknown:00")
    found = log.found()
    assert [(one.rule, one.machine) for one in found] == [(rule, "TP-01")] * 3
    assert {one.key for one in found} == {found[0].key}


@pytest.mark.req("H4")
@pytest.mark.parametrize(
    "code",
    sorted(
        code
        for code, reason in REASONS.items()
        if reason.exception and reason.reason_class is ReasonClass.DENY and code not in RULE_OF_DENIAL
    ),
)
def test_every_denial_that_qa_reviews_is_found(code: str) -> None:
    """The list of reasons says which are exceptions; none of them may fall through."""
    log = Log()
    log.denied("E1", code)
    told = {"SYS_DATA_STALE": "STALE_DATA", "OVERRIDE_EXPIRED": "", "OVERRIDE_REVOKED": "", "OVERRIDE_SCOPE": ""}
    other = "SYSTEM_FAULT" if REASONS[code].precedence == 1 else "DENIED_FOR_QA"
    wanted = told.get(code, other)
    assert log.rules() == ([wanted] if wanted else [])


@pytest.mark.req("H4")
def test_reasons_of_one_denial_make_one_exception_a_rule() -> None:
    """The denial is named by its number under each rule, so it must not be there twice."""
    log = Log()
    log.denied("E1", "GOWN_EXPIRED", "EQ_QUARANTINE", "EQ_QUAL_LAPSED", "NO_SUCH_REASON")
    found = log.found()
    assert [(one.rule, one.what) for one in found] == [
        ("DENIED_FOR_QA", "GOWN_EXPIRED EQ_QUAL_LAPSED"),
        ("QA_HOLD", "EQ_QUARANTINE"),
    ]


@pytest.mark.req("H4")
def test_in_trial_only_what_is_wrong_with_the_badge_is_an_exception() -> None:
    """Nobody is kept out there; who would have been is counted and has a page of its own."""
    log = Log()
    log.denied("E1", "PERSON_SUSPENDED", mode="shadow")
    log.denied("E1", "BADGE_LOST", mode="shadow")
    assert log.rules() == ["BLOCKED_BADGE"]
    assert log.counts() == {"trial_denied": 2}


@pytest.mark.req("H4")
@pytest.mark.parametrize(
    ("reason", "rule"), [("ALLOW_GRACE", "GRACE"), ("ALLOW_TRAINEE", "TRAINEE"), ("ALLOW_ESCORTED", "TRAINEE")]
)
def test_allows_that_are_not_plain_are_found(reason: str, rule: str) -> None:
    """Grace and trainees are allowed, and looked at."""
    log = Log()
    log.allowed("E1", reason)
    log.allowed("E1", "ALLOW_CERTIFIED")
    assert log.rules() == [rule]


@pytest.mark.req("H4")
def test_one_person_at_two_machines_is_found_as_the_gate_saw_it() -> None:
    """The decision carries the warning, or the denial between machines that exclude each other."""
    log = Log()
    log.allowed("E1", detail={"warnings": ["BADGE_ELSEWHERE"]})
    log.denied("E1", "BADGE_ELSEWHERE", machine="TP-02")
    assert log.rules() == ["TWO_MACHINES", "TWO_MACHINES"]


@pytest.mark.req("H4")
def test_an_allow_without_a_person_cannot_be_lending() -> None:
    """No gate writes it; a damaged record must not stop the review."""
    log = Log()
    log.denied("E1")
    log.read(None, "allow", "ALLOW_CERTIFIED")
    assert log.found() == []


@pytest.mark.req("H4", "I4")
def test_a_run_of_decisions_on_old_data_is_one_exception() -> None:
    """It is the data that is old; five hundred rows would hide everything else."""
    log = Log()
    log.allowed("E1")
    for _ in range(SHOWN + 5):
        log.later(1).allowed("E1", detail={"warnings": ["SYS_DATA_STALE"]})
    log.later(1).allowed("E1")
    log.denied("E1", "SYS_DATA_STALE")
    first, second = log.found()
    assert (first.rule, first.seq, first.times, len(first.seqs)) == ("STALE_DATA", 2, SHOWN + 5, SHOWN)
    assert (second.seq, second.times) == (SHOWN + 8, 1)


@pytest.mark.req("H4")
def test_many_denials_on_one_new_revision_are_found_together() -> None:
    """Four people in one morning say that the procedure took effect before it was read."""
    log = Log()
    evidence = {"requirements": [[7, 1, 2, "SOP_REVISION"], [8, 1, 2]]}
    for person in ("E1", "E2", "E3"):
        log.later(30).denied(person, "SOP_REVISION", evidence=evidence)
    assert log.found() == []
    log.denied(None, "SOP_REVISION", evidence=evidence)
    log.denied("E1", "SOP_REVISION", evidence={"requirements": [[9, 1, 2, "TRAINING_EXPIRED"]]})
    log.denied("E1", "SOP_REVISION")
    found = of_rule(log.found(), "NEW_REVISION")
    assert [(one.what, one.who, one.times, one.seq) for one in found] == [("7", ("E1", "E2", "E3"), 4, 4)]


@pytest.mark.req("H5")
def test_what_was_completed_before_the_period_belongs_to_the_earlier_one() -> None:
    """No exception is in two periods, and what begins before midnight is not lost."""
    log = Log()
    for _ in range(2):
        log.denied("E1")
    evidence = {"requirements": [[7, 1, 2, "SOP_REVISION"]]}
    log.denied("E9", "SOP_REVISION", evidence=evidence)
    log.allowed("E2", detail={"warnings": ["SYS_DATA_STALE"]})
    third = log.later(1).denied("E1")
    stale = log.allowed("E3", detail={"warnings": ["SYS_DATA_STALE"]})
    assert [(one.rule, one.seq) for one in of_rule(log.found(third), "OFTEN_DENIED")] == [("OFTEN_DENIED", third)]
    assert of_rule(log.found(third + 1), "OFTEN_DENIED") == []
    assert [one.seq for one in of_rule(log.found(third), "STALE_DATA")] == [stale]
    assert log.counts(third) == {"allowed": 1, "denied": 1}
