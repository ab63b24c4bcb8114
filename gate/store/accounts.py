"""Accounts as they are known, their secrets, and the code of the first set-up; nothing here knows how to hash."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gate.core.audit import timestamp
from gate.core.roles import Role, as_text, from_text
from gate.store import registry
from gate.store.account_schema import account_secrets, setup_codes
from gate.store.audit_trail import Trail
from gate.store.schema import accounts, audit_trail

ACTIVE, CLOSED = "active", "closed"

SETUP_CODE_ID = 1


@dataclass(frozen=True, slots=True)
class Account:
    """One account: a named person's, for ever; a closed one keeps its name so that nobody else gets it."""

    id: str
    person_id: str
    name: str
    roles: frozenset[Role]
    active: bool
    expires_at: datetime | None = None
    """From this instant (UTC) on nobody signs in with it, and nobody is signed in; None: no end."""

    def usable(self, at: datetime) -> bool:
        """Tell whether somebody can be signed in with it at an instant."""
        return self.active and (self.expires_at is None or at < self.expires_at)


@dataclass(frozen=True, slots=True)
class Secret:
    """What stands for the account's password."""

    encoded: str = field(repr=False)
    must_change: bool


def account_of(trail: Trail, account_id: str) -> Account | None:
    """Return the account as it is known now, inside the open transaction."""
    found = registry.current(trail, accounts, account_id)
    return _account(account_id, found) if found else None


def active_account_of_person(trail: Trail, person_id: str) -> str | None:
    """Return the login name of the person's active account."""
    row = trail.run(_OF_PERSON, {"of_person": person_id}).fetchone()
    return str(row[0]) if row else None


def no_account_yet(trail: Trail) -> bool:
    """Whether the first set-up is still to be done."""
    return trail.run(_FIRST, {}).fetchone() is None


def put_account(trail: Trail, account: Account, seq: int) -> None:
    """Make this what is known of the account from the entry `seq` on."""
    values = {
        "person_id": account.person_id,
        "name": account.name,
        "roles": as_text(account.roles),
        "state": ACTIVE if account.active else CLOSED,
        "expires_at": timestamp(account.expires_at) if account.expires_at else None,
    }
    registry.put(trail, accounts, account.id, values, seq)


def put_secret(trail: Trail, account_id: str, secret: Secret, seq: int) -> None:
    """Replace what stands for the password; the one before is gone."""
    remove_secret(trail, account_id)
    values = {"encoded": secret.encoded, "must_change": int(secret.must_change), "set_seq": seq}
    trail.run(_INSERT_SECRET, {"new_account": account_id, **{f"new_{name}": value for name, value in values.items()}})


def password_set_at(trail: Trail, account_id: str) -> int | None:
    """Return the number of the entry that tells of the password's setting, None without a password."""
    row = trail.run(_SET_SEQ, {"of_secret": account_id}).fetchone()
    return int(row[0]) if row else None


def remove_secret(trail: Trail, account_id: str) -> None:
    """Leave the account without a password: nobody signs in with it."""
    trail.run(_DELETE_SECRET, {"old_account": account_id})


def put_setup_code(trail: Trail, code_sha256: str, ends_at: datetime) -> None:
    """Keep this code alone; the one printed before serves no more."""
    remove_setup_code(trail)
    trail.run(_INSERT_CODE, {"new_code": code_sha256, "new_end": timestamp(ends_at)})


def remove_setup_code(trail: Trail) -> None:
    """Forget the code: it has served, or another takes its place."""
    trail.run(_DELETE_CODE, {"old_id": SETUP_CODE_ID})


def setup_code(trail: Trail) -> tuple[str, datetime] | None:
    """Return the SHA-256 of the code that serves, and its end (UTC)."""
    row = trail.run(_SELECT_CODE, {}).fetchone()
    return (row[0], datetime.fromisoformat(row[1])) if row else None


def read_account(connection: sa.Connection, account_id: str) -> tuple[Account, Secret | None] | None:
    """Return the account and its secret as the records say now, without a transaction of the trail."""
    row = connection.execute(_ACCOUNT_WITH_SECRET, {"asked": account_id}).one_or_none()
    if row is None:
        return None
    secret = Secret(row.encoded, bool(row.must_change)) if row.encoded is not None else None
    return _account(row.id, row._mapping), secret


def read_accounts(connection: sa.Connection) -> list[Account]:
    """Return every account there ever was, by login name."""
    rows = connection.execute(sa.select(accounts).where(accounts.c.known_to.is_(None)).order_by(accounts.c.id))
    return [_account(row.id, row._mapping) for row in rows]


def accounts_as_of(connection: sa.Connection, at: datetime) -> list[Account]:
    """Return every account that was on record at an instant (UTC), as it was known then, by login name."""
    rows = connection.execute(_AS_OF, {"asked": timestamp(at)})
    return [_account(row.id, row._mapping) for row in rows]


def any_account(connection: sa.Connection) -> bool:
    """Whether the first set-up is done."""
    return connection.execute(_FIRST).first() is not None


def _account(id_: str, known: Mapping[Any, Any]) -> Account:
    return Account(
        id_,
        known["person_id"],
        known["name"],
        from_text(known["roles"]),
        active=known["state"] == ACTIVE,
        expires_at=datetime.fromisoformat(known["expires_at"]) if known["expires_at"] else None,
    )


_NOW = accounts.c.known_to.is_(None)
_FIRST = sa.select(accounts.c.id).where(_NOW).limit(1)
_OF_PERSON = sa.select(accounts.c.id).where(
    _NOW, accounts.c.person_id == sa.bindparam("of_person"), accounts.c.state == ACTIVE
)
_ACCOUNT_WITH_SECRET = (
    sa.select(accounts, account_secrets.c.encoded, account_secrets.c.must_change)
    .select_from(accounts.outerjoin(account_secrets, account_secrets.c.account_id == accounts.c.id))
    .where(_NOW, accounts.c.id == sa.bindparam("asked"))
)
_BEGUN, _ENDED = audit_trail.alias("begun"), audit_trail.alias("ended")
_AS_OF = (
    sa.select(accounts)
    .select_from(
        accounts.join(_BEGUN, _BEGUN.c.seq == accounts.c.known_from).outerjoin(
            _ENDED, _ENDED.c.seq == accounts.c.known_to
        )
    )
    .where(_BEGUN.c.at < sa.bindparam("asked"), sa.or_(_ENDED.c.at.is_(None), _ENDED.c.at >= sa.bindparam("asked")))
    .order_by(accounts.c.id)
)
_INSERT_SECRET = sa.insert(account_secrets).values(
    account_id=sa.bindparam("new_account"),
    encoded=sa.bindparam("new_encoded"),
    must_change=sa.bindparam("new_must_change"),
    set_seq=sa.bindparam("new_set_seq"),
)
_SET_SEQ = sa.select(account_secrets.c.set_seq).where(account_secrets.c.account_id == sa.bindparam("of_secret"))
_DELETE_SECRET = sa.delete(account_secrets).where(account_secrets.c.account_id == sa.bindparam("old_account"))
_SELECT_CODE = sa.select(setup_codes.c.code_sha256, setup_codes.c.ends_at)
_DELETE_CODE = sa.delete(setup_codes).where(setup_codes.c.id == sa.bindparam("old_id"))
_INSERT_CODE = sa.insert(setup_codes).values(
    id=SETUP_CODE_ID, code_sha256=sa.bindparam("new_code"), ends_at=sa.bindparam("new_end")
)
