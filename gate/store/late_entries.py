"""Late entries as known now or then: uses that the gate did not see, by machine, person, lot and claimed time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gate.core.audit import timestamp
from gate.core.late_entry import LateState
from gate.core.spans import Span
from gate.store.equipment_facts import instant
from gate.store.lots_schema import late_entries
from gate.store.statements import known_at


@dataclass(frozen=True, slots=True)
class LateEntry:
    """One late entry; `from_at` and `until_at` are claimed, `entered_at` is when it was entered."""

    id: str
    version: int
    equipment_id: str
    person_id: str
    operation: str
    lot: str
    from_at: datetime
    until_at: datetime | None
    cause: str
    why: str
    scan_sha256: str
    scan_name: str
    state: LateState
    entered_by: str
    entered_at: datetime
    entered_seq: int
    """The entry that told of it first."""
    seq: int
    """The entry that told of it last."""
    verified_by: str
    verified_at: datetime | None

    @property
    def span(self) -> Span:
        """The claimed time."""
        return Span(self.from_at, self.until_at)


@dataclass(frozen=True, slots=True)
class LateFilter:
    """What a list is narrowed to; empty: not narrowed."""

    equipment_id: str = ""
    person_id: str = ""
    lot: str = ""
    state: str = ""
    span: Span | None = None
    """Has an instant of its claimed time in common with this."""


_FIRST = (
    sa.select(late_entries.c.id.label("of_id"), sa.func.min(late_entries.c.known_from).label("first_seq"))
    .group_by(late_entries.c.id)
    .subquery()
)
_ALL = sa.select(late_entries, _FIRST.c.first_seq).select_from(
    late_entries.join(_FIRST, _FIRST.c.of_id == late_entries.c.id)
)


def late_entry(connection: sa.Connection, id_: str, *, known: int | None = None) -> LateEntry | None:
    """Return one late entry."""
    row = connection.execute(_ALL.where(_known(known), late_entries.c.id == id_)).one_or_none()
    return _late(row) if row else None


def find_late(connection: sa.Connection, wanted: LateFilter, *, known: int | None = None) -> tuple[LateEntry, ...]:
    """Return the late entries that fit, by claimed time; for a machine and a lot they are few."""
    order = (late_entries.c.from_at, late_entries.c.version)
    rows = connection.execute(_ALL.where(_known(known), *_fits(wanted)).order_by(*order))
    return tuple(_late(row) for row in rows)


def newest_late(
    connection: sa.Connection, wanted: LateFilter, *, before: int | None, limit: int
) -> tuple[LateEntry, ...]:
    """Return the late entries that fit as known now, the last entered first; `before` is the number of an entry."""
    statement = _ALL.where(_known(None), *_fits(wanted))
    if before is not None:
        statement = statement.where(_FIRST.c.first_seq < before)
    rows = connection.execute(statement.order_by(_FIRST.c.first_seq.desc()).limit(limit))
    return tuple(_late(row) for row in rows)


def waiting_since(connection: sa.Connection, until: datetime, most: int) -> tuple[LateEntry, ...]:
    """Return the late entries that were made at an instant or before and wait for a second person, the oldest first."""
    columns = late_entries.c
    waits = (columns.state == LateState.ENTERED.value, columns.entered_at <= timestamp(until))
    rows = connection.execute(_ALL.where(_known(None), *waits).order_by(columns.entered_at, columns.id).limit(most))
    return tuple(_late(row) for row in rows)


def count_late(connection: sa.Connection, wanted: LateFilter) -> int:
    """Return how many late entries fit as known now."""
    counted = sa.select(sa.func.count()).select_from(late_entries).where(_known(None), *_fits(wanted))
    return connection.execute(counted).scalar_one()


def _known(seq: int | None) -> sa.ColumnElement[bool]:
    return late_entries.c.known_to.is_(None) if seq is None else known_at(late_entries, sa.literal(seq))


def _fits(wanted: LateFilter) -> list[sa.ColumnElement[bool]]:
    columns = late_entries.c
    named = {"equipment_id": wanted.equipment_id, "person_id": wanted.person_id, "state": wanted.state}
    found = [columns[name] == value for name, value in named.items() if value]
    if wanted.lot:
        found.append(columns.lot == wanted.lot)
    if wanted.span is not None:
        found.append(sa.or_(columns.until_at.is_(None), columns.until_at > timestamp(wanted.span.from_at)))
        if wanted.span.until_at is not None:
            found.append(columns.from_at < timestamp(wanted.span.until_at))
    return found


def _late(row: Any) -> LateEntry:
    return LateEntry(
        id=row.id,
        version=row.version,
        equipment_id=row.equipment_id,
        person_id=row.person_id,
        operation=row.operation,
        lot=row.lot or "",
        from_at=instant(row.from_at),
        until_at=instant(row.until_at) if row.until_at else None,
        cause=row.cause,
        why=row.why,
        scan_sha256=row.scan_sha256,
        scan_name=row.scan_name,
        state=LateState(row.state),
        entered_by=row.entered_by,
        entered_at=instant(row.entered_at),
        entered_seq=row.first_seq,
        seq=row.known_from,
        verified_by=row.verified_by or "",
        verified_at=instant(row.verified_at) if row.verified_at else None,
    )
