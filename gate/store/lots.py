"""Which lot was on which machine when, as known now or as known at an entry of the trail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gate.core.audit import timestamp
from gate.core.spans import Span
from gate.store.equipment_facts import instant
from gate.store.lots_schema import lot_windows
from gate.store.statements import known_at


@dataclass(frozen=True, slots=True)
class Window:
    """A lot on a machine from an instant until another (half-open, UTC); `until_at` None: it still runs there."""

    id: str
    version: int
    equipment_id: str
    lot: str
    product: str
    from_at: datetime
    until_at: datetime | None
    known_from: int
    """The entry that brought this version."""

    @property
    def span(self) -> Span:
        """When the lot was on the machine."""
        return Span(self.from_at, self.until_at)


def windows_of(connection: sa.Connection, lot: str, *, known: int | None = None) -> tuple[Window, ...]:
    """Return where and when a lot was made, by machine and time; `known` None: as known now."""
    return _read(connection, lot_windows.c.lot == lot, known)


def lots_at(connection: sa.Connection, equipment_id: str, at: datetime, *, known: int | None = None) -> tuple[str, ...]:
    """Return the lots that were on a machine at an instant; more than one only where windows overlap."""
    then = timestamp(at)
    ended = sa.or_(lot_windows.c.until_at.is_(None), lot_windows.c.until_at > then)
    there = sa.and_(lot_windows.c.equipment_id == equipment_id, lot_windows.c.from_at <= then, ended)
    return tuple(dict.fromkeys(window.lot for window in _read(connection, there, known)))


def windows_on(
    connection: sa.Connection, equipment_id: str, span: Span, *, known: int | None = None
) -> tuple[Window, ...]:
    """Return the windows on a machine that have an instant in common with a span of time."""
    there = [
        lot_windows.c.equipment_id == equipment_id,
        sa.or_(lot_windows.c.until_at.is_(None), lot_windows.c.until_at > timestamp(span.from_at)),
    ]
    if span.until_at is not None:
        there.append(lot_windows.c.from_at < timestamp(span.until_at))
    return _read(connection, sa.and_(*there), known)


def window(connection: sa.Connection, id_: str, *, known: int | None = None) -> Window | None:
    """Return one window by its id."""
    found = _read(connection, lot_windows.c.id == id_, known)
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class WindowFilter:
    """What a list of windows is narrowed to; empty: not narrowed."""

    lot: str = ""
    """A part of the lot."""
    equipment_id: str = ""
    product: str = ""
    """A part of the product."""
    running: bool = False


def newest_windows(
    connection: sa.Connection, wanted: WindowFilter, *, before: tuple[str, str] | None, limit: int
) -> tuple[Window, ...]:
    """Return windows as known now, the latest begun first; `before` is (from_at, id) of the last one shown."""
    condition = _filtered(wanted)
    if before is not None:
        condition = sa.and_(condition, sa.tuple_(lot_windows.c.from_at, lot_windows.c.id) < sa.tuple_(*before))
    order = (lot_windows.c.from_at.desc(), lot_windows.c.id.desc())
    rows = connection.execute(sa.select(lot_windows).where(condition).order_by(*order).limit(limit))
    return tuple(window_of_row(row) for row in rows)


def count_windows(connection: sa.Connection, wanted: WindowFilter) -> int:
    """Return how many windows a list has as known now."""
    return connection.execute(sa.select(sa.func.count()).select_from(lot_windows).where(_filtered(wanted))).scalar_one()


def _filtered(wanted: WindowFilter) -> sa.ColumnElement[bool]:
    found: list[sa.ColumnElement[bool]] = [lot_windows.c.known_to.is_(None)]
    if wanted.lot:
        found.append(lot_windows.c.lot.contains(wanted.lot, autoescape=True))
    if wanted.product:
        found.append(lot_windows.c.product.contains(wanted.product, autoescape=True))
    if wanted.equipment_id:
        found.append(lot_windows.c.equipment_id == wanted.equipment_id)
    if wanted.running:
        found.append(lot_windows.c.until_at.is_(None))
    return sa.and_(*found)


def _read(connection: sa.Connection, where: sa.ColumnElement[bool], known: int | None) -> tuple[Window, ...]:
    version = lot_windows.c.known_to.is_(None) if known is None else known_at(lot_windows, sa.literal(known))
    order = (lot_windows.c.equipment_id, lot_windows.c.from_at, lot_windows.c.version)
    return tuple(
        window_of_row(row) for row in connection.execute(sa.select(lot_windows).where(version, where).order_by(*order))
    )


def window_of_row(row: Any) -> Window:
    """Return a window from its row."""
    return Window(
        row.id,
        row.version,
        row.equipment_id,
        row.lot,
        row.product,
        instant(row.from_at),
        instant(row.until_at) if row.until_at else None,
        row.known_from,
    )


def versions_of(connection: sa.Connection, id_: str) -> Sequence[Window]:
    """Return every version that a window ever had, oldest first."""
    rows = connection.execute(sa.select(lot_windows).where(lot_windows.c.id == id_).order_by(lot_windows.c.version))
    return [window_of_row(row) for row in rows]


def stored_begin(window: Window) -> str:
    """Return the begin as it is stored, for the address of the page behind it."""
    return timestamp(window.from_at)
