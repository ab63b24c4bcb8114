"""Random plants and records: the order of rows never matters, nothing expired revives, and a stated end is the end."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from gate.core.calendar import LATEST, start_of_day
from gate.core.records import DataAge, Facts, Hold, Item, Override, RequirementSet, Revision, Suspension, TrainingRecord
from gate.core.terms import HoldKind, Operation, Outcome, RecordState
from tests.core.facts_builder import (
    AN_HOUR,
    AREA,
    BADGE,
    CERTIFIED,
    EQUIPMENT,
    GMP,
    GOWN,
    ITEMS,
    LONG_AGO,
    NOON,
    OJT,
    OTHER,
    PERSON,
    SOP,
    TICK,
    TORONTO,
    decided,
    override,
    requirement,
    set_of,
)

T = TypeVar("T")
TODAY = date(2026, 11, 23)
MOSTLY_PASSED = (*[RecordState.PASSED] * 30, *RecordState)
SIGNED = ("TRAINING_EXPIRED", "SOP_REVISION", "GMP_REFRESHER", "NOT_YET_VALID", "NOT_CERTIFIED", "RECORD_UNVERIFIED")


def a_day(dice: Random, least: int, most: int) -> date:
    return TODAY + timedelta(days=dice.randint(least, most))


def maybe(dice: Random, least: int, most: int) -> date | None:
    return a_day(dice, least, most) if dice.random() < 0.3 else None


def an_instant(dice: Random, least_h: int, most_h: int) -> datetime:
    return NOON + dice.randint(least_h, most_h) * AN_HOUR


def records_of(dice: Random, item: Item, version: int, latest: int) -> tuple[TrainingRecord, ...]:
    """Return up to three records; `latest` is the last day, counted from today, on which one may begin."""
    return tuple(
        TrainingRecord(
            version + n,
            f"T-{version + n}",
            item.id,
            dice.choice(MOSTLY_PASSED),
            dice.choice(("R6", "R6", "R6", "R7", "R7", "R8", "R5", None)) if item.id == SOP.id else None,
            a_day(dice, -30, latest) if dice.random() < 0.95 else None,
            maybe(dice, -40, latest),
            maybe(dice, -2, 20),
            maybe(dice, -5, 20),
        )
        for n in range(dice.randint(1, 3))
    )


def set_versions(dice: Random, items: tuple[Item, ...], version: int) -> tuple[RequirementSet, ...]:
    """Return a version in effect and perhaps later ones; only items without revisions share a group."""
    drawn = []
    for n, at in enumerate([LONG_AGO, *(an_instant(dice, -48, 24 * 12) for _ in range(dice.randint(0, 2)))]):
        members = [
            requirement(item, months=dice.choice((None, None, 1)), grace=dice.choice((0, 0, 3)))
            for item in dice.sample(items, dice.randint(1, len(items)))
        ]
        shares = dice.random() < 0.5 and SOP.id not in {member.item_id for member in members}
        groups = (tuple(members),) if shares else tuple((member,) for member in members)
        drawn.append(set_of(*groups, at=at, version=version + n, approved=n == 0 or dice.random() < 0.7))
    return tuple(drawn)


def world(seed: int, latest: int = 10) -> Facts:
    """Return the random facts of a read around `NOON`; a seed, because drawing each row would be slow."""
    dice = Random(seed)
    r7, r8 = sorted(an_instant(dice, -100, 24 * 12) for _ in range(2))
    later = (Revision(32, "R7", r7, dice.random() < 0.5), Revision(33, "R8", r8, dice.random() < 0.5))
    items = {**ITEMS, SOP.id: replace(SOP, revisions=(*SOP.revisions, *later))}
    return replace(
        CERTIFIED,
        badge=replace(
            BADGE,
            expires_on=maybe(dice, 0, 20),
            until_at=an_instant(dice, 1, 300) if dice.random() < 0.3 else None,
        ),
        person=replace(PERSON, contract_until_on=maybe(dice, 0, 20)),
        equipment=replace(EQUIPMENT, calibration_due_on=maybe(dice, 0, 20)),
        sets={Operation.USE: set_versions(dice, (SOP, OJT, GMP, OTHER), 41)},
        area_sets=set_versions(dice, (GOWN, AREA), 45) if dice.random() < 0.5 else (),
        items=items,
        records={item.id: records_of(dice, item, 100 + 10 * n, latest) for n, item in enumerate(items.values())},
        data=DataAge(NOON, attested_until_at=LATEST if dice.random() < 0.8 else None),
    )


def lenient(seed: int) -> Override:
    """Return an override in force at `NOON` that names much of what training can fail by."""
    dice = Random(seed)
    named = dice.sample(SIGNED, dice.randint(3, len(SIGNED)))
    return override(*named, cosigned=True, end=an_instant(dice, 1, 24 * 14))


SEEDS = st.integers(0, 2**32)
PARTS = st.floats(0, 1)
INSTANTS = st.integers(-48, 240).map(lambda hours: NOON + hours * AN_HOUR)


def between(start: datetime, end: datetime, part: float) -> datetime:
    """Return an instant from the start on and before the end."""
    return min(start + (end - start) * part, end - TICK)


@pytest.mark.req("E7")
@given(SEEDS, INSTANTS, st.booleans())
def test_the_order_of_rows_never_matters(seed: int, at: datetime, suspended: bool) -> None:
    """A replay reads the same rows in whatever order the database gives them, and must answer the same."""
    dice = Random(seed)

    def shuffled(rows: Sequence[T]) -> tuple[T, ...]:
        return tuple(dice.sample(rows, len(rows)))

    signed = lenient(seed)
    facts = replace(
        world(seed),
        overrides=(signed, replace(signed, version=72, ends_at=NOON + AN_HOUR), replace(signed, version=73)),
        holds=(Hold(80, HoldKind.QA, frozenset({Operation.CLEAN})), Hold(81, HoldKind.QA, frozenset())),
        suspensions=(Suspension(61), Suspension(62)) if suspended else (),
    )
    mixed = replace(
        facts,
        overrides=shuffled(facts.overrides),
        holds=shuffled(facts.holds),
        suspensions=shuffled(facts.suspensions),
        area_sets=shuffled(facts.area_sets),
        sets={Operation.USE: shuffled(facts.sets[Operation.USE])},
        records={name: shuffled(rows) for name, rows in facts.records.items()},
    )
    assert decided(mixed, at) == decided(facts, at) == decided(facts, at)


def beginnings(facts: Facts) -> set[datetime]:
    """Return every instant at which something that helps could begin."""
    rows = [row for rows in facts.records.values() for row in rows]
    starts = {start_of_day(d, TORONTO) for row in rows for d in (row.completed_on, row.valid_from_on) if d}
    starts |= {revision.effective_at for item in facts.items.values() for revision in item.revisions}
    return starts | {version.effective_at for version in (*facts.area_sets, *facts.sets[Operation.USE])}


@pytest.mark.req("B5", "F4")
@given(SEEDS, INSTANTS, PARTS)
@settings(max_examples=250)
def test_what_has_ended_never_revives_by_itself(seed: int, at: datetime, part: float) -> None:
    """As time goes on with the same facts a deny stays a deny, until something new begins."""
    facts = world(seed)
    assume(decided(facts, at).outcome is Outcome.DENY)
    following = min((start for start in beginnings(facts) if start > at), default=at + 500 * AN_HOUR)
    for later in (between(at, following, part), following - TICK):
        assert decided(facts, later).outcome is Outcome.DENY


@pytest.mark.req("B3", "B5", "B13")
@given(SEEDS, PARTS)
@settings(max_examples=250, suppress_health_check=[HealthCheck.filter_too_much])
def test_the_stated_end_is_the_end(seed: int, part: float) -> None:
    """Up to it the same read is allowed, at it no more: an earlier end would send people away, a later one lie."""
    facts = world(seed, latest=-1)
    now = decided(facts)
    assume(now.outcome is Outcome.ALLOW)
    end = now.valid_until_at
    event("has an end" if end else "has none")
    if end is None:
        assert decided(facts, NOON + timedelta(days=3650)).outcome is Outcome.ALLOW
    else:
        for at in (between(NOON, end, part), end - TICK):
            assert decided(facts, at).outcome is Outcome.ALLOW
        assert decided(facts, end).outcome is Outcome.DENY


@pytest.mark.req("D1", "D3")
@given(SEEDS, PARTS)
@settings(max_examples=150, suppress_health_check=[HealthCheck.filter_too_much])
def test_under_an_override_the_stated_end_is_its_end_too(seed: int, part: float) -> None:
    """To it the read is allowed; at it the override serves no more, over or not enough."""
    signed = lenient(seed)
    facts = replace(world(seed, latest=-1), overrides=(signed,))
    now = decided(facts)
    assume("ALLOW_OVERRIDE" in now.reasons)
    end = now.valid_until_at
    assert end is not None
    assert NOON < end <= signed.ends_at
    event("ends before the override" if end < signed.ends_at else "ends with the override")
    for at in (between(NOON, end, part), end - TICK):
        assert decided(facts, at).outcome is Outcome.ALLOW
    assert "ALLOW_OVERRIDE" not in decided(facts, end).reasons
    assert end == signed.ends_at or decided(facts, end).outcome is Outcome.DENY
