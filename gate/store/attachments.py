"""Scans in the records: written in parts and found by the SHA-256 of their bytes, never changed."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from gate.core.scans import MediaType, parts_of
from gate.store.audit_trail import Trail
from gate.store.lots_schema import attachment_parts, attachments


@dataclass(frozen=True, slots=True)
class Scan:
    """A scan on record."""

    sha256: str
    media_type: MediaType
    size: int
    parts: int


_PARTS_THERE = sa.select(attachment_parts.c.part).where(attachment_parts.c.sha256 == sa.bindparam("sha"))
_PUT_PART = sa.insert(attachment_parts).values(
    sha256=sa.bindparam("sha"), part=sa.bindparam("number"), content=sa.bindparam("bytes_")
)
_THERE = sa.select(attachments.c.sha256).where(attachments.c.sha256 == sa.bindparam("sha"))
_PUT = sa.insert(attachments).values(
    sha256=sa.bindparam("sha"),
    media_type=sa.bindparam("kind"),
    size=sa.bindparam("bytes_"),
    parts=sa.bindparam("count"),
    stored_seq=sa.bindparam("seq"),
)


def store_parts(trail: Trail, data: bytes) -> str:
    """Write the bytes, each part in a transaction of its own, and return their SHA-256; parts that are there stay.

    Until `put_scan` names them nobody sees them, and an upload that broke off is taken up where it was.

    Raises:
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    digest = hashlib.sha256(data).hexdigest()
    for number, part in enumerate(parts_of(data)):
        with trail.transaction():
            there = {row[0] for row in trail.run(_PARTS_THERE, {"sha": digest}).fetchall()}
            if number not in there:
                trail.run(_PUT_PART, {"sha": digest, "number": number, "bytes_": part})
    return digest


def put_scan(trail: Trail, digest: str, kind: MediaType, size: int, seq: int) -> None:
    """Put the scan on record in the open transaction; the same bytes are kept once."""
    if trail.run(_THERE, {"sha": digest}).fetchone() is None:
        count = len(trail.run(_PARTS_THERE, {"sha": digest}).fetchall())
        trail.run(_PUT, {"sha": digest, "kind": kind.value, "bytes_": size, "count": count, "seq": seq})


def scan(connection: sa.Connection, digest: str) -> Scan | None:
    """Return what is on record of a scan."""
    row = connection.execute(sa.select(attachments).where(attachments.c.sha256 == digest)).one_or_none()
    return Scan(row.sha256, MediaType(row.media_type), row.size, row.parts) if row else None


def content(engine: sa.Engine, found: Scan) -> Iterator[bytes]:
    """Yield the bytes part by part, each read in a transaction of its own."""
    for number in range(found.parts):
        wanted = sa.select(attachment_parts.c.content).where(
            attachment_parts.c.sha256 == found.sha256, attachment_parts.c.part == number
        )
        with engine.connect() as connection:
            part = connection.execute(wanted).scalar_one()
        yield bytes(part)


def is_whole(engine: sa.Engine, found: Scan) -> bool:
    """Tell whether the stored bytes are still those that were signed for."""
    digest = hashlib.sha256()
    for part in content(engine, found):
        digest.update(part)
    return digest.hexdigest() == found.sha256
