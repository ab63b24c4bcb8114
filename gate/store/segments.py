"""Signed segments: what QA has acknowledged of the trail's damage, and where a sound trail begins anew.

A segment is a stretch of the trail that begins with an entry of the kind `segment`. That entry says which entries
before it do not hold, what was found there, and what is stored in their place now; whatever else is changed later is
found all the same. The table only says where the entries are: what counts is their bytes, which are in the chain.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from gate.core.audit import Json, Kind, canonical
from gate.store.schema import audit_trail, known_table
from gate.store.trail_bytes import said_of

segments = known_table(
    "segments",
    sa.Column("kept", sa.Text, nullable=False),
    sa.Column("kept_sha256", sa.Text, nullable=False),
)
"""`id` is the number of the segment, `known_from` its entry; `kept` the file as it was found."""

SEGMENT_TABLES = (segments,)


@dataclass(frozen=True, slots=True)
class Break:
    """Entries `first` to `last` that do not hold; the entry behind continues `after`."""

    first: int
    last: int
    what: str
    after: bytes
    digest: str
    """SHA-256 over what is stored in their place."""

    def as_json(self) -> dict[str, Json]:
        """Return it as it stands in the entry."""
        return {
            "first": self.first,
            "last": self.last,
            "what": self.what,
            "after": self.after.hex(),
            "sha256": self.digest,
        }


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment: its number, its first entry, and what that says of the trail before it."""

    number: int
    seq: int
    breaks: tuple[Break, ...]
    frontier: tuple[bytes, ...]
    """The frontier of the tree before the entry."""
    said: Mapping[str, Any]


def segments_of(engine: sa.Engine) -> list[Segment]:
    """Return the segments in order; one whose entry is no such entry acknowledges nothing.

    Raises:
        STORE_FAULTS: the records cannot be read.
    """
    with engine.connect() as connection:
        rows = connection.execute(sa.select(segments.c.id, segments.c.known_from).order_by(segments.c.known_from))
        pointers = [(row.id, row.known_from) for row in rows]
        found = []
        for number, seq in pointers:
            data = connection.execute(sa.select(audit_trail.c.data).where(audit_trail.c.seq == seq)).scalar()
            segment = _segment(number, seq, data)
            if segment is not None:
                found.append(segment)
    return found


def _segment(number: str, seq: int, data: str | None) -> Segment | None:
    said = said_of(data) if data is not None else None
    if said is None or said["kind"] != Kind.SEGMENT or said["seq"] != seq:
        return None
    try:
        new = said["new"]
        breaks = tuple(_break(one) for one in new["breaks"])
        frontier = tuple(map(bytes.fromhex, new["frontier"]))
        return Segment(int(number), seq, breaks, frontier, said)
    except (KeyError, TypeError, ValueError):
        return None


def _break(one: Mapping[str, Any]) -> Break:
    return Break(int(one["first"]), int(one["last"]), str(one["what"]), bytes.fromhex(one["after"]), str(one["sha256"]))


def stored_digest(engine: sa.Engine, first: int, last: int) -> str:
    """Return the SHA-256 over all that is stored for the entries `first` to `last`, columns and all."""
    digest = hashlib.sha256()
    for seq in numbers_between(engine, first, last):
        digest.update(canonical(_stored(engine, seq)) + b"\n")
    return digest.hexdigest()


def numbers_between(engine: sa.Engine, first: int, last: int) -> Sequence[int]:
    """Return which of these numbers have a row."""
    between = sa.select(audit_trail.c.seq).where(audit_trail.c.seq >= first, audit_trail.c.seq <= last)
    with engine.connect() as connection:
        return connection.scalars(between.order_by(audit_trail.c.seq)).all()


def _stored(engine: sa.Engine, seq: int) -> list[Json]:
    try:
        with engine.connect() as connection:
            row = connection.execute(sa.select(audit_trail).where(audit_trail.c.seq == seq)).one()
    except sa.exc.DBAPIError:
        return [seq, "unreadable"]
    return [value.hex() if isinstance(value, bytes) else value for value in row]
