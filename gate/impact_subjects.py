"""What an impact is asked about: a training record, a trainer, a revision, a badge or a clock period (requirement E11).

A subject says which decisions may rest on it, whether the evidence of one names it, and how the facts look without it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import sqlalchemy as sa

from gate.core.audit import timestamp
from gate.core.records import Facts, Moment
from gate.store.schema import audit_trail, badges, item_revisions, training_records
from gate.store.trail_bytes import Said, said_of

CHUNK = 500
"""Numbers in one question, far below the limit of the database."""


class UnknownSubjectError(Exception):
    """There is no such thing on record and never was; `what` and `name` say which."""

    def __init__(self, what: str, name: str) -> None:
        super().__init__(f"no {what} {name!r} is or was on record; look at its spelling")
        self.what = what
        self.name = name


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the columns of an entry say before its bytes are looked at."""

    seq: int
    at: str
    person_id: str | None
    badge_id: str | None


class Subject(Protocol):
    """One thing whose worth is in doubt."""

    @property
    def seeks_unnamed(self) -> bool:
        """Whether a decision that may rest on it is made again although its evidence does not name it."""

    def may_rest(self, one: Candidate) -> bool:
        """Whether the decision may rest on it, as far as the columns tell."""

    def is_named(self, said: Said) -> bool:
        """Whether the evidence of the decision names it."""

    def without(self, facts: Facts, moment: Moment) -> tuple[Facts, Moment]:
        """Return facts and moment as if it had never been."""


@dataclass(frozen=True, slots=True)
class Records:
    """One or more training records: as if they had never been on record."""

    ids: frozenset[str]
    versions: frozenset[int]
    people: frozenset[str]

    @property
    def seeks_unnamed(self) -> bool:
        """A record can shape a span of time without being the one that decided."""
        return True

    def may_rest(self, one: Candidate) -> bool:
        """Only decisions about the people whose records they are."""
        return one.person_id in self.people

    def is_named(self, said: Said) -> bool:
        """The version of the record stands in the evidence."""
        return any(row[1] in self.versions for row in requirement_rows(said))

    def without(self, facts: Facts, moment: Moment) -> tuple[Facts, Moment]:
        """Other records of the person may serve in their place."""
        kept = {item: tuple(r for r in rows if r.id not in self.ids) for item, rows in facts.records.items()}
        return replace(facts, records=kept), moment


@dataclass(frozen=True, slots=True)
class ItemRevision:
    """One revision of an item: as if it had never been issued, so that training on it is training on nothing known."""

    item_id: str
    revision: str
    versions: frozenset[int]
    records: frozenset[int]

    @property
    def seeks_unnamed(self) -> bool:
        """A revision that decides is always named."""
        return False

    def may_rest(self, one: Candidate) -> bool:
        """Any decision about anybody may."""
        return one.person_id is not None

    def is_named(self, said: Said) -> bool:
        """The revision was in force, or a record of training on it decided."""
        return any(row[2] in self.versions or row[1] in self.records for row in requirement_rows(said))

    def without(self, facts: Facts, moment: Moment) -> tuple[Facts, Moment]:
        """The revision before it is in force."""
        item = facts.items.get(self.item_id)
        if item is None:
            return facts, moment
        kept = tuple(one for one in item.revisions if one.revision != self.revision)
        return replace(facts, items={**facts.items, self.item_id: replace(item, revisions=kept)}), moment


@dataclass(frozen=True, slots=True)
class BadgeUsed:
    """One badge: as if nobody had known it."""

    badge_id: str

    @property
    def seeks_unnamed(self) -> bool:
        """The badge of a decision is always named."""
        return False

    def may_rest(self, one: Candidate) -> bool:
        """Only decisions on this badge."""
        return one.badge_id == self.badge_id

    def is_named(self, said: Said) -> bool:
        """Every one of them rests on it."""
        return said.get("badge") == self.badge_id

    def without(self, facts: Facts, moment: Moment) -> tuple[Facts, Moment]:
        """Nobody is identified."""
        return replace(facts, badge=None, person=None), moment


