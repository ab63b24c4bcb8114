"""A trail that is long and varied enough for the search index, with a clock that goes back and hours that are empty."""

import random
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from gate.core.audit import Entry, Kind
from gate.core.log_query import Query, holds
from gate.core.records import Moment
from gate.core.terms import Mode, Operation, Outcome
from gate.store.audit_trail import Trail
from gate.store.database import open_database
from gate.store.search_index import SearchIndex
from gate.store.search_live import head_seq, scan
from tests.store.fresh import fresh_database
from tests.store.open_records import TORONTO

GATE = "gate-1"
BEGAN = datetime(2026, 3, 1, 5, 0, tzinfo=UTC)
REASONS = ("NOT_CERTIFIED", "TRAINING_EXPIRED", "GOWN_EXPIRED", "BADGE_UNREADABLE")


def entries(count: int, seed: int = 1) -> Iterator[Entry]:
    """Yield entries of every family; the clock steps back twice, once by a day."""
    chance, at = random.Random(seed), BEGAN
    for number in range(count):
        at += timedelta(milliseconds=chance.randrange(1, 240_000))
        if number in (count // 3, count // 2):
            at -= timedelta(days=1)
        yield _entry(chance, Moment(at, "boot", number + 1, trusted=True, clock="asserted"), number)


def _entry(chance: random.Random, moment: Moment, number: int) -> Entry:
    match chance.randrange(20):
        case 0:
            return Entry(kind=Kind.CHANGE, moment=moment, subject=f"badge:B-{number}", by="adm", why="punch is worn")
        case 1:
            return Entry(kind=Kind.CLOCK_STEP, moment=moment)
        case 2:
            return Entry(kind=Kind.READER_OFFLINE, moment=moment, reader=f"R-{chance.randrange(9)}")
        case _:
            return _decision(chance, moment)


def _decision(chance: random.Random, moment: Moment) -> Entry:
    outcome = chance.choices([Outcome.ALLOW, Outcome.DENY, Outcome.PENDING], [8, 3, 1])[0]
    reasons = tuple(chance.sample(REASONS, chance.randrange(1, 3))) if outcome is Outcome.DENY else ("ALLOW_CERTIFIED",)
    person = f"E{chance.randrange(30):03d}"
    machine = f"EQ-{chance.randrange(8)}"
    return Entry(
        kind=Kind.DECISION,
        moment=moment,
        person=person,
        badge=f"B-{person}",
        last4=person,
        reader=f"{machine}-R",
        equipment=machine,
        mode=chance.choice([Mode.ENFORCE, Mode.SHADOW]),
        operation=chance.choice([Operation.USE, Operation.CLEAN]),
        outcome=outcome,
        reasons=reasons,
    )


def make_trail(path: Path, count: int, seed: int = 1) -> Path:
    """Write a trail of so many entries."""
    fresh_database(path, GATE)
    add(path, count, seed)
    return path


def add(path: Path, count: int, seed: int = 2) -> None:
    """Write more entries at the end of a trail, in one transaction."""
    with closing(Trail(open_database(path), GATE, TORONTO)) as trail, trail.transaction():
        for entry in entries(count, seed):
            trail.append(entry)


def records_at(path: Path) -> Callable[[], sa.Engine]:
    engine = open_database(path, read_only=True)
    return lambda: engine


def index_at(path: Path, folder: Path) -> SearchIndex:
    """Return an index over a trail, its file in a folder."""
    return SearchIndex(folder / "search.db", records_at(path), key=None, gate_id=GATE)


def build(index: SearchIndex) -> int:
    """Let the index do all its work; return the number of steps."""
    steps = 0
    while index.step():
        steps += 1
    return steps


def naive(path: Path, query: Query) -> list[int]:
    """Return the numbers of the entries that fit, by looking at each."""
    with records_at(path)().connect() as connection:
        every = scan(connection, 1, head_seq(connection))
    return [one.found.seq for one in every if holds(query, one.found)]
