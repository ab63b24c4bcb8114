"""Equipment uses: who is in them, who dropped, who left, and which allow nobody has answered for."""

from datetime import timedelta

import pytest
import sqlcipher3.dbapi2 as sqlite

from gate.core.records import Use
from gate.core.terms import Operation
from gate.store.uses import (
    add_member,
    current_use,
    drop_member,
    end_use,
    leave_member,
    mark_answered,
    open_use,
    open_uses,
    unanswered_allows,
)
from tests.store.asking import join
from tests.store.open_records import NOON, Records


def in_use(records: Records, machine: str = "TP-01") -> Use | None:
    """Return the open use as another process would see it."""
    trail = records.another_trail()
    trail.begin()
    try:
        return current_use(trail, machine)
    finally:
        trail.rollback()


def add(records: Records, use: int, person: str, seq: int, answered: str | None = None) -> None:
    add_member(
        records.trail,
        use_id=use,
        person_id=person,
        badge_id=f"badge of {person}",
        operation=Operation.SETUP,
        decision_seq=seq,
        joined_at=NOON,
        valid_until_at=NOON + timedelta(hours=2),
        permissive_until_at=NOON + timedelta(minutes=1),
        answered=answered,
    )


@pytest.mark.req("C7")
def test_equipment_that_nobody_uses_has_no_use(records: Records) -> None:
    """The ordinary state of a machine at night."""
    assert in_use(records) is None
    assert open_uses(records.trail) == ()


@pytest.mark.req("C7")
def test_a_member_is_told_with_everything_the_watch_needs(records: Records) -> None:
    """After a restart these rows are all that is left of the promise to the operator."""
    seq = records.write(lambda seq: add(records, open_use(records.trail, "TP-01", seq), "E1", seq))
    use = in_use(records)
    assert use is not None
    (member,) = use.members
    assert (use.equipment_id, member.person_id, member.badge_id, member.operation) == (
        "TP-01",
        "E1",
        "badge of E1",
        Operation.SETUP,
    )
    assert (member.joined_seq, member.joined_at, member.permissive) == (seq, NOON, True)
    assert (member.valid_until_at, member.permissive_until_at) == (
        NOON + timedelta(hours=2),
        NOON + timedelta(minutes=1),
    )


@pytest.mark.req("C7")
def test_several_people_join_and_leave_one_use(records: Records) -> None:
    """Two shifts hand a running machine over without stopping it."""
    use = 0

    def begin(seq: int) -> None:
        nonlocal use
        use = join(records.trail, "TP-01", "E1", seq)
        add(records, use, "E2", seq)

    records.write(begin)
    found = in_use(records)
    assert found is not None
    assert [member.person_id for member in found.members] == ["E1", "E2"]
    records.write(lambda seq: leave_member(records.trail, found.members[0].id, seq))
    later = in_use(records)
    assert later is not None
    assert [member.person_id for member in later.members] == ["E2"]
    assert records.rows("SELECT person_id FROM use_members") == [("E1",), ("E2",)]


@pytest.mark.req("C7")
def test_a_use_without_present_members_stays_open_until_it_is_ended(records: Records) -> None:
    """An unclosed use is shown, never closed silently."""
    records.write(lambda seq: join(records.trail, "TP-01", "E1", seq))
    records.write(lambda seq: leave_member(records.trail, 1, seq))
    use = in_use(records)
    assert use is not None
    assert use.members == ()
    records.write(lambda seq: end_use(records.trail, use.id, seq))
    assert in_use(records) is None
    assert records.rows("SELECT opened_seq, ended_seq FROM equipment_uses") == [(1, 3)]


@pytest.mark.req("C8")
def test_a_dropped_member_stays_in_the_use_without_entitling(records: Records) -> None:
    """The machine runs on; only a further start is not permitted."""
    records.write(lambda seq: join(records.trail, "TP-01", "E1", seq))
    dropped = records.write(lambda seq: drop_member(records.trail, 1, seq, "certification ended"))
    use = in_use(records)
    assert use is not None
    assert [member.permissive for member in use.members] == [False]
    assert records.rows("SELECT dropped_seq, dropped_cause FROM use_members") == [(dropped, "certification ended")]


@pytest.mark.req("E3")
@pytest.mark.parametrize("act", [drop_member, leave_member, end_use], ids=lambda act: act.__name__)
def test_nobody_drops_leaves_or_ends_twice(records: Records, act: object) -> None:
    """The first entry that ended it is the one in the logbook."""

    def once(seq: int) -> None:
        if act is drop_member:
            drop_member(records.trail, 1, seq, "hold")
        elif act is leave_member:
            leave_member(records.trail, 1, seq)
        else:
            end_use(records.trail, 1, seq)

    records.write(lambda seq: join(records.trail, "TP-01", "E1", seq))
    records.write(once)
    with pytest.raises(sqlite.IntegrityError, match="a row can only be closed"):
        records.write(once)
    records.trail.rollback()
    assert records.verify().checked == 2


@pytest.mark.req("E1", "E10")
def test_an_allow_waits_for_its_answer_once(records: Records) -> None:
    """After a crash each of these becomes "outcome unknown" in the trail."""
    first = records.write(lambda seq: add(records, open_use(records.trail, "TP-01", seq), "E1", seq))
    second = records.write(lambda seq: add(records, open_use(records.trail, "TP-02", seq), "E2", seq))
    assert unanswered_allows(records.trail) == (first, second)
    records.write(lambda seq: mark_answered(records.trail, first, "actuated"))
    assert unanswered_allows(records.trail) == (second,)
    records.write(lambda seq: mark_answered(records.trail, first, "unknown"))
    assert records.rows("SELECT answered FROM use_members ORDER BY id") == [("actuated",), (None,)]


def test_an_answer_to_no_membership_is_harmless(records: Records) -> None:
    """A late confirmation may come for a use that never was one."""
    records.write(lambda seq: mark_answered(records.trail, 99, "late"))
    assert unanswered_allows(records.trail) == ()


def test_all_open_uses_are_found_after_a_restart(records: Records) -> None:
    """Each must be resumed or closed; a forgotten one would drive an output for ever."""
    records.write(lambda seq: [join(records.trail, machine, "E1", seq) for machine in ("TP-01", "TP-02", "TP-03")])
    records.write(lambda seq: end_use(records.trail, 2, seq))
    assert [(use.equipment_id, len(use.members)) for use in open_uses(records.trail)] == [("TP-01", 1), ("TP-03", 1)]


def test_the_latest_open_use_is_the_current_one(records: Records) -> None:
    """Should two ever stand open, the people at the machine now are in the later one."""
    records.write(lambda seq: join(records.trail, "TP-01", "E1", seq))
    records.write(lambda seq: join(records.trail, "TP-01", "E2", seq))
    use = in_use(records)
    assert use is not None
    assert [member.person_id for member in use.members] == ["E2"]
