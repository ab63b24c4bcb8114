"""Who can run what: never a different answer than the reader gives, at any instant, one judgement for like machines."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from gate.core.decision import decide
from gate.core.matrix import (
    Asked,
    Barring,
    Cell,
    Crowd,
    Machine,
    Somebody,
    Stand,
    head_counts,
    who_can_run,
)
from gate.core.records import (
    Decision,
    Equipment,
    Facts,
    Hold,
    Moment,
    Override,
    Revision,
    Suspension,
    TrainingRecord,
)
from gate.core.terms import HoldKind, Operation, PersonState, RecordState
from tests.core.facts_builder import (
    A_SECOND,
    AN_HOUR,
    AREA_SET,
    EQUIPMENT,
    GMP,
    ITEMS,
    NOON,
    OJT,
    PERSON,
    RECORDS,
    SOP,
    TORONTO,
    USE_SET,
    override,
    record,
    requirement,
    set_of,
)

A_DAY = timedelta(days=1)
TWIN = replace(EQUIPMENT, id="TP-02")
MILL = Equipment(15, "ML-01", "MILL", "GRAN")
BARE = Equipment(16, "NEW-1", "NEW", "GRAN")
SETS = {"PRESS": {Operation.USE: (USE_SET,)}, "MILL": {Operation.USE: (set_of((requirement(OJT),)),)}}
STOPPED = Hold(61, HoldKind.QA, frozenset({Operation.USE}))
LAPSED = {**RECORDS, "GMP-1": (record(GMP, "2025-06-11", version=53),)}
PRESS = Machine(EQUIPMENT)
ADA = Somebody(PERSON, RECORDS)


def crowd(*people: Somebody, machines: tuple[Machine, ...] = (Machine(EQUIPMENT),)) -> Crowd:
    return Crowd(people, machines, SETS, {"COMP": (AREA_SET,)}, ITEMS, TORONTO)


def cell(somebody: Somebody, machine: Machine = PRESS, at: datetime = NOON) -> Cell:
    ((_, cells),) = who_can_run(Asked(crowd(somebody, machines=(machine,)), at))
    return cells[0]


def with_records(*records: TrainingRecord) -> Somebody:
    return Somebody(PERSON, {**RECORDS, **{one.item_id: (one,) for one in records}})


def overridden(*overrides: Override) -> Somebody:
    return Somebody(PERSON, LAPSED, (), {"TP-01": overrides})


def barred(scope: str, scope_id: str | None) -> Somebody:
    return ADA._replace(barrings=(Barring(Suspension(81), scope, scope_id),))


@pytest.mark.req("B13")
def test_the_certified_with_the_end_and_the_days_that_the_reader_counts() -> None:
    """The refresher of 2026-06-11 lasts 12 months, through that day: the reader would count the same days."""
    found = cell(ADA)
    assert (found.stand, found.reasons) == (Stand.CERTIFIED, ())
    assert found.until_at == datetime.fromisoformat("2027-06-12T00:00-04:00")
    assert found.days == (date(2027, 6, 11) - date(2026, 11, 23)).days


@pytest.mark.parametrize(
    ("somebody", "stand", "reason"),
    [
        (Somebody(PERSON, {}), Stand.NOT_TRAINED, "NOT_CERTIFIED"),
        (Somebody(PERSON, LAPSED), Stand.LAPSED, "GMP_REFRESHER"),
        (with_records(record(OJT, state=RecordState.FAILED)), Stand.NOT_TRAINED, "ASSESSMENT_FAILED"),
        (with_records(record(OJT, "2026-12-01")), Stand.NOT_YET, "NOT_YET_VALID"),
        (barred("everywhere", None), Stand.BARRED, "PERSON_SUSPENDED"),
        (barred("class", "PRESS"), Stand.BARRED, "PERSON_SUSPENDED"),
        (barred("equipment", "TP-01"), Stand.BARRED, "PERSON_SUSPENDED"),
        (ADA._replace(person=replace(PERSON, state=PersonState.RESTRICTED)), Stand.BARRED, "PERSON_RESTRICTED"),
        (ADA._replace(person=replace(PERSON, contract_until_on=date(2026, 11, 22))), Stand.LAPSED, "CONTRACT_ENDED"),
        (barred("everywhere", None)._replace(records={}), Stand.NOT_TRAINED, "NOT_CERTIFIED"),
    ],
)
def test_one_word_for_every_way_not_to_be_certified(somebody: Somebody, stand: Stand, reason: str) -> None:
    """What was never there is quiet; what was taken away is not."""
    found = cell(somebody)
    assert found.stand is stand
    assert reason in found.reasons
    assert (found.until_at, found.days) == (None, None)


@pytest.mark.parametrize(("scope", "scope_id"), [("class", "MILL"), ("equipment", "TP-02"), ("elsewhere", None)])
def test_a_suspension_bars_only_where_it_says(scope: str, scope_id: str | None) -> None:
    """A suspension at one machine must not hide who can run the others."""
    assert cell(barred(scope, scope_id)).stand is Stand.CERTIFIED


def test_equipment_without_a_requirement_set_is_unknown_and_not_good() -> None:
    """Unknown is never shown as good: the reader denies with SYS_CONFIG."""
    assert cell(ADA, Machine(BARE)) == Cell(Stand.UNSET, ("SYS_CONFIG",))


def test_a_set_that_cannot_be_judged_is_unknown_for_the_untrained_too() -> None:
    """An item that is gone, or an empty group, is SYS_CONFIG for everybody."""
    for broken in (
        set_of((requirement(GMP),), (replace(requirement(GMP), item_id="GONE"),)),
        set_of((), (requirement(GMP),)),
    ):
        asked = Asked(crowd(ADA, Somebody(PERSON, {}))._replace(class_sets={"PRESS": {Operation.USE: (broken,)}}), NOON)
        assert [cells[0].stand for _, cells in who_can_run(asked)] == [Stand.UNSET] * 2


def test_a_grace_is_told_apart_from_a_certification() -> None:
    """Use of a grace is an exception (B6)."""
    graced = set_of((requirement(GMP, months=12, grace=30),))
    people = (Somebody(PERSON, {"GMP-1": (record(GMP, "2025-11-20"),)}),)
    lenient = crowd(*people)._replace(class_sets={"PRESS": {Operation.USE: (graced,)}}, area_sets={})
    ((_, (found,)),) = who_can_run(Asked(lenient, NOON))
    assert (found.stand, found.days) == (Stand.GRACE, 27)


# --- the machine -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("machine", "reason"),
    [
        (Machine(EQUIPMENT, (STOPPED,)), "EQ_QUARANTINE"),
        (Machine(replace(EQUIPMENT, calibration_due_on=date(2026, 11, 22))), "EQ_CAL_OVERDUE"),
    ],
)
def test_a_machine_that_nobody_runs_says_so_where_somebody_could(machine: Machine, reason: str) -> None:
    """Who is certified stays certified and counts; who is not is not hidden behind the hold."""
    asked = Asked(crowd(ADA, Somebody(PERSON, {}), machines=(machine,)), NOON)
    (_, (certified,)), (_, (other,)) = who_can_run(asked)
    assert (certified.stand, certified.reasons) == (Stand.HELD, (reason,))
    assert other.stand is Stand.NOT_TRAINED
    assert head_counts(asked, who_can_run(asked), NOON) == (1,)


def test_the_end_of_a_calibration_is_not_the_end_of_a_certification() -> None:
    """Nobody is to be booked for training because a balance falls due."""
    soon = Machine(replace(EQUIPMENT, calibration_due_on=date(2026, 11, 25)))
    assert cell(ADA, soon) == cell(ADA)


def test_like_machines_share_one_judgement(monkeypatch: pytest.MonkeyPatch) -> None:
    """40 machines of 10 classes cost 10 decisions a person; a barred twin is judged by itself."""
    calls: list[str] = []

    def counted(facts: Facts, moment: Moment) -> Decision:
        calls.append(facts.equipment.id if facts.equipment else "")
        return decide(facts, moment)

    monkeypatch.setattr("gate.core.matrix.decide", counted)
    machines = (Machine(EQUIPMENT), Machine(TWIN), Machine(MILL))
    ((_, cells),) = who_can_run(Asked(crowd(ADA, machines=machines), NOON))
    assert calls == ["TP-01", "ML-01"]
    assert cells[0] == cells[1]
    calls.clear()
    ((_, cells),) = who_can_run(Asked(crowd(barred("equipment", "TP-02"), machines=machines), NOON))
    assert calls == ["TP-01", "TP-02", "ML-01"]
    assert [one.stand for one in cells] == [Stand.CERTIFIED, Stand.BARRED, Stand.CERTIFIED]


def test_the_operation_asked_about_is_the_one_judged() -> None:
    """Certified to run is not certified to clean (B1); without a question it is the machine's own operation."""
    cleaning = {Operation.USE: (USE_SET,), Operation.CLEAN: (set_of((requirement(OJT, months=1),)),)}
    asked = Asked(crowd(ADA)._replace(class_sets={"PRESS": cleaning}), NOON)
    stands = {
        operation: next(who_can_run(asked._replace(operation=operation)))[1][0].stand
        for operation in (None, Operation.USE, Operation.CLEAN, Operation.SETUP)
    }
    assert stands == {
        None: "certified",
        Operation.USE: "certified",
        Operation.CLEAN: "lapsed",
        Operation.SETUP: "unset",
    }


