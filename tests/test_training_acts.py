"""The acts about items, records, sources and first certifiers on real records: whole or not at all, in every path."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from gate.core.terms import ItemKind, RecordState
from gate.first_certifier import FirstAsked, FirstPlan, certify_first, nobody_is_certified, plan_first
from gate.item_acts import NewItem, NewRevision, add_item, add_revision, change_revision
from gate.source_acts import attest_by_hand, attest_no_changes
from gate.store.database import STORE_FAULTS
from gate.training_acts import Ending, NewRecord, add_record, end_record
from gate.training_refusals import TrainingRefusedError
from tests.scenarios.plant import Plant, record, requirement, requirement_set
from tests.store.open_records import NOON, Records
from tests.trained import (
    NEXT_WEEK,
    QA,
    SUPERVISOR,
    TRAINER,
    TWO_CLASSES,
    WHY,
    last_entry,
    picture,
    refused_on_record,
    sight,
    version,
)

SOP_OF_E1 = "E1-SOP-1-R6-2026-01-10"
R7 = NewRevision("SOP-1", "R7", NEXT_WEEK, retraining=False, why=WHY)
OF_E3 = NewRecord("E3", "SOP-1", RecordState.PASSED, "Binder 4", "R6", date(2026, 11, 20))
MILL = FirstAsked("MILL", "E3", date(2026, 11, 20), "SAT report 9", "The mill is new")


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    found = Records(tmp_path)
    found.load(TWO_CLASSES)
    yield found
    found.close()


def plan(records: Records, asked: FirstAsked = MILL) -> FirstPlan:
    known = picture(records, class_id=asked.class_id)
    return plan_first(known.picture, known.facts_seq, asked, NOON)


Act = Callable[[Records], object]

ACTS: dict[str, Act] = {
    "item": lambda r: add_item(r.trail, NewItem("SOP-2", ItemKind.SOP, "Two", WHY), TRAINER, r.moment()),
    "revision": lambda r: add_revision(r.trail, R7, sight(r), QA, r.moment()),
    "change": lambda r: change_revision(
        r.trail, NewRevision("SOP-1", "R6", NOON, retraining=True, why=WHY), sight(r), QA, r.moment()
    ),
    "record": lambda r: add_record(r.trail, OF_E3, TRAINER, r.moment()),
    "end": lambda r: end_record(
        r.trail, SOP_OF_E1, version(r, "training_records", SOP_OF_E1), Ending.WITHDRAWN, WHY, QA, r.moment()
    ),
    "hand": lambda r: attest_by_hand(r.trail, "load", WHY, QA, r.moment()),
    "no changes": lambda r: attest_no_changes(r.trail, "load", 72, WHY, QA, r.moment()),
    "first": lambda r: certify_first(r.trail, plan(r), QA, SUPERVISOR, r.moment()),
}


def rows(records: Records) -> list[int]:
    tables = ("items", "item_revisions", "training_records", "data_sources", "audit_trail")
    return [records.rows(f"SELECT count(*) FROM {table}")[0][0] for table in tables]  # noqa: S608 - our own names


@pytest.mark.req("E5")
@pytest.mark.parametrize("name", sorted(ACTS))
def test_records_that_are_held_by_another_change_nothing(records: Records, name: str) -> None:
    """The page says "busy"; nothing half-done stays behind."""
    before = rows(records)
    other = records.another_trail()
    other.begin()
    with pytest.raises(STORE_FAULTS):
        ACTS[name](records)
    other.rollback()
    assert rows(records) == before
    assert records.verify().sound


@pytest.mark.req("E5", "G2")
@pytest.mark.parametrize("name", sorted(set(ACTS) - {"change", "item"}))
def test_a_signed_act_is_one_entry_with_its_signature(records: Records, name: str) -> None:
    """Entry and change stand or fall together; whoever signed is in both."""
    ACTS[name](records)
    entry = last_entry(records)
    assert entry["kind"] == "change"
    signature = entry["detail"]["signatures"][0]
    assert (signature["person"], signature["role"]) == (entry["by"], entry["role"])
    assert len(signature["sha256"]) == 64
    assert records.verify().sound


@pytest.mark.req("B3")
def test_what_is_in_force_does_not_move_but_qa_waives_it_and_asks_again(records: Records) -> None:
    """A revision in force stays so; whether it asks for training is QA's to sign at any time."""
    with pytest.raises(TrainingRefusedError) as error:
        ACTS["change"](records)
    assert refused_on_record(records, error.value, "change of a revision") == ["in_force"]
    since = NOON.replace(year=2020, month=1, day=1, hour=5)
    waived = NewRevision("SOP-1", "R6", since, retraining=False, why=WHY)
    with pytest.raises(TrainingRefusedError) as error:
        change_revision(records.trail, waived, sight(records), TRAINER, records.moment())
    assert refused_on_record(records, error.value, "change of a revision") == ["only_qa"]
    change_revision(records.trail, waived, sight(records), QA, records.moment())
    assert last_entry(records)["detail"]["signatures"][0]["meaning"] == "no retraining needed"
    again = replace(waived, retraining=True)
    change_revision(records.trail, again, sight(records), QA, records.moment())
    assert last_entry(records)["detail"]["signatures"][0]["meaning"] == "changed"
    assert last_entry(records)["old"]["retraining"] == 0


