"""Facts as known at an earlier entry, uses included: what a decision of the past was made of (requirement E7)."""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from gate.core.audit import Kind
from gate.core.records import Use
from gate.core.terms import Outcome
from gate.core.uses_told import LEFT, TOLD, UsesTold
from gate.store.audit_trail import Trail
from gate.store.equipment_facts import EquipmentFacts, read_equipment
from gate.store.facts import FactReader
from gate.store.schema import (
    areas,
    audit_trail,
    badges,
    data_sources,
    equipment,
    holds,
    item_revisions,
    items,
    requirement_sets,
    unknown_badges,
)
from gate.store.statements import known_at
from gate.store.trail_bytes import said_of

KEPT = 512
"""Equipment whose facts are kept between two decisions."""

GIVING_WAY = ("handed_over", "resumed")
"""Causes of an end that an allow has brought about: it stands before the end in the trail, and its use goes on."""

_OF_EQUIPMENT = (areas, data_sources, equipment, holds, item_revisions, items, requirement_sets)
_SEQ = sa.bindparam("seq", type_=sa.Integer)
_NUMBER = (
    sa.select(badges.c.number)
    .where(badges.c.id == sa.bindparam("badge"), known_at(badges, _SEQ))
    .order_by(badges.c.version.desc())
)
_UNKNOWN = sa.select(unknown_badges.c.number).where(unknown_badges.c.badge_hmac == sa.bindparam("mark"))
_AT_EQUIPMENT = (
    sa.select(audit_trail.c.seq, audit_trail.c.data)
    .where(
        audit_trail.c.equipment_id == sa.bindparam("equipment"),
        audit_trail.c.seq <= _SEQ,
        audit_trail.c.kind.in_([sa.literal_column(f"'{kind}'") for kind in sorted(TOLD)]),
    )
    .order_by(audit_trail.c.seq.desc())
)
_OF_PERSON = (
    sa.select(audit_trail.c.seq, audit_trail.c.kind, audit_trail.c.ref_seq, audit_trail.c.outcome)
    .where(
        audit_trail.c.person_id == sa.bindparam("person"),
        audit_trail.c.seq <= _SEQ,
        audit_trail.c.kind.in_([sa.literal_column(f"'{kind}'") for kind in sorted(LEFT | {Kind.DECISION.value})]),
    )
    .order_by(audit_trail.c.seq)
)
_ONE = sa.select(audit_trail.c.data).where(audit_trail.c.seq == _SEQ)


class PastFacts(FactReader):
    """Reads facts as known at an entry; `uses` says who was using what then, and is brought there by the caller.

    `changed` are the entries at which anything known of equipment begins or ends, in order: between two of them the
    same is known, so it is kept. None: nothing is kept.
    """

    def __init__(self, trail: Trail, zone: ZoneInfo, uses: UsesTold, changed: Sequence[int] | None = None) -> None:
        super().__init__(trail, zone)
        self.uses = uses
        self._changed = changed
        self._past: OrderedDict[tuple[str, int], EquipmentFacts] = OrderedDict()

    def number_of(self, badge_id: str, known: int) -> str | None:
        """Return the number of a badge as known then."""
        row = self._trail.run(_NUMBER, {"badge": badge_id, "seq": known}).fetchone()
        return row[0] if row else None

    def number_behind(self, mark: str) -> str | None:
        """Return the number that nobody owned, None once it has been purged."""
        row = self._trail.run(_UNKNOWN, {"mark": mark}).fetchone()
        return row[0] if row else None

    def _equipment(self, equipment_id: str, known: int | None) -> EquipmentFacts:
        if known is None or self._changed is None:
            return super()._equipment(equipment_id, known)
        key = equipment_id, bisect_right(self._changed, known)
        found = self._past.get(key)
        if found is None:
            found = self._past[key] = read_equipment(self._trail, equipment_id, known)
            if len(self._past) > KEPT:
                self._past.popitem(last=False)
        return found

    def _use(self, equipment_id: str) -> Use | None:
        return self.uses.use_of(equipment_id)

    def _elsewhere(self, person_id: str, equipment_id: str) -> tuple[str, ...]:
        return self.uses.elsewhere(person_id, equipment_id)


def changes_of_equipment(trail: Trail) -> list[int]:
    """Return the entries at which anything known of any equipment begins or ends, in order."""
    found: set[int] = set()
    for table in _OF_EQUIPMENT:
        for column in (table.c.known_from, table.c.known_to):
            rows = trail.run(_distinct(column), {}).fetchall()
            found.update(row[0] for row in rows if row[0] is not None)
    return sorted(found)


def uses_told_at(trail: Trail, seq: int, equipment_id: str, person_id: str | None) -> UsesTold:
    """Return the uses after the entry `seq`, as far as this equipment and this person are concerned."""
    wanted = _since_empty(trail, seq, equipment_id)
    if person_id is not None:
        wanted |= {number: None for number in _joined(trail, seq, person_id) if number not in wanted}
    told = UsesTold()
    for number in sorted(wanted):
        data = wanted[number] or trail.run(_ONE, {"seq": number}).fetchone()[0]
        said = said_of(data)
        if said is not None:
            told.take(said)
    return told


def _since_empty(trail: Trail, seq: int, equipment_id: str) -> dict[int, str | None]:
    """Return the entries about uses of an equipment since it was last in nobody's use.

    At a hand-over the allow comes first, and then the use before it ends: that one allow still counts.
    """
    found: dict[int, str | None] = {}
    giving_way = False
    for number, data in trail.run(_AT_EQUIPMENT, {"equipment": equipment_id, "seq": seq}):
        said = said_of(data) or {}
        if said.get("kind") == Kind.USE_ENDED or (said.get("new") or {}).get("use_ended"):
            giving_way = (said.get("detail") or {}).get("cause") in GIVING_WAY
            if not giving_way:
                break
        found[number] = data
        if giving_way and said.get("outcome") == Outcome.ALLOW:
            break
    return found


def _joined(trail: Trail, seq: int, person_id: str) -> list[int]:
    """Return the decisions that began the person's memberships which had not ended."""
    open_: dict[int, None] = {}
    for number, kind, ref, outcome in trail.run(_OF_PERSON, {"person": person_id, "seq": seq}).fetchall():
        if kind in LEFT:
            open_.pop(ref, None)
        elif outcome == Outcome.ALLOW.value:
            open_[number] = None
    return list(open_)


_DISTINCT: dict[str, sa.Select[int]] = {}


def _distinct(column: sa.Column[int]) -> sa.Select[int]:
    key = f"{column.table.name}.{column.name}"
    if key not in _DISTINCT:
        _DISTINCT[key] = sa.select(column).distinct()
    return _DISTINCT[key]
