"""The plant file is loaded whole or not at all, and told in the trail; every bad input is refused by name."""

import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from gate.core.terms import Mode
from gate.store import registry, schema
from gate.store.plant_file import Plant, PlantRefusedError, read_plant
from gate.store.schema import KNOWN_TABLES
from tests.scenarios.plant import P1, P2, P3, changed, plant, plant_file, record, requirement, requirement_set
from tests.scenarios.plant import Plant as Sections
from tests.store.open_records import Records, sql

Rows = dict[str, registry.Values]


def known(records: Records, table: str) -> Rows:
    """Return what is known now of one table."""
    records.trail.begin()
    try:
        return registry.current_rows(records.trail, schema.metadata.tables[table])
    finally:
        records.trail.rollback()


def everything(records: Records) -> list[list[tuple[Any, ...]]]:
    """Return every row of every known table and the trail."""
    names = ["audit_trail", *(table.name for table in KNOWN_TABLES)]
    return [records.rows(sql("SELECT * FROM", name, "ORDER BY 1")) for name in names]


@pytest.mark.req("E5")
def test_a_load_says_who_why_when_and_the_file(records: Records) -> None:
    """Whoever asks in ten years where a certification came from finds the file by its hash."""
    data = plant_file(plant())
    result = records.load(data, by="q.a", why="initial load CHG-1", os_user="operator7")
    said = json.loads(records.rows("SELECT data FROM audit_trail WHERE kind = 'load'")[0][0])
    assert (said["by"], said["why"], said["at"]) == ("q.a", "initial load CHG-1", "2026-11-23T17:00:01.000Z")
    assert said["detail"] == {
        "added": 17,
        "changed": 0,
        "closed": 0,
        "unchanged": 0,
        "os_user": "operator7",
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    assert (result.seq, result.sha256, result.added) == (1, hashlib.sha256(data).hexdigest(), 17)


@pytest.mark.req("I2")
def test_loading_the_same_file_again_changes_nothing(records: Records) -> None:
    """Whoever is not sure whether it went through may do it again."""
    records.load(plant())
    before = everything(records)[1:-1]
    again = records.load(plant())
    assert (again.added, again.changed, again.closed, again.unchanged) == (0, 0, 0, 17)
    assert everything(records)[1:-1] == before


@pytest.mark.req("I2")
@pytest.mark.parametrize(
    ("section", "row"),
    [
        ("training_record", record("E9")),
        ("override", {"id": "O1", "person": "E1", "equipment": "TP-99", "class": "COVERAGE", "reasons": ["REVOKED"]}),
    ],
)
def test_one_bad_row_at_the_end_loads_nothing(records: Records, section: str, row: dict[str, Any]) -> None:
    """Half a training file is a training file nobody has approved."""
    records.load(plant())
    before = everything(records)
    bad = changed(plant(), "person", "E2", name="Somebody else")
    with pytest.raises(PlantRefusedError, match=r"[Nn]othing was loaded"):
        records.load({**bad, section: [*bad[section], row]})
    assert everything(records) == before
    assert not records.trail.poisoned
    assert records.append() == 2


@pytest.mark.req("I6")
def test_an_absent_section_leaves_what_is_known_untouched(records: Records) -> None:
    """A file of people alone must not take every machine off the records."""
    records.load(plant())
    before = {table.name: known(records, table.name) for table in KNOWN_TABLES}
    result = records.load({"area": [{"id": "COMP", "name": "Compression"}]})
    assert {table.name: known(records, table.name) for table in KNOWN_TABLES} == before
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
        datetime(2026, 1, 1, 6, 30),  # noqa: DTZ001 - a time without offset is what is tested
        datetime(2026, 1, 1, 6, 30, tzinfo=UTC),
    ]
    revisions = [{"revision": f"R{number}", "effective_at": at} for number, at in enumerate(times)]
    records.load({"item": [{**item, "revisions": revisions}]})
    assert [row["effective_at"] for row in known(records, "item_revisions").values()] == [
        "2026-07-01T04:00:00.000Z",
        "2026-01-01T11:30:00.000Z",
        "2026-01-01T06:30:00.000Z",
    ]


