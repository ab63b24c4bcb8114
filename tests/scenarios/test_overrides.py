"""Scenarios 17 and 40 with signed acts: an override is granted at a denied reader, counts at once, and ends."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from gate.override_acts import OverrideRefusedError
from tests.scenarios.plant import P1, Plant, plant, record
from tests.scenarios.supervisors import grant, revoke
from tests.scenarios.world import World, local

Make = Callable[..., World]


def _expired() -> Plant:
    return {**plant(), "training_record": [record("E1", expires_on=date(2026, 11, 1))]}


def _denied_and_granted(make_world: Make, hours: float = 8) -> tuple[World, str]:
    world = make_world(local("2026-11-23T12:00"), _expired())
    world.badge("R1", P1)
    assert world.reasons() == ["TRAINING_EXPIRED"]
    return world, grant(world, ends_at=world.clock.at + timedelta(hours=hours)).id


@pytest.mark.req("D1", "D3", "D6")
def test_a_denied_person_may_start_at_the_next_badge_after_the_grant(make_world: Make) -> None:
    """Allowed, but amber and never called certified; the decision names the override."""
    world, granted = _denied_and_granted(make_world)
    shown = world.badge("R1", P1)
    assert shown is not None
    assert (shown.color, shown.line1, shown.line2) == ("amber", "OK OVERRIDE", "UNTIL 20:00")
    assert world.reasons() == ["ALLOW_OVERRIDE"]
    assert world.decisions()[-1]["evidence"]["override"] > 0
    assert world.output("R1")
    assert [entry["subject"] for entry in world.trail("override_granted")] == [f"override:{granted}"]
    assert world.sound()


@pytest.mark.req("D3", "C8")
def test_a_revocation_drops_the_permissive_within_5_s_and_tells_the_holder(make_world: Make) -> None:
    """The machine runs on; there is no restart, and the next badge says what happened."""
    world, granted = _denied_and_granted(make_world)
    world.badge("R1", P1, 12)
    assert world.output("R1")
    revoke(world, granted)
    world.run(5)
    assert not world.output("R1")
    assert len(world.trail("permissive_dropped")) + len(world.trail("use_expired")) == 1
    shown = world.badge("R1", P1)
    assert world.reasons() == ["OVERRIDE_REVOKED", "TRAINING_EXPIRED"]
    assert shown is not None
    assert (shown.color, shown.line1) == ("red", "OVERRIDE REVOKED")
    assert not world.output("R1")
    assert world.sound()


@pytest.mark.scenario(17)
@pytest.mark.req("D3")
def test_a_granted_override_ends_by_itself_during_the_use(make_world: Make) -> None:
    """Nobody has to remember to end it."""
    world, _ = _denied_and_granted(make_world, hours=2)
    world.badge("R1", P1)
    world.go_to(local("2026-11-23T13:59:58"))
    assert world.output("R1")
    world.go_to(local("2026-11-23T14:00:06"))
    assert not world.output("R1")
    assert [entry["detail"]["cause"] for entry in world.trail("use_expired")] == ["override_ended"]
    world.badge("R1", P1)
    assert world.reasons()[0] == "OVERRIDE_EXPIRED"


@pytest.mark.scenario(17)
@pytest.mark.req("D3", "F4")
def test_a_wall_clock_set_back_does_not_lengthen_an_override(make_world: Make) -> None:
    """Half an hour back is seen and denies everything; before and after the end on the boot clock."""
    world, _ = _denied_and_granted(make_world, hours=2)
    world.clock.advance(3600)
    world.clock.set_wall(world.clock.at - timedelta(minutes=30))
    for _ in range(2):
        world.run(1)
        world.badge("R1", P1)
        assert world.decisions()[-1]["outcome"] == "deny"
        assert world.reasons()[0] == "SYS_TIME_BAD"
        world.clock.advance(3700)
    assert not world.output("R1")


@pytest.mark.scenario(17)
@pytest.mark.req("D3", "F4")
def test_an_override_ends_on_the_boot_clock_when_the_wall_clock_is_nudged_back(make_world: Make) -> None:
    """Steps too small to be called a step add up; the end of an override does not move with them."""
    world, _ = _denied_and_granted(make_world, hours=2)
    world.go_to(local("2026-11-23T12:05"))
    for _ in range(100):
        world.clock.set_wall(world.clock.at - timedelta(seconds=0.9))
        world.run(0.02)
    world.badge("R1", P1)
    assert world.reasons() == ["ALLOW_OVERRIDE"]
    world.clock.advance(6900)
    world.run(6)
    assert world.clock.at < local("2026-11-23T14:00"), "the wall clock does not say that it has ended"
    assert not world.output("R1")
    world.badge("R1", P1)
    assert world.reasons() == ["OVERRIDE_EXPIRED", "TRAINING_EXPIRED"]


@pytest.mark.scenario(40)
@pytest.mark.req("D2", "D5")
def test_no_grant_reaches_a_suspended_person_and_the_next_badge_is_denied_as_before(make_world: Make) -> None:
    """What is refused changes nothing at the machine, and stays on record."""
    world = make_world(local("2026-11-23T12:00"), {**_expired(), "suspension": [{"id": "S-1", "person": "E1"}]})
    with pytest.raises(OverrideRefusedError, match="E1 is suspended"):
        grant(world)
    world.badge("R1", P1)
    assert world.reasons() == ["PERSON_SUSPENDED", "TRAINING_EXPIRED"]
    assert [entry["detail"]["refused"] for entry in world.trail("security")] == [["suspended"]]
    assert world.trail("override_granted") == []
    assert world.sound()
