"""Sources and first certifiers on real records: whole or not at all, in every path."""

# ruff: noqa: F811 - fixtures are imported

from dataclasses import replace
from typing import Any

import pytest

from gate.first_certifier import FirstAsked, certify_first
from gate.training_refusals import TrainingRefusedError
from tests.scenarios.plant import requirement, requirement_set
from tests.store.open_records import Records
from tests.test_training_acts import ACTS, DEMANDING, MILL, plan, records, rows  # noqa: F401
from tests.trained import (
    QA,
    SUPERVISOR,
    TRAINER,
    TWO_CLASSES,
    refused_on_record,
)


@pytest.mark.req("B14")
def test_what_the_person_holds_already_is_not_recorded_twice(records: Records) -> None:
    """E1 has the procedure from the presses."""
    records.load(DEMANDING)
    found = plan(records, replace(MILL, person_id="E1"))
    assert [new.item_id for new in found.records] == ["OJT-MILL"]


@pytest.mark.req("B14")
def test_where_the_evidence_is_not_enough_it_is_said_what_is_missing(records: Records) -> None:
    """A record that certifies nobody must not use up the one time."""
    gmp_only = requirement_set([requirement("GMP", interval_months=12)], class_id="MILL")
    records.load({**TWO_CLASSES, "requirement_set": [*TWO_CLASSES["requirement_set"][:1], gmp_only]})
    asked = replace(MILL, person_id="E2")
    found = replace(plan(records, asked), certified_already=())
    with pytest.raises(TrainingRefusedError) as error:
        certify_first(records.trail, found, QA, SUPERVISOR, records.moment())
    assert refused_on_record(records, error.value, "first certification") == ["not_enough"]
    assert "GMP" in str(error.value)


@pytest.mark.req("B14")
@pytest.mark.parametrize(
    ("second", "asked", "codes"),
    [
        (TRAINER, MILL, ["second_role"]),
        (QA, MILL, ["same_person"]),
        (replace(SUPERVISOR, person_id="E3"), MILL, ["same_person"]),
        (SUPERVISOR, replace(MILL, person_id="E9"), ["no_person"]),
    ],
)
def test_three_people_of_the_right_roles_are_needed(
    records: Records, second: Any, asked: FirstAsked, codes: list[str]
) -> None:
    """Nobody certifies himself, and two signatures are two people's."""
    with pytest.raises(TrainingRefusedError) as error:
        certify_first(records.trail, plan(records, asked), QA, second, records.moment())
    assert refused_on_record(records, error.value, "first certification") == codes


@pytest.mark.req("B14")
def test_a_plan_from_before_a_change_is_not_signed(records: Records) -> None:
    """Somebody may have been certified since."""
    found = plan(records)
    ACTS["record"](records)
    with pytest.raises(TrainingRefusedError) as error:
        certify_first(records.trail, found, QA, SUPERVISOR, records.moment())
    assert refused_on_record(records, error.value, "first certification") == ["changed"]


@pytest.mark.req("B14")
def test_a_class_whose_id_begins_like_another_is_another(records: Records) -> None:
    """PRESS:2 used up must not use up PRESS."""
    ACTS["first"](records)
    classes = [*TWO_CLASSES["equipment_class"], {"id": "MIL", "name": "Other mill"}]
    sets = [*TWO_CLASSES["requirement_set"], requirement_set([requirement("OJT-MILL")], class_id="MIL")]
    records.load({"equipment_class": classes, "requirement_set": sets})
    found = replace(plan(records, replace(MILL, class_id="MIL", person_id="E2")), certified_already=())
    certify_first(records.trail, found, QA, SUPERVISOR, records.moment())
    assert len(records.rows("SELECT 1 FROM training_records WHERE id LIKE 'FIRST|MIL|%'")) == 1
