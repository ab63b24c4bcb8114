"""Compare a password or a PIN with what is kept of it, count wrong ones, and let the account rest after too many."""

from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa

from gate.store.account_pins import read_pin
from gate.store.accounts import read_account
from gate.store.web_sessions import Failures, put_failures, read_failures
from gate.web.account_parts import accounts

TRIES = 5
BLOCKED = timedelta(minutes=10)
"""Only this account, only for minutes: whoever blocks it must not stop the shift (requirement G3)."""


def pin_fits(account_id: str, pin: str) -> bool:
    """Check the PIN of an account at a kiosk; a wrong one counts as a wrong password does, of this account alone."""
    return password_fits(account_id, pin, "wrong PIN", read_pin)


def password_fits(
    account_id: str, password: str, cause: str, other: Callable[[sa.Connection, str], str | None] | None = None
) -> bool:
    """Return whether it fits. One try at a time: two at once would be counted as one.

    Every refusal takes the time of a comparison.

    `other` reads what stands for another secret of the account, to be compared with instead of the password.
    """
    here = accounts()
    with here.passwords.one_at_a_time:
        with here.records.engine().connect() as connection:
            found, failures = read_account(connection, account_id), read_failures(connection, account_id)
            another = other(connection, account_id) if other else None
        account, secret = found or (None, None)
        encoded = another if other else secret.encoded if secret else None
        known = account.id if account else None
        now = here.clock.read().at
        blocked = is_blocked(failures, now)
        usable = account is not None and account.usable(now) and not blocked
        fits = here.passwords.fits(password, encoded if usable else None)
        if fits and usable:
            if failures != Failures():
                here.writer.write(lambda desk: put_failures(desk.trail, account_id, Failures()))
            return True
        if known and not blocked and account and account.active:
            here.writer.write(lambda desk: put_failures(desk.trail, known, one_more(failures, now)))
            if one_more(failures, now).blocked_until is not None:
                here.security.tell({"what": "account_blocked", "minutes": int(BLOCKED.total_seconds() // 60)}, known)
        here.security.refused("account blocked" if blocked else cause, known)
    return False


def is_blocked(failures: Failures, now: datetime) -> bool:
    """Tell whether the account takes no password now; an end out of reach is a clock that was wrong, and no end."""
    until = failures.blocked_until
    return until is not None and now < until <= now + BLOCKED


def one_more(failures: Failures, now: datetime) -> Failures:
    """Return what stands against the account after one more wrong password; after a block the count is anew."""
    failed = 1 if failures.blocked_until is not None else failures.failed + 1
    return Failures(failed, now + BLOCKED if failed >= TRIES else None)
