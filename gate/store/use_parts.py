"""Each person's part in the uses of machines: from the badge that began it to what ended it, as the trail tells it.

Read in pages, each a short transaction of its own. A part is found by its own times and by the entries it is made of,
never by the order of times: a clock that was set back hides nobody.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gate.core.audit import timestamp
from gate.core.spans import Span
from gate.store.equipment_facts import instant
from gate.store.schema import audit_trail, equipment_uses, use_members
from gate.store.trail_bytes import said_of

PAGE = 500


@dataclass(frozen=True, slots=True)
class Happened:
    """An entry that changed a part: when, which, and why."""

    seq: int
    at: datetime
    kind: str
    cause: str
    by: str
    claimed_at: datetime | None
    """The time of leaving that somebody claimed when a forgotten use was closed."""


@dataclass(frozen=True, slots=True)
class Part:
    """One person at one machine from one badge on; `left` None: still there."""

    id: int
    use_id: int
    equipment_id: str
    person_id: str
    badge_id: str
    operation: str
    joined_at: datetime
    decision_seq: int
    said: Mapping[str, Any]
    """What the decision that began it says; empty where its bytes are no entry."""
    answered: str
    """What became of the allow at the reader: actuated, late, unknown; empty: not known yet."""
    dropped: Happened | None
    """When its start permissive dropped, if it did before the person left."""
    left: Happened | None

    @property
    def span(self) -> Span:
        """From the badge until the entry that ended it."""
        return Span(self.joined_at, self.left.at if self.left else None)

    @property
    def override(self) -> int | None:
        """The version of the override that allowed it."""
        found = (self.said.get("evidence") or {}).get("override")
        return found if isinstance(found, int) else None

    @property
    def trial(self) -> bool:
        """Whether decisions withheld nothing at that machine then."""
        return self.said.get("mode") == "shadow"


_BEGUN, _LEFT, _DROPPED = audit_trail.alias("begun"), audit_trail.alias("ended"), audit_trail.alias("dropped")
_PARTS = (
    sa.select(
        use_members,
        equipment_uses.c.equipment_id,
        _BEGUN.c.data.label("begun_data"),
        _LEFT.c.at.label("left_at"),
        _LEFT.c.kind.label("left_kind"),
        _LEFT.c.data.label("left_data"),
        _DROPPED.c.at.label("dropped_at"),
        _DROPPED.c.kind.label("dropped_kind"),
        _DROPPED.c.data.label("dropped_data"),
    )
    .select_from(
        use_members.join(equipment_uses, equipment_uses.c.id == use_members.c.use_id)
        .outerjoin(_BEGUN, _BEGUN.c.seq == use_members.c.decision_seq)
        .outerjoin(_LEFT, _LEFT.c.seq == use_members.c.left_seq)
        .outerjoin(_DROPPED, _DROPPED.c.seq == use_members.c.dropped_seq)
    )
    .order_by(use_members.c.id)
    .limit(PAGE)
)


def parts_in(engine: sa.Engine, span: Span, *, equipment_id: str = "", person_id: str = "") -> Iterator[Part]:
    """Yield the parts that have an instant in common with a span of time, in the order of their badges."""
    wanted = [sa.or_(use_members.c.left_seq.is_(None), _LEFT.c.at > timestamp(span.from_at))]
    if span.until_at is not None:
        wanted.append(use_members.c.joined_at < timestamp(span.until_at))
    if equipment_id:
        wanted.append(equipment_uses.c.equipment_id == equipment_id)
    if person_id:
        wanted.append(use_members.c.person_id == person_id)
    last = 0
    while True:
        with engine.connect() as connection:
            rows = connection.execute(_PARTS.where(use_members.c.id > last, *wanted)).all()
        yield from map(_part, rows)
        if len(rows) < PAGE:
            return
        last = rows[-1].id


def open_parts(engine: sa.Engine) -> tuple[Part, ...]:
    """Return everybody who is signed in anywhere."""
    with engine.connect() as connection:
        return tuple(_part(row) for row in connection.execute(_PARTS.where(use_members.c.left_seq.is_(None))))


def left_of(connection: sa.Connection, equipment_id: str, first: int, last: int) -> dict[int, int | None]:
    """Return for each start on a machine, from one entry to another, the entry that ended it; None: still there.

    Parts are put on record in the order of their starts, so those between two entries lie side by side.
    """
    begin = _first_part(connection, first)
    wanted = (
        sa.select(use_members.c.decision_seq, use_members.c.left_seq)
        .select_from(use_members.join(equipment_uses, equipment_uses.c.id == use_members.c.use_id))
        .where(use_members.c.id.between(begin, _first_part(connection, last + 1)))
        .where(equipment_uses.c.equipment_id == equipment_id)
    )
    return {row.decision_seq: row.left_seq for row in connection.execute(wanted)}


_PLACE = (
    sa.select(use_members.c.id, use_members.c.decision_seq)
    .where(use_members.c.id >= sa.bindparam("place"))
    .order_by(use_members.c.id)
    .limit(1)
)


def _first_part(connection: sa.Connection, seq: int) -> int:
    """Return the id of the first part that began with this entry or a later one, or an id behind the last part."""
    low, high = 1, (connection.execute(sa.select(sa.func.max(use_members.c.id))).scalar() or 0) + 1
    while low < high:
        middle = (low + high) // 2
        row = connection.execute(_PLACE, {"place": middle}).first()
        if row is not None and row.decision_seq < seq:
            low = row.id + 1
        else:
            high = middle
    return low


def _part(row: Any) -> Part:
    return Part(
        id=row.id,
        use_id=row.use_id,
        equipment_id=row.equipment_id,
        person_id=row.person_id,
        badge_id=row.badge_id,
        operation=row.operation,
        joined_at=instant(row.joined_at),
        decision_seq=row.decision_seq,
        said=(said_of(row.begun_data) if row.begun_data else None) or {},
        answered=row.answered or "",
        dropped=_happened(row.dropped_seq, row.dropped_at, row.dropped_kind, row.dropped_data, row.dropped_cause),
        left=_happened(row.left_seq, row.left_at, row.left_kind, row.left_data, ""),
    )


def _happened(seq: int | None, at: str | None, kind: str, data: str, cause: str) -> Happened | None:
    if seq is None or at is None:
        return None
    said = said_of(data) or {}
    claimed = (said.get("new") or {}).get("claimed_left_at")
    told = (said.get("detail") or {}).get("cause", "")
    when = instant(claimed) if isinstance(claimed, str) else None
    return Happened(seq, instant(at), kind, cause or str(told), str(said.get("by") or ""), when)
