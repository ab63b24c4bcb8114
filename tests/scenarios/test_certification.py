"""Scenarios 1-6, 15-17, 25, 26, 31, 46: who may start, from the bytes on the line to the bytes that come back."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from gate.demo_badges import wiegand26
from tests.scenarios.plant import P1, P3, Plant, changed, plant, record, requirement, requirement_set
from tests.scenarios.world import World, local

Make = Callable[..., World]


@pytest.mark.scenario(1)
@pytest.mark.req("B1", "C1", "L1")
def test_all_met_with_the_expiry_far_off_is_an_allow_that_says_nothing_else(make_world: Make) -> None:
    """Most reads are this one: green, one beep, and the relay closes only after the row is durable."""
    found = {**plant(), "training_record": [record("E1", expires_on=date(2027, 6, 1))]}
    world = make_world(local("2026-11-23T12:00"), found)
    shown = world.badge("R1", P1)
    assert shown is not None
    assert (shown.color, shown.beeps, shown.line1, shown.line2) == ("green", 1, "OK", "CERTIFIED")
    assert world.reasons() == ["ALLOW_CERTIFIED"]
    assert world.output("R1")
    assert shown.after_s < 0.5
    assert [entry["ref"] for entry in world.trail("actuated")] == [world.decisions()[-1]["seq"]]
    assert world.sound()


@pytest.mark.scenario(2)
@pytest.mark.req("B5")
def test_an_expiry_date_ends_with_its_local_day(make_world: Make) -> None:
    """Valid to a date means to the end of that day at the site, whatever the gate's own zone."""
    found = {**plant(), "training_record": [record("E1", expires_on=date(2026, 11, 23))]}
    world = make_world(local("2026-11-23T23:59:58"), found)
    world.go_to(local("2026-11-23T23:59:59"))
    world.badge("R1", P1, 0.3)
    assert world.reasons()[0] == "ALLOW_EXPIRING"
    world.go_to(local("2026-11-24T00:00:00"))
    shown = world.badge("R2", P1)
    assert world.reasons() == ["TRAINING_EXPIRED"]
    assert shown is not None
    assert (shown.color, shown.line1, shown.line2) == ("red", "TRAINING EXPIRED", "2026-11-23")
    assert not world.output("R2")


@pytest.mark.scenario(3)
@pytest.mark.req("B5")
@pytest.mark.parametrize(
    ("at", "first"), [("2025-02-28T23:59:30", "ALLOW_EXPIRING"), ("2025-03-01T00:00:00", "TRAINING_EXPIRED")]
)
def test_twelve_months_from_a_leap_day_end_with_february(make_world: Make, at: str, first: str) -> None:
    """Calendar months are clamped to the month's end; a day more would be a day untrained."""
    found = {
        **plant(),
        "requirement_set": [requirement_set([requirement("SOP-1", interval_months=12)])],
        "training_record": [record("E1", completed_on=date(2024, 2, 29))],
    }
    world = make_world(local(at) - timedelta(seconds=1), found)
    world.badge("R1", P1)
    assert world.reasons()[0] == first


def _with_r7(*, retraining: bool = True) -> Plant:
    revisions = [
        {"revision": "R6", "effective_at": date(2020, 1, 1)},
        {"revision": "R7", "effective_at": date(2026, 12, 1), "retraining": retraining},
    ]
    return changed(plant(), "item", "SOP-1", revisions=revisions)


@pytest.mark.scenario(4)
@pytest.mark.req("B3")
def test_a_new_revision_asks_for_its_own_training_from_its_instant_on(make_world: Make) -> None:
    """Reading a log by an old procedure is how a lot is lost."""
    world = make_world(local("2026-11-30T23:59:57"), _with_r7())
    world.go_to(local("2026-11-30T23:59:59"))
    world.badge("R1", P1, 0.3)
    assert world.decisions()[-1]["outcome"] == "allow"
    world.go_to(local("2026-12-01T00:00:00"))
    shown = world.badge("R2", P1)
    assert world.reasons() == ["SOP_REVISION"]
    assert shown is not None
    assert (shown.line1, shown.line2) == ("READ NEW SOP", "SOP-1 R7")


