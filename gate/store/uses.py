"""Equipment uses and their members in the open transaction: who joined, dropped and left, by entry number."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gate.core.audit import timestamp
from gate.core.records import Member, Use
from gate.core.terms import Operation
from gate.store.audit_trail import Trail
from gate.store.schema import equipment_uses, use_members

_MEMBER_COLUMNS = (
    use_members.c.id,
    use_members.c.person_id,
    use_members.c.badge_id,
    use_members.c.operation,
    use_members.c.decision_seq,
    use_members.c.joined_at,
    use_members.c.dropped_seq,
    use_members.c.valid_until_at,
    use_members.c.permissive_until_at,
)

_OPEN = (
    sa.select(equipment_uses.c.id, equipment_uses.c.equipment_id, *_MEMBER_COLUMNS)
    .select_from(
        equipment_uses.outerjoin(
            use_members, sa.and_(use_members.c.use_id == equipment_uses.c.id, use_members.c.left_seq.is_(None))
        )
    )
    .where(equipment_uses.c.ended_seq.is_(None))
    .order_by(equipment_uses.c.id, use_members.c.id)
)
_OPEN_OF = _OPEN.where(equipment_uses.c.equipment_id == sa.bindparam("equipment"))
_OPEN_USE = sa.insert(equipment_uses).values(
    equipment_id=sa.bindparam("equipment"), opened_seq=sa.bindparam("seq"), ended_seq=sa.null()
)
_END_USE = (
    sa.update(equipment_uses).where(equipment_uses.c.id == sa.bindparam("use")).values(ended_seq=sa.bindparam("seq"))
)
_ADD = sa.insert(use_members).values(
    {
        column.name: sa.bindparam(f"new_{column.name}")
        for column in use_members.columns
        if column.name not in {"id", "dropped_seq", "dropped_cause", "left_seq"}
    }
)
_THIS_MEMBER = use_members.c.id == sa.bindparam("member")
_DROP = (
    sa.update(use_members)
    .where(_THIS_MEMBER)
    .values(dropped_seq=sa.bindparam("seq"), dropped_cause=sa.bindparam("cause"))
)
_LEAVE = sa.update(use_members).where(_THIS_MEMBER).values(left_seq=sa.bindparam("seq"))
_MARK = (
    sa.update(use_members)
    .where(use_members.c.decision_seq == sa.bindparam("seq"), use_members.c.answered.is_(None))
    .values(answered=sa.bindparam("how"))
)
_UNANSWERED = (
    sa.select(use_members.c.decision_seq).where(use_members.c.answered.is_(None)).order_by(use_members.c.decision_seq)
)


def current_use(trail: Trail, equipment: str) -> Use | None:
    """Return the open use of an equipment."""
    found = _uses(trail.run(_OPEN_OF, {"equipment": equipment}))
    return found[-1] if found else None


def open_uses(trail: Trail) -> tuple[Use, ...]:
    """Return every open use."""
    return tuple(_uses(trail.run(_OPEN, {})))


def _uses(rows: Iterable[Any]) -> list[Use]:
    members: dict[tuple[int, str], list[Member]] = {}
    for row in rows:
        present = members.setdefault((row[0], row[1]), [])
        if row[2] is not None:
            present.append(_member(row[2:]))
    return [Use(use_id, equipment, tuple(present)) for (use_id, equipment), present in members.items()]


def _member(row: Any) -> Member:
    return Member(
        id=row[0],
        person_id=row[1],
        badge_id=row[2],
        operation=Operation(row[3]),
        joined_seq=row[4],
        joined_at=datetime.fromisoformat(row[5]),
        permissive=row[6] is None,
        valid_until_at=datetime.fromisoformat(row[7]) if row[7] else None,
        permissive_until_at=datetime.fromisoformat(row[8]) if row[8] else None,
    )


def open_use(trail: Trail, equipment: str, seq: int) -> int:
    """Open a use with the decision `seq` and return its id."""
    return int(trail.run(_OPEN_USE, {"equipment": equipment, "seq": seq}).lastrowid)


def end_use(trail: Trail, use_id: int, seq: int) -> None:
    """End a use with the entry `seq`."""
    trail.run(_END_USE, {"use": use_id, "seq": seq})


def add_member(
    trail: Trail,
    *,
    use_id: int,
    person_id: str,
    badge_id: str,
    operation: Operation,
    decision_seq: int,
    joined_at: datetime,
    valid_until_at: datetime | None,
    permissive_until_at: datetime | None,
    answered: str | None,
) -> None:
    """Add somebody to a use; `answered` None waits for the reader to confirm the output."""
    trail.run(
        _ADD,
        {
            "new_use_id": use_id,
            "new_person_id": person_id,
            "new_badge_id": badge_id,
            "new_operation": operation.value,
            "new_decision_seq": decision_seq,
            "new_joined_at": timestamp(joined_at),
            "new_valid_until_at": timestamp(valid_until_at) if valid_until_at else None,
            "new_permissive_until_at": timestamp(permissive_until_at) if permissive_until_at else None,
            "new_answered": answered,
        },
    )


def drop_member(trail: Trail, member_id: int, seq: int, cause: str) -> None:
    """Take the entitlement from a member who stays in the use."""
    trail.run(_DROP, {"member": member_id, "seq": seq, "cause": cause})


def leave_member(trail: Trail, member_id: int, seq: int) -> None:
    """End a membership with the entry `seq`."""
    trail.run(_LEAVE, {"member": member_id, "seq": seq})


def mark_answered(trail: Trail, decision_seq: int, how: str) -> None:
    """Note once what became of an allow: actuated, late, unknown."""
    trail.run(_MARK, {"seq": decision_seq, "how": how})


def unanswered_allows(trail: Trail) -> tuple[int, ...]:
    """Return the allows of which nobody knows whether the output followed."""
    return tuple(row[0] for row in trail.run(_UNANSWERED, {}))
