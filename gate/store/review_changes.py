"""What became known about a lot or a machine after its review was signed: windows, late entries, withdrawn training."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from gate.core.audit import Kind, timestamp
from gate.core.terms import RecordState
from gate.store.lots import Window
from gate.store.lots_schema import late_entries, lot_windows
from gate.store.schema import audit_trail, batches, training_records
from gate.store.trail_bytes import said_of

PAGE = 1000
"""Decisions that are read at once."""


class Changing(StrEnum):
    """What changed."""

    WINDOW = "window"
    LATE = "late"
    TRAINING = "training"


@dataclass(frozen=True, slots=True)
class Changed:
    """One entry that changed something about what was reviewed."""

    seq: int
    what: Changing


@dataclass(frozen=True, slots=True)
class Since:
    """The entries in which a change is looked for: behind `after`, up to `until`, which is included."""

    after: int
    until: int

    def holds(self, column: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
        """Return the condition that a number is one of them."""
        return sa.and_(column > self.after, column <= self.until)


def window_changes(connection: sa.Connection, lot: str, since: Since) -> list[Changed]:
    """Return the entries that brought, corrected or withdrew a window of a lot."""
    return _changes(connection, lot_windows, [lot_windows.c.lot == lot], since, Changing.WINDOW)


def late_changes(connection: sa.Connection, since: Since, *, lot: str, windows: Sequence[Window]) -> list[Changed]:
    """Return the entries that made, verified or rejected a late entry.

    `lot` empty: those whose claimed time meets the windows; else those that name the lot.
    """
    columns = late_entries.c
    if lot:
        return _changes(connection, late_entries, [columns.lot == lot], since, Changing.LATE)
    found: list[Changed] = []
    for window in windows:
        there = [
            columns.equipment_id == window.equipment_id,
            sa.or_(columns.until_at.is_(None), columns.until_at > timestamp(window.from_at)),
        ]
        if window.until_at is not None:
            there.append(columns.from_at < timestamp(window.until_at))
        found += _changes(connection, late_entries, there, since, Changing.LATE)
    return found


def _changes(
    connection: sa.Connection, table: sa.Table, where: Iterable[sa.ColumnElement[bool]], since: Since, what: Changing
) -> list[Changed]:
    begun, ended = since.holds(table.c.known_from), since.holds(table.c.known_to)
    wanted = sa.select(table.c.known_from, table.c.known_to).where(*where, sa.or_(begun, ended))
    seqs = {seq for row in connection.execute(wanted) for seq in row if seq is not None}
    return [Changed(seq, what) for seq in seqs if since.after < seq <= since.until]


@dataclass(frozen=True, slots=True)
class _Withdrawn:
    """A record that certifies nothing any more; `upto` None: it was taken back, and touches no other record."""

    seq: int
    id: str
    person_id: str
    item_id: str
    upto: str | None

    def touches(self, row: Any) -> bool:
        """Whether a version of a record is one of this record, or of a training that the withdrawal ends too."""
        if row.id == self.id:
            return True
        same = (row.person_id, row.item_id) == (self.person_id, self.item_id)
        return same and self.upto is not None and (row.completed_on or "") <= self.upto


def training_changes(
    connection: sa.Connection, windows: Sequence[Window], bounds: tuple[int, int], since: Since
) -> list[Changed]:
    """Return the entries that withdrew, or took back, training that a decision in the windows rested on.

    Nothing is read of the trail where nobody's training was withdrawn since.
    """
    withdrawn = _withdrawn(connection, since)
    people = {one.person_id for one in withdrawn}
    if not withdrawn:
        return []
    versions = {version for said in _decisions(connection, windows, bounds, people) for version in _rested_on(said)}
    found = {one.seq for row in _records(connection, sorted(versions)) for one in withdrawn if one.touches(row)}
    return [Changed(seq, Changing.TRAINING) for seq in found]


def _withdrawn(connection: sa.Connection, since: Since) -> list[_Withdrawn]:
    columns = training_records.c
    brought = sa.case((columns.batch_id.is_(None), columns.known_from), else_=batches.c.published_seq)
    named = (columns.id, columns.person_id, columns.item_id)
    withdrawals = (
        sa.select(brought.label("seq"), *named, columns.completed_on.label("upto"))
        .select_from(training_records.outerjoin(batches, batches.c.id == columns.batch_id))
        .where(columns.state == RecordState.WITHDRAWN.value, since.holds(brought))
    )
    later = training_records.alias()
    follows = sa.exists().where(later.c.id == columns.id, later.c.version > columns.version)
    gone = sa.select(columns.known_to.label("seq"), *named, sa.null().label("upto")).where(
        since.holds(columns.known_to), ~follows
    )
    rows = [*connection.execute(withdrawals), *connection.execute(gone)]
    return [_Withdrawn(row.seq, row.id, row.person_id, row.item_id, row.upto) for row in rows]


def _decisions(
    connection: sa.Connection, windows: Sequence[Window], bounds: tuple[int, int], people: set[str]
) -> Iterator[Mapping[str, Any]]:
    wanted = sa.select(audit_trail.c.seq, audit_trail.c.person_id, audit_trail.c.data).where(
        audit_trail.c.seq <= bounds[1], audit_trail.c.kind == Kind.DECISION.value
    )
    for window in windows:
        there = [audit_trail.c.equipment_id == window.equipment_id, audit_trail.c.at >= timestamp(window.from_at)]
        if window.until_at is not None:
            there.append(audit_trail.c.at < timestamp(window.until_at))
        after = bounds[0] - 1
        while rows := connection.execute(
            wanted.where(*there, audit_trail.c.seq > after).order_by(audit_trail.c.seq).limit(PAGE)
        ).all():
            yield from (said for row in rows if row.person_id in people and (said := said_of(row.data)))
            after = rows[-1].seq


def _rested_on(said: Mapping[str, Any]) -> Iterator[int]:
    for row in (said.get("evidence") or {}).get("requirements") or []:
        if row[1]:
            yield int(row[1])


def _records(connection: sa.Connection, versions: Sequence[int]) -> Iterator[Any]:
    columns = training_records.c
    wanted = sa.select(columns.id, columns.person_id, columns.item_id, columns.completed_on)
    for start in range(0, len(versions), PAGE):
        yield from connection.execute(wanted.where(columns.version.in_(versions[start : start + PAGE])))