@pytest.mark.scenario(5)
@pytest.mark.req("B3")
def test_training_ahead_of_the_revision_serves_on_both_sides_of_its_instant(make_world: Make) -> None:
    """Nobody may lose an hour of production for having read the new procedure in time."""
    found = _with_r7()
    found["training_record"] = [record("E1"), record("E1", completed_on=date(2026, 11, 20), revision="R7")]
    world = make_world(local("2026-11-30T23:59:57"), found)
    world.go_to(local("2026-11-30T23:59:59"))
    world.badge("R1", P1, 0.3)
    assert world.decisions()[-1]["outcome"] == "allow"
    world.go_to(local("2026-12-01T00:00:00"))
    world.badge("R2", P1)
    assert world.decisions()[-1]["outcome"] == "allow"


@pytest.mark.scenario(6)
@pytest.mark.req("B3", "E2")
def test_no_retraining_needed_lets_the_old_training_serve_and_is_named(make_world: Make) -> None:
    """An inspector must see that it was QA's waiver that let the old training count."""
    world = make_world(local("2026-12-01T00:00:00"), _with_r7(retraining=False))
    world.badge("R1", P1)
    last = world.decisions()[-1]
    assert last["outcome"] == "allow"
    item, training, revision = last["evidence"]["requirements"][0]
    assert revision != 0, "the waived revision's version stands in the evidence"
    assert (item > 0, training > 0) == (True, True)


def _override(person: str = "E1", **more: object) -> dict[str, object]:
    return {
        "id": "O-1",
        "person": person,
        "equipment": "TP-01",
        "class": "COVERAGE",
        "reasons": ["TRAINING_EXPIRED"],
        "starts_at": local("2026-11-23T06:00"),
        "ends_at": local("2026-11-23T14:00"),
        "justification": "retraining is booked",
        **more,
    }


def _expired() -> Plant:
    return {**plant(), "training_record": [record("E1", expires_on=date(2026, 11, 1))], "override": [_override()]}


@pytest.mark.scenario(15)
@pytest.mark.req("B7", "D5")
def test_a_suspension_is_not_lifted_by_an_override(make_world: Make) -> None:
    """What QA has barred no supervisor can allow; the override stays as it was."""
    found = {**_expired(), "suspension": [{"id": "S-1", "person": "E1"}]}
    world = make_world(local("2026-11-23T12:00"), found)
    world.badge("R1", P1)
    assert world.reasons()[0] == "PERSON_SUSPENDED"
    assert world.trail("override_revoked") == []
    world.load({**found, "suspension": []})
    world.badge("R1", P1)
    assert world.reasons() == ["ALLOW_OVERRIDE"], "the override itself was untouched"


@pytest.mark.scenario(16)
@pytest.mark.req("D4")
def test_an_override_that_does_not_cover_every_reason_lifts_none(make_world: Make) -> None:
    """All or nothing: half an override would start a machine out of calibration."""
    found = changed(_expired(), "equipment", "TP-01", calibration_due_on=date(2026, 11, 20))
    world = make_world(local("2026-11-23T12:00"), found)
    world.badge("R1", P1)
    assert world.reasons() == ["EQ_CAL_OVERDUE", "TRAINING_EXPIRED", "OVERRIDE_SCOPE"]


@pytest.mark.scenario(17)
@pytest.mark.req("D1", "D3")
def test_an_override_ends_by_itself(make_world: Make) -> None:
    """13:59:59 is allowed and 14:00:00 is not, and the holder is told that it was an override."""
    world = make_world(local("2026-11-23T13:59:57"), _expired())
    world.go_to(local("2026-11-23T13:59:59"))
    shown = world.badge("R1", P1, 0.3)
    assert world.reasons() == ["ALLOW_OVERRIDE", "ALLOW_ENDS_IN_SHIFT"] or world.reasons() == ["ALLOW_OVERRIDE"]
    assert shown is not None
    assert (shown.color, shown.beeps, shown.line2) == ("amber", 3, "UNTIL 14:00")
    world.go_to(local("2026-11-23T14:00:11"))
    world.badge("R1", P1)
    assert world.reasons()[0] == "OVERRIDE_EXPIRED"


