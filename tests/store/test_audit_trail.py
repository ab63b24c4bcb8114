"""The trail's end: numbers without gaps, an unbroken chain, and nothing left of what was taken back."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlcipher3.dbapi2 as sqlite
from hypothesis import given
from hypothesis import strategies as st

from gate.core.audit import NO_LEAF, CanonicalFormError, Kind, grown, leaf_hash, node_hash, tree_root
from gate.store.audit_trail import Trail
from gate.store.database import STORE_FAULTS
from tests.store.appending_process import append_patiently
from tests.store.open_records import Records

ROOT = Path(__file__).parent.parent.parent


def merkle_root(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, as it is written there: the definition, not the program's way of growing."""
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << ((len(leaves) - 1).bit_length() - 1)
    return node_hash(merkle_root(leaves[:half]), merkle_root(leaves[half:]))


@pytest.mark.req("E1", "F2")
def test_numbers_have_no_gaps_and_start_at_one(records: Records) -> None:
    """A missing number is how an inspector sees a missing decision."""
    assert [records.append() for _ in range(20)] == list(range(1, 21))
    assert [seq for (seq,) in records.rows("SELECT seq FROM audit_trail ORDER BY seq")] == list(range(1, 21))


@pytest.mark.req("E2", "E4")
def test_every_entry_carries_the_leaf_of_the_one_before(records: Records) -> None:
    """The chain is what makes one changed row visible in every later one."""
    for _ in range(5):
        records.append()
    before = NO_LEAF
    for data, leaf in records.rows("SELECT data, leaf FROM audit_trail ORDER BY seq"):
        assert json.loads(data)["prev"] == before.hex()
        assert leaf == leaf_hash(data.encode())
        before = leaf
    assert records.rows("SELECT leaf FROM trail_head") == [(before,)]


@pytest.mark.req("E2")
def test_an_entry_holds_gate_zone_offset_and_clock_state(records: Records) -> None:
    """Who reads the row in ten years has nothing but the row."""
    records.append(by="qa", why="test", equipment="TP-01")
    said = json.loads(records.rows("SELECT data FROM audit_trail")[0][0])
    assert (said["gate"], said["zone"], said["offset"], said["clock"]) == (
        "gate-1",
        "America/Toronto",
        "-05:00",
        "asserted",
    )
    assert (said["kind"], said["by"], said["equipment"]) == ("security", "qa", "TP-01")


@pytest.mark.req("E4")
@pytest.mark.parametrize("count", [1, 2, 3, 7, 8, 21])
def test_the_stored_frontier_stands_for_the_tree_over_all_leaves(records: Records, count: int) -> None:
    """A checkpoint signs this root; anybody must come to the same one from the rows alone."""
    for _ in range(count):
        records.append()
    leaves = [leaf for (leaf,) in records.rows("SELECT leaf FROM audit_trail ORDER BY seq")]
    records.trail.begin()
    frontier = records.trail.head.frontier
    records.trail.rollback()
    assert tree_root(frontier) == merkle_root(leaves)
    assert records.verify().root == merkle_root(leaves).hex()


@pytest.mark.req("E4")
@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=70))
def test_growing_leaf_by_leaf_comes_to_the_tree_of_the_rfc(leaves: list[bytes]) -> None:
    """Independent verifiers compute the tree from its definition."""
    frontier: tuple[bytes, ...] = ()
    for size, leaf in enumerate(leaves):
        frontier = grown(frontier, size, leaf)
    assert tree_root(frontier) == merkle_root(leaves)
    assert len(frontier) == len(leaves).bit_count()


@pytest.mark.req("E1")
def test_a_savepoint_takes_back_its_own_entries_only(records: Records) -> None:
    """One bad badge read must not cost the others of its batch their record, nor leave a gap."""
    trail = records.trail
    trail.begin()
    trail.append(records.entry(by="first"))
    kept = trail.head
    with pytest.raises(ZeroDivisionError), trail.savepoint():
        trail.append(records.entry(by="bad"))
        raise ZeroDivisionError
    assert trail.head == kept
    assert trail.append(records.entry(by="second")) == 2
    trail.commit()
    assert [json.loads(data)["by"] for (data,) in records.rows("SELECT data FROM audit_trail")] == ["first", "second"]
    assert records.verify().sound


@pytest.mark.req("E1")
def test_a_savepoint_that_ends_well_keeps_its_entries(records: Records) -> None:
    """The ordinary case of every badge read."""
    records.trail.begin()
    with records.trail.savepoint():
        records.trail.append(records.entry())
    records.trail.commit()
    assert records.verify().checked == 1


@pytest.mark.req("E1")
def test_a_rollback_leaves_no_entry_and_no_gap(records: Records) -> None:
    """A number that was never durable is free; one that was is never used again."""
    records.append()
    records.trail.begin()
    records.trail.append(records.entry())
    records.trail.rollback()
    assert records.append() == 2
    assert records.verify().sound


