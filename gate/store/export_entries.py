"""Find the entry that tells of an export, by the export's number."""

import sqlalchemy as sa

from gate.core.audit import Kind
from gate.store.granted import Ask, asking
from gate.store.schema import audit_trail, trail_head
from gate.store.trail_bytes import said_of

LOOKED_AT = 5000
"""Entries in one read transaction."""

_EXPORTS = (
    sa.select(audit_trail.c.seq, audit_trail.c.data)
    .where(
        audit_trail.c.kind == Kind.EXPORT.value,
        audit_trail.c.seq > sa.bindparam("after"),
        audit_trail.c.seq <= sa.bindparam("last"),
    )
    .order_by(audit_trail.c.seq)
)
_HEAD = sa.select(trail_head.c.seq)
NO_END = 2**53


def export_told(ask: Ask, export_id: str, after: int, last: int = NO_END) -> int | None:
    """Return the number of the entry behind `after`, up to `last`, that tells of an export; None: there is none."""
    for seq, data in ask(_EXPORTS, {"after": after, "last": last}):
        new = (said_of(data) or {}).get("new")
        if isinstance(new, dict) and new.get("id") == export_id:
            return int(seq)
    return None


def look_for_export(engine: sa.Engine, export_id: str, after: int) -> tuple[int | None, int]:
    """Return the entry that tells of an export, and up to which entry was looked, in short read transactions."""
    with engine.connect() as connection:
        head = connection.execute(_HEAD).scalar() or 0
        connection.rollback()
        for start in range(after, head, LOOKED_AT):
            found = export_told(asking(connection), export_id, start, start + LOOKED_AT)
            connection.rollback()
            if found is not None:
                return found, head
    return None, max(after, head)
