"""Scenarios 18, 32, 37, 38, 41-45: equipment uses and the start permissive, which never stops a running machine."""

from collections.abc import Callable
from datetime import date

import pytest

from tests.scenarios.plant import P1, P2, P3, Plant, changed, plant, record
from tests.scenarios.world import World, local

Make = Callable[..., World]

R7_AT = local("2026-11-23T06:00:00")


def _ends_at_six() -> Plant:
    """A new revision in the middle of the night shift is the way a certification ends within a day."""
    revisions = [
        {"revision": "R6", "effective_at": date(2020, 1, 1)},
        {"revision": "R7", "effective_at": R7_AT},
    ]
    return changed(plant(), "item", "SOP-1", revisions=revisions)


@pytest.mark.scenario(18)
@pytest.mark.req("C8", "J2")
def test_an_expiry_at_midnight_stops_nothing_that_runs_and_every_next_start(make_world: Make) -> None:
    """18 of 29 real batches cross midnight: the machine runs on, the record says what happened."""
    found = {**plant(), "training_record": [record("E1", expires_on=date(2026, 11, 23))]}
    world = make_world(local("2026-11-23T23:59:40"), found)
    world.badge("R1", P1)
    assert world.output("R1")
    world.go_to(local("2026-11-24T00:00:02"))
    assert not world.output("R1"), "the start permissive is gone"
    ended = world.trail("use_expired")
    assert [(entry["person"], entry["reasons"]) for entry in ended] == [("E1", ["EVT_EXPIRED_IN_RUN"])]
    assert world.trail("use_ended") == [], "the use goes on: the machine runs"
    world.badge("R2", P1)
    assert world.reasons() == ["TRAINING_EXPIRED"]


@pytest.mark.scenario(32)
@pytest.mark.req("A2", "E5")
def test_a_badge_removed_during_a_use_drops_the_permissive_and_keeps_the_use_on_record(make_world: Make) -> None:
    """History never dies with its subject: who used the machine stays known after the badge is gone."""
    world = make_world(local("2026-11-23T12:00"))
    world.badge("R1", P1)
    assert world.output("R1")
    found = plant()
    world.load({**found, "badge": [badge for badge in found["badge"] if badge["id"] != "B1"]})
    world.run(5)
    assert not world.output("R1")
    dropped = world.trail("permissive_dropped")
    assert [(entry["person"], entry["detail"]["cause"]) for entry in dropped] == [("E1", "badge_blocked")]
    assert world.trail("use_ended") == []
    world.badge("R1", P1)
    assert world.reasons() == ["BADGE_UNKNOWN"]
    assert world.decisions()[0]["person"] == "E1"


@pytest.mark.scenario(37)
@pytest.mark.req("E1")
def test_a_badge_held_for_three_seconds_is_one_decision(make_world: Make) -> None:
    """One presentation is one read, else a held badge would sign its holder in and out."""
    world = make_world(local("2026-11-23T12:00"))
    for _ in range(30):
        world.badge("R1", P1, 0.1)
    world.run(2)
    assert len(world.decisions()) == 1
    assert world.output("R1")


@pytest.mark.scenario(38)
@pytest.mark.req("J3")
def test_an_open_window_is_honoured_past_the_end_of_the_certification(make_world: Make) -> None:
    """Whoever was allowed to start may finish starting; the entry says until when."""
    found = changed(_ends_at_six(), "equipment", "TP-01", permissive="window", window_s=60)
    world = make_world(local("2026-11-23T05:59:45"), found)
    world.go_to(local("2026-11-23T05:59:50"))
    world.badge("R1", P1)
    assert world.decisions()[-1]["until"].startswith("2026-11-23T11:00:50")
    world.go_to(local("2026-11-23T06:00:30"))
    assert world.output("R1"), "the window already open stands"
    world.go_to(local("2026-11-23T06:00:52"))
    assert not world.output("R1")
    world.badge("R1", P1)
    assert world.reasons() == ["SOP_REVISION"]


