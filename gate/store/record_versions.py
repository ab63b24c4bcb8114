"""Versions of training records as evidence names them, with when each record first appeared here (requirement E8)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from gate.core.audit import Kind
from gate.store.audit_trail import Trail
from gate.store.equipment_facts import instant
from gate.store.facts import day
from gate.store.schema import audit_trail, batches, training_records


@dataclass(frozen=True, slots=True)
class RecordVersion:
    """One version of a training record, with when the record first appeared here."""

    version: int
    id: str
    state: str
    revision: str
    completed_on: date | None
    valid_from_on: date | None
    expires_on: date | None
    due_on: date | None
    source: str
    """Where its signed paper or file is, for a record typed in by hand."""
    first_seq: int
    first_at: datetime
    standing: bool
    """Whether this very version is what is known now."""


_VERSION = sa.bindparam("version", type_=sa.Integer)
_RECORD_COLUMNS = ("version", "id", "state", "revision", "completed_on", "valid_from_on", "expires_on", "due_on")
_RECORD = sa.select(
    *(training_records.c[name] for name in _RECORD_COLUMNS), training_records.c.evidence, training_records.c.known_to
).where(training_records.c.version == _VERSION)
_FIRST = (
    sa.select(sa.func.coalesce(batches.c.published_seq, training_records.c.known_from), audit_trail.c.at)
    .select_from(
        training_records.outerjoin(batches, batches.c.id == training_records.c.batch_id).outerjoin(
            audit_trail,
            audit_trail.c.seq == sa.func.coalesce(batches.c.published_seq, training_records.c.known_from),
        )
    )
    .where(training_records.c.id == sa.bindparam("record"))
    .order_by(training_records.c.version)
)
_FIRST_START = (
    sa.select(audit_trail.c.seq)
    .where(audit_trail.c.kind == sa.literal_column(f"'{Kind.START.value}'"))
    .order_by(audit_trail.c.seq)
    .limit(sa.literal_column("1"))
)
_FIRST_RECORD = sa.select(sa.func.min(training_records.c.known_from))


def record_version(trail: Trail, version: int) -> RecordVersion | None:
    """Return one version of a record, None where there never was one."""
    row = trail.run(_RECORD, {"version": version}).fetchone()
    if row is None:
        return None
    return _made(row, trail.run(_FIRST, {"record": row[1]}).fetchone())


def taken_over_seq(trail: Trail) -> int:
    """Return the last entry of the set-up: the gate's first start, or the entry that brought the first record."""
    found = [trail.run(wanted, {}).fetchone() for wanted in (_FIRST_START, _FIRST_RECORD)]
    return max((row[0] or 0 for row in found if row), default=0)


def _made(row: Any, first: Any) -> RecordVersion:
    version, id_, state, revision, *days, source, known_to = row
    completed_on, valid_from_on, expires_on, due_on = map(day, days)
    return RecordVersion(
        version=version,
        id=id_,
        state=state,
        revision=revision or "",
        completed_on=completed_on,
        valid_from_on=valid_from_on,
        expires_on=expires_on,
        due_on=due_on,
        source=source or "",
        first_seq=first[0],
        first_at=instant(first[1]),
        standing=known_to is None,
    )
