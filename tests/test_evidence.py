"""What a decision rested on: as known then beside as known now, and records that came late (E7, E8)."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest

from gate.core.lateness import Lateness
from gate.evidence import DecisionEvidence, EvidenceReader
from gate.replay import Verdict
from gate.store.database import open_database
from tests.scenarios.plant import P1, P2, P3, Plant, changed, plant, record, requirement, requirement_set
from tests.scenarios.world import TORONTO, World, local

Make = Callable[..., World]
NOON = "2026-11-23T12:00"


def evidence(world: World, seq: int, **more: int) -> DecisionEvidence | None:
    engine = open_database(world.settings.database_path, read_only=True)
    with EvidenceReader(engine, TORONTO, **more) as reader:
        return reader.of(seq)


def of_last(world: World, number: int = -1, **more: int) -> DecisionEvidence:
    found = evidence(world, world.decisions()[number]["seq"], **more)
    assert found is not None
    return found


@pytest.fixture
def denied_then_trained(make_world: Make) -> Iterator[World]:
    """E3 is denied; the day after, a training of ten days ago is put on record."""
    world = make_world(local(NOON))
    world.badge("R1", P3)
    world.go_to(local("2026-11-24T12:00"))
    late = record("E3", completed_on=date(2026, 11, 14))
    world.load({**plant(), "training_record": [*plant()["training_record"], late]})
    yield world


@pytest.mark.req("E7")
def test_met_requirements_name_the_record_that_met_them(make_world: Make) -> None:
    """The inspector asks on which training the answer rested."""
    found = {**plant(), "training_record": [record("E1", expires_on=date(2027, 3, 1))]}
    world = make_world(local(NOON), found)
    world.badge("R1", P1)
    told = of_last(world)
    assert (told.person_id, told.person_name, told.equipment_id, told.outcome) == ("E1", "Ada One", "TP-01", "allow")
    (one,) = told.requirements
    assert (one.item_id, one.title, one.kind) == ("SOP-1", "Press operation", "sop")
    assert one.then.reason is None and one.then.record is not None
    assert (one.then.record.id, one.then.record.revision) == ("E1-SOP-1-R6-2026-01-10", "R6")
    assert one.then.valid_until_at == local("2027-03-02T00:00")
    assert (one.now, told.outcome_now, told.differs_now) == (one.then, "allow", False)
    assert told.replayed.verdict is Verdict.SAME


@pytest.mark.req("E7", "E8")
@pytest.mark.scenario(29)
def test_a_record_that_came_after_the_access_is_late_and_shown_beside(denied_then_trained: World) -> None:
    """Denied as known then, certified as known now: both are true, and the record is flagged."""
    told = of_last(denied_then_trained)
    (one,) = told.requirements
    assert (one.then.reason, one.then.record) == ("NOT_CERTIFIED", None)
    assert one.now is not None and one.now.reason is None and one.now.record is not None
    assert one.now.record.completed_on == date(2026, 11, 14)
    assert one.late is Lateness.AFTER_USE and told.late
    assert (told.outcome, told.outcome_now, told.differs_now) == ("deny", "allow", True)


@pytest.mark.req("E8")
@pytest.mark.parametrize(("days", "late"), [(3, Lateness.ENTERED_LATE), (9, None), (8, Lateness.ENTERED_LATE)])
def test_a_record_that_was_written_down_late_is_flagged_by_the_days_of_the_site(
    denied_then_trained: World, days: int, late: Lateness | None
) -> None:
    """Completed on the 14th, here on the 24th: ten days, nine of them allowed or not."""
    denied_then_trained.badge("R1", P3)
    told = of_last(denied_then_trained, late_after_days=days + 1)
    assert told.outcome == "allow"
    assert [one.late for one in told.requirements] == [late]


@pytest.mark.req("E7")
def test_a_record_taken_back_leaves_then_as_it_was(make_world: Make) -> None:
    """History is not rewritten by a correction; the page says what it would be now."""
    world = make_world(local(NOON))
    world.badge("R1", P1)
    world.load({**plant(), "training_record": [record("E2")]})
    told = of_last(world)
    (one,) = told.requirements
    assert one.then.reason is None and one.then.record is not None and not one.then.record.standing
    assert one.now is not None and one.now.reason == "NOT_CERTIFIED"
    assert (told.outcome, told.outcome_now, told.reasons_now) == ("allow", "deny", ("NOT_CERTIFIED",))


@pytest.mark.req("E7")
def test_what_has_no_date_of_its_own_stays_as_it_was_then(make_world: Make) -> None:
    """A badge lost last week was not lost a year ago: nobody is called a trespasser for it."""
    world = make_world(local(NOON))
    world.badge("R1", P1)
    lost = changed(changed(plant(), "badge", "B1", state="lost"), "person", "E1", state="inactive")
    world.load({**lost, "hold": [{"id": "H1", "equipment": "TP-01", "kind": "qa"}]})
    assert (of_last(world).outcome_now, of_last(world).differs_now) == ("allow", False)


@pytest.mark.req("E7")
def test_requirements_of_a_later_version_are_not_laid_upon_the_past(make_world: Make) -> None:
    """A set that takes effect later demands nothing of an access before it; one item more is no item of then."""
    world = make_world(local(NOON))
    world.badge("R1", P1)
    later = requirement_set([requirement("SOP-1")], [requirement("GMP")], effective_at=local("2026-11-24T00:00"))
    world.load({**plant(), "requirement_set": [*plant()["requirement_set"], later]})
    told = of_last(world)
    assert [one.item_id for one in told.requirements] == ["SOP-1"]
    assert told.outcome_now == "allow"


def _moved() -> Plant:
    moved = changed(plant(), "equipment", "TP-01", **{"class": "OTHER", "area": "ELSE"})
    other = [*plant()["equipment_class"], {"id": "OTHER", "name": "Other"}]
    return {**moved, "equipment_class": other, "area": [*plant()["area"], {"id": "ELSE", "name": "Else"}]}


@pytest.mark.req("E7")
def test_a_machine_that_has_moved_since_is_judged_by_what_it_was(make_world: Make) -> None:
    """Its class of today demands other things; that is no finding about the past."""
    world = make_world(local(NOON))
    world.badge("R1", P1)
    world.load(_moved())
    assert of_last(world).outcome_now == "allow"
    world.load({**plant(), "equipment": [], "person": plant()["person"]})
    assert of_last(world).outcome_now == "allow"


@pytest.mark.req("E7")
def test_where_nobody_is_known_nothing_is_claimed(make_world: Make) -> None:
    """An unknown badge rests on nothing, then and now."""
    world = make_world(local(NOON))
    world.badge("R1", "w26:0000001")
    told = of_last(world)
    assert (told.person_id, told.person_name, told.requirements) == (None, "", ())
    assert (told.outcome_now, told.reasons_now, told.differs_now) == (None, (), False)
    assert told.replayed.verdict is Verdict.SAME


@pytest.mark.req("E7")
def test_an_entry_that_is_no_decision_has_no_evidence(make_world: Make) -> None:
    """Asking for any number is safe."""
    world = make_world(local(NOON))
    assert [evidence(world, seq) for seq in (1, 0, -1, 10**15)] == [None] * 4


@pytest.mark.req("E7")
def test_single_decisions_of_a_busy_machine_replay_like_the_whole_log(make_world: Make) -> None:
    """The page reads only what it needs of the log; it must come to the same uses as the walk along all of it."""
    world = make_world(local(NOON), changed(plant(), "equipment", "TP-01", exclusive=True))
    for number, wait in ((P1, 2), (P2, 2), (P2, 12), (P1, 2), (P3, 2), (P1, 2)):
        world.badge("R1", number, wait)
        world.badge("R2", number, 1.2)
    verdicts = []
    for one in world.decisions():
        told = evidence(world, one["seq"])
        assert told is not None
        verdicts.append(told.replayed.verdict)
    assert len(verdicts) >= 10
    assert set(verdicts) == {Verdict.SAME}, verdicts
    reasons = {reason for one in world.decisions() for reason in one["reasons"]}
    assert {"EQ_BUSY", "ALLOW_HANDOVER"} <= reasons
    assert any("BADGE_ELSEWHERE" in (one.get("detail") or {}).get("warnings", ()) for one in world.decisions())
