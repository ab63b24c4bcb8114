"""The PINs of accounts, hashed like passwords; nothing here knows how to hash."""

import sqlalchemy as sa

from gate.store.audit_trail import Trail
from gate.store.floor_schema import account_pins


def read_pin(connection: sa.Connection, account_id: str) -> str | None:
    """Return what stands for the account's PIN."""
    wanted = sa.select(account_pins.c.encoded).where(account_pins.c.account_id == account_id)
    found = connection.execute(wanted).scalar()
    return str(found) if found is not None else None


def has_pin(trail: Trail, account_id: str) -> bool:
    """Whether the account has a PIN, inside the open transaction."""
    return trail.run(_ONE, {"of_account": account_id}).fetchone() is not None


def put_pin(trail: Trail, account_id: str, encoded: str, seq: int) -> None:
    """Replace what stands for the PIN; the one before is gone."""
    remove_pin(trail, account_id)
    trail.run(_INSERT, {"new_account": account_id, "new_encoded": encoded, "new_seq": seq})


def remove_pin(trail: Trail, account_id: str) -> None:
    """Leave the account without a PIN: no badge signs for it."""
    trail.run(_DELETE, {"of_account": account_id})


_ONE = sa.select(account_pins.c.set_seq).where(account_pins.c.account_id == sa.bindparam("of_account"))
_INSERT = sa.insert(account_pins).values(
    account_id=sa.bindparam("new_account"), encoded=sa.bindparam("new_encoded"), set_seq=sa.bindparam("new_seq")
)
_DELETE = sa.delete(account_pins).where(account_pins.c.account_id == sa.bindparam("of_account"))