# --- overrides ---------------------------------------------------------------------------------------------------


def test_an_override_shows_with_its_end_and_only_while_it_covers() -> None:
    """It covers all that fails, or it is none."""
    covering = override("GMP_REFRESHER", "TRAINING_EXPIRED")
    found = cell(overridden(override("NOT_CERTIFIED", version=70), covering))
    assert (found.stand, found.override_id, found.until_at) == (Stand.OVERRIDE, "OV-71", NOON + AN_HOUR)
    assert cell(overridden(override("NOT_CERTIFIED"))).stand is Stand.LAPSED
    assert cell(overridden(covering), at=NOON + AN_HOUR).stand is Stand.LAPSED
    assert cell(overridden(covering)._replace(records=RECORDS)).stand is Stand.CERTIFIED


def test_an_override_revoked_later_counted_until_then() -> None:
    """As known today about that hour: it stood, whatever was done to it afterwards."""
    revoked = override("GMP_REFRESHER", end=NOON + A_DAY, revoked=NOON + AN_HOUR)
    assert cell(overridden(revoked)).until_at == NOON + AN_HOUR
    assert cell(overridden(revoked), at=NOON + AN_HOUR).stand is Stand.LAPSED
    assert cell(overridden(revoked), at=NOON + AN_HOUR - A_SECOND).stand is Stand.OVERRIDE