@pytest.mark.scenario(41)
@pytest.mark.req("C8", "J2")
def test_a_held_permissive_drops_at_the_instant_the_certification_ends(make_world: Make) -> None:
    """The machine runs on; the reader says that there is no restart; the next badge is a deny that ends the part."""
    world = make_world(local("2026-11-23T05:59:50"), _ends_at_six())
    world.badge("R1", P1)
    world.go_to(local("2026-11-23T05:59:59"))
    assert world.output("R1")
    at = world.clock.seconds
    world.go_to(local("2026-11-23T06:00:02"))
    assert not world.output("R1")
    shown = world.shown("R1", at)
    assert shown is not None
    assert (shown.line1, shown.line2) == ("TRAINING ENDED", "NO RESTART")
    assert [entry["detail"]["cause"] for entry in world.trail("use_expired")] == ["certification_ended"]
    world.badge("R1", P1)
    assert world.reasons() == ["SOP_REVISION"]
    ended = world.trail("use_ended")
    assert [(entry["person"], entry["detail"]["cause"]) for entry in ended] == [("E1", "denied")]


@pytest.mark.scenario(42)
@pytest.mark.req("C7")
def test_the_same_badge_after_4_s_repeats_and_after_60_s_signs_out(make_world: Make) -> None:
    """In gloves a badge is easily laid down twice; a minute later it is meant."""
    world = make_world(local("2026-11-23T12:00"))
    first = world.badge("R1", P1, 4)
    again = world.badge("R1", P1, 56)
    assert first is not None and again is not None
    assert (again.color, again.line1, again.line2) == (first.color, first.line1, first.line2)
    assert len(world.decisions()) == 1
    assert world.output("R1")
    out = world.badge("R1", P1)
    assert out is not None
    assert out.line1 == "SIGNED OUT"
    assert not world.output("R1")
    assert [entry["detail"]["cause"] for entry in world.trail("use_ended")] == ["badge_out"]
    assert len(world.decisions()) == 1


@pytest.mark.scenario(43)
@pytest.mark.req("C7")
def test_after_the_longest_use_the_same_badge_is_a_new_decision(make_world: Make) -> None:
    """Nobody stays signed in over two shifts without being asked; who still meets everything goes on."""
    world = make_world(local("2026-11-23T06:00"))
    world.badge("R1", P1)
    world.go_to(local("2026-11-23T19:00:05"))
    assert not world.output("R1")
    assert [entry["detail"]["cause"] for entry in world.trail("permissive_dropped")] == ["longest_use"]
    world.badge("R1", P1)
    assert world.reasons() == ["ALLOW_RESUMED"]
    assert world.output("R1")
    left = world.trail("use_left") + world.trail("use_ended")
    assert [entry["detail"]["cause"] for entry in left] == ["resumed"]


@pytest.mark.scenario(44)
@pytest.mark.req("C7")
def test_exclusive_equipment_is_handed_over_by_badging_twice(make_world: Make) -> None:
    """A hand-over at the shift change must not stop the machine, and must be meant."""
    world = make_world(local("2026-11-23T12:00"), changed(plant(), "equipment", "TP-01", exclusive=True))
    world.badge("R1", P1)
    busy = world.badge("R1", P2)
    assert world.reasons() == ["EQ_BUSY"]
    assert busy is not None
    assert busy.line1 == "OCCUPE", "in the language of the person who badged"
    assert world.output("R1"), "nothing changes for who is signed in"
    world.badge("R1", P2)
    assert world.reasons() == ["ALLOW_HANDOVER"]
    assert world.output("R1")
    ended = world.trail("use_ended")
    assert [(entry["person"], entry["detail"]["cause"]) for entry in ended] == [("E1", "handed_over")]


