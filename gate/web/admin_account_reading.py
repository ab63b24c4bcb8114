"""What the pages of accounts read: every account now or on a past day, who made it, and whether it rests."""

import json
from datetime import datetime

import sqlalchemy as sa

from gate.store.account_schema import account_secrets
from gate.store.accounts import Account, accounts_as_of, read_account, read_accounts
from gate.store.history import Change, changes_of
from gate.store.schema import accounts, audit_trail
from gate.store.web_sessions import Failures, read_failures


def listed(engine: sa.Engine, as_of: datetime | None) -> list[Account]:
    """Return every account as known now, or as it was known at an instant."""
    with engine.connect() as connection:
        return accounts_as_of(connection, as_of) if as_of is not None else read_accounts(connection)


def makers(engine: sa.Engine) -> dict[str, str]:
    """Return who made each account, by login name."""
    first = sa.select(accounts.c.id, sa.func.min(accounts.c.known_from).label("seq")).group_by(accounts.c.id).subquery()
    wanted = sa.select(first.c.id, audit_trail.c.data).join(audit_trail, audit_trail.c.seq == first.c.seq)
    with engine.connect() as connection:
        return {row.id: str(json.loads(row.data).get("by") or "") for row in connection.execute(wanted)}


def failures_of(engine: sa.Engine, account_id: str) -> Failures:
    """Return what stands against an account."""
    with engine.connect() as connection:
        return read_failures(connection, account_id)


def one_account(engine: sa.Engine, account_id: str) -> tuple[Account, bool] | None:
    """Return an account and whether its password must be changed, None for a name that was never given."""
    with engine.connect() as connection:
        found = read_account(connection, account_id)
    return (found[0], bool(found[1] and found[1].must_change)) if found else None


def versions_of(engine: sa.Engine, account_id: str) -> tuple[int, int]:
    """Return the version of the account, and the entry of its password's setting; 0 where there is none."""
    version = sa.select(accounts.c.version).where(accounts.c.id == account_id, accounts.c.known_to.is_(None))
    password = sa.select(account_secrets.c.set_seq).where(account_secrets.c.account_id == account_id)
    with engine.connect() as connection:
        return connection.execute(version).scalar() or 0, connection.execute(password).scalar() or 0


def history_of(engine: sa.Engine, account_id: str) -> list[Change]:
    """Return every change of the account, newest first."""
    with engine.connect() as connection:
        return changes_of(connection, accounts, account_id)
