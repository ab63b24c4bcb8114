"""A crowd as known at an entry: the same facts as a badge read's, in parts that never hold up the writer."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from gate.core.decision import decide
from gate.core.matrix import Asked, Stand, answer, who_can_run
from gate.core.records import Moment
from gate.store import crowd as crowd_module
from gate.store import registry
from gate.store.crowd import CrowdKnown, Knowledge, read_crowd
from gate.store.database import open_database
from gate.store.equipment_facts import instant
from gate.store.instants import seq_at
from gate.store.schema import audit_trail, training_records
from tests.scenarios.plant import P1, P3, changed, plant, record
from tests.store.asking import ask
from tests.store.open_records import NOON, TORONTO, Records

HOLD = {"id": "H1", "equipment": "TP-01", "kind": "qa"}
BARRED = {"id": "S1", "person": "E2", "scope": "class", "scope_id": "PRESS"}


def read(records: Records, acts: int, training: int | None = None, **narrow: str) -> CrowdKnown:
    engine = open_database(records.path, read_only=True)
    try:
        known = Knowledge(acts, acts if training is None else training)
        return read_crowd(engine, TORONTO, known, **narrow)
    finally:
        engine.dispose()


def stands(known: CrowdKnown) -> dict[str, list[Stand]]:
    return {who.person.id: [one.stand for one in cells] for who, cells in who_can_run(Asked(known.crowd, NOON))}


@pytest.mark.req("B13", "E7")
def test_as_known_then_and_the_training_data_of_today_about_then(records: Records) -> None:
    """A record that came late tells what held; a hold set today did not stop anybody then."""
    then = records.load(plant()).seq
    late = [*plant()["training_record"], record("E3")]
    now = records.load({**plant(), "training_record": late, "hold": [HOLD]}).seq
    certified, untrained, held = Stand.CERTIFIED, Stand.NOT_TRAINED, Stand.HELD
    assert stands(read(records, then)) == {"E1": [certified] * 2, "E2": [certified] * 2, "E3": [untrained] * 2}
    assert stands(read(records, then, now))["E3"] == [certified] * 2
    assert stands(read(records, now))["E3"] == [held, certified]
    assert stands(read(records, 0)) == {}


def test_names_places_and_what_narrows(records: Records) -> None:
    """Machines keep their place; people come by name."""
    seq = records.load(changed(plant(), "person", "E1", name="Zoë Last")).seq
    found = read(records, seq)
    assert [one.person.id for one in found.crowd.people] == ["E2", "E3", "E1"]
    assert found.machine_names == {"TP-01": "Press 1", "TP-02": "Press 2"}
    assert (found.class_names, found.area_names) == ({"PRESS": "Tablet press"}, {"COMP": "Compression"})
    assert [one.equipment.id for one in read(records, seq, equipment_id="TP-02").crowd.machines] == ["TP-02"]
    assert read(records, seq, area_id="' OR 1=1").crowd.machines == ()
    assert [one.person.id for one in read(records, seq, person_id="E1").crowd.people] == ["E1"]


def test_who_left_and_visitors_are_not_in_it(records: Records) -> None:
    """Neither runs anything (B10)."""
    gone = changed(changed(plant(), "person", "E1", state="inactive"), "person", "E2", kind="visitor")
    assert set(stands(read(records, records.load(gone).seq))) == {"E3"}


def test_everybody_is_read_though_nobody_is_read_at_once(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of two: people of one name at the seam are neither lost nor doubled."""
    monkeypatch.setattr(crowd_module, "PEOPLE_A_READ", 2)
    people = [{"id": f"E{number}", "name": "Ada One"} for number in range(1, 8)]
    badges = plant()["badge"]
    seq = records.load({**plant(), "person": people, "badge": badges}).seq
    assert [one.person.id for one in read(records, seq).crowd.people] == [f"E{number}" for number in range(1, 8)]


@pytest.mark.req("B13", "B7", "D1")
@pytest.mark.parametrize(("person", "number"), [("E1", P1), ("E3", P3)])
def test_the_facts_are_those_of_a_badge_read(records: Records, person: str, number: str) -> None:
    """Suspensions, holds, overrides, records: read another way, and yet the same decision."""
    lifted = {
        "id": "OV-1",
        "person": person,
        "equipment": "TP-01",
        "class": "COVERAGE",
        "reasons": ["NOT_CERTIFIED", "TRAINING_EXPIRED"],
        "operations": ["USE"],
        "starts_at": NOON - timedelta(hours=1),
        "ends_at": NOON + timedelta(hours=6),
        "reference": "DEV-2026-0001",
        "justification": "test",
    }
    base = {**plant(), "suspension": [BARRED], "override": [lifted]}
    for more in ({}, {"hold": [HOLD]}, {"training_record": [record(person, expires_on=date(2026, 11, 1))]}):
        seq = records.load({**base, **more}).seq
        known = read(records, seq, person_id=person, equipment_id="TP-01")
        asked = Asked(known.crowd, NOON)
        mine = answer(asked, known.crowd.people[0], known.crowd.machines[0])
        theirs = decide(ask(records, number), Moment(NOON, "", 0, trusted=True, clock="asserted"))
        assert (mine.outcome, mine.reasons, mine.requirements) == (theirs.outcome, theirs.reasons, theirs.requirements)


@pytest.mark.req("E7")
def test_the_entry_at_an_instant(records: Records) -> None:
    """Order is by number: what was known at an instant is what was known as of the last entry up to it."""
    seqs = [records.append() for _ in range(9)]
    engine = open_database(records.path, read_only=True)
    with engine.connect() as connection:
        rows = connection.execute(sa.select(audit_trail.c.seq, audit_trail.c.at))
        found = {row.seq: row.at for row in rows}
        for seq in seqs:
            at = instant(found[seq])
            assert seq_at(connection, at) == seq
            assert seq_at(connection, at - timedelta(milliseconds=1)) == seq - 1
        assert seq_at(connection, NOON - timedelta(days=9000)) == 0
        assert seq_at(connection, NOON + timedelta(days=9000)) == seqs[-1]
    engine.dispose()


@pytest.mark.req("E7", "F3")
def test_a_clock_set_back_finds_an_entry_and_not_nothing(records: Records) -> None:
    """Times come twice then; any entry whose own time fits and whose next does not is an answer, and it is stable."""
    for _ in range(5):
        records.append()
    records.clock.set_wall(NOON - timedelta(hours=1))
    for _ in range(5):
        records.append()
    engine = open_database(records.path, read_only=True)
    with engine.connect() as connection:
        found = seq_at(connection, NOON)
        assert found == seq_at(connection, NOON)
        assert 0 <= found <= 11
    engine.dispose()


def test_a_batch_that_is_not_published_is_not_seen(records: Records) -> None:
    """Half an import must not certify anybody on paper either."""
    records.load(plant())
    row = {"person_id": "E3", "item_id": "SOP-1", "state": "passed", "revision": "R6", "completed_on": "2026-02-01"}
    seq = records.write(lambda at: registry.put(records.trail, training_records, "T1", {**row, "batch_id": 99}, at))
    assert stands(read(records, seq))["E3"] == [Stand.NOT_TRAINED] * 2