@pytest.mark.req("B3")
@pytest.mark.parametrize(
    ("new", "codes"),
    [
        (replace(R7, item_id="SOP-9"), ["no_item"]),
        (replace(R7, revision="R6", effective_at=NEXT_WEEK), ["revision_known"]),
        (replace(R7, revision="", why=""), ["bad_revision", "no_why"]),
    ],
)
def test_a_revision_of_nothing_or_of_a_known_name_is_refused(
    records: Records, new: NewRevision, codes: list[str]
) -> None:
    """Everything that is wrong is said at once."""
    with pytest.raises(TrainingRefusedError) as error:
        add_revision(records.trail, new, sight(records), QA, records.moment())
    assert refused_on_record(records, error.value, "new revision") == codes


@pytest.mark.req("B3")
def test_a_revision_that_was_never_added_is_not_changed(records: Records) -> None:
    """The page of a revision may be older than its row."""
    with pytest.raises(TrainingRefusedError) as error:
        change_revision(records.trail, R7, sight(records), QA, records.moment())
    assert refused_on_record(records, error.value, "change of a revision") == ["changed"]


@pytest.mark.req("B11")
@pytest.mark.parametrize(
    ("new", "codes"),
    [
        (replace(OF_E3, person_id="E9"), ["no_person"]),
        (replace(OF_E3, item_id="SOP-9"), ["no_item"]),
        (replace(OF_E3, state=RecordState.WITHDRAWN), ["bad_state"]),
        (replace(OF_E3, person_id=TRAINER.person_id), ["own_record", "no_person"]),
    ],
)
def test_a_record_of_nobody_or_of_nothing_is_refused(records: Records, new: NewRecord, codes: list[str]) -> None:
    """A record that hangs in the air certifies whoever gets the id next."""
    with pytest.raises(TrainingRefusedError) as error:
        add_record(records.trail, new, TRAINER, records.moment())
    assert refused_on_record(records, error.value, "training record") == codes


@pytest.mark.req("B7", "B11")
def test_only_what_certifies_can_be_withdrawn(records: Records) -> None:
    """Withdrawing an assignment or a withdrawal would bar earlier trainings by accident."""
    assigned = NewRecord("E3", "GMP", RecordState.ASSIGNED, "LMS 77", due_on=date(2026, 12, 24))
    record_id = add_record(records.trail, assigned, TRAINER, records.moment())
    ACTS["end"](records)
    for one in (record_id, SOP_OF_E1):
        standing = version(records, "training_records", one)
        with pytest.raises(TrainingRefusedError) as error:
            end_record(records.trail, one, standing, Ending.WITHDRAWN, WHY, QA, records.moment())
        assert refused_on_record(records, error.value, "end of a training record") == ["nothing_to_withdraw"]


@pytest.mark.req("B7")
def test_a_withdrawal_of_a_record_without_its_day_is_of_today(records: Records) -> None:
    """Without a day it would bar every training to come, for ever."""
    records.load({"training_record": [{"id": "T-1", "person": "E3", "item": "SOP-1", "state": "unverified"}]})
    standing = version(records, "training_records", "T-1")
    end_record(records.trail, "T-1", standing, Ending.WITHDRAWN, WHY, QA, records.moment())
    assert last_entry(records)["new"]["completed_on"] == "2026-11-23"


