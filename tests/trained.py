"""Records with people who are trained, and the acts about requirements and training as the pages call them."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from gate.core.effect import Effect, Picture, Scope, effect
from gate.core.records import Requirement
from gate.core.terms import Operation
from gate.requirement_acts import Draft, approve_set, draft_set
from gate.sights import Sight, fingerprint
from gate.signatures import Signer
from gate.store.audit_trail import Trail
from gate.store.database import open_database
from gate.store.picture import Known, read_picture
from gate.training_refusals import TrainingRefusedError
from tests.scenarios.plant import Plant, plant, record, requirement, requirement_set
from tests.store.open_records import TORONTO, Records, sql

TRAINER = Signer("P-tr", "tr", "Tracy Trainer", "trainer")
QA = Signer("P-qa", "qa", "Quinn Quality", "qa")
QA2 = Signer("P-qb", "qb", "Bo Quality", "qa")
SUPERVISOR = Signer("P-sup", "sup", "Sue Supervisor", "supervisor")

NEXT_WEEK = datetime(2026, 11, 30, 5, 0, tzinfo=UTC)
"""A midnight of the site."""

PRESS_USE = Scope("class", "PRESS", Operation.USE)
COMP = Scope("area", "COMP", None)
WHY = "The gowning procedure asks for it from December on"

SOP, GMP, GOWN = Requirement("SOP-1"), Requirement("GMP", interval_months=12), Requirement("GOWN", interval_months=12)

TWO_CLASSES: Plant = {
    **plant(),
    "equipment_class": [{"id": "PRESS", "name": "Tablet press"}, {"id": "MILL", "name": "Mill"}],
    "equipment": [*plant()["equipment"], {"id": "ML-01", "name": "Mill 1", "class": "MILL", "area": "COMP"}],
    "item": [*plant()["item"], {"id": "OJT-MILL", "kind": "ojt", "title": "Mill, practical"}],
    "requirement_set": [
        *plant()["requirement_set"],
        requirement_set([requirement("OJT-MILL", revision="any")], class_id="MILL"),
    ],
    "training_record": [*plant()["training_record"], record("E1", "GMP", date(2026, 6, 1), revision="1")],
}
"""E1 and E2 are certified at the presses; nobody is at the mill. E1 has a GMP refresher."""


def picture(records: Records, **narrow: str) -> Known:
    """Return what the pages would read now."""
    engine = open_database(records.path, read_only=True)
    with engine.connect() as connection:
        found = read_picture(connection, TORONTO, **narrow)
    engine.dispose()
    return found


def sight(records: Records, after: Picture | None = None, at: datetime = NEXT_WEEK, seen: str | None = None) -> Sight:
    """Return what somebody saw of an effect; without `after` of nothing that changes."""
    known = picture(records)
    found = effect(known.picture, after, at) if after else Effect((), ())
    return Sight(found, known.facts_seq, fingerprint(found) if seen is None else seen)


def drafted(records: Records, author: Signer = TRAINER, **more: Any) -> Draft:
    """Put a draft on record for the presses that asks for the GMP refresher too; `more` replaces its values."""
    found = draft(**more)
    draft_set(records.trail, found, author, records.moment())
    return found


def draft(
    groups: Sequence[Sequence[Requirement]] = ((SOP,), (GMP,)),
    scope: Scope = PRESS_USE,
    effective_at: datetime = NEXT_WEEK,
    why: str = WHY,
    replaces: int | None = None,
) -> Draft:
    return Draft(scope, effective_at, tuple(map(tuple, groups)), why, replaces)


def approve(
    records: Records, version: int, signer: Signer = QA, seen: Sight | None = None, trail: Trail | None = None
) -> int:
    return approve_set(trail or records.trail, version, seen or sight(records), signer, records.moment())


def version(records: Records, table: str, id_: str) -> int:
    """Return the version of a thing that is known now."""
    return int(records.rows(sql("SELECT version FROM", table, "WHERE id = ? AND known_to IS NULL"), id_)[0][0])


def last_entry(records: Records) -> dict[str, Any]:
    rows = records.rows("SELECT data FROM audit_trail ORDER BY seq DESC LIMIT 1")
    found: dict[str, Any] = json.loads(rows[0][0])
    return found


def refused_on_record(records: Records, error: TrainingRefusedError, what: str) -> list[str]:
    """Check that the last entry tells this refusal and nothing else; return its codes."""
    entry = last_entry(records)
    assert (entry["kind"], entry["detail"]["what"]) == ("security", f"{what} refused")
    codes = [refusal.code for refusal in error.refusals]
    assert entry["detail"]["refused"] == codes
    assert all(len(error.sentences(language)) == len(codes) for language in ("en", "fr"))
    assert error.sentences("en") != error.sentences("fr")
    assert records.verify().sound
    return codes
