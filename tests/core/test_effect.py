"""Previews of a change: who loses, who gains, and never a different answer than the reader gives."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gate.core.decision import decide
from gate.core.effect import (
    Effect,
    Ground,
    Missing,
    Picture,
    Scope,
    certified,
    effect,
    with_records,
    with_revision,
    with_set,
    without_records,
)
from gate.core.records import RequirementSet, Revision
from gate.core.terms import Operation, Outcome
from tests.core.facts_builder import (
    AREA_SET,
    CERTIFIED,
    GMP,
    GOWN,
    ITEMS,
    NOON,
    OJT,
    OTHER,
    RECORDS,
    SOP,
    TORONTO,
    USE_SET,
    moment,
    record,
    requirement,
    set_of,
)

SOON = NOON + timedelta(days=3)
PRESS_USE = Scope("class", "PRESS", Operation.USE)
GROUND = Ground("PRESS", "COMP", ("TP-01", "TP-02"), {Operation.USE: (USE_SET,)}, (AREA_SET,))
ELSEWHERE = Ground("MILL", "GRAN", ("ML-01",), {Operation.USE: (set_of((requirement(OJT),)),)}, ())

WITHOUT_OJT = {item: records for item, records in RECORDS.items() if item != "OJT-TP"}
BASE = Picture((GROUND, ELSEWHERE), ITEMS, {"E1": RECORDS, "E2": WITHOUT_OJT}, TORONTO)

EASIER = set_of((requirement(SOP),), at=SOON, version=90, approved=False)
IMPOSSIBLE = set_of((requirement(GMP),), (), at=SOON, version=91, approved=False)


def names(found: Effect) -> tuple[list[str], list[str]]:
    return [one.person_id for one in found.losing], [one.person_id for one in found.gaining]


@pytest.mark.req("B2")
def test_a_set_that_asks_for_less_lets_somebody_in_and_nobody_out() -> None:
    """Whoever signs must see a loosening as one."""
    found = effect(BASE, with_set(BASE, PRESS_USE, EASIER), SOON)
    assert names(found) == ([], ["E2"])
    gained = found.gaining[0]
    assert (gained.operation, gained.class_id, gained.machines) == (Operation.USE, "PRESS", ("TP-01", "TP-02"))
    assert gained.missing == (Missing("OJT-TP", "OJT_OPEN"),)


@pytest.mark.req("B2")
def test_a_set_that_asks_for_more_names_who_would_miss_what() -> None:
    """The trainer books the training from this list."""
    stricter = set_of((requirement(SOP),), (requirement(OTHER, months=1),), at=SOON, version=92, approved=False)
    found = effect(BASE, with_set(BASE, PRESS_USE, stricter), SOON)
    assert names(found) == (["E1"], [])
    assert found.losing[0].missing == (Missing("SAFE-2", "TRAINING_EXPIRED"),)


@pytest.mark.req("B2")
def test_a_draft_counts_for_nothing_until_it_is_approved() -> None:
    """Else a draft alone would shut people out."""
    drafted = GROUND._replace(sets={Operation.USE: (USE_SET, IMPOSSIBLE)})
    assert effect(BASE, BASE._replace(grounds=(drafted, ELSEWHERE)), SOON) == Effect((), ())


@pytest.mark.req("B2")
def test_before_its_instant_a_version_changes_nothing() -> None:
    """The preview is of an instant, and so is the rule."""
    after = with_set(BASE, PRESS_USE, IMPOSSIBLE)
    assert effect(BASE, after, SOON - timedelta(seconds=1)) == Effect((), ())
    assert names(effect(BASE, after, SOON)) == (["E1"], [])
    assert effect(BASE, after, SOON).losing[0].missing == (Missing("", "SYS_CONFIG"),)


@pytest.mark.req("B1", "B2")
def test_a_new_operation_is_only_gained() -> None:
    """Nobody could do it before: there was no set in force."""
    cleaning = Scope("class", "PRESS", Operation.CLEAN)
    found = effect(BASE, with_set(BASE, cleaning, EASIER), SOON)
    assert names(found) == ([], ["E1", "E2"])
    assert {one.operation for one in found.gaining} == {Operation.CLEAN}
    assert found.gaining[0].missing == (Missing("", "SYS_CONFIG"),)


@pytest.mark.req("B8")
def test_an_area_touches_every_operation_in_it_and_no_other_place() -> None:
    """Gowning comes before the machine, whatever one does there."""
    asks = set_of((requirement(GOWN, months=1),), at=SOON, version=93, approved=False)
    found = effect(BASE, with_set(BASE, Scope("area", "COMP", None), asks), SOON)
    assert names(found) == (["E1"], [])
    assert found.losing[0].missing == (Missing("GOWN-C", "GOWN_EXPIRED"),)
    elsewhere = effect(BASE, with_set(BASE, Scope("area", "GRAN", None), asks), SOON)
    assert [(one.person_id, one.class_id) for one in elsewhere.losing] == [("E1", "MILL")]


@pytest.mark.req("B3")
def test_a_revision_takes_from_whoever_read_the_one_before_unless_qa_waives_it() -> None:
    """The same name again moves the revision instead of adding a second one."""
    asks = with_revision(BASE, "SOP-114", Revision(99, "R7", SOON))
    assert names(effect(BASE, asks, SOON)) == (["E1"], [])
    assert effect(BASE, asks, SOON).losing[0].missing == (Missing("SOP-114", "SOP_REVISION"),)
    waived = with_revision(asks, "SOP-114", Revision(100, "R7", SOON, retraining=False))
    assert len(waived.items["SOP-114"].revisions) == 2
    assert effect(BASE, waived, SOON) == Effect((), ())


@pytest.mark.req("B11")
def test_records_given_and_taken_show_what_they_are_worth() -> None:
    """One of the same id is replaced, for anybody, also for somebody without any record."""
    given = with_records(BASE, "E2", (record(OJT, version=70),))
    assert names(effect(BASE, given, NOON)) == ([], ["E2", "E2"]), "at the press, and at the mill"
    again = with_records(given, "E2", (record(OJT, version=70, expires="2026-07-01"),))
    assert len(again.records["E2"]["OJT-TP"]) == 1
    assert effect(BASE, again, NOON) == Effect((), ())
    assert names(effect(given, without_records(given, "E2", frozenset({"T-70"})), NOON)) == (["E2", "E2"], [])
    newcomer = with_records(BASE, "E9", (record(OJT, version=71),))
    assert names(effect(BASE, newcomer, NOON)) == ([], ["E9"])


@pytest.mark.req("B8", "B14")
def test_whether_anybody_knows_the_class_can_be_asked_without_the_area() -> None:
    """Somebody whose gowning lapsed still knows the machine."""
    bare = without_records(BASE, "E1", frozenset({"T-55"}))
    with_area = {one.ground.class_id: one.missing for one in certified(bare, "E1", NOON)}
    assert with_area["PRESS"] == (Missing("GOWN-C", "NOT_CERTIFIED"),)
    alone = {one.ground.class_id: one.missing for one in certified(bare, "E1", NOON, area_counts=False)}
    assert alone["PRESS"] == ()
    assert next(iter(certified(bare, "nobody", NOON))).missing != ()


@pytest.mark.req("B2", "B3")
@pytest.mark.parametrize("proposed", [EASIER, IMPOSSIBLE, USE_SET], ids=["easier", "impossible", "the same"])
@pytest.mark.parametrize("person", ["E1", "E2"])
def test_the_preview_and_the_reader_agree(proposed: RequirementSet, person: str) -> None:
    """Two ways to work out one thing would differ one day, and somebody would have signed the wrong one."""
    after = with_set(BASE, PRESS_USE, proposed)
    facts = replace(CERTIFIED, records=BASE.records[person], sets=after.grounds[0].sets)
    allowed = decide(facts, moment(SOON)).outcome is Outcome.ALLOW
    shown = next(one for one in certified(after, person, SOON) if one.ground.class_id == "PRESS")
    assert allowed is (shown.missing == ())
