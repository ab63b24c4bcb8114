"""A wrong plant file is refused whole, and every wrong row by its name."""

from datetime import date
from typing import Any

import pytest

from gate.store.plant_file import PlantRefusedError, read_plant
from tests.scenarios.plant import P1, changed, plant, plant_file, record, requirement, requirement_set
from tests.scenarios.plant import Plant as Sections
from tests.store.loading import OVERRIDE, everything
from tests.store.open_records import Records


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


@pytest.mark.req("E5")
@pytest.mark.parametrize("why", ["", "   ", "\n"])
def test_a_load_without_justification_is_refused(records: Records, why: str) -> None:
    """The reason for a change cannot be asked for afterwards."""
    with pytest.raises(PlantRefusedError, match="needs a justification"):
        records.load(plant(), why=why)
    assert records.rows("SELECT count(*) FROM audit_trail") == [(0,)]


def added(section: str, **row: Any) -> Sections:
    return {**plant(), section: [*plant()[section], row]}


BAD_ROWS: list[tuple[str, Sections, str]] = [
    ("unknown key", changed(plant(), "person", "E1", nam="Ada"), r"\[\[person\]\] row 1 \(E1\) nam: Extra"),
    ("unknown section", {"persons": [{"id": "E1"}]}, r"\[\[persons\]\]: Extra inputs"),
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
    ("item of a record", added("training_record", **record("E1", "SOP-9")), r"E1-SOP-9.*: item 'SOP-9' is neither"),
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
