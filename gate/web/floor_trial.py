"""The list of who would have been denied at a machine: by person and reason, with counts and last time."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gate.store.schema import people
from gate.store.trial_denials import TrialDenial, TrialDenials, trial_denials
from gate.web.reading import Records


@dataclass(frozen=True, slots=True)
class TrialRow:
    """One person with one reason; `who` is empty for a badge of nobody, of which `last4` is shown."""

    who: str
    last4: str
    reason: str
    times: int
    last_at: datetime
    last_seq: int


@dataclass(frozen=True, slots=True)
class TrialList:
    """The whole list; `since_at` None: decisions withhold, so there is none."""

    since_at: datetime | None
    reads: int
    people: int
    rows: tuple[TrialRow, ...]


def trial_list(records: Records, equipment: str, now: datetime) -> TrialList:
    """Return the list of one machine, whoever was concerned most often first.

    Raises:
        what `gate.web.reading.UNREADABLE` lists: the records cannot be read.
    """
    with records.engine().connect() as connection:

        def read(statement: sa.sql.ClauseElement, values: Mapping[str, Any]) -> Iterable[Any]:
            rows: Iterable[Any] = connection.execute(statement, values)  # type: ignore[call-overload]
            return rows

        found = trial_denials(read, equipment, now)
        known = connection.execute(sa.select(people.c.id, people.c.name).order_by(people.c.version))
        return _listed(found, {row.id: row.name for row in known})


def _listed(denials: TrialDenials, names: Mapping[str, str]) -> TrialList:
    by_person: dict[tuple[str, str], list[TrialDenial]] = defaultdict(list)
    for one in denials.found:
        who = names.get(one.person, one.person) if one.person else ""
        by_person[one.person or "", who or one.last4].append(one)
    order = sorted(by_person.items(), key=lambda item: (-len(item[1]), item[0][1]))
    rows = tuple(row for (person, shown), mine in order for row in _rows(shown if person else "", mine))
    return TrialList(denials.since_at, len(denials.found), len(by_person), rows)


def _rows(who: str, mine: list[TrialDenial]) -> Iterable[TrialRow]:
    by_reason: dict[str, list[TrialDenial]] = defaultdict(list)
    for one in mine:
        for reason in one.reasons:
            by_reason[reason].append(one)
    for reason, found in sorted(by_reason.items(), key=lambda item: (-len(item[1]), item[0])):
        yield TrialRow(who, found[0].last4, reason, len(found), found[0].at, found[0].seq)
