"""What the trends are made of: denials by week and reason from the search index, and overrides from their table.

The index answers without reading the trail (gate/store/search_index.py); rows are read only for the procedures behind
the latest denials, a bounded number, in short transactions.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from pyroaring import BitMap

from gate.core.audit import Kind
from gate.core.log_query import Query
from gate.core.log_terms import Field, Result, Term, ms_of
from gate.core.reasons import REASONS, in_display_order
from gate.core.weeks import Week
from gate.store.override_counts import approver_names, by_approver, by_machine, machine_names
from gate.store.schema import audit_trail, items
from gate.store.search_answer import entries_of, histogram
from gate.store.search_reading import Reading

GROUPS: tuple[tuple[str, frozenset[str]], ...] = (
    ("expired", frozenset({"TRAINING_EXPIRED", "GMP_REFRESHER", "GOWN_EXPIRED"})),
    ("revision", frozenset({"SOP_REVISION"})),
    (
        "never",
        frozenset({"NOT_CERTIFIED", "OPERATION_NOT_CERTIFIED", "OJT_OPEN", "NOT_YET_VALID", "ASSESSMENT_FAILED"}),
    ),
)
"""The series of the chart, the rest being "other": always the same, so that one page can be held against another."""

OTHER = "other"
OF_TRAINING = frozenset[str]().union(*(codes for _, codes in GROUPS))

IN_ORDER = in_display_order(REASONS)
"""Reasons in the order of display: the first one of a decision is the reason it counts under."""

DENIED = frozenset({Term(Field.RESULT, Result.DENIED), Term(Field.RESULT, Result.WOULD_DENY)})
DECIDED = frozenset({Term(Field.KIND, Kind.DECISION)})

MOST_READ = 5000
"""Denials whose evidence is read, the newest ones."""
PIECE = 500


@dataclass(frozen=True, slots=True)
class Denials:
    """Denied decisions of the weeks, trial included, each under its first reason."""

    by_group: tuple[tuple[int, ...], ...]
    """A row for each week: the groups in their order, then the others."""
    by_reason: tuple[tuple[str, int], ...]
    """The most frequent first."""
    denied: int
    decided: int
    denied_before: int
    decided_before: int
    """In as many weeks before."""
    from_seq: int
    """Records before this one are not counted: the index is still being made; 1 where everything is."""
    seqs: tuple[int, ...]
    """The latest denials for want of training, newest first."""


class Lacking(NamedTuple):
    """One item that stood behind denials."""

    item_id: str
    title: str
    denials: int
    people: int


@dataclass(frozen=True, slots=True)
class Overrides:
    """Overrides that began in the weeks."""

    total: int
    before: int
    machines: tuple[tuple[str, str, int], ...]
    """Id, name, number; the most first."""
    approvers: tuple[tuple[str, int], ...]
    """Name and number in the order of names: people are not ranked."""
    loaded: int
    """Those that came with a plant file and were granted by nobody here."""


def denials(lists: Reading, weeks: Sequence[Week], before: Sequence[Week]) -> Denials:
    """Count the denials of the weeks, and of as many weeks before."""
    every = [*before, *weeks]
    edges = [ms_of(week.from_at) for week in every] + [ms_of(every[-1].until_at)]
    denied = entries_of(Query(clauses=(DENIED,), since_ms=edges[0], until_ms=edges[-1]), lists)
    decided = entries_of(Query(clauses=(DECIDED,), since_ms=edges[0], until_ms=edges[-1]), lists)
    by_code = _first_reasons(denied, lists)
    grouped = [_union(by_code, codes) for _, codes in GROUPS]
    grouped.append(denied - BitMap.union(*grouped))
    counts = histogram([*grouped, denied, decided], edges, lists)
    *groups, all_denied, all_decided = ((row[: len(before)], row[len(before) :]) for row in counts)
    now = entries_of(Query(clauses=(DENIED,), since_ms=ms_of(weeks[0].from_at), until_ms=edges[-1]), lists)
    numbers = Counter({code: len(seqs & now) for code, seqs in by_code.items() if seqs & now})
    training = _union(by_code, OF_TRAINING) & now
    return Denials(
        by_group=tuple(zip(*(row[1] for row in groups), strict=True)),
        by_reason=tuple(numbers.most_common()),
        denied=sum(all_denied[1]),
        decided=sum(all_decided[1]),
        denied_before=sum(all_denied[0]),
        decided_before=sum(all_decided[0]),
        from_seq=lists.from_seq,
        seqs=tuple(training[-MOST_READ:])[::-1],
    )


def weekly_reasons(lists: Reading, weeks: Sequence[Week]) -> list[tuple[Week, str, int]]:
    """Return how many denials of each week count under each first reason; the most frequent first in a week."""
    edges = [ms_of(week.from_at) for week in weeks] + [ms_of(weeks[-1].until_at)]
    denied = entries_of(Query(clauses=(DENIED,), since_ms=edges[0], until_ms=edges[-1]), lists)
    by_code = _first_reasons(denied, lists)
    counts = histogram(list(by_code.values()), edges, lists)
    found = []
    for place, week in enumerate(weeks):
        rows = [(code, row[place]) for code, row in zip(by_code, counts, strict=True) if row[place]]
        found += [(week, code, number) for code, number in sorted(rows, key=lambda row: (-row[1], row[0]))]
    return found


def _first_reasons(denied: BitMap, lists: Reading) -> dict[str, BitMap]:
    """Return the denials by their first reason, each in one list only."""
    left, found = denied.copy(), {}
    for code in IN_ORDER:
        if not left:
            break
        mine = lists.read((Term(Field.REASON, code),)) & left
        if mine:
            found[code] = mine
            left -= mine
    return found


def _union(by_code: Mapping[str, BitMap], codes: frozenset[str]) -> BitMap:
    return BitMap.union(BitMap(), *(seqs for code, seqs in by_code.items() if code in codes))


def lacking(engine: sa.Engine, seqs: Sequence[int]) -> list[Lacking]:
    """Return what stood behind these denials, the most people first: which procedure to train first."""
    count: Counter[int] = Counter()
    people: dict[int, set[str]] = defaultdict(set)
    for start in range(0, len(seqs), PIECE):
        part = seqs[start : start + PIECE]
        with engine.connect() as connection:
            rows = connection.execute(sa.select(audit_trail.c.data).where(audit_trail.c.seq.in_(part))).all()
        for row in rows:
            said = json.loads(row.data)
            for version in _unmet(said):
                count[version] += 1
                people[version].add(str(said.get("person")))
    with engine.connect() as connection:
        known = sa.select(items.c.version, items.c.id, items.c.title).where(items.c.version.in_(list(count)))
        names = {row.version: (row.id, row.title) for row in connection.execute(known)}
    return _by_item(names, count, people)


def _unmet(said: Mapping[str, object]) -> set[int]:
    """Return the versions of the items that a decision's evidence says were missing."""
    evidence = said.get("evidence")
    rows = evidence.get("requirements", ()) if isinstance(evidence, Mapping) else ()
    return {row[0] for row in rows if len(row) > 3 and row[3] in OF_TRAINING and row[0]}


