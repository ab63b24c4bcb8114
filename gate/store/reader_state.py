"""How each reader is now, and the raw numbers of badges that nobody owns: small tables beside the trail."""

import hashlib
import hmac
from datetime import datetime

import sqlalchemy as sa

from gate.core.audit import timestamp
from gate.store.audit_trail import Trail
from gate.store.schema import reader_status, unknown_badges

_UPDATE = (
    sa.update(reader_status)
    .where(reader_status.c.reader_id == sa.bindparam("reader"))
    .values(state=sa.bindparam("new_state"), cause=sa.bindparam("new_cause"), since_at=sa.bindparam("new_since"))
)
_INSERT = sa.insert(reader_status).values(
    reader_id=sa.bindparam("reader"),
    state=sa.bindparam("new_state"),
    cause=sa.bindparam("new_cause"),
    since_at=sa.bindparam("new_since"),
)
_KNOWN_NUMBER = sa.select(unknown_badges.c.first_seq).where(unknown_badges.c.badge_hmac == sa.bindparam("mark"))
_NOTE_NUMBER = sa.insert(unknown_badges).values(
    badge_hmac=sa.bindparam("mark"), number=sa.bindparam("new_number"), first_seq=sa.bindparam("seq")
)


def set_reader_state(trail: Trail, reader: str, state: str, cause: str, at: datetime) -> None:
    """Say how the reader is from now on."""
    values = {"reader": reader, "new_state": state, "new_cause": cause, "new_since": timestamp(at)}
    if trail.run(_UPDATE, values).rowcount == 0:
        trail.run(_INSERT, values)


def unknown_badge_mark(secret: bytes, number: str) -> str:
    """Return what stands in the trail for a number that nobody owns: a keyed hash, so no export is a cloning list."""
    return "unknown:" + hmac.new(secret, number.encode(), hashlib.sha256).hexdigest()[:32]


def note_unknown_badge(trail: Trail, mark: str, number: str) -> None:
    """Keep the raw number behind the mark of the entry that comes next, for enrolment; this table may be purged."""
    if trail.run(_KNOWN_NUMBER, {"mark": mark}).fetchone() is None:
        trail.run(_NOTE_NUMBER, {"mark": mark, "new_number": number, "seq": trail.head.seq + 1})