@pytest.mark.req("C7")
def test_several_people_share_a_machine_and_the_permissive_stands_while_one_is_left(make_world: Make) -> None:
    """Settled: with several people it stands while one remains entitled."""
    world = make_world(local("2026-11-23T12:00"))
    world.badge("R1", P1, 11)
    world.badge("R1", P2, 11)
    assert world.reasons() == ["ALLOW_JOIN"]
    world.badge("R1", P1)
    assert world.output("R1")
    assert [entry["person"] for entry in world.trail("use_left")] == ["E1"]
    world.badge("R1", P2)
    assert not world.output("R1")
    assert [entry["person"] for entry in world.trail("use_ended")] == ["E2"]


@pytest.mark.scenario(45)
@pytest.mark.req("L1")
def test_in_shadow_a_deny_is_recorded_and_withholds_nothing(make_world: Make) -> None:
    """Nobody wires a denying box on day one: first it must be seen whom it would have denied."""
    world = make_world(local("2026-11-23T12:00"), changed(plant(), "equipment", "TP-01", mode="shadow"))
    assert world.output("R1"), "the permissive stands before anybody badges"
    shown = world.badge("R1", P3)
    last = world.decisions()[-1]
    assert (last["outcome"], last["mode"], last["reasons"]) == ("deny", "shadow", ["NOT_CERTIFIED"])
    assert shown is not None
    assert (shown.color, shown.line1) == ("amber", "OK (TRIAL)")
    world.run(10)
    assert world.output("R1")


@pytest.mark.req("J5")
@pytest.mark.fault(16)
def test_the_relay_drops_by_itself_when_the_gate_no_longer_speaks(make_world: Make) -> None:
    """The dead man: a gate, a line or a thread that dies must not leave a permissive behind."""
    world = make_world(local("2026-11-23T12:00"))
    world.badge("R1", P1)
    assert world.output("R1")
    world.run(30)
    assert world.output("R1"), "re-armed as long as the gate lives"
    world.clock.advance(5.1)
    assert not world.output("R1")


@pytest.mark.req("J5")
def test_the_relay_is_not_armed_again_once_the_records_are_silent(make_world: Make) -> None:
    """Arming asks for the gate thread's sign of life: lines alone must not keep a machine startable."""
    world = make_world(local("2026-11-23T12:00"))
    world.badge("R1", P1)
    for _ in range(80):
        world.edge.lines.step(0)
        world.clock.advance(0.1)
    assert not world.output("R1")


@pytest.mark.req("B7", "A2")
def test_a_suspension_during_a_use_drops_the_permissive_within_five_seconds(make_world: Make) -> None:
    """Immediate means: without waiting for a badge."""
    world = make_world(local("2026-11-23T12:00"))
    world.badge("R1", P1)
    world.load({**plant(), "suspension": [{"id": "S-1", "person": "E1"}]})
    world.run(5)
    assert not world.output("R1")
    assert [entry["detail"]["cause"] for entry in world.trail("permissive_dropped")] == ["suspended"]


@pytest.mark.req("J3")
def test_a_change_to_enforce_takes_the_permissive_from_a_machine_nobody_uses(make_world: Make) -> None:
    """A mode changed by signature takes effect without waiting for a badge."""
    world = make_world(local("2026-11-23T12:00"), changed(plant(), "equipment", "TP-01", mode="shadow"))
    assert world.output("R1")
    world.load(plant())
    world.run(5)
    assert not world.output("R1")


@pytest.mark.req("C7")
def test_signed_in_elsewhere_warns_and_denies_only_between_excluding_machines(make_world: Make) -> None:
    """One person at two presses is often right; at two excluding machines never."""
    both = changed(changed(plant(), "equipment", "TP-01", excluding=True), "equipment", "TP-02", excluding=True)
    world = make_world(local("2026-11-23T12:00"), both)
    world.badge("R1", P1)
    world.badge("R2", P1)
    assert world.reasons() == ["BADGE_ELSEWHERE"]
    world.load(plant())
    world.run(1)
    world.badge("R2", P1)
    assert world.decisions()[-1]["outcome"] == "allow"
    assert world.decisions()[-1]["detail"]["warnings"] == ["BADGE_ELSEWHERE"]
