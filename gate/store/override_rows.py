"""The stored overrides as the acts of granting and revoking read and write them."""

from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from gate.core.audit import timestamp
from gate.core.records import Override
from gate.core.terms import Operation, OverrideClass
from gate.store import registry
from gate.store.audit_trail import Trail
from gate.store.equipment_facts import instant
from gate.store.registry import Values
from gate.store.schema import overrides

COUNTED = timedelta(days=30)
"""How far back earlier overrides of the same person on the same equipment count (D4)."""


class Held(NamedTuple):
    """A stored override: whose it is, where, the rules' view of it, and the row."""

    person_id: str
    equipment_id: str
    override: Override
    values: Values


def held(trail: Trail, override_id: str) -> Held | None:
    """Return what is known of an override now, None if it is not on record."""
    row = registry.current(trail, overrides, override_id)
    if row is None:
        return None
    override = Override(
        version=0,
        id=override_id,
        override_class=OverrideClass(row["class"]),
        operations=frozenset(Operation(name) for name in row["operations"].split()),
        reasons=frozenset(row["reasons"].split()),
        starts_at=instant(row["starts_at"]),
        ends_at=instant(row["ends_at"]),
        revoked_at=instant(row["revoked_at"]) if row["revoked_at"] else None,
        cosigned=bool(row["cosigned"]),
        boot_id=row["boot_id"],
        ends_boot_us=row["ends_boot_us"],
    )
    return Held(row["person_id"], row["equipment_id"], override, row)


def write(trail: Trail, override_id: str, values: Values, seq: int) -> None:
    """Make this what is known of the override from the entry `seq` on."""
    registry.put(trail, overrides, override_id, values, seq)


def started_lately(trail: Trail, person_id: str, equipment_id: str, now: datetime) -> int:
    """Count the overrides of the person on the equipment that started within 30 days, revoked ones included."""
    values = {"person": person_id, "equipment": equipment_id, "since": timestamp(now - COUNTED)}
    return int(trail.run(_STARTED_SINCE, values).fetchone()[0])


_STARTED_SINCE = sa.select(sa.func.count(sa.distinct(overrides.c.id))).where(
    overrides.c.person_id == sa.bindparam("person"),
    overrides.c.equipment_id == sa.bindparam("equipment"),
    overrides.c.starts_at >= sa.bindparam("since"),
)
