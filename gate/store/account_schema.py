"""The tables of signing in that are no history: secrets, web sessions, wrong tries, the code of the first set-up.

They hold the present only, may be updated, and are never part of the trail or of an export.
"""

import sqlalchemy as sa

from gate.store.schema import Number, metadata


def _text(name: str, *, optional: bool = False, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=optional, primary_key=key)


account_secrets = sa.Table(
    "account_secrets",
    metadata,
    _text("account_id", key=True),
    _text("encoded"),
    sa.Column("must_change", Number, nullable=False),
    sa.Column("set_seq", Number, nullable=False),
    sqlite_strict=True,
)
"""`encoded` is the argon2id hash with its own parameters; `set_seq` the entry that tells of the setting."""

web_sessions = sa.Table(
    "web_sessions",
    metadata,
    _text("token_sha256", key=True),
    _text("account_id"),
    _text("created_at"),
    _text("last_seen_at"),
    _text("reauthenticated_at", optional=True),
    _text("ends_at"),
    _text("revoked_at", optional=True),
    sa.Index("ix_web_sessions_account_id", "account_id"),
    sqlite_strict=True,
)

login_failures = sa.Table(
    "login_failures",
    metadata,
    _text("account_id", key=True),
    sa.Column("failed", Number, nullable=False),
    _text("blocked_until", optional=True),
    sqlite_strict=True,
)

setup_codes = sa.Table(
    "setup_codes",
    metadata,
    sa.Column("id", Number, primary_key=True, autoincrement=False),
    _text("code_sha256"),
    _text("ends_at"),
    sqlite_strict=True,
)
"""One row at most: the code that the terminal printed last."""
