"""Requirement sets on real records: drafted by one, approved by another, over the effect that was shown."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from gate.core.audit import canonical
from gate.core.effect import Scope, effect, with_set
from gate.core.records import Requirement, RequirementSet
from gate.core.terms import Operation
from gate.requirement_acts import approve_set, draft_set, take_back_draft
from gate.sights import Sight, fingerprint, people_of
from gate.store.database import STORE_FAULTS
from gate.training_refusals import TrainingRefusedError
from tests.store.open_records import NOON, Records
from tests.trained import (
    COMP,
    GMP,
    GOWN,
    NEXT_WEEK,
    PRESS_USE,
    QA,
    QA2,
    SOP,
    TRAINER,
    TWO_CLASSES,
    WHY,
    approve,
    draft,
    drafted,
    last_entry,
    picture,
    refused_on_record,
    sight,
    version,
)

HOSTILE = "<script>alert(1)</script>\u202egro.live \U0001f600"


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    found = Records(tmp_path)
    found.load(TWO_CLASSES)
    yield found
    found.close()


def sets(records: Records) -> list[tuple[Any, ...]]:
    return records.rows(
        "SELECT id, approved, effective_at FROM requirement_sets WHERE known_to IS NULL AND scope_id = 'PRESS' "
        "ORDER BY effective_at"
    )


def seen_by(records: Records, groups: tuple[tuple[Requirement, ...], ...] = ((SOP,), (GMP,))) -> Sight:
    """Return what the page shows of the draft for the presses."""
    known = picture(records)
    proposed = RequirementSet(10_000, NEXT_WEEK, approved=False, groups=groups)
    found = effect(known.picture, with_set(known.picture, PRESS_USE, proposed), NEXT_WEEK)
    return Sight(found, known.facts_seq, fingerprint(found))


@pytest.mark.req("B2", "E5", "G1", "G2")
def test_a_draft_counts_for_nothing_and_the_approval_is_signed_over_whom_it_touches(records: Records) -> None:
    """The signature binds the content and the numbers that were on the page; the history keeps the draft."""
    found = drafted(records)
    assert last_entry(records)["new"]["drafted_by"] == ["P-tr"]
    assert [row[1] for row in sets(records)] == [1, 0]
    seen = seen_by(records)
    assert people_of(seen.effect.losing) == ["E2"]
    seq = approve(records, version(records, "requirement_sets", found.id), QA, seen)
    entry = last_entry(records)
    assert (entry["seq"], entry["kind"], entry["subject"]) == (seq, "change", f"requirement_set:{found.id}")
    assert (entry["by"], entry["role"], entry["why"]) == ("P-qa", "qa", WHY)
    assert entry["old"] == {"approved": 0}
    assert (entry["new"]["losing"], entry["new"]["losing_people"], entry["new"]["gaining"]) == (1, ["E2"], 0)
    assert entry["new"]["groups"][1][0] == {
        "item": "GMP",
        "revision": "current",
        "interval_months": 12,
        "grace_days": 0,
        "warning_days": 30,
    }
    signature = entry["detail"]["signatures"][0]
    content = {name: entry[name] for name in ("kind", "subject", "old", "new", "why")}
    assert signature["sha256"] == hashlib.sha256(canonical(content)).hexdigest()
    assert (signature["name"], signature["meaning"], signature["zone"]) == (
        "Quinn Quality",
        "approved",
        "America/Toronto",
    )
    assert [row[:2] for row in sets(records)] == [("class:PRESS:USE:2020-01-01T05:00:00.000Z", 1), (found.id, 1)]
    assert records.rows("SELECT count(*) FROM requirement_sets WHERE id = ?", found.id) == [(2,)]
    assert records.verify().sound


@pytest.mark.req("B2", "A7")
@pytest.mark.parametrize("author", [QA, TRAINER])
def test_nobody_approves_a_change_of_their_own(records: Records, author: Any) -> None:
    """Not even through somebody else's small change to the draft."""
    first = drafted(records, author)
    opened = version(records, "requirement_sets", first.id)
    later = NEXT_WEEK + timedelta(minutes=1)
    second = drafted(records, QA2, effective_at=later, replaces=opened)
    standing = version(records, "requirement_sets", second.id)
    for signer in (QA2, replace(author, role="qa")):
        with pytest.raises(TrainingRefusedError) as error:
            approve(records, standing, signer)
        assert refused_on_record(records, error.value, "requirement approval") == ["own_change"]
    assert [row[1] for row in sets(records)] == [1, 0]