@pytest.mark.req("E1")
def test_a_rollback_where_nothing_has_begun_is_harmless(records: Records) -> None:
    """Whoever cleans up after a fault does not know how far it came."""
    records.trail.rollback()
    assert not records.trail.poisoned
    assert records.append() == 1


@pytest.mark.req("E1")
def test_an_entry_without_canonical_form_is_not_written(records: Records) -> None:
    """What two readers could read as two things must not enter the chain."""
    records.trail.begin()
    with pytest.raises(CanonicalFormError, match="float"):
        records.trail.append(records.entry(detail={"volts": 1.5}))
    assert records.trail.append(records.entry()) == 1
    records.trail.commit()
    assert records.verify().sound


@pytest.mark.req("E1")
def test_two_trails_append_in_turn(records: Records) -> None:
    """The gate and the web process write one history."""
    other = records.another_trail()
    numbers = []
    for trail in (records.trail, other, other, records.trail, other):
        trail.begin()
        numbers.append(trail.append(records.entry()))
        trail.commit()
    assert numbers == [1, 2, 3, 4, 5]
    assert records.verify().sound


@pytest.mark.req("E1", "E4")
def test_two_processes_write_one_unbroken_trail(records: Records) -> None:
    """A lock inside one process would pass every other test and still fork the chain on the device."""
    command = [sys.executable, "-m", "tests.store.appending_process", str(records.path), "60"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as second:
        assert second.stdout is not None
        assert second.stdout.readline() == "open\n"
        append_patiently(records.trail, "first", 60)
        assert second.wait(60) == 0
    writers = [json.loads(data)["by"] for (data,) in records.rows("SELECT data FROM audit_trail ORDER BY seq")]
    assert (writers.count("first"), writers.count("second")) == (60, 60)
    found = records.verify()
    assert (found.sound, found.checked) == (True, 120)


@pytest.mark.req("E1")
def test_a_lock_held_elsewhere_is_a_fault_that_passes(records: Records) -> None:
    """Waiting for ever would freeze every reader; the connection itself is not at fault."""
    other = records.another_trail()
    other.begin()
    with pytest.raises(sqlite.OperationalError, match="locked"):
        records.trail.begin()
    other.rollback()
    assert not records.trail.poisoned
    assert records.append() == 1


class FailingCursor:
    """A cursor whose disk fails at one statement."""

    def __init__(self, cursor: Any, at: str) -> None:
        self._cursor = cursor
        self._at = at

    def execute(self, sql: str, *values: Any) -> Any:
        if sql == self._at:
            raise sqlite.OperationalError("disk I/O error")
        return self._cursor.execute(sql, *values)


def failing(trail: Trail, at: str) -> None:
    trail.cursor = FailingCursor(trail.cursor, at)


@pytest.mark.req("E1", "E10")
def test_a_failing_commit_poisons_the_trail(records: Records) -> None:
    """After an I/O error nobody knows what is on disk: the next number must come from a fresh look."""
    records.append()
    failing(records.trail, "COMMIT")
    records.trail.begin()
    records.trail.append(records.entry())
    with pytest.raises(STORE_FAULTS):
        records.trail.commit()
    assert records.trail.poisoned
    records.trail.close()
    again = records.another_trail()
    again.begin()
    assert again.append(records.entry()) == 2
    again.commit()
    assert records.verify().sound


@pytest.mark.req("E1", "E10")
def test_a_failing_rollback_poisons_the_trail_too(records: Records) -> None:
    """A transaction that cannot be taken back still holds the lock."""
    failing(records.trail, "ROLLBACK")
    records.trail.begin()
    records.trail.rollback()
    assert records.trail.poisoned


@pytest.mark.req("E1")
def test_what_was_not_committed_is_gone_after_closing(records: Records) -> None:
    """A process that dies must not leave half a batch."""
    records.append()
    records.trail.begin()
    records.trail.append(records.entry())
    records.trail.close()
    assert records.rows("SELECT count(*) FROM audit_trail") == [(1,)]


@pytest.mark.req("E4")
def test_a_trail_without_a_head_is_not_continued(records: Records) -> None:
    """Starting at number one again would overwrite nothing and explain nothing: somebody must look."""
    records.append()
    records.tamper("DELETE FROM trail_head")
    with pytest.raises(OSError, match="no head; run: gate verify"):
        records.trail.begin()
    records.tamper("INSERT INTO trail_head VALUES (1, 1, zeroblob(32), zeroblob(32), 0)")
    records.trail.begin()
    records.trail.rollback()


@pytest.mark.req("E2")
def test_the_head_names_the_last_entry_that_changed_facts(records: Records) -> None:
    """Every process reads kept facts anew when this number moves."""
    records.append(Kind.CHANGE)
    records.append(Kind.DECISION)
    records.trail.begin()
    assert (records.trail.head.seq, records.trail.head.facts_seq) == (2, 1)
    records.trail.rollback()
