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
    # lots and late entries
    # saved views
    # reviews
    "reviews": "scope scope_id? from_on? until_on? first_seq:int last_seq:int state reviewer_id? signed_at? counts?",
    "review_dispositions": (
        "review_id rule first_seq:int last_seq:int marks outcome reference? comment disposed_by disposed_at"
    ),
    "review_notes": "review_id note written_by written_at",
    # segments
}
"""Bitemporal table -> its columns beside version, id, known_from and known_to."""

PRESENT: dict[str, str] = {
    # attachments
    # checkpoints and witnesses
}
"""Other table -> its columns."""


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
    if op.get_bind().dialect.name == "sqlite":
        _refusals()


def _refusals() -> None:
    fresh = {
        table: (*_KEYS, *[name.rstrip("?").partition(":")[0] for name in names.split()])
        for table, names in KNOWN.items()
    }
    for statement in trigger_statements(frozen={}, known=fresh, once={}):
        op.execute(sa.text(statement.replace(":", r"\:")))