@pytest.mark.req("B2")
def test_what_was_loaded_by_the_same_account_is_no_change_of_somebody_else(records: Records) -> None:
    """A draft in the plant file has an author too: whoever loaded it."""
    plant = {**TWO_CLASSES, "requirement_set": [*TWO_CLASSES["requirement_set"]]}
    plant["requirement_set"].append({**plant["requirement_set"][0], "effective_at": NEXT_WEEK, "approved": False})
    records.load(plant, by="qa")
    standing = version(records, "requirement_sets", draft().id)
    with pytest.raises(TrainingRefusedError) as error:
        approve(records, standing, QA)
    assert refused_on_record(records, error.value, "requirement approval") == ["own_change"]
    approve(records, standing, QA2)


@pytest.mark.req("B2")
def test_two_approvers_at_once_approve_once(records: Records) -> None:
    """The second is told that it has changed; one signature stands."""
    found = drafted(records)
    standing = version(records, "requirement_sets", found.id)
    seen = seen_by(records)
    outcomes: list[str] = []

    def attempt(signer: Any) -> None:
        try:
            approve_set(records.another_trail(), standing, seen, signer, records.moment())
            outcomes.append("approved")
        except TrainingRefusedError:
            outcomes.append("refused")
        except STORE_FAULTS:
            outcomes.append("busy")

    threads = [Thread(target=attempt, args=(signer,)) for signer in (QA, QA2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("approved") == 1
    assert len(records.rows('SELECT 1 FROM audit_trail WHERE data LIKE \'%"meaning":"approved"%\'')) == 1
    assert records.verify().sound


@pytest.mark.req("B2", "G2")
def test_an_effect_that_changed_after_the_page_was_opened_is_not_signed(records: Records) -> None:
    """QA signs that one person loses, not whatever it has become."""
    found = drafted(records)
    standing = version(records, "requirement_sets", found.id)
    shown = seen_by(records)
    records.write(lambda seq: None)
    with pytest.raises(TrainingRefusedError) as error:
        approve(records, standing, QA, shown)
    assert refused_on_record(records, error.value, "requirement approval") == ["changed"]
    with pytest.raises(TrainingRefusedError) as error:
        approve(records, standing, QA, replace_seen(seen_by(records), "0" * 64))
    assert refused_on_record(records, error.value, "requirement approval") == ["effect_changed"]
    approve(records, standing, QA, seen_by(records))


def replace_seen(found: Sight, seen: str) -> Sight:
    return found._replace(seen=seen)


@pytest.mark.req("B2")
def test_a_draft_whose_instant_has_passed_is_not_approved(records: Records) -> None:
    """It would change what was already decided."""
    found = drafted(records, effective_at=NOON + timedelta(minutes=1))
    records.clock.advance(120)
    with pytest.raises(TrainingRefusedError) as error:
        approve(records, version(records, "requirement_sets", found.id))
    assert refused_on_record(records, error.value, "requirement approval") == ["in_the_past"]


@pytest.mark.req("B2")
def test_a_draft_that_was_changed_taken_back_or_approved_is_not_approved_again(records: Records) -> None:
    """The version that was looked at is the one that is signed."""
    found = drafted(records)
    opened = version(records, "requirement_sets", found.id)
    drafted(records, groups=((SOP,), (GOWN,)), replaces=opened)
    for stale in (opened, 999_999):
        with pytest.raises(TrainingRefusedError) as error:
            approve(records, stale)
        assert refused_on_record(records, error.value, "requirement approval") == ["changed"]
    now = version(records, "requirement_sets", found.id)
    approve(records, now)
    for late in (now, version(records, "requirement_sets", found.id)):
        with pytest.raises(TrainingRefusedError):
            approve(records, late)
        with pytest.raises(TrainingRefusedError) as error:
            take_back_draft(records.trail, late, WHY, TRAINER, records.moment())
        assert refused_on_record(records, error.value, "taking back a requirement draft") == ["changed"]


@pytest.mark.req("B2")
def test_a_draft_is_taken_back_with_a_justification_and_stays_in_the_history(records: Records) -> None:
    """A draft that nobody wants must not wait for a tired signature."""
    found = drafted(records)
    opened = version(records, "requirement_sets", found.id)
    with pytest.raises(TrainingRefusedError) as error:
        take_back_draft(records.trail, opened, " - ", QA, records.moment())
    assert refused_on_record(records, error.value, "taking back a requirement draft") == ["no_why"]
    take_back_draft(records.trail, opened, "the procedure was postponed", QA, records.moment())
    entry = last_entry(records)
    assert (entry["by"], entry["why"], "new" in entry) == ("P-qa", "the procedure was postponed", False)
    assert entry["old"]["groups"][0][0]["item"] == "SOP-1"
    assert len(sets(records)) == 1
    assert records.rows("SELECT count(*) FROM requirement_sets WHERE id = ?", found.id) == [(1,)]


def bad(*, months: int | None = None, grace: int = 0, warning: int = 30) -> tuple[tuple[Requirement, ...], ...]:
    return ((Requirement("SOP-1", interval_months=months, grace_days=grace, warning_days=warning),),)


@pytest.mark.req("B2", "B6")
@pytest.mark.parametrize(
    ("more", "codes"),
    [
        ({"why": ""}, ["no_why"]),
        ({"why": "x" * 2001}, ["long_why"]),
        ({"effective_at": NOON - timedelta(seconds=1)}, ["in_the_past"]),
        ({"scope": Scope("class", HOSTILE, Operation.USE)}, ["no_scope"]),
        ({"scope": Scope("area", "PRESS", None)}, ["no_scope"]),
        ({"groups": ()}, ["bad_groups"]),
        ({"groups": ((SOP,), ())}, ["bad_groups"]),
        ({"groups": ((SOP,),) * 13}, ["bad_groups"]),
        ({"groups": ((Requirement(HOSTILE),),)}, ["no_g1m1_item"]),
        ({"groups": ((SOP,), (GMP, SOP, GMP))}, ["item_twice"]),
        ({"groups": bad(grace=31)}, ["bad_member"]),
        ({"groups": bad(months=0)}, ["bad_member"]),
        ({"groups": bad(months=241)}, ["bad_member"]),
        ({"groups": bad(warning=-1)}, ["bad_member"]),
        ({"replaces": 1}, ["changed"]),
        ({"replaces": 999_999}, ["changed"]),
        ({"why": "", "groups": ()}, ["no_why", "bad_groups"]),
    ],
)
def test_a_draft_that_cannot_stand_is_refused_with_everything_that_is_wrong(
    records: Records, more: dict[str, Any], codes: list[str]
) -> None:
    """Nothing half-right is kept, and QA can see what was tried."""
    with pytest.raises(TrainingRefusedError) as error:
        draft_set(records.trail, draft(**more), TRAINER, records.moment())
    assert refused_on_record(records, error.value, "requirement draft") == codes
    assert len(sets(records)) == 1


@pytest.mark.req("B2")
def test_one_instant_has_one_version(records: Records) -> None:
    """A second one with the same id would take the place of the first behind its author's back."""
    found = drafted(records)
    with pytest.raises(TrainingRefusedError) as error:
        drafted(records, QA)
    assert refused_on_record(records, error.value, "requirement draft") == ["instant_taken"]
    of_area = drafted(records, scope=COMP, groups=((GOWN,),))
    assert (found.id, of_area.id) == (
        "class:PRESS:USE:2026-11-30T05:00:00.000Z",
        "area:COMP:2026-11-30T05:00:00.000Z",
    )
    standing = version(records, "requirement_sets", of_area.id)
    with pytest.raises(TrainingRefusedError) as error:
        drafted(records, effective_at=NEXT_WEEK + timedelta(hours=1), replaces=standing)
    assert refused_on_record(records, error.value, "requirement draft") == ["changed"], "of another scope"


@pytest.mark.req("E5")
@pytest.mark.parametrize("act", ["draft", "approve", "take back"])
def test_records_that_are_held_by_another_change_nothing(records: Records, act: str) -> None:
    """The web must not wait in front of a badge, and half a change must not stay."""
    found = drafted(records)
    standing = version(records, "requirement_sets", found.id)
    seen = sight(records)
    acts: dict[str, Callable[[], object]] = {
        "draft": lambda: drafted(records, effective_at=NEXT_WEEK + timedelta(days=1)),
        "approve": lambda: approve(records, standing, QA, seen),
        "take back": lambda: take_back_draft(records.trail, standing, WHY, QA, records.moment()),
    }
    before = sets(records)
    other = records.another_trail()
    other.begin()
    with pytest.raises(STORE_FAULTS):
        acts[act]()
    other.rollback()
    assert sets(records) == before
    assert records.verify().sound