@pytest.mark.req("E5")
@pytest.mark.parametrize("why", ["", "   ", "\n"])
def test_a_load_without_justification_is_refused(records: Records, why: str) -> None:
    """The reason for a change cannot be asked for afterwards."""
    with pytest.raises(PlantRefusedError, match="needs a justification"):
        records.load(plant(), why=why)
    assert records.rows("SELECT count(*) FROM audit_trail") == [(0,)]


OVERRIDE = {
    "id": "O1",
    "person": "E1",
    "equipment": "TP-01",
    "class": "COVERAGE",
    "reasons": ["NOT_CERTIFIED"],
    "starts_at": datetime(2026, 11, 23, 12, tzinfo=UTC),
    "ends_at": datetime(2026, 11, 23, 12, tzinfo=UTC) + timedelta(hours=8),
    "justification": "short of people",
}


def added(section: str, **row: Any) -> Sections:
    return {**plant(), section: [*plant()[section], row]}


BAD_ROWS: list[tuple[str, Sections, str]] = [
    ("unknown key", changed(plant(), "person", "E1", nam="Ada"), r"\[\[person\]\] row 1 \(E1\) nam: Extra"),
    ("unknown section", {"persons": [{"id": "E1"}]}, r"persons: Extra inputs"),
    ("wrong type", changed(plant(), "equipment", "TP-01", window_s="long"), r"row 1 \(TP-01\) window_s: .*integer"),
    ("out of range", changed(plant(), "equipment", "TP-01", longest_use_h=25), r"longest_use_h: .*24"),
    ("missing key", {"person": [{"id": "E1"}]}, r"\[\[person\]\] row 1 \(E1\) name: Field required"),
    ("no id", {"person": [{"name": "Ada"}]}, r"\[\[person\]\] row 1 \(without id\) id: Field required"),
    (
        "an id with spaces",
        {"area": [{"id": "A 1", "name": "A"}]},
        r"\[\[area\]\] row 1 \(A 1\) id: String should match",
    ),
    ("unknown mode", changed(plant(), "equipment", "TP-02", mode="on"), r"row 2 \(TP-02\) mode: .*enforce"),
    ("bad date", changed(plant(), "person", "E1", contract_until_on="soon"), r"contract_until_on: .*date"),
    ("bad badge number", changed(plant(), "badge", "B1", number="12345"), r"row 1 \(B1\) number: String should match"),
    ("duplicate id", added("person", id="E1", name="Other"), r"\[\[person\]\] E1 appears twice"),
    ("duplicate record", added("training_record", **record("E1")), r"\[\[training_record\]\] E1-SOP-1.* appears twice"),
    ("duplicate number", added("badge", id="B9", number=P1), rf"\[\[badge\]\] {P1} appears twice"),
    ("duplicate set", added("requirement_set", **requirement_set([requirement("GMP")])), r"class:PRESS:USE.* twice"),
    (
        "unknown person",
        added("badge", id="B9", number="txt:9", person="E9"),
        r"\[\[badge\]\] B9: person 'E9' is neither",
    ),
    ("person of a record", added("training_record", **record("E9")), r"E9-SOP.*: person 'E9' is neither"),
    ("unknown area", changed(plant(), "equipment", "TP-01", area="X"), r"\[\[equipment\]\] TP-01: area 'X' is neither"),
    ("unknown class", changed(plant(), "equipment", "TP-01", **{"class": "X"}), r"TP-01: class 'X' is neither"),
    (
        "unknown item",
        added("requirement_set", **requirement_set([requirement("SOP-9")], operation="CLEAN")),
        r"\[\[requirement_set\]\] PRESS: item 'SOP-9' is neither",
    ),
    (
        "class of a set",
        added("requirement_set", **requirement_set([requirement("GMP")], class_id="X")),
        r"\[\[requirement_set\]\] X: class 'X' is neither",
    ),
    (
        "area of a set",
        added("requirement_set", area="X", effective_at=date(2020, 1, 1), approved=True, groups=[]),
        r"\[\[requirement_set\]\] X: area 'X' is neither",
    ),
    (
        "set of nothing",
        added("requirement_set", operation="USE", effective_at=date(2020, 1, 1), approved=True, groups=[]),
        r"\[\[requirement_set\]\] row 2 \(without id\): a set belongs to a class and an operation, or to an area alone",
    ),
    ("person suspended", added("suspension", id="S1", person="E9"), r"\[\[suspension\]\] S1: person 'E9' is neither"),
    (
        "scope without id",
        added("suspension", id="S1", person="E1", scope="class"),
        r"\[\[suspension\]\] row 1 \(S1\): scope_id names the class or equipment",
    ),
    (
        "id without scope",
        added("suspension", id="S1", person="E1", scope_id="PRESS"),
        r"\[\[suspension\]\] row 1 \(S1\): scope_id names the class or equipment",
    ),
    (
        "unknown scope id",
        added("suspension", id="S1", person="E1", scope="equipment", scope_id="PRESS"),
        r"\[\[suspension\]\] S1: scope_id 'PRESS' is neither",
    ),
    ("held equipment", added("hold", id="H1", equipment="X", kind="qa"), r"\[\[hold\]\] H1: equipment 'X' is neither"),
    (
        "overridden",
        added("override", **{**OVERRIDE, "equipment": "X"}),
        r"\[\[override\]\] O1: equipment 'X' is neither",
    ),
    (
        "override person",
        added("override", **{**OVERRIDE, "person": "X"}),
        r"\[\[override\]\] O1: person 'X' is neither",
    ),
    ("override reason", added("override", **{**OVERRIDE, "reasons": ["OOPS"]}), r"\(O1\): OOPS is no reason"),
    ("no reasons", added("override", **{**OVERRIDE, "reasons": []}), r"\(O1\) reasons: .*at least 1 item"),
]


