"""Changing what is known: a new version is put, the one before it closed, nothing overwritten."""

from functools import partial

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from gate.core.terms import Mode
from gate.store import registry
from gate.store.floor_schema import EVERY_KNOWN_TABLE
from gate.store.schema import areas, equipment, people
from tests.scenarios.plant import plant
from tests.store.open_records import Records

ADA = {"name": "Ada", "kind": "employee", "state": "active", "language": "en"}


@pytest.mark.req("E3", "I6")
def test_putting_closes_the_version_before(records: Records) -> None:
    """Both are there; the numbers say which one held when."""
    records.write(lambda seq: registry.put(records.trail, people, "E1", ADA, seq))
    records.append()
    records.write(lambda seq: registry.put(records.trail, people, "E1", {**ADA, "name": "Ada Two"}, seq))
    assert records.rows("SELECT version, name, known_from, known_to FROM people") == [
        (1, "Ada", 1, 3),
        (2, "Ada Two", 3, None),
    ]


@pytest.mark.req("I6")
def test_closing_ends_what_is_known_and_deletes_nothing(records: Records) -> None:
    """History never dies with its subject."""
    records.write(lambda seq: registry.put(records.trail, people, "E1", ADA, seq))
    records.write(lambda seq: registry.close(records.trail, people, "E1", seq))
    assert registry.current(records.trail, people, "E1") is None
    assert registry.current_rows(records.trail, people) == {}
    assert records.rows("SELECT name, known_from, known_to FROM people") == [("Ada", 1, 2)]


def test_closing_what_is_not_known_is_harmless(records: Records) -> None:
    """Putting closes first, also where there was nothing."""
    records.write(lambda seq: registry.close(records.trail, people, "E1", seq))
    assert records.rows("SELECT count(*) FROM people") == [(0,)]


def test_a_closed_version_is_not_closed_again(records: Records) -> None:
    """The database would refuse it; a second end would falsify the first."""
    records.write(lambda seq: registry.put(records.trail, people, "E1", ADA, seq))
    records.write(lambda seq: registry.close(records.trail, people, "E1", seq))
    records.write(lambda seq: registry.close(records.trail, people, "E1", seq))
    assert records.rows("SELECT known_to FROM people") == [(2,)]


def test_what_is_put_comes_back_and_the_rest_is_empty(records: Records) -> None:
    """A value left out is unknown, not the value of the version before."""
    records.write(
        lambda seq: registry.put(records.trail, people, "E1", {**ADA, "contract_until_on": "2026-12-31"}, seq)
    )
    records.write(lambda seq: registry.put(records.trail, people, "E1", ADA, seq))
    assert registry.current(records.trail, people, "E1") == {
        **ADA,
        "contract_from_on": None,
        "contract_until_on": None,
        "supervisor_id": None,
    }


@pytest.mark.req("E5")
def test_the_mode_changes_and_everything_else_of_the_equipment_stays(records: Records) -> None:
    """A new version with a forgotten field would loosen a machine without a word."""
    records.load(plant())
    before = registry.current(records.trail, equipment, "TP-01")
    assert before is not None
    assert registry.current_mode(records.trail, "TP-01") is Mode.ENFORCE
    records.write(lambda seq: registry.set_mode(records.trail, "TP-01", Mode.OFF, seq))
    assert registry.current(records.trail, equipment, "TP-01") == {**before, "mode": "off"}
    assert registry.current_mode(records.trail, "TP-02") is Mode.ENFORCE


def test_the_mode_of_unknown_equipment_is_refused(records: Records) -> None:
    """Setting it would invent a machine."""
    assert registry.current_mode(records.trail, "XX") is None
    with pytest.raises(KeyError, match="XX"):
        records.write(lambda seq: registry.set_mode(records.trail, "XX", Mode.OFF, seq))
    records.trail.rollback()


@pytest.mark.parametrize("table", EVERY_KNOWN_TABLE, ids=lambda table: table.name)
def test_every_known_table_has_versions_and_says_something(table: sa.Table) -> None:
    """The registry relies on these four columns in each of them."""
    assert set(registry.ADMINISTRATIVE) <= set(table.columns.keys())
    assert registry.known_columns(table)
    assert not set(registry.ADMINISTRATIVE) & set(registry.known_columns(table))


STATES = st.dictionaries(st.sampled_from("abcd"), st.fixed_dictionaries({"name": st.sampled_from(["x", "y"])}))


@given(STATES, STATES)
def test_differences_lead_from_one_state_to_the_other_and_no_further(
    before: dict[str, registry.Values], after: dict[str, registry.Values]
) -> None:
    """Loading is idempotent because nothing is put that is known already."""
    now = dict(before)
    for id_, values in registry.differences(before, after):
        assert before.get(id_) != values
        if values is None:
            del now[id_]
        else:
            now[id_] = values
    assert now == after
    assert list(registry.differences(after, after)) == []


def test_one_table_s_statements_are_compiled_once(records: Records) -> None:
    """A load of fifty thousand rows must not build fifty thousand statements."""
    records.write(lambda seq: registry.put(records.trail, areas, "A0", {"name": "A"}, seq))
    count = len(records.trail._compiled)
    for number in range(20):
        records.write(partial(registry.put, records.trail, areas, f"A{number}", {"name": "A"}))
    assert len(records.trail._compiled) == count
