"""Checkpoints, keys and cosignatures as stored: what was signed, with which key, and who has seen it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from gate.core.audit import timestamp
from gate.core.signed_note import NoteKey, parse_vkey
from gate.store.audit_trail import Trail
from gate.store.equipment_facts import instant
from gate.store.seal_schema import checkpoints, cosignatures, hash_tiles, seal_keys, witnesses


@dataclass(frozen=True, slots=True)
class StoredCheckpoint:
    """One checkpoint: how many entries it covers, when it was made, and the signed note."""

    id: int
    size: int
    at: datetime
    note: str


class SealKeyRow(NamedTuple):
    """One key, in use from the entry `since_seq` on."""

    since_seq: int
    key: NoteKey


class WitnessRow(NamedTuple):
    """What is known of a witness now; `state` is agrees, silent or refused, `heard_at` None: never."""

    name: str
    state: str
    size: int
    since_at: datetime
    heard_at: datetime | None
    what: str


class CosignatureRow(NamedTuple):
    """One statement of a witness about a head of `size` entries."""

    witness: str
    size: int
    at: datetime
    line: str


_LAST = sa.select(checkpoints).order_by(checkpoints.c.id.desc()).limit(1)
_LAST_ID = sa.select(checkpoints.c.id, checkpoints.c.size).order_by(checkpoints.c.id.desc()).limit(1)
_ADD = sa.insert(checkpoints).values(
    size=sa.bindparam("new_size"), at=sa.bindparam("new_at"), note=sa.bindparam("new_note")
)
_KEYS = sa.select(seal_keys).order_by(seal_keys.c.id)
_LAST_KEY = sa.select(seal_keys.c.vkey).order_by(seal_keys.c.id.desc()).limit(1)
_USED = sa.select(seal_keys.c.id).where(seal_keys.c.vkey == sa.bindparam("this_vkey")).limit(1)
_ADD_KEY = sa.insert(seal_keys).values(since_seq=sa.bindparam("new_seq"), vkey=sa.bindparam("new_vkey"))
_ADD_COSIGNATURE = sa.insert(cosignatures).values(
    {name: sa.bindparam(f"new_{name}") for name in ("witness", "size", "at", "line")}
)
_ADD_HASH = sa.insert(hash_tiles).values({name: sa.bindparam(f"new_{name}") for name in ("level", "number", "hash")})
_FORGET_WITNESS = sa.delete(witnesses).where(witnesses.c.name == sa.bindparam("this_name"))
_ADD_WITNESS = sa.insert(witnesses).values(
    {name: sa.bindparam(f"new_{name}") for name in ("name", "state", "size", "since_at", "heard_at", "what")}
)


def last_checkpoint(connection: sa.Connection) -> StoredCheckpoint | None:
    """Return the newest checkpoint."""
    row = connection.execute(_LAST).first()
    return StoredCheckpoint(row.id, row.size, instant(row.at), row.note) if row else None


def last_sealed(trail: Trail) -> tuple[int, int]:
    """Return id and size of the newest checkpoint in the open transaction, zeros before the first."""
    row = trail.run(_LAST_ID, {}).fetchone()
    return (row[0], row[1]) if row else (0, 0)


def add_checkpoint(trail: Trail, size: int, at: datetime, note: str) -> None:
    """Store a checkpoint in the open transaction."""
    trail.run(_ADD, {"new_size": size, "new_at": timestamp(at), "new_note": note})


def keys_of(connection: sa.Connection) -> list[SealKeyRow]:
    """Return every key that has signed here, the one in use last."""
    return [SealKeyRow(row.since_seq, parse_vkey(row.vkey)) for row in connection.execute(_KEYS)]


def last_vkey(trail: Trail) -> str | None:
    """Return the key in use, in the open transaction."""
    row = trail.run(_LAST_KEY, {}).fetchone()
    return str(row[0]) if row else None


def was_used(trail: Trail, vkey: str) -> bool:
    """Return whether a key has ever been in use, in the open transaction."""
    return trail.run(_USED, {"this_vkey": vkey}).fetchone() is not None


def add_key(trail: Trail, seq: int, vkey: str) -> None:
    """Store that a key is in use since the entry that tells of it."""
    trail.run(_ADD_KEY, {"new_seq": seq, "new_vkey": vkey})


def add_cosignature(trail: Trail, found: CosignatureRow) -> None:
    """Store what a witness has signed."""
    values = {"new_witness": found.witness, "new_size": found.size, "new_at": timestamp(found.at)}
    trail.run(_ADD_COSIGNATURE, {**values, "new_line": found.line})


def last_cosignatures(connection: sa.Connection) -> list[CosignatureRow]:
    """Return the newest statement of each witness."""
    newest = sa.select(sa.func.max(cosignatures.c.id)).group_by(cosignatures.c.witness)
    rows = connection.execute(sa.select(cosignatures).where(cosignatures.c.id.in_(newest)))
    return [CosignatureRow(row.witness, row.size, instant(row.at), row.line) for row in rows]


def add_hashes(trail: Trail, hashes: Sequence[tuple[int, int, bytes]]) -> None:
    """Store derived hashes (level, number, hash) in the open transaction."""
    for level, number, found in hashes:
        trail.run(_ADD_HASH, {"new_level": level, "new_number": number, "new_hash": found})


def forget_hashes(trail: Trail) -> None:
    """Remove every derived hash: they are made anew from the trail."""
    trail.run(sa.delete(hash_tiles), {})


def set_witness(trail: Trail, row: WitnessRow) -> None:
    """Store what is known of a witness now."""
    trail.run(_FORGET_WITNESS, {"this_name": row.name})
    heard = timestamp(row.heard_at) if row.heard_at else ""
    values = {"new_name": row.name, "new_state": row.state, "new_size": row.size, "new_what": row.what}
    trail.run(_ADD_WITNESS, {**values, "new_since_at": timestamp(row.since_at), "new_heard_at": heard})


def witness_rows(connection: sa.Connection) -> dict[str, WitnessRow]:
    """Return what is known of every witness, by name."""
    return {
        row.name: WitnessRow(
            row.name,
            row.state,
            row.size,
            instant(row.since_at),
            instant(row.heard_at) if row.heard_at else None,
            row.what,
        )
        for row in connection.execute(sa.select(witnesses))
    }