@dataclass(frozen=True, slots=True)
class ClockPeriod:
    """A time in which the clock is in doubt: as if it had not been trusted, or had been off by so many seconds."""

    since: str
    until: str
    off_by_s: int | None = None

    @property
    def seeks_unnamed(self) -> bool:
        """Every decision has its time."""
        return False

    def may_rest(self, one: Candidate) -> bool:
        """Decisions whose recorded time lies in it; the order of entries is not asked."""
        return self.since <= one.at < self.until

    def is_named(self, said: Said) -> bool:
        """Every one of them rests on its time."""
        return self.since <= str(said.get("at")) < self.until

    def without(self, facts: Facts, moment: Moment) -> tuple[Facts, Moment]:
        """Untrusted, or the true time where it is known by how much the clock was off."""
        if self.off_by_s is None:
            return facts, replace(moment, trusted=False)
        return facts, replace(moment, at=moment.at - timedelta(seconds=self.off_by_s))


def requirement_rows(said: Said) -> list[list[Any]]:
    """Return the requirements in a decision's evidence."""
    rows: list[list[Any]] = (said.get("evidence") or {}).get("requirements", [])
    return rows


# --- found on record ------------------------------------------------------------------------------------------


def training_record(connection: sa.Connection, record_id: str) -> Records:
    """Return a training record by its id, every version of it.

    Raises:
        UnknownSubjectError: there never was one.
    """
    wanted = sa.select(training_records.c.id, training_records.c.version, training_records.c.person_id)
    rows = _all(connection, wanted.where(training_records.c.id == record_id))
    if not rows:
        raise UnknownSubjectError("training record", record_id)
    return _records(rows)


def trainer(connection: sa.Connection, name: str) -> Records:
    """Return the records that rest on a trainer: put on record or signed by that person, or naming it as evidence.

    Raises:
        UnknownSubjectError: no record does.
    """
    seqs = sorted(_brought_by(connection, name))
    wanted = sa.select(training_records.c.id, training_records.c.version, training_records.c.person_id)
    rows = _all(connection, wanted.where(training_records.c.evidence.icontains(name, autoescape=True)))
    for start in range(0, len(seqs), CHUNK):
        rows += _all(connection, wanted.where(training_records.c.known_from.in_(seqs[start : start + CHUNK])))
    if not rows or not name.strip():
        raise UnknownSubjectError("record of the trainer", name)
    return _records(rows)


def item_revision(connection: sa.Connection, item_id: str, revision: str) -> ItemRevision:
    """Return a revision of an item with the records of training on it.

    Raises:
        UnknownSubjectError: there never was one.
    """
    these = sa.and_(item_revisions.c.item_id == item_id, item_revisions.c.revision == revision)
    versions = frozenset(row[0] for row in _all(connection, sa.select(item_revisions.c.version).where(these)))
    if not versions:
        raise UnknownSubjectError("revision", f"{item_id} {revision}")
    trained = sa.and_(training_records.c.item_id == item_id, training_records.c.revision == revision)
    records = frozenset(row[0] for row in _all(connection, sa.select(training_records.c.version).where(trained)))
    return ItemRevision(item_id, revision, versions, records)


def badge_used(connection: sa.Connection, badge_id: str) -> BadgeUsed:
    """Return a badge by its id.

    Raises:
        UnknownSubjectError: there never was one.
    """
    if not _all(connection, sa.select(badges.c.version).where(badges.c.id == badge_id).limit(1)):
        raise UnknownSubjectError("badge", badge_id)
    return BadgeUsed(badge_id)


def clock_period(since: datetime, until: datetime, off_by_s: int | None = None) -> ClockPeriod:
    """Return the period from one instant to another, the second one not included."""
    return ClockPeriod(timestamp(since.astimezone(UTC)), timestamp(until.astimezone(UTC)), off_by_s)


def _records(rows: list[Any]) -> Records:
    return Records(*(frozenset(row[column] for row in rows) for column in range(3)))


def _brought_by(connection: sa.Connection, name: str) -> Iterator[int]:
    """Yield the entries that brought records and name this person as who did it or signed it."""
    brought = sorted(row[0] for row in _all(connection, sa.select(training_records.c.known_from).distinct()))
    wanted = sa.select(audit_trail.c.seq, audit_trail.c.data)
    for start in range(0, len(brought), CHUNK):
        for seq, data in _all(connection, wanted.where(audit_trail.c.seq.in_(brought[start : start + CHUNK]))):
            if name in _names(said_of(data) or {}):
                yield seq


def _names(said: Mapping[str, Any]) -> set[object]:
    detail = said.get("detail")
    signatures = detail.get("signatures", ()) if isinstance(detail, dict) else ()
    return {said.get("by"), *(one.get(key) for one in signatures for key in ("person", "account", "name"))}


def _all(connection: sa.Connection, statement: sa.Select[Any]) -> list[Any]:
    return list(connection.execute(statement).all())
