"""What a decision may look at: as known now, and as known at any entry before."""

from datetime import UTC, date, datetime, timedelta

import pytest

from gate.core.audit import Kind
from gate.core.terms import BadgeState, HoldKind, Mode, Operation, OverrideClass
from gate.store import registry
from gate.store.facts import FactReader
from gate.store.schema import suspensions
from gate.store.uses import leave_member
from tests.scenarios.plant import P1, P2, changed, plant, record, requirement, requirement_set
from tests.store.asking import ask, join
from tests.store.open_records import NOON, TORONTO, Records


def test_the_facts_of_a_certified_person_are_complete(records: Records) -> None:
    """Each of these decides something; a forgotten one would silently allow."""
    records.load(plant())
    facts = ask(records)
    assert facts.badge is not None
    assert facts.person is not None
    assert facts.equipment is not None
    assert (facts.badge.id, facts.badge.person_id, facts.person.name) == ("B1", "E1", "Ada One")
    assert (facts.equipment.class_id, facts.equipment.area_id, facts.equipment.mode) == ("PRESS", "COMP", Mode.ENFORCE)
    assert facts.sets.keys() == {Operation.USE}
    assert facts.items.keys() == {"SOP-1"}
    assert [found.completed_on for found in facts.records["SOP-1"]] == [date(2026, 1, 10)]
    assert (facts.zone, facts.operation, facts.use, facts.data.as_of) == (
        TORONTO,
        Operation.USE,
        None,
        NOON + timedelta(seconds=1),
    )


def test_a_number_that_nobody_owns_has_no_badge_and_no_person(records: Records) -> None:
    """The machine is known all the same, so the denial can say where it happened."""
    records.load(plant())
    facts = ask(records, "w26:FFFFFFF")
    assert (facts.badge, facts.person, facts.records) == (None, None, {})
    assert facts.equipment is not None


def test_equipment_that_is_not_on_record_has_no_facts(records: Records) -> None:
    """It answers EQ_UNKNOWN whoever badges."""
    records.load(plant())
    facts = ask(records, machine="XX-01")
    assert (facts.equipment, facts.sets, facts.items, facts.holds) == (None, {}, {}, ())
    assert facts.person is not None


@pytest.mark.req("E7", "A2")
def test_facts_of_a_person_do_not_follow_the_badge_to_its_next_holder(records: Records) -> None:
    """An open use is re-decided for the person in it, whoever was given the badge meanwhile."""
    records.load(plant())
    records.load(changed(plant(), "badge", "B1", person="E2"))
    records.trail.begin()
    facts = FactReader(records.trail, TORONTO).facts_of_person("E1", "B1", "TP-01", Operation.USE)
    records.trail.rollback()
    assert facts.person is not None
    assert facts.badge is not None
    assert (facts.person.id, facts.badge.person_id) == ("E1", "E2")
    assert [found.id for found in facts.records["SOP-1"]] == ["E1-SOP-1-R6-2026-01-10"]


def test_facts_of_a_person_nobody_knows_are_empty(records: Records) -> None:
    """A use can outlive the record of its member only through damage; it must not stop the watch."""
    records.load(plant())
    records.trail.begin()
    facts = FactReader(records.trail, TORONTO).facts_of_person("E9", "B9", "TP-01", None)
    records.trail.rollback()
    assert (facts.person, facts.badge, facts.records) == (None, None, {})


@pytest.mark.req("A1")
def test_one_person_may_carry_two_active_badges(records: Records) -> None:
    """A pool badge for tonight does not take the one at home away."""
    two = [*plant()["badge"], {"id": "B9", "number": "txt:POOL-1", "person": "E1"}]
    records.load({**plant(), "badge": two})
    first, second = ask(records, P1), ask(records, "txt:POOL-1")
    assert first.person == second.person
    assert first.badge is not None
    assert second.badge is not None
    assert (first.badge.id, second.badge.id) == ("B1", "B9")
    assert (first.badge.assignment_version, second.badge.assignment_version) == (1, 4)


@pytest.mark.req("A1", "A2")
def test_a_badge_whose_assignment_ended_belongs_to_nobody(records: Records) -> None:
    """A returned badge in a drawer opens nothing, and the old rows still show who had it."""
    records.load(plant())
    rows = [{"id": "B1", "number": P1, "state": "returned"}, *plant()["badge"][1:]]
    records.load({**plant(), "badge": rows})
    facts, before = ask(records), ask(records, known=1)
    assert facts.badge is not None
    assert before.badge is not None
    assert (facts.badge.state, facts.badge.person_id, facts.person) == (BadgeState.RETURNED, None, None)
    assert (before.badge.state, before.badge.person_id) == (BadgeState.ACTIVE, "E1")


@pytest.mark.req("A1")
def test_a_re_issued_number_leads_to_its_new_holder_alone(records: Records) -> None:
    """The old answers keep the old person."""
    records.load(plant())
    rows = [{"id": "B9", "number": P1, "person": "E2"}, *plant()["badge"][1:]]
    records.load({**plant(), "badge": rows})
    facts, before = ask(records), ask(records, known=1)
    assert facts.person is not None
    assert before.person is not None
    assert (facts.person.id, before.person.id) == ("E2", "E1")


@pytest.mark.req("B7")
@pytest.mark.parametrize(
    ("scope", "applies"),
    [
        ({"scope": "everywhere"}, True),
        ({"scope": "class", "scope_id": "PRESS"}, True),
        ({"scope": "class", "scope_id": "COATER"}, False),
        ({"scope": "equipment", "scope_id": "TP-01"}, True),
        ({"scope": "equipment", "scope_id": "TP-02"}, False),
    ],
)
def test_a_suspension_applies_in_its_scope_alone(records: Records, scope: dict[str, str], applies: bool) -> None:
    """Too wide stops the plant, too narrow lets a barred person start a machine."""
    classes = [*plant()["equipment_class"], {"id": "COATER", "name": "Coater"}]
    records.load(
        {**plant(), "equipment_class": classes, "suspension": [{"id": "S1", "person": "E1", **scope}]},
    )
    assert len(ask(records).suspensions) == int(applies)
    assert ask(records, P2).suspensions == ()