@pytest.mark.scenario(25)
@pytest.mark.req("F1", "F3")
def test_the_hour_that_comes_twice_is_two_different_hours(make_world: Make) -> None:
    """01:30 twice in one night: order, offsets and durations must still be right."""
    world = make_world(local("2026-11-01T01:29:58"))
    world.go_to(local("2026-11-01T01:30:00"))
    world.badge("R1", P3, 0.3)
    world.go_to(world.clock.at + timedelta(hours=1) - timedelta(seconds=0.3))
    world.badge("R1", P3, 0.3)
    first, second = world.decisions()
    assert (first["offset"], second["offset"]) == ("-04:00", "-05:00")
    assert first["at"][:13] == "2026-11-01T05" and second["at"][:13] == "2026-11-01T06"
    assert second["seq"] > first["seq"]


@pytest.mark.scenario(26)
@pytest.mark.req("A1", "A4")
@pytest.mark.parametrize(("state", "reason"), [("replaced", "BADGE_REPLACED"), ("lost", "BADGE_LOST")])
def test_an_old_badge_is_denied_and_the_new_one_is_the_same_person(make_world: Make, state: str, reason: str) -> None:
    """A found badge must not open a machine, and the person's history must not break at a new badge."""
    new = wiegand26(118, 1700)
    found = changed(plant(), "badge", "B1", state=state)
    found["badge"] = [*found["badge"], {"id": "B1-new", "number": new, "person": "E1"}]
    world = make_world(local("2026-11-23T12:00"), found)
    world.badge("R1", P1)
    assert world.reasons() == [reason]
    world.badge("R1", new)
    old, fresh = world.decisions()
    assert (fresh["outcome"], old["person"], fresh["person"]) == ("allow", "E1", "E1")


@pytest.mark.scenario(31)
@pytest.mark.req("L3", "B8")
def test_all_failing_reasons_are_recorded_and_the_gowning_is_shown_first(make_world: Make) -> None:
    """One trip to the training office must mend everything."""
    found = _with_r7()
    found["requirement_set"] = [
        requirement_set([requirement("SOP-1")], [requirement("GMP", interval_months=12)]),
        {
            "area": "COMP",
            "effective_at": date(2020, 1, 1),
            "approved": True,
            "groups": [[requirement("GOWN", interval_months=12)]],
        },
    ]
    found["training_record"] = [
        record("E1"),
        record("E1", "GMP", date(2025, 1, 10)),
        record("E1", "GOWN", date(2025, 1, 10)),
    ]
    world = make_world(local("2026-12-01T12:00"), found)
    shown = world.badge("R1", P1)
    assert world.reasons() == ["GOWN_EXPIRED", "SOP_REVISION", "GMP_REFRESHER"]
    assert shown is not None
    assert shown.line1 == "GOWNING EXPIRED"


@pytest.mark.scenario(46)
@pytest.mark.req("B2")
@pytest.mark.parametrize(
    "sets",
    [
        [],
        [requirement_set([requirement("SOP-1")], approved=False)],
        [requirement_set([requirement("SOP-1")], effective_at=date(2027, 1, 1))],
        [requirement_set()],
        [requirement_set([])],
    ],
    ids=["none", "not approved", "not yet effective", "empty set", "empty group"],
)
def test_equipment_without_an_effective_approved_set_is_never_started(
    make_world: Make, sets: list[dict[str, object]]
) -> None:
    """A machine for which nobody has said what is needed must not count as needing nothing."""
    world = make_world(local("2026-11-23T12:00"), {**plant(), "requirement_set": sets})
    shown = world.badge("R1", P1)
    assert world.reasons() == ["SYS_CONFIG"]
    assert shown is not None
    assert shown.line1 == "SYSTEM: CONFIG"
    assert not world.output("R1")