@pytest.mark.req("B11")
@pytest.mark.parametrize("stale", [0, 999_999])
def test_a_record_that_changed_meanwhile_is_not_ended(records: Records, stale: int) -> None:
    """What was looked at is what is signed."""
    with pytest.raises(TrainingRefusedError) as error:
        end_record(records.trail, SOP_OF_E1, stale, Ending.MISTAKE, WHY, QA, records.moment())
    assert refused_on_record(records, error.value, "end of a training record") == ["changed"]


# --- the age of the data --------------------------------------------------------------------------------------


@pytest.mark.req("I4")
def test_a_site_that_never_loaded_anything_begins_with_its_own_signature(tmp_path: Path) -> None:
    """Its records are typed in: there is no import whose age could be shown."""
    found = Records(tmp_path)
    with pytest.raises(TrainingRefusedError) as error:
        attest_by_hand(found.trail, "load", WHY, QA, found.moment())
    assert refused_on_record(found, error.value, "attestation") == ["no_source"]
    attest_by_hand(found.trail, "hand", WHY, QA, found.moment())
    assert found.rows("SELECT id, kind FROM data_sources WHERE known_to IS NULL") == [("hand", "hand")]
    assert last_entry(found)["detail"]["signatures"][0]["meaning"] == "complete up to now"
    found.close()


@pytest.mark.req("I4")
def test_a_second_source_is_not_made_by_attesting_it(records: Records) -> None:
    """A source out of nothing would not make the old one younger, and nobody would look at it again."""
    with pytest.raises(TrainingRefusedError) as error:
        attest_by_hand(records.trail, "hand", WHY, QA, records.moment())
    assert refused_on_record(records, error.value, "attestation") == ["no_source"]
    with pytest.raises(TrainingRefusedError) as error:
        attest_no_changes(records.trail, "nothing", 73, "", QA, records.moment())
    assert refused_on_record(records, error.value, "attestation") == ["no_source", "too_long", "no_why"]


@pytest.mark.req("I4", "F4")
@pytest.mark.parametrize("act", [attest_by_hand, attest_no_changes])
def test_nothing_is_attested_by_a_clock_that_nobody_vouches_for(records: Records, act: Any) -> None:
    """A clock that runs ahead would make old data young for a year."""
    moment = replace(records.moment(), trusted=False)
    hours = (72,) if act is attest_no_changes else ()
    with pytest.raises(TrainingRefusedError) as error:
        act(records.trail, "load", *hours, WHY, QA, moment)
    assert refused_on_record(records, error.value, "attestation") == ["clock"]


@pytest.mark.req("I4")
def test_an_import_opens_the_way_for_another_signature(records: Records) -> None:
    """Once means once between two imports, not once for ever."""
    ACTS["no changes"](records)
    records.load({"training_record": [record("E1"), record("E2")]})
    ACTS["no changes"](records)
    assert len(records.rows("SELECT 1 FROM data_sources WHERE attested_until_at IS NOT NULL")) == 2


# --- the first certified person -------------------------------------------------------------------------------

DEMANDING: Plant = {
    **TWO_CLASSES,
    "requirement_set": [
        *TWO_CLASSES["requirement_set"][:1],
        requirement_set(
            [requirement("OJT-MILL", revision="any")],
            [requirement("SOP-1"), requirement("GOWN")],
            [requirement("GMP", interval_months=12)],
            class_id="MILL",
        ),
        requirement_set([requirement("OJT-MILL", revision="any")], class_id="MILL", operation="CLEAN"),
    ],
}


@pytest.mark.req("B14")
def test_the_evidence_stands_for_what_is_trained_at_the_machine_and_for_nothing_else(records: Records) -> None:
    """GMP has a record of its own: E3 is certified for cleaning, and USE still says what is missing."""
    records.load(DEMANDING)
    found = plan(records)
    assert [(new.item_id, new.revision) for new in found.records] == [("OJT-MILL", None), ("SOP-1", "R6")]
    assert [operation.value for operation in found.operations] == ["CLEAN"]
    assert [(one.item_id, one.reason) for one in found.missing] == [("GMP", "NOT_CERTIFIED")]
    certify_first(records.trail, found, QA, SUPERVISOR, records.moment())
    ids = records.rows("SELECT id FROM training_records WHERE person_id = 'E3' ORDER BY id")
    assert ids == [("FIRST|MILL|OJT-MILL",), ("FIRST|MILL|SOP-1",)]
    assert not nobody_is_certified(picture(records, class_id="MILL").picture, NOON + timedelta(minutes=5))
