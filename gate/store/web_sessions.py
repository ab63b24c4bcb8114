"""Who is signed in on the pages, and who typed wrong passwords: both outlive a restart of the web process."""

from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from gate.core.audit import timestamp
from gate.core.roles import Role, from_text
from gate.store.account_schema import account_secrets, login_failures, web_sessions
from gate.store.accounts import ACTIVE
from gate.store.audit_trail import Trail
from gate.store.schema import accounts


@dataclass(frozen=True, slots=True)
class Session:
    """One browser signed in with one account; times in UTC, `token_sha256` in hex."""

    token_sha256: str = field(repr=False)
    account_id: str
    created_at: datetime
    last_seen_at: datetime
    reauthenticated_at: datetime | None
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Signed:
    """A session that is not revoked, with its account as it is known now."""

    session: Session
    person_id: str
    name: str
    roles: frozenset[Role]
    must_change: bool
    expires_at: datetime | None = None
    """When the account ends, and every session of it."""


@dataclass(frozen=True, slots=True)
class Failures:
    """Wrong passwords in a row, and until when (UTC) the account takes none at all."""

    failed: int = 0
    blocked_until: datetime | None = None


def read_session(connection: sa.Connection, token_sha256: str) -> Signed | None:
    """Return the session if it is not revoked and its account is active; time-outs are the caller's."""
    row = connection.execute(_SESSION, {"asked": token_sha256}).one_or_none()
    if row is None:
        return None
    session = Session(
        token_sha256,
        row.account_id,
        datetime.fromisoformat(row.created_at),
        datetime.fromisoformat(row.last_seen_at),
        datetime.fromisoformat(row.reauthenticated_at) if row.reauthenticated_at else None,
        datetime.fromisoformat(row.ends_at),
    )
    expires_at = datetime.fromisoformat(row.expires_at) if row.expires_at else None
    return Signed(session, row.person_id, row.name, from_text(row.roles), bool(row.must_change), expires_at)


def add_session(trail: Trail, session: Session) -> None:
    """Let a browser be signed in."""
    again = session.reauthenticated_at
    values = {
        "token_sha256": session.token_sha256,
        "account_id": session.account_id,
        "created_at": timestamp(session.created_at),
        "last_seen_at": timestamp(session.last_seen_at),
        "reauthenticated_at": timestamp(again) if again else None,
        "ends_at": timestamp(session.ends_at),
    }
    trail.run(_INSERT, {f"new_{name}": value for name, value in values.items()})


def touch_session(trail: Trail, token_sha256: str, at: datetime) -> None:
    """Tell that the person did something."""
    trail.run(_TOUCH, {"of_token": token_sha256, "seen": timestamp(at)})


def revoke_session(trail: Trail, token_sha256: str, at: datetime) -> None:
    """End one session."""
    trail.run(_REVOKE, {"of_token": token_sha256, "at": timestamp(at)})


def revoke_sessions_of(trail: Trail, account_id: str, at: datetime) -> None:
    """End every session of an account."""
    trail.run(_REVOKE_ALL, {"of_account": account_id, "at": timestamp(at)})


def forget_sessions_before(trail: Trail, at: datetime) -> None:
    """Remove what ended before; the trail keeps who signed in when."""
    trail.run(_FORGET, {"before": timestamp(at)})


def read_failures(connection: sa.Connection, account_id: str) -> Failures:
    """Return what stands against the account."""
    row = connection.execute(_FAILURES, {"asked": account_id}).one_or_none()
    if row is None:
        return Failures()
    return Failures(row.failed, datetime.fromisoformat(row.blocked_until) if row.blocked_until else None)


def put_failures(trail: Trail, account_id: str, failures: Failures) -> None:
    """Make this what stands against the account; nothing at all removes the row."""
    trail.run(_DELETE_FAILURES, {"of_account": account_id})
    if failures != Failures():
        until = timestamp(failures.blocked_until) if failures.blocked_until else None
        trail.run(
            _INSERT_FAILURES, {"new_account": account_id, "new_failed": failures.failed, "new_blocked_until": until}
        )


_SESSION = (
    sa.select(
        web_sessions,
        accounts.c.person_id,
        accounts.c.name,
        accounts.c.roles,
        accounts.c.expires_at,
        account_secrets.c.must_change,
    )
    .select_from(
        web_sessions.join(accounts, accounts.c.id == web_sessions.c.account_id).join(
            account_secrets, account_secrets.c.account_id == web_sessions.c.account_id
        )
    )
    .where(
        web_sessions.c.token_sha256 == sa.bindparam("asked"),
        web_sessions.c.revoked_at.is_(None),
        accounts.c.known_to.is_(None),
        accounts.c.state == ACTIVE,
    )
)
_NAMES = ("token_sha256", "account_id", "created_at", "last_seen_at", "reauthenticated_at", "ends_at")
_INSERT = sa.insert(web_sessions).values({name: sa.bindparam(f"new_{name}") for name in _NAMES})
_TOUCH = (
    sa.update(web_sessions)
    .where(web_sessions.c.token_sha256 == sa.bindparam("of_token"))
    .values(last_seen_at=sa.bindparam("seen"))
)
_REVOKE = (
    sa.update(web_sessions)
    .where(web_sessions.c.token_sha256 == sa.bindparam("of_token"), web_sessions.c.revoked_at.is_(None))
    .values(revoked_at=sa.bindparam("at"))
)
_REVOKE_ALL = (
    sa.update(web_sessions)
    .where(web_sessions.c.account_id == sa.bindparam("of_account"), web_sessions.c.revoked_at.is_(None))
    .values(revoked_at=sa.bindparam("at"))
)
_FORGET = sa.delete(web_sessions).where(web_sessions.c.ends_at < sa.bindparam("before"))
_FAILURES = sa.select(login_failures.c.failed, login_failures.c.blocked_until).where(
    login_failures.c.account_id == sa.bindparam("asked")
)
_DELETE_FAILURES = sa.delete(login_failures).where(login_failures.c.account_id == sa.bindparam("of_account"))
_INSERT_FAILURES = sa.insert(login_failures).values(
    account_id=sa.bindparam("new_account"),
    failed=sa.bindparam("new_failed"),
    blocked_until=sa.bindparam("new_blocked_until"),
)
