"""The tables of tamper evidence: checkpoints, the keys that signed them, what witnesses said, and derived hashes.

Checkpoints, keys and cosignatures only grow. `hash_tiles` is derived from the trail and can be made anew at any time;
`witnesses` holds the present only.
"""

import sqlalchemy as sa

from gate.store.schema import Number, metadata


def _text(name: str, *, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, primary_key=key)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, Number, nullable=False)


def _id() -> sa.Column[int]:
    return sa.Column("id", Number, primary_key=True, autoincrement=True)


checkpoints = sa.Table("checkpoints", metadata, _id(), _number("size"), _text("at"), _text("note"), sqlite_strict=True)
"""`size` entries are in the tree whose root `note` signs (C2SP tlog-checkpoint)."""

seal_keys = sa.Table("seal_keys", metadata, _id(), _number("since_seq"), _text("vkey"), sqlite_strict=True)
"""The public keys, the last one in use since the entry `since_seq`."""

cosignatures = sa.Table(
    "cosignatures", metadata, _id(), _text("witness"), _number("size"), _text("at"), _text("line"), sqlite_strict=True
)
"""`line` is the witness's signature line (C2SP tlog-cosignature) under a checkpoint of `size` entries."""

witnesses = sa.Table(
    "witnesses",
    metadata,
    _text("name", key=True),
    _text("state"),
    _number("size"),
    _text("since_at"),
    _text("heard_at"),
    _text("what"),
    sqlite_strict=True,
)
"""`state` is `agrees`, `silent` or `refused`; `size` the last head it has cosigned; `heard_at` empty: never."""

hash_tiles = sa.Table(
    "hash_tiles",
    metadata,
    sa.Column("level", Number, primary_key=True, autoincrement=False),
    sa.Column("number", Number, primary_key=True, autoincrement=False),
    sa.Column("hash", sa.LargeBinary, nullable=False),
    sqlite_strict=True,
)
"""Row (level, number) is one hash of a C2SP tlog-tiles tile: the root over 256^level entries. Level 0 is the trail."""
