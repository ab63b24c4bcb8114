"""Facts at any entry of the trail: what was known then, what is kept, and what nobody may see yet."""

from datetime import datetime
from itertools import pairwise

import pytest
import sqlalchemy as sa

from gate.core.audit import Kind
from gate.core.decision import decide
from gate.core.records import Facts
from gate.core.terms import Mode, Outcome, PersonState
from gate.store import registry
from gate.store.audit_trail import Trail
from gate.store.facts import FactReader
from gate.store.schema import badge_assignments, batches, equipment, people, training_records
from tests.scenarios.plant import P1, P3, Plant, changed, plant
from tests.store.asking import ask, read
from tests.store.open_records import TORONTO, Records, sql


@pytest.mark.req("E7")
def test_as_known_then_is_not_what_is_known_now(records: Records) -> None:
    """An inspector asks what the gate knew when it answered, not what it learned a month later."""
    then = records.load(plant()).seq
    now = records.load(
        {
            **changed(changed(plant(), "person", "E1", state="inactive"), "equipment", "TP-01", mode="off"),
            "training_record": [],
            "hold": [{"id": "H1", "equipment": "TP-01", "kind": "qa"}],
        }
    ).seq
    as_then, as_now = ask(records, known=then), ask(records, known=now)
    assert ask(records) == as_now
    for facts, state, mode, found, holds in (
        (as_then, PersonState.ACTIVE, Mode.ENFORCE, 1, 0),
        (as_now, PersonState.INACTIVE, Mode.OFF, 0, 1),
    ):
        assert facts.person is not None
        assert facts.equipment is not None
        assert (facts.person.state, facts.equipment.mode) == (state, mode)
        assert (len(facts.records.get("SOP-1", ())), len(facts.holds)) == (found, holds)


@pytest.mark.req("E7")
def test_nothing_was_known_before_the_first_load(records: Records) -> None:
    """A replay of the empty gate must not see the future."""
    records.append()
    records.load(plant())
    facts = ask(records, known=1)
    assert (facts.badge, facts.person, facts.equipment, facts.data.as_of) == (None, None, None, None)


@pytest.mark.req("E7")
def test_a_decision_replayed_from_what_was_known_comes_to_the_same_answer(records: Records) -> None:
    """The whole log can be proved this way."""
    then = records.load(plant()).seq
    moment = records.moment()
    first = decide(ask(records), moment)
    records.load({**plant(), "training_record": []})
    assert decide(ask(records), moment).outcome is Outcome.DENY
    again = decide(ask(records, known=then), moment)
    assert (first.outcome, again) == (Outcome.ALLOW, first)


TRAINED = {"person_id": "E3", "item_id": "SOP-1", "state": "passed", "revision": "R6", "completed_on": "2026-02-01"}


@pytest.mark.req("I2")
def test_an_unpublished_batch_is_invisible_until_it_is_published(records: Records) -> None:
    """An import writes thousands of rows in many short transactions; half of it must not decide anything."""
    records.load(plant())
    records.trail.begin()
    batch = records.trail.run(sa.insert(batches).values(published_seq=sa.bindparam("none")), {"none": None}).lastrowid
    records.trail.commit()
    written = records.write(
        lambda seq: registry.put(records.trail, training_records, "T1", {**TRAINED, "batch_id": batch}, seq)
    )
    assert ask(records, P3).records == {}
    publish = sa.update(batches).where(batches.c.id == sa.bindparam("batch")).values(published_seq=sa.bindparam("seq"))
    published = records.write(
        lambda seq: records.trail.run(publish, {"batch": batch, "seq": seq}), Kind.IMPORT_PUBLISHED
    )
    assert [found.id for found in ask(records, P3).records["SOP-1"]] == ["T1"]
    assert ask(records, P3, known=written).records == {}
    assert [found.id for found in ask(records, P3, known=published).records["SOP-1"]] == ["T1"]


