"""The plant file is loaded whole or not at all, and told in the trail; every bad input is refused by name."""

import hashlib
import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from gate.core.terms import Mode
from gate.store.floor_schema import EVERY_KNOWN_TABLE
from gate.store.plant_file import Plant, PlantRefusedError
from tests.scenarios.plant import P1, P2, P3, changed, plant, plant_file
from tests.store.loading import OVERRIDE, everything, known
from tests.store.open_records import Records


@pytest.mark.req("E5")
def test_a_load_says_who_why_when_and_the_file(records: Records) -> None:
    """Whoever asks in ten years where a certification came from finds the file by its hash."""
    data = plant_file(plant())
    result = records.load(data, by="q.a", why="initial load CHG-1", os_user="operator7")
    said = json.loads(records.rows("SELECT data FROM audit_trail WHERE kind = 'load'")[0][0])
    assert (said["by"], said["why"], said["at"]) == ("q.a", "initial load CHG-1", "2026-11-23T17:00:01.000Z")
    assert said["detail"] == {
        "added": 20,
        "changed": 0,
        "closed": 0,
        "unchanged": 0,
        "os_user": "operator7",
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    assert (result.seq, result.sha256, result.added) == (1, hashlib.sha256(data).hexdigest(), 20)


@pytest.mark.req("I2")
def test_loading_the_same_file_again_changes_nothing(records: Records) -> None:
    """Whoever is not sure whether it went through may do it again."""
    records.load(plant())
    before = everything(records)[1:-1]
    again = records.load(plant())
    assert (again.added, again.changed, again.closed, again.unchanged) == (0, 0, 0, 20)
    assert everything(records)[1:-1] == before


@pytest.mark.req("I6")
def test_an_absent_section_leaves_what_is_known_untouched(records: Records) -> None:
    """A file of people alone must not take every machine off the records."""
    records.load(plant())
    before = {table.name: known(records, table.name) for table in EVERY_KNOWN_TABLE}
    result = records.load({"area": [{"id": "COMP", "name": "Compression"}]})
    assert {table.name: known(records, table.name) for table in EVERY_KNOWN_TABLE} == before
    assert (result.closed, result.unchanged) == (0, 1)


@pytest.mark.req("I6", "A1")
def test_a_missing_row_is_closed_and_its_history_stays(records: Records) -> None:
    """Somebody who left has still operated what he operated."""
    records.load(plant())
    left = {**plant(), "person": plant()["person"][:2], "badge": plant()["badge"][:2]}
    result = records.load(left)
    assert result.closed == 3
    assert "E3" not in known(records, "people")
    assert records.rows("SELECT name, known_from, known_to FROM people WHERE id = 'E3'") == [("Cy Three", 1, 2)]
    assert records.rows("SELECT known_from, known_to FROM badge_assignments WHERE id = 'B3'") == [(1, 2)]


@pytest.mark.req("I6")
def test_a_changed_row_is_a_new_version_beside_the_old_one(records: Records) -> None:
    """What was believed yesterday decides whether yesterday's answer was right."""
    records.load(plant())
    result = records.load(changed(plant(), "person", "E2", name="Bo Trois"))
    assert (result.added, result.changed, result.closed) == (0, 1, 0)
    assert records.rows("SELECT name, known_from, known_to FROM people WHERE id = 'E2' ORDER BY version") == [
        ("Bo Deux", 1, 2),
        ("Bo Trois", 2, None),
    ]


def test_somebody_who_comes_back_is_known_again(records: Records) -> None:
    """A closed row is not revived: the gap stays visible."""
    records.load(plant())
    records.load({"person": plant()["person"][:2], "badge": []})
    result = records.load({"person": plant()["person"]})
    assert result.added == 1
    assert records.rows("SELECT known_from, known_to FROM people WHERE id = 'E3' ORDER BY version") == [
        (1, 2),
        (3, None),
    ]


def test_new_equipment_starts_in_shadow(records: Records) -> None:
    """Nobody wires a denying box on day one."""
    new = {"id": "TP-03", "name": "Press 3", "class": "PRESS", "area": "COMP"}
    records.load({**plant(), "equipment": [*plant()["equipment"], new]})
    assert known(records, "equipment")["TP-03"]["mode"] == Mode.SHADOW.value


@pytest.mark.req("E5")
def test_a_reload_without_mode_keeps_the_mode(records: Records) -> None:
    """A plant file is not the place where enforcement is switched off by leaving out a word."""
    records.load(plant())
    rows = [{key: value for key, value in row.items() if key != "mode"} for row in plant()["equipment"]]
    result = records.load({**plant(), "equipment": rows})
    assert (result.changed, known(records, "equipment")["TP-01"]["mode"]) == (0, Mode.ENFORCE.value)


@pytest.mark.req("I4")
def test_the_age_of_the_training_data_is_the_file_s_own(records: Records) -> None:
    """A file of last week that is loaded today is a week old."""
    records.load(b"training_as_of = 2026-11-20T06:00:00-05:00\ntraining_record = []\n")
    assert known(records, "data_sources")["load"]["last_good_at"] == "2026-11-20T11:00:00.000Z"
    records.load(b"training_record = []\n")
    assert known(records, "data_sources")["load"]["last_good_at"] == "2026-11-23T17:00:02.000Z"
    records.load(b"person = []\n")
    assert known(records, "data_sources")["load"]["last_good_at"] == "2026-11-23T17:00:02.000Z"


def test_a_day_is_its_local_midnight_and_a_bare_time_the_site_s(records: Records) -> None:
    """The person who writes the file thinks in the time on the wall."""
    item = {"id": "SOP-1", "kind": "sop", "title": "T"}
    times: list[Any] = [
        date(2026, 7, 1),
        datetime.fromisoformat("2026-01-01T06:30"),
        datetime(2026, 1, 1, 6, 30, tzinfo=UTC),
    ]
    revisions = [{"revision": f"R{number}", "effective_at": at} for number, at in enumerate(times)]
    records.load({"item": [{**item, "revisions": revisions}]})
    assert [row["effective_at"] for row in known(records, "item_revisions").values()] == [
        "2026-07-01T04:00:00.000Z",
        "2026-01-01T11:30:00.000Z",
        "2026-01-01T06:30:00.000Z",
    ]


@pytest.mark.req("I1")
def test_a_reference_to_a_row_that_this_file_removes_is_refused(records: Records) -> None:
    """A person who is known until this very load must not carry a badge after it."""
    records.load(plant())
    with pytest.raises(PlantRefusedError, match=r"\[\[badge\]\] B1: person 'E1' is neither in the file nor on record"):
        records.load({"person": [], "badge": [{"id": "B1", "number": P1, "person": "E1"}]})
    assert known(records, "people").keys() == {"E1", "E2", "E3"}


def test_a_reference_to_what_is_on_record_is_enough(records: Records) -> None:
    """Badges change weekly, people do not have to be said again each time."""
    records.load(plant())
    result = records.load({"badge": [{"id": "B1", "number": P1, "person": "E2"}]})
    assert (result.changed, result.closed) == (1, 4)
    assert known(records, "badge_assignments") == {"B1": {"person_id": "E2", "until_at": None}}


def test_a_badge_without_a_person_is_known_and_carried_by_nobody(records: Records) -> None:
    """Pool badges lie in a drawer."""
    records.load({"badge": [{"id": "B1", "number": P3}]})
    assert known(records, "badges").keys() == {"B1"}
    assert known(records, "badge_assignments") == {}


def test_every_section_of_the_file_is_loaded(records: Records) -> None:
    """A section that is read and then forgotten would be believed to hold."""
    full = {
        **plant(),
        "suspension": [{"id": "S1", "person": "E3", "scope": "class", "scope_id": "PRESS"}],
        "hold": [{"id": "H1", "equipment": "TP-02", "kind": "qa", "operations": ["USE", "CLEAN"]}],
        "override": [OVERRIDE],
    }
    records.load(full)
    assert set(full) | {"training_as_of"} == set(Plant.model_fields)
    assert known(records, "suspensions")["S1"] == {"person_id": "E3", "scope": "class", "scope_id": "PRESS"}
    assert known(records, "holds")["H1"] == {"equipment_id": "TP-02", "kind": "qa", "operations": "USE CLEAN"}
    assert known(records, "overrides")["O1"]["ends_at"] == "2026-11-23T20:00:00.000Z"
    assert known(records, "badges")["B2"]["number"] == P2
    assert records.verify().sound
