"""Accounts of named people, and what signing in needs; frozen as it was released."""

import sqlalchemy as sa
from alembic import op

from gate.store.triggers import trigger_statements

revision = "0002"
down_revision = "0001"

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_ACCOUNT = ("version", "id", "known_from", "known_to", "person_id", "name", "roles", "state")


def _text(name: str, *, optional: bool = False, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=optional, primary_key=key)


def _number(name: str, *, optional: bool = False) -> sa.Column[int]:
    return sa.Column(name, _NUMBER, nullable=optional)


def upgrade() -> None:
    """Add the known table of accounts with its refusals, and the tables of the present."""
    op.create_table(
        "accounts",
        sa.Column("version", _NUMBER, primary_key=True, autoincrement=True),
        _text("id"),
        _number("known_from"),
        _number("known_to", optional=True),
        *[_text(name) for name in _ACCOUNT[4:]],
        sqlite_strict=True,
    )
    op.create_index("ix_accounts_id", "accounts", ["id", "known_from"])
    _tables_of_the_present()
    if op.get_bind().dialect.name == "sqlite":
        for statement in trigger_statements(frozen={}, known={"accounts": _ACCOUNT}, once={}):
            op.execute(sa.text(statement.replace(":", r"\:")))


def _tables_of_the_present() -> None:
    op.create_table(
        "account_secrets",
        _text("account_id", key=True),
        _text("encoded"),
        _number("must_change"),
        _number("set_seq"),
        sqlite_strict=True,
    )
    op.create_table(
        "web_sessions",
        _text("token_sha256", key=True),
        *[_text(name) for name in ("account_id", "created_at", "last_seen_at")],
        _text("reauthenticated_at", optional=True),
        _text("ends_at"),
        _text("revoked_at", optional=True),
        sqlite_strict=True,
    )
    op.create_index("ix_web_sessions_account_id", "web_sessions", ["account_id"])
    op.create_table(
        "login_failures",
        _text("account_id", key=True),
        _number("failed"),
        _text("blocked_until", optional=True),
        sqlite_strict=True,
    )
    op.create_table(
        "setup_codes",
        sa.Column("id", _NUMBER, primary_key=True, autoincrement=False),
        _text("code_sha256"),
        _text("ends_at"),
        sqlite_strict=True,
    )