@pytest.mark.req("I1", "B11")
@pytest.mark.parametrize(("bad", "words"), [row[1:] for row in BAD_ROWS], ids=[row[0] for row in BAD_ROWS])
def test_a_bad_row_is_refused_by_name(records: Records, bad: Sections, words: str) -> None:
    """Whoever mends the file must not have to guess which of ten thousand rows it was."""
    with pytest.raises(PlantRefusedError, match=words) as refused:
        records.load(bad)
    assert str(refused.value).startswith("plant file: ")
    assert "othing was loaded." in str(refused.value)
    assert records.rows("SELECT count(*) FROM audit_trail") == [(0,)]


@pytest.mark.req("I1")
@pytest.mark.parametrize("data", [b"[[person]\n", b"\xff\xfe[\x00", b"a = 1\na = 2\n"])
def test_what_is_not_toml_is_refused(data: bytes) -> None:
    """A spreadsheet saved under the wrong name is the usual cause."""
    with pytest.raises(PlantRefusedError, match=r"plant file: is not TOML .* nothing was loaded"):
        read_plant(data)


@pytest.mark.req("I1")
def test_every_bad_row_of_the_form_is_named_at_once() -> None:
    """One trip to the training department, not seven."""
    bad = changed(changed(plant(), "person", "E1", name=7), "badge", "B2", state="gone")
    with pytest.raises(PlantRefusedError) as refused:
        read_plant(plant_file(bad))
    first, second = str(refused.value).splitlines()
    assert "[[person]] row 1 (E1) name" in first
    assert "[[badge]] row 2 (B2) state" in second


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
    assert known(records, "badge_assignments") == {"B1": {"person_id": "E2"}}


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
