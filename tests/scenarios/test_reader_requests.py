"""What a page asks of a reader: the next badge, an operation, a test; bytes on one side, rows on the other."""

from collections.abc import Callable

import pytest

from firmware_protocol.badge import bits_of
from firmware_protocol.osdp.reader import TextShown
from gate.demo_badges import wiegand26
from gate.store.reader_requests import RequestKind
from tests.scenarios.plant import P1, changed, plant
from tests.scenarios.world import World, local

Make = Callable[..., World]
NOBODY = wiegand26(7, 7)


@pytest.fixture
def world(make_world: Make) -> World:
    return make_world(local("2026-11-23T12:00"))


@pytest.mark.req("A4")
def test_a_badge_held_out_to_a_page_is_identification_only(world: World) -> None:
    """Whoever signs at a kiosk or is enrolled must not start the machine by it."""
    asked = world.ask("R1", RequestKind.IDENTIFY)
    world.run(1.5)
    assert "PRESENT BADGE" in [a.line1 for _, a in world.lines.actions["R1"] if isinstance(a, TextShown)]
    shown = world.badge("R1", P1)
    assert shown is not None
    assert (shown.color, shown.beeps, shown.line1) == ("amber", 1, "BADGE READ")
    assert world.decisions() == []
    assert not world.output("R1")
    found = world.asked(asked)
    assert found is not None
    assert found.result is not None
    told = world.trail("security")[-1]
    assert (found.result["badge"], found.result["person"], found.result["seq"]) == ("B1", "E1", told["seq"])
    assert (told["detail"]["what"], told["by"], told["person"]) == ("badge_held_out", "page", "E1")
    world.badge("R1", P1)
    assert world.decisions()[-1]["outcome"] == "allow", "the next badge is decided as ever"
    assert world.sound()


def test_a_badge_of_nobody_is_named_by_its_mark_and_never_by_its_number(world: World) -> None:
    """Requests are rows that anybody with the file can read; a number in them could be copied to a card."""
    asked = world.ask("R1", RequestKind.IDENTIFY)
    world.badge("R1", NOBODY)
    found = world.asked(asked)
    assert found is not None
    assert found.result is not None
    assert found.result["mark"].startswith("unknown:")
    assert "badge" not in found.result
    assert "w26" not in str(found.result)
    assert world.trail("security")[-1]["subject"] == found.result["mark"]


def test_the_other_reader_and_a_request_that_is_over_change_nothing(world: World) -> None:
    """A page left open on a tablet must not swallow the badge of the next shift."""
    world.ask("R1", RequestKind.IDENTIFY, seconds=5)
    world.badge("R2", P1)
    assert len(world.decisions()) == 1
    world.run(5)
    world.badge("R1", P1)
    assert len(world.decisions()) == 2


def test_a_newer_request_takes_the_place_of_the_one_before(world: World) -> None:
    """Two tablets that wait for the same badge would each believe it was theirs."""
    first, second = world.ask("R1", RequestKind.IDENTIFY), world.ask("R1", RequestKind.IDENTIFY)
    world.badge("R1", P1)
    older, newer = world.asked(first), world.asked(second)
    assert older is not None
    assert newer is not None
    assert older.result == {}
    assert newer.result is not None
    assert newer.result["person"] == "E1"


def test_a_badge_read_too_late_is_never_held_out(world: World) -> None:
    """Nobody knows any more who held it there, and when."""
    asked = world.ask("R1", RequestKind.IDENTIFY, seconds=60)
    world.readers["R1"].present(*bits_of(P1))
    for _ in range(40):
        world.edge.lines.step(0)
        world.clock.advance(0.01)
    world.clock.advance(3)
    world.run(1)
    found = world.asked(asked)
    assert found is not None
    assert found.result is None
    assert world.reasons() == ["READ_LATE"]


@pytest.mark.req("B6")
def test_the_operation_chosen_on_a_page_is_decided_and_serves_once(make_world: Make) -> None:
    """Gloved fingers choose on the screen what they cannot key in at the reader."""
    world = make_world(local("2026-11-23T12:00"))
    world.ask("R1", RequestKind.OPERATION, "CLEAN", seconds=15)
    world.badge("R1", P1)
    assert world.decisions()[-1]["operation"] == "CLEAN"
    world.badge("R2", P1)
    assert world.decisions()[-1]["operation"] == "USE"


def test_a_test_of_the_reader_enables_nothing_and_is_on_record(world: World) -> None:
    """A technician sees that light and tone work, and no machine can be started by it."""
    asked = world.ask("R1", RequestKind.TEST)
    at = world.clock.seconds
    world.run(2)
    shown = world.shown("R1", at)
    assert shown is not None
    assert (shown.color, shown.line1) == ("amber", "TEST")
    assert not world.output("R1")
    assert world.trail("security")[-1]["detail"] == {"what": "reader_tested"}
    found = world.asked(asked)
    assert found is not None
    assert found.result is not None


def test_requests_are_forgotten_soon(world: World) -> None:
    """They hold who held out which badge; the trail keeps that, this table need not."""
    asked = world.ask("R1", RequestKind.IDENTIFY, seconds=5)
    world.badge("R1", P1)
    world.run(4)
    world.clock.advance(301)
    world.run(2)
    assert world.asked(asked) is None


def test_a_lost_badge_held_out_says_so(make_world: Make) -> None:
    """Who signs with a badge that was reported lost may not be the one who lost it."""
    world = make_world(local("2026-11-23T12:00"), changed(plant(), "badge", "B1", state="lost"))
    asked = world.ask("R1", RequestKind.IDENTIFY)
    world.badge("R1", P1)
    found = world.asked(asked)
    assert found is not None
    assert found.result is not None
    assert found.result["state"] == "lost"
    assert world.trail("security")[-1]["detail"]["state"] == "lost"
