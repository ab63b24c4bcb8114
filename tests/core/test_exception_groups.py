"""Like exceptions in groups: a reviewer decides once what is the same, and nothing else (requirement H4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.core.exception_groups import MOST, SHOWN, grouped
from gate.core.exceptions import Finder, exceptions, found_in
from tests.core.review_entries import Log
from tests.core.review_week import week


@pytest.mark.req("H4")
def test_the_same_person_machine_and_rule_are_one_group() -> None:
    """Three tries of one person are one question."""
    log = Log()
    for _ in range(3):
        log.later(60).denied("E1", "PERSON_SUSPENDED")
    log.denied("E1", "PERSON_SUSPENDED", machine="TP-02")
    log.denied("E2", "PERSON_SUSPENDED")
    groups = grouped(log.found())
    assert [(group.id, group.first.times, group.marks) for group in groups] == [
        ("SUSPENDED-1", 3, ("1", "2", "3")),
        ("SUSPENDED-4", 1, ("4",)),
        ("SUSPENDED-5", 1, ("5",)),
    ]
    assert groups[0].parts == {"E1"}
    assert groups[0].shown == (1, 2, 3)
    assert (groups[0].first.until - groups[0].first.since).total_seconds() == 7200


@pytest.mark.req("H4")
def test_the_most_serious_comes_first() -> None:
    """Whatever happened earlier in the week."""
    log = Log()
    log.changed("account:x")
    log.denied("E1", "PERSON_SUSPENDED")
    log.tell("verify", detail={"sound": False})
    assert [group.rule for group in grouped(log.found())] == ["TRAIL_UNSOUND", "SUSPENDED", "ROLES_CHANGED"]


@pytest.mark.req("H4")
def test_a_group_has_a_bound_and_nothing_is_lost_beyond_it() -> None:
    """A reader that comes and goes all week must not make a row without end."""
    log = Log()
    for _ in range(MOST + 3):
        log.allowed("E1", "ALLOW_GRACE")
    groups = grouped(log.found())
    assert [len(group.marks) for group in groups] == [MOST, 3]
    assert [len(group.shown) for group in groups] == [SHOWN, 3]
    assert len({mark for group in groups for mark in group.marks}) == MOST + 3


@pytest.mark.req("H4")
def test_a_week_of_twelve_machines_is_few_enough_for_half_an_hour() -> None:
    """30 seconds for each group is what a reviewer needs who ticks like ones together."""
    for seed in range(3):
        entries = week(seed)
        decisions = sum(one["kind"] == "decision" for one in entries)
        found, counts = exceptions(entries)
        groups = grouped(found)
        assert decisions > 3500
        assert len(groups) <= 60, [(group.id, group.first.times) for group in groups]
        assert len(groups) < len(found)
        assert counts["allowed"] > 3400


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["allow", "deny", "unknown", "suspended", "grace", "left", "offline", "online", "change"]),
        st.sampled_from(["E1", "E2", "E3"]),
        st.sampled_from(["TP-01", "TP-02"]),
        st.sampled_from([0.1, 1.0, 6.0, 30.0]),
        st.sampled_from([0, 0, 0, -90, 90]),
    ),
    max_size=60,
)


def written(steps: list[tuple[str, str, str, float, int]]) -> Log:
    log = Log()
    for what, person, machine, minutes, seconds in steps:
        log.minutes += minutes
        log.wall_ahead += type(log.wall_ahead)(seconds=seconds)
        match what:
            case "allow":
                log.allowed(person, machine=machine)
            case "deny":
                log.denied(person, machine=machine)
            case "unknown":
                log.denied(None, "BADGE_UNKNOWN", machine=machine, subject=person)
            case "suspended":
                log.denied(person, "PERSON_SUSPENDED", machine=machine)
            case "grace":
                log.allowed(person, "ALLOW_GRACE", machine=machine)
            case "left":
                log.left(person, machine)
            case "offline" | "online":
                log.tell(f"reader_{what}", reader=machine)
            case _:
                log.changed(f"account:{person}")
    return log


@pytest.mark.req("H4", "H5")
@given(STEPS, st.integers(0, 60))
def test_every_exception_is_in_exactly_one_group_whatever_happened(
    steps: list[tuple[str, str, str, float, int]], cut: int
) -> None:
    """Under one rule a mark names one exception, so that an outcome is never given to another."""
    log = written(steps)
    found = log.found()
    marks = [(one.rule, one.mark) for one in found]
    assert len(set(marks)) == len(marks)
    groups = grouped(found)
    assert sorted((group.rule, mark) for group in groups for mark in group.marks) == sorted(marks)
    assert len({group.id for group in groups}) == len(groups)
    assert list(found_in(Finder(), iter(log.entries))) == found
    for one in log.found(cut + 1):
        assert one.seq > cut


@pytest.mark.req("H5")
@given(STEPS, st.integers(1, 60), st.integers(-7200, 7200))
def test_no_exception_of_a_moment_is_lost_or_told_twice_between_two_periods(
    steps: list[tuple[str, str, str, float, int]], cut: int, ahead: int
) -> None:
    """Wherever the bound lies, and wherever the wall clock stood: together the two periods find what one would."""
    log = written(steps)
    cut = min(cut, len(log.entries))
    of_a_moment = {"LENT_BADGE", "SUSPENDED", "UNKNOWN_BADGE", "GRACE", "ROLES_CHANGED"}

    def named(entries: list[dict[str, object]], first: int) -> list[tuple[str, str]]:
        return [(one.rule, one.mark) for one in exceptions(entries, first)[0] if one.rule in of_a_moment]

    halves = named(log.entries[:cut], 1) + named(log.entries, cut + 1)
    assert sorted(halves) == sorted(named(log.entries, 1))