# --- the forecast ------------------------------------------------------------------------------------------------


@pytest.mark.req("B13")
def test_the_head_count_ahead_knows_who_loses_and_who_gains() -> None:
    """A revision approved for next week takes one away; a training that starts next week brings one."""
    revised = replace(SOP, revisions=(*SOP.revisions, Revision(32, "R7", NOON + 7 * A_DAY)))
    coming = {**RECORDS, "OJT-TP": (record(OJT, "2026-11-26", version=52),)}
    ready = {**coming, "SOP-114": (record(SOP, revision="R7"), record(SOP, revision="R6", version=49))}
    people = (ADA, Somebody(replace(PERSON, id="E2"), ready), Somebody(replace(PERSON, id="E3"), {}))
    asked = Asked(crowd(*people)._replace(items={**ITEMS, SOP.id: revised}), NOON)
    rows = list(who_can_run(asked))
    assert [cells[0].stand for _, cells in rows] == [Stand.CERTIFIED, Stand.NOT_YET, Stand.NOT_TRAINED]
    assert rows[0][1][0].days == 7
    counts = {days: head_counts(asked, rows, NOON + days * A_DAY) for days in (0, 4, 7, 400)}
    assert counts == {0: (1,), 4: (2,), 7: (1,), 400: (0,)}
