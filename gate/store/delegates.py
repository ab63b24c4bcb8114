"""QA's delegates as they are known: who is appointed, from when until when."""

from typing import Any

import sqlalchemy as sa

from gate.core.audit import timestamp
from gate.core.delegating import Delegation
from gate.store import registry
from gate.store.audit_trail import Trail
from gate.store.equipment_facts import instant
from gate.store.floor_schema import qa_delegates


def delegations_of(trail: Trail, person_id: str) -> tuple[Delegation, ...]:
    """Return the appointments of a person, over or not, inside the open transaction."""
    return tuple(_delegation(row) for row in trail.run(_OF_PERSON, {"person": person_id}).fetchall())


def delegation(trail: Trail, delegation_id: str) -> Delegation | None:
    """Return one appointment, None if it is not on record."""
    found = registry.current(trail, qa_delegates, delegation_id)
    return _delegation((delegation_id, found["person_id"], found["starts_at"], found["ends_at"])) if found else None


def write(trail: Trail, appointed: Delegation, seq: int) -> None:
    """Make this what is known of the appointment from the entry `seq` on."""
    registry.put(trail, qa_delegates, appointed.id, values_of(appointed), seq)


def values_of(appointed: Delegation) -> dict[str, str]:
    """Return what the row says."""
    return {
        "person_id": appointed.person_id,
        "starts_at": timestamp(appointed.starts_at),
        "ends_at": timestamp(appointed.ends_at),
    }


def read_delegations(connection: sa.Connection, most: int) -> list[Delegation]:
    """Return the appointments that end last, at most so many."""
    return [_delegation(row) for row in connection.execute(_ALL.limit(most))]


def _delegation(row: Any) -> Delegation:
    return Delegation(row[0], row[1], instant(row[2]), instant(row[3]))


_NOW = sa.select(qa_delegates.c.id, qa_delegates.c.person_id, qa_delegates.c.starts_at, qa_delegates.c.ends_at).where(
    qa_delegates.c.known_to.is_(None)
)
_OF_PERSON = _NOW.where(qa_delegates.c.person_id == sa.bindparam("person"))
_ALL = _NOW.order_by(qa_delegates.c.ends_at.desc())
