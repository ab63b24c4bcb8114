"""Quality: lots, late entries, saved views, reviews, checkpoints and segments."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from gate.store.triggers import trigger_statements

revision = "0004"
down_revision = "0003"

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_KEYS = ("version", "id", "known_from", "known_to")

KNOWN: dict[str, str] = {
    # risks that QA has accepted
    "risk_acceptances": "risk",
    # lots and late entries
    "lot_windows": "equipment_id lot product from_at until_at?",
    "late_entries": (
        "equipment_id person_id operation lot? from_at until_at? cause why scan_sha256 scan_name state "
        "entered_by entered_at verified_by? verified_at?"
    ),
    "access_reviews": "as_of_at as_of_seq:int reviewed:int decided statement",
    # saved views
    "saved_views": "account_id name query",
    # reviews
    "reviews": "scope scope_id? from_on? until_on? first_seq:int last_seq:int state reviewer_id? signed_at? counts?",
    "review_dispositions": (
        "review_id rule first_seq:int last_seq:int marks outcome reference? comment disposed_by disposed_at"
    ),
    "review_notes": "review_id note written_by written_at",
    # segments
    "segments": "kept kept_sha256",
}
"""Bitemporal table -> its columns beside version, id, known_from and known_to."""

PRESENT: dict[str, str] = {
    # attachments
    "attachments": "sha256:key media_type size:int parts:int stored_seq:int",
    "attachment_parts": "id:auto sha256 part:int content:blob",
    # checkpoints and witnesses
    "checkpoints": "id:auto size:int at note",
    "seal_keys": "id:auto since_seq:int vkey",
    "cosignatures": "id:auto witness size:int at line",
    "witnesses": "name:key state size:int since_at heard_at what",
    "hash_tiles": "level:intkey number:intkey hash:blob",
}
"""Other table -> its columns."""

FROZEN = ("attachments", "attachment_parts", "checkpoints", "seal_keys", "cosignatures")
"""Tables of `PRESENT` whose rows are never changed."""


def _column(text: str) -> sa.Column[Any]:
    name, _, kind = text.rstrip("?").partition(":")
    if kind == "auto":
        return sa.Column(name, _NUMBER, primary_key=True, autoincrement=True)
    type_: Any = {"int": _NUMBER, "intkey": _NUMBER, "blob": sa.LargeBinary()}.get(kind, sa.Text())
    key = kind in {"key", "intkey"}
    return sa.Column(name, type_, nullable=text.endswith("?"), primary_key=key, autoincrement=False if key else "auto")


def upgrade() -> None:
    """Add the tables and the refusals of those that only grow."""
    for table, names in KNOWN.items():
        version = sa.Column("version", _NUMBER, primary_key=True, autoincrement=True)
        known = [_column("id"), _column("known_from:int"), _column("known_to:int?")]
        op.create_table(table, version, *known, *[_column(name) for name in names.split()], sqlite_strict=True)
        op.create_index(f"ix_{table}_id", table, ["id", "known_from"])
    for table, names in PRESENT.items():
        op.create_table(table, *[_column(name) for name in names.split()], sqlite_strict=True)
    op.create_index("ix_attachment_parts_sha256", "attachment_parts", ["sha256", "part"])
    if op.get_bind().dialect.name == "sqlite":
        _refusals()


def _refusals() -> None:
    fresh = {table: (*_KEYS, *_names(names)) for table, names in KNOWN.items()}
    frozen = {table: _names(PRESENT[table]) for table in FROZEN}
    for statement in trigger_statements(frozen=frozen, known=fresh, once={}):
        op.execute(sa.text(statement.replace(":", r"\:")))


def _names(columns: str) -> list[str]:
    return [name.rstrip("?").partition(":")[0] for name in columns.split()]
