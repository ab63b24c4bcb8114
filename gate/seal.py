"""What the rest of the program asks of tamper evidence: the last checkpoint, proofs against it, and the public key."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from gate.core.checkpoint import head_of
from gate.core.merkle import Path
from gate.core.signed_note import NoteKey, parse_note
from gate.store.hash_tree import HashTree
from gate.store.seals import keys_of, last_checkpoint

__all__ = [
    "Checkpoint",
    "HashTree",
    "consistency_proof",
    "inclusion_proof",
    "key_in_use",
    "latest_checkpoint",
    "public_key_files",
]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed head of the trail: the first `size` entries have the Merkle root `root` (RFC 6962, section 2.1)."""

    size: int
    root: bytes
    note: str
    """The signed text, to be stored as `checkpoint.txt` in UTF-8, byte for byte (C2SP tlog-checkpoint)."""
    at: datetime
    origin: str


def latest_checkpoint(engine: sa.Engine) -> Checkpoint | None:
    """Return the newest checkpoint, None before the first; entries behind its `size` are not covered yet.

    Raises:
        STORE_FAULTS: the records cannot be read now.
        NoteError: what is stored is no checkpoint.
    """
    with engine.connect() as connection:
        found = last_checkpoint(connection)
    if found is None:
        return None
    head = head_of(parse_note(found.note))
    return Checkpoint(head.size, head.root, found.note, found.at, head.origin)


def inclusion_proof(engine: sa.Engine, seq: int, size: int) -> Path:
    """Return the proof that entry `seq` is among the first `size` (RFC 6962, section 2.1.1), lowest hash first.

    For many proofs make one `HashTree` and ask it: it keeps what they share.

    Raises:
        ValueError: `seq` is not from 1 to `size`.
        TreeError: an entry is missing.
    """
    return HashTree(engine).inclusion(seq, size)


def consistency_proof(engine: sa.Engine, old: int, new: int) -> Path:
    """Return the proof that the first `old` entries are the beginning of the first `new` (RFC 6962, section 2.1.2).

    Raises:
        ValueError: the old tree is the larger one.
        TreeError: an entry is missing.
    """
    return HashTree(engine).consistency(old, new)


def key_in_use(engine: sa.Engine) -> NoteKey | None:
    """Return the public key that signs checkpoints now, None before the first checkpoint."""
    with engine.connect() as connection:
        found = keys_of(connection)
    return found[-1].key if found else None


def public_key_files(engine: sa.Engine) -> tuple[str, str] | None:
    """Return the texts of `gate.vkey` (C2SP signed-note) and `gate.pem` (RFC 7468); None: nothing is signed yet."""
    found = key_in_use(engine)
    return (f"{found.vkey}\n", found.pem) if found else None