@pytest.mark.req("B7")
def test_a_lifted_suspension_no_longer_bars(records: Records) -> None:
    """And what it did meanwhile can still be shown."""
    records.load({**plant(), "suspension": [{"id": "S1", "person": "E1"}]})
    records.write(lambda seq: registry.close(records.trail, suspensions, "S1", seq))
    assert ask(records).suspensions == ()
    assert len(ask(records, known=1).suspensions) == 1


@pytest.mark.req("D1")
def test_an_override_is_one_person_s_on_one_equipment(records: Records) -> None:
    """Anything wider would be a second door."""
    start = datetime(2026, 11, 23, 16, tzinfo=UTC)
    override = {
        "id": "O1",
        "person": "E1",
        "equipment": "TP-01",
        "class": "RECORD_LAG",
        "operations": ["USE", "SETUP"],
        "reasons": ["NOT_CERTIFIED", "SOP_REVISION"],
        "starts_at": start,
        "ends_at": start + timedelta(hours=8),
        "revoked_at": start + timedelta(hours=2),
        "cosigned": True,
        "justification": "trained yesterday",
    }
    records.load({**plant(), "override": [override]})
    (found,) = ask(records).overrides
    assert (found.id, found.override_class, found.cosigned) == ("O1", OverrideClass.RECORD_LAG, True)
    assert found.operations == {Operation.USE, Operation.SETUP}
    assert found.reasons == {"NOT_CERTIFIED", "SOP_REVISION"}
    assert (found.starts_at, found.ends_at, found.revoked_at) == (
        start,
        start + timedelta(hours=8),
        start + timedelta(hours=2),
    )
    assert ask(records, P2).overrides == ()
    assert ask(records, machine="TP-02").overrides == ()


def test_a_use_elsewhere_is_seen_until_the_person_leaves_it(records: Records) -> None:
    """Being signed in elsewhere warns; between excluding machines it denies."""
    records.load(changed(plant(), "equipment", "TP-02", excluding=True))
    records.write(lambda seq: join(records.trail, "TP-02", "E1", seq), Kind.DECISION)
    facts = ask(records)
    assert (facts.elsewhere, facts.elsewhere_excluding, facts.use) == (("TP-02",), ("TP-02",), None)
    there = ask(records, machine="TP-02")
    assert there.elsewhere == ()
    assert there.use is not None
    assert [member.person_id for member in there.use.members] == ["E1"]
    assert ask(records, P2).elsewhere == ()
    records.write(lambda seq: leave_member(records.trail, 1, seq), Kind.USE_LEFT)
    assert ask(records).elsewhere == ()


def test_an_ordinary_machine_elsewhere_does_not_exclude(records: Records) -> None:
    """Most operators mind two machines."""
    records.load(plant())
    records.write(lambda seq: join(records.trail, "TP-02", "E1", seq), Kind.DECISION)
    facts = ask(records)
    assert (facts.elsewhere, facts.elsewhere_excluding) == (("TP-02",), ())


@pytest.mark.req("B8")
def test_area_sets_and_items_come_with_the_equipment(records: Records) -> None:
    """Gowning is asked before machine training, so it must be there to be asked."""
    area = {"area": "COMP", "effective_at": date(2020, 1, 1), "approved": True, "groups": [[{"item": "GOWN"}]]}
    sets = [
        *plant()["requirement_set"],
        requirement_set([requirement("GMP", revision="any", interval_months=12, grace_days=3)], operation="CLEAN"),
        area,
    ]
    records.load({**plant(), "requirement_set": sets})
    facts = ask(records)
    assert facts.sets.keys() == {Operation.USE, Operation.CLEAN}
    assert facts.items.keys() == {"SOP-1", "GMP", "GOWN"}
    assert [member.item_id for found in facts.area_sets for group in found.groups for member in group] == ["GOWN"]
    ((wanted,),) = facts.sets[Operation.CLEAN][0].groups
    assert (wanted.revision_policy, wanted.interval_months, wanted.grace_days) == ("any", 12, 3)


def test_holds_name_the_operations_they_stop(records: Records) -> None:
    """Cleaning a machine on hold stays possible unless it is named."""
    holds = [{"id": "H1", "equipment": "TP-01", "kind": "out_of_service", "operations": ["USE"]}]
    records.load({**plant(), "hold": holds})
    (held,) = ask(records).holds
    assert (held.kind, set(held.operations)) == (HoldKind.OUT_OF_SERVICE, {Operation.USE})
    assert ask(records, machine="TP-02").holds == ()


@pytest.mark.req("I4")
def test_the_oldest_source_is_the_age_of_the_data(records: Records) -> None:
    """One source that stopped a week ago makes every answer a week old."""
    records.load(b"training_as_of = 2026-11-20T00:00:00Z\ntraining_record = []\n")
    assert ask(records).data.as_of == datetime(2026, 11, 20, tzinfo=UTC)


def test_training_is_of_the_items_that_are_asked_for_alone(records: Records) -> None:
    """Whatever else somebody was trained on cannot slow or sway the answer."""
    extra = [record("E1", "GMP"), record("E1", completed_on=date(2026, 5, 1))]
    records.load({**plant(), "training_record": [*plant()["training_record"], *extra]})
    found = ask(records).records
    assert {item: len(rows) for item, rows in found.items()} == {"SOP-1": 2}
