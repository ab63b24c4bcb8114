"""Fault 12: the clock back an hour or thirty days, forward a year, in 1970, and through both nights of DST."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from gate.core import clock_trust
from tests.scenarios.plant import P1, plant, record
from tests.scenarios.world import World, local

Make = Callable[..., World]
HOUR, MONTH, YEAR = timedelta(hours=1), timedelta(days=30), timedelta(days=365)


def expired_then(make_world: Make) -> World:
    """A gate whose only certification ended yesterday, with that denial on record."""
    found = {**plant(), "training_record": [record("E1", expires_on=date(2026, 11, 22)), record("E2")]}
    world: World = make_world(local("2026-11-23T12:00"), found)
    world.badge("R1", P1, wait_s=12)
    assert "TRAINING_EXPIRED" in world.reasons()
    return world


@pytest.mark.fault(12)
@pytest.mark.req("F2", "F3", "F4")
@pytest.mark.parametrize("back", [HOUR, MONTH])
def test_what_has_expired_does_not_revive_and_the_order_stays(make_world: Make, back: timedelta) -> None:
    """Whoever can set the clock back to last month must not get last month's certification."""
    world = expired_then(make_world)
    world.clock.set_wall(world.clock.at - back)
    shown = world.badge("R1", P1, wait_s=12)
    assert shown is not None
    assert shown.line1 == "SYSTEM: CLOCK"
    assert "SYS_TIME_BAD" in world.reasons()
    assert not world.output("R1")
    said = world.trail()
    assert [entry["seq"] for entry in said] == list(range(1, len(said) + 1))
    step = world.trail("clock_step")[-1]
    before, after = (datetime.fromisoformat(step[name]) for name in ("old", "new"))
    assert abs((before - after) - back) < timedelta(seconds=1)
    assert world.decisions()[-1]["clock"].endswith(":untrusted")
    assert world.sound()
    world.clock.set_wall(world.clock.at + back)
    world.badge("R1", P1, wait_s=12)
    assert "SYS_TIME_BAD" not in world.reasons()
    assert world.trail("clock_trusted")


@pytest.mark.fault(12)
def test_mutant_a_gate_that_believes_any_clock_lets_last_month_in(
    make_world: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same steps on a gate that trusts the wall clock: the expired certification is back."""
    monkeypatch.setattr("gate.desk.moment_of", _always_trusted)
    world = expired_then(make_world)
    world.replays = False
    world.clock.set_wall(world.clock.at - MONTH)
    world.badge("R1", P1, wait_s=12)
    assert "SYS_TIME_BAD" not in world.reasons()
    assert world.decisions()[-1]["outcome"] == "allow"


def _always_trusted(*given: object) -> object:
    moment = clock_trust.moment_of(*given)  # type: ignore[arg-type]
    return replace(moment, trusted=True, clock="asserted")


@pytest.mark.fault(12)
@pytest.mark.req("F3", "F4")
def test_a_year_ahead_denies_and_leaves_nothing_behind(make_world: Make) -> None:
    """A false future must not become the measure: afterwards the same badge is allowed without a signature."""
    world: World = make_world(local("2026-11-23T12:00"))
    world.clock.set_wall(world.clock.at + YEAR)
    world.badge("R1", P1, wait_s=12)
    assert "SYS_TIME_BAD" in world.reasons()
    world.clock.set_wall(world.clock.at - YEAR)
    world.badge("R1", P1, wait_s=12)
    assert world.decisions()[-1]["outcome"] == "allow"
    assert world.sound()


@pytest.mark.fault(12)
@pytest.mark.req("F4", "E10")
def test_a_board_without_a_battery_starts_in_1970_and_denies(make_world: Make) -> None:
    """A Raspberry Pi after a power cut: no time from anywhere yet, and the last row says that it is later."""
    world: World = make_world(local("2026-11-23T12:00"))
    world.badge("R1", P1, wait_s=12)
    world.kill()
    right = world.clock.at
    world.clock.set_wall(datetime(1970, 1, 1, 0, 0, 5, tzinfo=UTC))
    world.restart(5, reboot=True)
    shown = world.badge("R1", P1, wait_s=12)
    assert shown is not None
    assert shown.line1 == "SYSTEM: CLOCK"
    assert world.decisions()[-1]["at"].startswith("1970-01-01")
    assert not world.output("R1")
    world.clock.set_wall(right + timedelta(minutes=2))
    world.badge("R1", P1, wait_s=12)
    assert "SYS_TIME_BAD" not in world.reasons()
    assert world.sound()


@pytest.mark.fault(12)
@pytest.mark.scenario(25)
@pytest.mark.req("F1", "F2", "F5")
@pytest.mark.parametrize(
    ("at", "offsets"),
    [
        (datetime(2026, 11, 1, 5, 30, tzinfo=UTC), ["-04:00", "-05:00"]),
        (datetime(2026, 3, 8, 6, 30, tzinfo=UTC), ["-05:00", "-04:00"]),
    ],
    ids=["fall back", "spring forward"],
)
def test_both_nights_of_daylight_saving_are_ordinary_hours(make_world: Make, at: datetime, offsets: list[str]) -> None:
    """01:30 twice, or 02:30 never: two instants an hour apart, each with its offset, and no step of any clock."""
    world: World = make_world(at)
    world.badge("R1", P1)
    world.clock.advance(HOUR.total_seconds())
    world.run(1)
    world.badge("R1", P1)
    first, second = (entry for entry in world.trail() if entry["kind"] in {"decision", "use_ended"})
    assert [first["offset"], second["offset"]] == offsets
    lasted = datetime.fromisoformat(second["at"]) - datetime.fromisoformat(first["at"])
    assert timedelta(minutes=59) < lasted < timedelta(minutes=62)
    assert first["zone"] == second["zone"] == "America/Toronto"
    assert world.trail("clock_step") == []
    assert world.sound()