def _load_mode(records: Records, trail: Trail) -> None:
    trail.begin()
    seq = trail.append(records.entry(Kind.CHANGE))
    registry.set_mode(trail, "TP-01", Mode.OFF, seq)
    trail.commit()


@pytest.mark.req("B7")
def test_kept_facts_are_read_anew_when_another_connection_changes_them(records: Records) -> None:
    """A hold set on a page must act at the next badge, not after a restart."""
    records.load(plant())
    reader = FactReader(records.trail, TORONTO)
    assert _mode(read(records.trail, reader)) is Mode.ENFORCE
    _load_mode(records, records.another_trail())
    assert _mode(read(records.trail, reader)) is Mode.OFF


def test_kept_facts_stay_kept_while_nobody_changes_facts(records: Records) -> None:
    """Reading every requirement set for every badge is what the deadline cannot afford."""
    records.load(plant())
    reader = FactReader(records.trail, TORONTO)
    before = read(records.trail, reader).equipment
    records.append(Kind.DECISION)
    assert read(records.trail, reader).equipment is before


def test_facts_of_a_transaction_that_was_taken_back_are_not_kept(records: Records) -> None:
    """The next entry takes the same number: facts kept under it would be facts that never were."""
    records.load(plant())
    reader = FactReader(records.trail, TORONTO)
    records.trail.begin()
    registry.set_mode(records.trail, "TP-01", Mode.OFF, records.trail.append(records.entry(Kind.CHANGE)))
    assert _mode(reader.facts(P1, "TP-01", None)) is Mode.OFF
    records.trail.rollback()
    assert records.append(Kind.CHANGE) == 2
    assert _mode(read(records.trail, reader)) is Mode.ENFORCE


def _mode(facts: Facts) -> Mode:
    assert facts.equipment is not None
    return facts.equipment.mode


def test_a_change_inside_the_open_transaction_is_seen_at_once(records: Records) -> None:
    """A batch decides with what it has itself written."""
    records.load(plant())
    records.trail.begin()
    reader = FactReader(records.trail, TORONTO)
    assert reader.mode("TP-01") is Mode.ENFORCE
    registry.set_mode(records.trail, "TP-01", Mode.SHADOW, records.trail.append(records.entry(Kind.CHANGE)))
    assert reader.mode("TP-01") is Mode.SHADOW
    assert reader.mode("XX-01") is None
    records.trail.rollback()


def test_rows_of_one_id_never_overlap(records: Records) -> None:
    """Two versions known at one entry would make the replay a matter of luck."""
    file: Plant = plant()
    for name in ("Bo 1", "Bo 2", "Bo 3"):
        file = changed(file, "person", "E2", name=name)
        records.load(file)
    for table in (people, equipment):
        rows = records.rows(sql("SELECT id, known_from, known_to FROM", table.name, "ORDER BY id, version"))
        for (id_, _, ended), (next_id, begun, _) in pairwise(rows):
            assert id_ != next_id or ended == begun


@pytest.mark.req("A1", "E7")
def test_a_replay_sees_the_lending_that_was_known_then(records: Records) -> None:
    """The badge of the pool goes from hand to hand; each answer must be proved with the hand it was in."""
    records.load(plant())
    until = {"E1": "2026-11-23T20:00:00.000Z", "E2": "2026-11-24T04:00:00.000Z"}
    seqs = [records.write(lambda seq, p=p: _lend(records, p, until[p], seq)) for p in until]  # type: ignore[misc]
    for person, seq in zip(until, seqs, strict=True):
        facts = ask(records, known=seq)
        assert facts.badge is not None
        assert facts.person is not None
        assert (facts.badge.person_id, facts.person.id) == (person, person)
        assert facts.badge.until_at == datetime.fromisoformat(until[person])
    first = ask(records, known=1)
    assert first.badge is not None
    assert first.badge.until_at is None


def _lend(records: Records, person: str, until: str, seq: int) -> None:
    registry.put(records.trail, badge_assignments, "B1", {"person_id": person, "until_at": until}, seq)
