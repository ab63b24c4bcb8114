"""Scenarios 20, 21, 24, 33-35, 47: what the gate does when disk, power, clock, lines or readers fail it."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
import sqlcipher3.dbapi2 as sqlite

from firmware_protocol.badge import bits_of
from gate.demo_badges import wiegand26
from tests.scenarios.plant import P1, P2, P3, plant, record
from tests.scenarios.world import World, line, local

Make = Callable[..., World]


@pytest.mark.scenario(20)
@pytest.mark.req("E1", "J6")
def test_a_database_that_another_process_keeps_to_itself_denies_and_comes_back(make_world: Make) -> None:
    """No relay without a committed row: the answer is a fault of the system, told later in the trail."""
    world = make_world(local("2026-11-23T12:00"))
    other = sqlite.connect(str(world.settings.database_path), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    shown = world.badge("R1", P1)
    assert shown is not None
    assert (shown.color, shown.line1) == ("red", "SYSTEM: NO LOG")
    assert not world.output("R1")
    other.execute("ROLLBACK")
    other.close()
    world.run(1)
    world.badge("R1", P1)
    assert [d["reasons"] for d in world.decisions()] == [["SYS_LOG_FAIL"], ["ALLOW_CERTIFIED"]]
    assert world.output("R1")
    assert world.sound()


@pytest.mark.scenario(20)
@pytest.mark.req("E1", "J6")
def test_a_full_disk_denies_and_comes_back(make_world: Make) -> None:
    """SQLite's own `database or disk is full`, from a real page limit on the gate's connection."""
    world = make_world(local("2026-11-23T12:00"))
    desk = world.edge.gate._desk
    assert desk is not None
    pages = desk.trail.cursor.execute("PRAGMA page_count").fetchone()[0]
    desk.trail.cursor.execute(f"PRAGMA max_page_count = {pages}")
    denied = 0
    for number in range(60):
        world.badge("R1" if number % 2 else "R2", (P1, P2, P3)[number % 3], 1.1)
        denied = sum(1 for action in world.lines.actions["R1"] if "NO LOG" in str(action))
        if denied:
            break
    assert denied, "the limit was reached and the reader said so"
    assert world.output("R1") is False or world.sound()
    desk = world.edge.gate._desk
    assert desk is not None
    desk.trail.cursor.execute("PRAGMA max_page_count = 1073741823")
    world.run(2)
    world.badge("R1", P3)
    assert world.reasons() == ["NOT_CERTIFIED"]
    assert ["SYS_LOG_FAIL"] in [d["reasons"] for d in world.decisions()]
    assert world.sound()


@pytest.mark.scenario(21)
@pytest.mark.req("E10", "J2")
def test_a_power_cut_between_the_row_and_the_output_leaves_the_row_and_no_permissive(make_world: Make) -> None:
    """Everything shown is recorded; what was recorded and perhaps not shown is told as such and enables nothing."""
    world = make_world(local("2026-11-23T12:00"))
    world.readers["R1"].present(*bits_of(P1))
    while not world.decisions():
        world.edge.lines.step(0)
        world.edge.gate.step(0)
        world.clock.advance(0.01)
    world.restart(blind_s=20, reboot=True)
    assert [d["outcome"] for d in world.decisions()] == ["allow"]
    assert [entry["ref"] for entry in world.trail("outcome_unknown")] == [world.decisions()[0]["seq"]]
    assert not world.output("R1")
    assert world.sound()
    assert world.trail("start")[-1]["detail"]["blind_ms"] == 20_000
    world.badge("R1", P1)
    assert world.reasons() == ["ALLOW_RESUMED"]


@pytest.mark.req("E10", "C9")
@pytest.mark.parametrize(("blind_s", "resumes"), [(60, True), (299, True), (301, False)])
def test_a_use_goes_on_after_a_short_blind_time_only(make_world: Make, blind_s: float, resumes: bool) -> None:
    """Settled: under 5 minutes it resumes by itself, after that somebody must badge."""
    world = make_world(local("2026-11-23T12:00"))
    world.badge("R1", P1)
    world.restart(blind_s=blind_s)
    assert world.output("R1") is resumes
    assert len(world.trail("use_resumed" if resumes else "use_waiting")) == 1


@pytest.mark.req("E10", "C8")
def test_a_use_whose_certification_ended_while_the_gate_was_blind_does_not_go_on(make_world: Make) -> None:
    """The facts must still hold, not only the time be short."""
    found = {**plant(), "training_record": [record("E1", expires_on=date(2026, 11, 23))]}
    world = make_world(local("2026-11-23T23:59:30"), found)
    world.badge("R1", P1)
    world.restart(blind_s=60)
    assert not world.output("R1")
    assert len(world.trail("use_expired")) == 1


@pytest.mark.scenario(24)
@pytest.mark.req("F3", "F4")
def test_a_clock_set_back_denies_and_is_recorded_with_before_and_after(make_world: Make) -> None:
    """An expired certification must not revive because a clock went back."""
    world = make_world(local("2026-11-23T12:00"))
    world.clock.set_wall(world.clock.at - timedelta(hours=1))
    shown = world.badge("R1", P1)
    assert "SYS_TIME_BAD" in world.reasons()
    assert shown is not None
    assert shown.line1 == "SYSTEM: CLOCK"
    step = world.trail("clock_step")[0]
    assert (step["old"][:13], step["new"][:13]) == ("2026-11-23T17", "2026-11-23T16")
    assert world.trail("clock_untrusted")


@pytest.mark.scenario(47)
@pytest.mark.req("F3", "F4")
def test_a_clock_a_year_ahead_is_untrusted_until_it_is_back(make_world: Make) -> None:
    """A false future must not become the measure of what follows."""
    world = make_world(local("2026-11-23T12:00"))
    world.clock.set_wall(world.clock.at + timedelta(days=365))
    world.badge("R1", P1)
    assert world.reasons()[0] in {"SYS_DATA_STALE", "SYS_TIME_BAD"}
    assert "SYS_TIME_BAD" in world.reasons()
    world.clock.set_wall(world.clock.at - timedelta(days=365))
    world.badge("R1", P1)
    assert world.reasons() == ["ALLOW_CERTIFIED"]


@pytest.mark.scenario(33)
@pytest.mark.fault(13)
@pytest.mark.req("A8")
def test_a_reader_lost_in_the_middle_of_a_frame_does_not_slow_its_neighbour(make_world: Make) -> None:
    """One absent reader slowed a live one tenfold in a published package."""
    world = make_world(local("2026-11-23T12:00"))
    before = _answers(world, 5)
    world.lines.lines["line-1"].breaking.add("R2")
    world.run(2)
    assert [e["reader"] for e in world.trail("reader_offline")] == ["R2"], "offline within 2 s"
    after = _answers(world, 5)
    assert sorted(after)[2] <= sorted(before)[2] + 0.05
    assert max(after) < 0.5
    world.lines.lines["line-1"].breaking.clear()
    world.lines.lines["line-1"].unplugged.clear()
    world.run(5)
    assert [e["reader"] for e in world.trail("reader_offline")] == ["R2"]
    assert [e["reader"] for e in world.trail("reader_online")].count("R2") == 2


def _answers(world: World, count: int) -> list[float]:
    found = []
    for _ in range(count):
        shown = world.badge("R1", P3)
        assert shown is not None
        found.append(shown.after_s)
    return found


@pytest.mark.scenario(34)
@pytest.mark.req("J2")
def test_a_badge_held_by_the_reader_during_a_line_cut_is_late(make_world: Make) -> None:
    """Nobody knows who stands at the machine now: recorded, never enabled."""
    world = make_world(local("2026-11-23T12:00"))
    world.lines.lines["line-1"].cut = True
    world.run(3)
    world.readers["R1"].present(*bits_of(P1))
    world.run(2)
    world.lines.lines["line-1"].cut = False
    world.run(4)
    assert world.reasons() == ["READ_LATE"]
    assert not world.output("R1")


@pytest.mark.req("J2")
def test_a_badge_right_after_a_short_gap_is_late_too(make_world: Make) -> None:
    """A poll gap over 1 s is enough for a badge to have been held."""
    world = make_world(local("2026-11-23T12:00"))
    world.readers["R1"].present(*bits_of(P1))
    world.clock.advance(1.5)
    world.run(1)
    assert world.reasons() == ["READ_LATE"]


@pytest.mark.scenario(35)
@pytest.mark.req("E1", "L1")
def test_64_badges_within_100_ms_on_64_readers_are_64_entries_and_64_answers(make_world: Make) -> None:
    """The shift change: everybody badges at once, and nobody may be lost or late."""
    found = plant()
    people = range(64)
    numbers = [wiegand26(7, 100 + number) for number in people]
    found["person"] = [{"id": f"P{n}", "name": f"Person {n}"} for n in people]
    found["badge"] = [{"id": f"B{n}", "number": numbers[n], "person": f"P{n}"} for n in people]
    found["training_record"] = [record(f"P{n}") for n in people]
    machine = found["equipment"][0]
    found["equipment"] = [{**machine, "id": f"M{n}", "name": f"Machine {n}"} for n in people]
    lines = [line(f"line-{k}", [(f"R{n}", f"M{n}") for n in range(8 * k, 8 * k + 8)]) for k in range(8)]
    world = make_world(local("2026-11-23T12:00"), found, lines)
    world.run(1)
    at = world.clock.seconds
    for n in people:
        world.readers[f"R{n}"].present(*bits_of(numbers[n]))
        world.run(0.1 / 64)
    world.run(1.5)
    assert sorted(d["person"] for d in world.decisions()) == sorted(f"P{n}" for n in people)
    assert {d["outcome"] for d in world.decisions()} == {"allow"}
    for n in people:
        shown = world.shown(f"R{n}", at)
        assert shown is not None
        assert (shown.color, shown.after_s <= 0.1 + 0.5) == ("green", True)
    assert world.sound()
