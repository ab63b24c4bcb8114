"""What followed a denial, against every order in which things can happen."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.core.audit import Kind
from gate.core.followed import LENT_WITHIN, WITHIN, Followed, Step, consequence

NOON = datetime(2026, 11, 23, 17, tzinfo=UTC)
DENIED = Step(10, NOON, Kind.DECISION, "E3", "deny")


def step(seq: int, seconds: int, person: str | None, outcome: str | None, kind: str = Kind.DECISION) -> Step:
    return Step(seq, NOON + timedelta(seconds=seconds), kind, person, outcome)


CASES = (
    ((), Followed.NOTHING, None),
    ((step(11, 30, "E2", "allow"),), Followed.LENT, 11),
    ((step(11, 121, "E2", "allow"),), Followed.OTHER, 11),
    ((step(11, 30, "E3", "allow"),), Followed.SAME, 11),
    ((step(11, 30, "E3", None, Kind.OVERRIDE_GRANTED), step(12, 40, "E3", "allow")), Followed.OVERRIDE, 11),
    ((step(11, 30, "E2", None, Kind.OVERRIDE_GRANTED), step(12, 40, "E2", "allow")), Followed.LENT, 12),
    ((step(11, 30, "E3", "deny"), step(12, 60, "E3", "deny")), Followed.AGAIN, 11),
    ((step(11, 30, "E3", "deny"), step(12, 60, "E2", "allow")), Followed.LENT, 12),
    ((step(11, 30, "E9", "deny"),), Followed.NOTHING, None),
    ((step(11, 601, "E3", "allow"),), Followed.NOTHING, None),
    ((step(11, -3600, "E2", "allow"),), Followed.LENT, 11),
)


@pytest.mark.parametrize(("later", "followed", "seq"), CASES)
def test_the_first_thing_that_matters_is_named(later: tuple[Step, ...], followed: Followed, seq: int | None) -> None:
    """A clock set back between two entries hides nothing: order is by number."""
    found = consequence(DENIED, later)
    assert (found.followed, found.seq) == (followed, seq)


def test_nobody_lends_to_an_unknown_badge_or_borrows_from_himself() -> None:
    """A badge that nobody owns: whoever comes next is another person."""
    unknown = replace(DENIED, person_id=None)
    assert consequence(unknown, (step(11, 5, "E2", "allow"),)).followed is Followed.LENT
    assert consequence(unknown, (step(11, 5, None, "deny"),)).followed is Followed.NOTHING


STEPS = st.lists(
    st.builds(
        step,
        st.just(0),
        st.integers(0, 900),
        st.sampled_from(["E2", "E3", None]),
        st.sampled_from(["allow", "deny", None]),
        st.sampled_from([Kind.DECISION, Kind.OVERRIDE_GRANTED]),
    ),
    max_size=8,
)


@given(STEPS)
def test_what_is_named_is_there_and_in_time(steps: list[Step]) -> None:
    """Nothing is invented, and lending needs another person soon."""
    later = [replace(one, seq=11 + number) for number, one in enumerate(sorted(steps, key=lambda one: one.at))]
    found = consequence(DENIED, later)
    named = next((one for one in later if one.seq == found.seq), None)
    assert (named is None) == (found.followed is Followed.NOTHING)
    if named is not None:
        assert named.at - NOON <= WITHIN
        assert found.person_id == named.person_id
    if found.followed is Followed.LENT:
        assert named
        assert named.person_id != "E3"
        assert named.at - NOON <= LENT_WITHIN