def _by_item(
    names: Mapping[int, tuple[str, str]], count: Mapping[int, int], people: Mapping[int, set[str]]
) -> list[Lacking]:
    """Put the versions of one item together, under its newest title."""
    titles, numbers, who = dict(sorted(names.items())), Counter[str](), defaultdict[str, set[str]](set)
    newest: dict[str, str] = {}
    for version, (item_id, title) in titles.items():
        newest[item_id] = title
        numbers[item_id] += count[version]
        who[item_id] |= people[version]
    found = [Lacking(item_id, newest[item_id], numbers[item_id], len(who[item_id])) for item_id in numbers]
    return sorted(found, key=lambda one: (-one.people, -one.denials, one.item_id))


def overrides(engine: sa.Engine, weeks: Sequence[Week], before: Sequence[Week]) -> Overrides:
    """Count the overrides that began in the weeks."""
    from_at, until_at = weeks[0].from_at, weeks[-1].until_at
    with engine.connect() as connection:
        machines = by_machine(connection, from_at, until_at)
        earlier = by_machine(connection, before[0].from_at, from_at)
        approvers = dict(by_approver(connection, from_at, until_at))
        names, people = machine_names(connection), approver_names(connection)
    loaded = approvers.pop("", 0)
    rows = sorted(machines.items(), key=lambda row: (-row[1], row[0]))
    return Overrides(
        total=sum(machines.values()),
        before=sum(earlier.values()),
        machines=tuple((id_, names.get(id_, id_), number) for id_, number in rows),
        approvers=tuple(sorted((people.get(id_, id_), number) for id_, number in approvers.items())),
        loaded=loaded,
    )


def span_of(weeks: Sequence[Week], now: datetime) -> tuple[datetime, datetime]:
    """Return from when until when the weeks are counted."""
    return weeks[0].from_at, min(now, weeks[-1].until_at)
