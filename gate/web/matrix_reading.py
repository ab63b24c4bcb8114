"""Read the answer to who can run what: everybody at every machine, and where today's knowledge says otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import sqlalchemy as sa

from gate.core.matrix import Asked, Cell, Cells, Crowd, Somebody, Stand, who_can_run
from gate.settings import Settings
from gate.store.crowd import CrowdKnown, Knowledge, Place, places, read_crowd
from gate.store.instants import seq_at
from gate.store.schema import trail_head
from gate.web.matrix_question import TODAY, Question

MOST_MACHINES = 40
"""A plant with more is shown area by area, so that a page is made in a second or two."""

QUIET = frozenset({Stand.NOT_TRAINED, Stand.UNSET})


@dataclass(frozen=True, slots=True)
class Row:
    """One person with a cell for each machine."""

    who: Somebody
    cells: Cells
    others: Cells
    """The same as known at the other time: today where the question is as known then, and the other way round."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """The whole answer as one knowledge shows it."""

    question: Question
    asked: Asked
    names: CrowdKnown
    places: tuple[Place, ...]
    rows: tuple[Row, ...]
    acts_seq: int
    """The last entry at the instant that is asked about."""
    head_seq: int
    compared: bool
    """Whether anything was recorded between that instant and now."""


def read_matrix(engine: sa.Engine, settings: Settings, question: Question) -> Matrix:
    """Return everybody at every machine of the area, or at one machine.

    Raises:
        what `gate.web.reading.UNREADABLE` lists: the records cannot be read.
    """
    acts, head, facts = _entries(engine, question)
    all_places = places(engine, acts)
    area = _area(question, all_places)
    then, today = Knowledge(acts, acts), Knowledge(acts, head)
    first, second = (today, then) if question.known == TODAY else (then, today)
    narrow = {"area_id": area, "equipment_id": question.machine or None}
    found = read_crowd(engine, settings.zone, first, **narrow)
    asked = Asked(found.crowd, question.at, question.operation)
    judged = list(who_can_run(asked))
    others: Mapping[str, Cells] = {}
    compared = acts < facts
    if compared:
        others = _others(asked, read_crowd(engine, settings.zone, second, **narrow).crowd)
    rows = tuple(Row(who, cells, others.get(who.person.id, cells)) for who, cells in judged)
    return Matrix(replace(question, area=area or ""), asked, found, all_places, rows, acts, head, compared)


def _entries(engine: sa.Engine, question: Question) -> tuple[int, int, int]:
    """Return the last entry at the instant asked about, the last one of all, and the last one that changed facts."""
    with engine.connect() as connection:
        head = connection.execute(sa.select(trail_head.c.seq, trail_head.c.facts_seq)).first()
        seq, facts = (head[0], head[1]) if head else (0, 0)
        acts = seq_at(connection, question.at) if question.chosen and not question.ahead else seq
    return acts, seq, facts


def _area(question: Question, all_places: tuple[Place, ...]) -> str | None:
    """Return the area to show; a large plant without a choice begins with its first."""
    if question.area or question.machine:
        return question.area or None
    many = sum(len(place.machines) for place in all_places) > MOST_MACHINES
    return all_places[0].area_id if many and all_places else None


def _others(asked: Asked, crowd: Crowd) -> Mapping[str, Cells]:
    """Judge by the other knowledge those for whom it differs; people and machines are the same in both."""
    same_demands = (crowd.class_sets, crowd.area_sets, crowd.items) == asked.crowd[2:5]
    pairs = zip(asked.crowd.people, crowd.people, strict=True)
    people = tuple(there for here, there in pairs if not same_demands or here.records != there.records)
    if not people:
        return {}
    return {who.person.id: cells for who, cells in who_can_run(asked._replace(crowd=crowd._replace(people=people)))}


def differs(here: Cell, there: Cell) -> bool:
    """Whether the other knowledge says another word; a later end of the same is no news."""
    return here.stand is not there.stand
