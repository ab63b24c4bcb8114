"""What relied on something that is in doubt now, and what each answer would be without it (E11)."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from gate.core.recording import Days
from gate.core.terms import RecordState
from gate.impact import Relied, Tally, Without, impact
from gate.impact_subjects import (
    Subject,
    UnknownSubjectError,
    badge_used,
    clock_period,
    item_revision,
    trainer,
    training_record,
)
from gate.signatures import Signer
from gate.store import registry
from gate.store.audit_trail import Trail
from gate.store.database import open_database
from gate.store.lots_schema import lot_windows
from gate.training_acts import NewRecord, add_record
from tests.rewriting import rewrite
from tests.scenarios.plant import P1, P2, P3, Plant, changed, plant, record
from tests.scenarios.world import TORONTO, World, local, moment_now

TRAINER = Signer("P-tr", "tr", "Terry Trainer", "trainer")
R6 = {"revision": "R6", "effective_at": date(2020, 1, 1)}
R7 = {"revision": "R7", "effective_at": date(2026, 6, 1)}


def _plant() -> Plant:
    """E1 is trained on R7 twice, E2 once; E3 only on R6, so the new revision denies."""
    found = changed(plant(), "item", "SOP-1", revisions=[R6, R7])
    records = [
        record("E1", completed_on=date(2026, 6, 2), revision="R7"),
        record("E1", completed_on=date(2026, 7, 2), revision="R7"),
        record("E2", completed_on=date(2026, 6, 3), revision="R7"),
        record("E3"),
    ]
    return {**found, "training_record": records}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """E1 and E2 use TP-01, E3 is denied; a lot runs meanwhile; E3 is trained by hand and allowed."""
    made = World(tmp_path_factory.mktemp("impact"), local("2026-11-23T12:00"), _plant())
    for number in (P1, P2, P3):
        made.badge("R1", number, 12)
    for number in (P1, P2):
        made.badge("R1", number, 2)
    _lot(made, "TP-01", "24K1187", "2026-11-23T17:00:20.000Z", None)
    _lot(made, "TP-02", "24K1188", "2026-11-23T17:00:00.000Z", None)
    _trained_by_hand(made)
    made.badge("R2", P3, 2)
    yield made
    made.edge.gate.close()


def _lot(made: World, machine: str, lot: str, since: str, until: str | None) -> None:
    with closing(Trail(open_database(made.settings.database_path), "gate-1", TORONTO)) as trail, trail.transaction():
        values = {"equipment_id": machine, "lot": lot, "product": "P", "from_at": since, "until_at": until}
        registry.put(trail, lot_windows, f"W-{lot}", values, trail.head.seq)


def _trained_by_hand(made: World) -> None:
    new = NewRecord("E3", "SOP-1", RecordState.PASSED, "Binder 7, page 3", "R7", **Days(date(2026, 11, 20))._asdict())
    with closing(Trail(open_database(made.settings.database_path), "gate-1", TORONTO)) as trail:
        add_record(trail, new, TRAINER, moment_now(made.clock))


def found(world: World, subject: Any, *args: Any) -> list[Relied]:
    engine = open_database(world.settings.database_path, read_only=True)
    asked: Subject
    if callable(subject):
        with engine.connect() as connection:
            asked = subject(connection, *args)
    else:
        asked = subject
    return list(impact(engine, TORONTO, asked))


def told(rows: list[Relied]) -> list[tuple[str, str, Without]]:
    return [(one.person_id, one.outcome, one.without) for one in rows]


def record_id(world: World, person: str, number: int = -1) -> str:
    engine = open_database(world.settings.database_path, read_only=True)
    with engine.connect() as connection:
        wanted = sa.text("SELECT id FROM training_records WHERE person_id = :p ORDER BY version")
        ids = connection.execute(wanted, {"p": person}).scalars().all()
    return str(ids[number])


@pytest.mark.req("E11")
def test_a_record_that_was_the_only_one_would_deny_without_it(world: World) -> None:
    """The record of E2 is void: one start, and it has no other ground."""
    rows = found(world, training_record, record_id(world, "E2"))
    assert told(rows) == [("E2", "allow", Without.WOULD_BE_DENIED)]
    assert rows[0].named and rows[0].reasons_without == ("NOT_CERTIFIED",)


@pytest.mark.req("E11")
def test_a_record_beside_which_another_served_changes_nothing_but_is_listed(world: World) -> None:
    """The answer rested on it, and would have been the same: a person decides whether that matters."""
    every = [found(world, training_record, record_id(world, "E1", number)) for number in (0, 1)]
    named = [rows for rows in every if rows]
    assert len(named) == 1, "only the one that decided is named; the other changes no answer"
    assert told(named[0]) == [("E1", "allow", Without.STILL_ALLOWED)]


@pytest.mark.req("E11")
def test_the_use_and_the_lots_that_were_touched_are_named(world: World) -> None:
    """From a void record to the batch records to be looked at."""
    (one,) = found(world, training_record, record_id(world, "E2"))
    assert one.left_at is not None and one.left_at - one.at == timedelta(seconds=26)
    assert one.lots == ("24K1187",)
    (late,) = found(world, training_record, record_id(world, "E3"))
    assert (late.left_at, late.lots) == (None, ("24K1188",)), "a use that has not ended touches what runs now"


@pytest.mark.req("E11")
@pytest.mark.parametrize("name", ["P-tr", "tr", "Terry Trainer"])
def test_a_trainer_is_found_by_what_was_signed(world: World, name: str) -> None:
    """The records that this person put on file, and what rested on them."""
    rows = found(world, trainer, name)
    assert told(rows) == [("E3", "allow", Without.WOULD_BE_DENIED)]


@pytest.mark.req("E11")
def test_a_trainer_is_found_by_the_evidence_that_names_one(world: World) -> None:
    """Paper evidence says who trained; its words are looked through, not only who typed it."""
    assert [one.person_id for one in found(world, trainer, "binder 7")] == ["E3"]


@pytest.mark.req("E11")
def test_a_revision_that_is_void_lists_whom_it_allowed_and_whom_it_denied(world: World) -> None:
    """Without R7 the old training would have served, and training on R7 is training on nothing known."""
    rows = found(world, item_revision, "SOP-1", "R7")
    assert told(rows) == [
        ("E1", "allow", Without.WOULD_BE_DENIED),
        ("E2", "allow", Without.WOULD_BE_DENIED),
        ("E3", "deny", Without.WOULD_BE_ALLOWED),
        ("E3", "allow", Without.STILL_ALLOWED),
    ]
    assert rows[0].reasons_without == ("RECORD_UNVERIFIED",)


@pytest.mark.req("E11")
def test_a_badge_that_was_in_other_hands_would_have_opened_nothing(world: World) -> None:
    """Every decision on it is in doubt."""
    rows = found(world, badge_used, "B1")
    assert told(rows) == [("E1", "allow", Without.WOULD_BE_DENIED)]
    assert rows[0].reasons_without == ("BADGE_UNKNOWN",)


@pytest.mark.req("E11", "F4")
def test_a_clock_period_is_half_open_and_untrusted(world: World) -> None:
    """Decisions at its end are outside; without a trusted clock none would have been allowed."""
    first, second = (local("2026-11-23T12:00") + timedelta(seconds=s) for s in (0, 20))
    rows = found(world, clock_period(first, second))
    assert told(rows) == [("E1", "allow", Without.WOULD_BE_DENIED), ("E2", "allow", Without.WOULD_BE_DENIED)]
    exactly = rows[1].at
    assert [one.person_id for one in found(world, clock_period(exactly, exactly + timedelta(milliseconds=1)))] == ["E2"]
    assert found(world, clock_period(second, first)) == []


@pytest.mark.req("E11", "F4")
def test_a_clock_known_to_be_off_is_decided_at_the_true_time(world: World) -> None:
    """Half a year fast: R7 was not in effect at the true time, so the old training would have served."""
    span = local("2026-11-23T12:00"), local("2026-11-24T12:00")
    rows = found(world, clock_period(*span, 180 * 24 * 3600))
    assert {one.person_id: one.without for one in rows if one.outcome == "deny"} == {"E3": Without.WOULD_BE_ALLOWED}
    assert found(world, clock_period(*span, 0))[0].without is Without.STILL_ALLOWED


@pytest.mark.req("E11")
def test_counts_are_those_of_the_rows(world: World) -> None:
    """Nothing is estimated."""
    tally = Tally()
    for one in found(world, item_revision, "SOP-1", "R7"):
        tally.take(one)
    assert (tally.decisions, tally.uses, list(tally.people)) == (4, 3, ["E1", "E2", "E3"])
    assert tally.without[Without.WOULD_BE_DENIED] == 2
    assert list(tally.lots) == ["24K1187", "24K1188"]


@pytest.mark.req("E11")
@pytest.mark.parametrize(
    ("subject", "args"),
    [
        (training_record, ("no such",)),
        (training_record, ("x" * 10_000,)),
        (trainer, ("<script>\u202e",)),
        (trainer, ("%",)),
        (trainer, ("_",)),
        (trainer, (" ",)),
        (item_revision, ("SOP-1", "R99")),
        (item_revision, ("SOP-9", "R7")),
        (badge_used, ("B99",)),
    ],
)
def test_what_never_was_is_refused_by_name(world: World, subject: Any, args: tuple[str, ...]) -> None:
    """An empty answer to a misspelt question would read as "nothing relied on it"."""
    with pytest.raises(UnknownSubjectError):
        found(world, subject, *args)


@pytest.mark.req("E11")
def test_decisions_of_an_earlier_release_are_listed_without_a_claim(world: World) -> None:
    """They named the record, so they are listed; what they would be without it is not known."""
    path = world.settings.database_path.with_name("earlier.db")
    world.edge.gate.close()
    path.write_bytes(world.settings.database_path.read_bytes())

    def earlier(said: dict[str, Any]) -> None:
        if said["kind"] == "decision":
            said["evidence"].pop("start")

    rewrite(path, earlier)
    engine = open_database(path, read_only=True)
    with engine.connect() as connection:
        asked = training_record(connection, record_id(world, "E2"))
    assert told(list(impact(engine, TORONTO, asked))) == [("E2", "allow", Without.NOT_KNOWN)]
