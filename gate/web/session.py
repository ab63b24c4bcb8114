"""Who is asking: sessions in the records, their time-outs, and what each page asks of the account."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from hashlib import sha256
from typing import ParamSpec, TypeVar
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Response, abort, current_app, g, redirect, request, url_for
from flask import session as form_session
from flask.typing import ResponseReturnValue

from gate.clock import Clock
from gate.core.roles import Act, Role, may
from gate.store.account_pins import read_pin
from gate.store.accounts import read_account
from gate.store.web_sessions import (
    Failures,
    Session,
    Signed,
    add_session,
    forget_sessions_before,
    put_failures,
    read_failures,
    read_session,
    revoke_session,
    touch_session,
)
from gate.web.kept_form import ask_to_sign_in_again
from gate.web.passwords import Passwords
from gate.web.reading import UNREADABLE, Records
from gate.web.security import Security
from gate.web.writing import Desk, Writer

IDLE = timedelta(minutes=15)
LONGEST = timedelta(hours=12)
TOUCH_EVERY = timedelta(seconds=10)
"""A session ends up to this much early: not every page view is worth a write."""

TRIES = 5
BLOCKED = timedelta(minutes=10)
"""Only this account, only for minutes: whoever blocks it must not stop the shift (requirement G3)."""

KEPT = timedelta(days=30)

PARTS = "gate-accounts"

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class User:
    """Who is signed in, as the records know the account at this request."""

    account_id: str
    person_id: str
    name: str
    roles: frozenset[Role]
    must_change: bool = False

    def may(self, act: Act) -> bool:
        """Tell whether this account may do this."""
        return may(self.roles, act)


@dataclass(frozen=True, slots=True)
class Accounts:
    """What signing in works with."""

    records: Records
    clock: Clock
    writer: Writer
    passwords: Passwords
    security: Security


def accounts() -> Accounts:
    """Return what signing in works with in this application."""
    found = current_app.extensions[PARTS]
    if not isinstance(found, Accounts):
        raise AssertionError("the application was not made by create_app")
    return found


def current_user() -> User | None:
    """Return who is signed in; where the records cannot be read it is nobody. Does not count as activity."""
    signed = _signed()
    if signed is None:
        return None
    return User(signed.session.account_id, signed.person_id, signed.name, signed.roles, signed.must_change)


def requires(act: Act) -> Callable[[Callable[P, R]], Callable[P, R | ResponseReturnValue]]:
    """Let a page be used only by accounts that may do this; it counts as activity."""

    def decorate(page: Callable[P, R]) -> Callable[P, R | ResponseReturnValue]:
        @wraps(page)
        def guarded(*args: P.args, **more: P.kwargs) -> R | ResponseReturnValue:
            user = current_user()
            if user is None:
                return to_login()
            if user.must_change and act is not Act.OWN_ACCOUNT:
                return redirect(url_for("login.password"), 303)
            if not user.may(act):
                accounts().security.refused("role", user.account_id)
                abort(403)
            _touch()
            return page(*args, **more)

        guarded.required_act = act  # type: ignore[attr-defined]  # the privilege matrix reads it
        return guarded

    return decorate


def to_login() -> ResponseReturnValue:
    """Send the browser to the login page, and back to what was asked; a form waits there with what was typed."""
    if request.method == "POST":
        return ask_to_sign_in_again()
    query = {"lang": request.args["lang"]} if "lang" in request.args else {}
    if request.method == "GET" and request.path != "/":
        query["next"] = request.path
    return redirect(url_for("login.login") + (f"?{urlencode(query)}" if query else ""), 303)


def has_signed() -> bool:
    """Whether a signature was made in this session: the first asks for the user name too."""
    signed = _signed()
    return signed is not None and signed.session.reauthenticated_at is not None


def sign_in(account_id: str, password: str) -> bool:
    """Check the password and count wrong ones; True: `start_session` may follow."""
    return _password_fits(account_id, password, "wrong password")


def reauthenticated(password: str) -> bool:
    """Check the password of whoever is signed in, for signing; wrong ones count as at the login.

    When it fits the browser gets a new token with the answer, so an observed one is worth nothing afterwards.
    """
    user = current_user()
    if user is None or not _password_fits(user.account_id, password, "wrong password at signing"):
        return False
    start_session(user.account_id, again=True)
    return True


def start_session(account_id: str, *, again: bool = False) -> None:
    """Give the browser a fresh token; the session it had ends. Signing again does not prolong the longest time."""
    here, old = accounts(), _signed()
    token = secrets.token_urlsafe(32)

    def begin(desk: Desk) -> None:
        at = desk.moment.at
        if old is not None:
            revoke_session(desk.trail, old.session.token_sha256, at)
        created, ends = (old.session.created_at, old.session.ends_at) if again and old else (at, at + LONGEST)
        add_session(desk.trail, Session(hashed(token), account_id, created, at, at if again else None, ends))
        forget_sessions_before(desk.trail, at - KEPT)

    here.writer.write(begin)
    if not again:
        form_session.clear()
    g.new_token, g.signed = token, _look(token)


def end_session() -> None:
    """Sign the browser out."""
    old = _signed()
    if old is not None:
        accounts().writer.write(lambda desk: revoke_session(desk.trail, old.session.token_sha256, desk.moment.at))
    form_session.clear()
    g.new_token, g.signed = "", None


def with_cookie(response: Response) -> Response:
    """Hand the browser its new token, or take the old one away; after every request."""
    token: str | None = g.get("new_token")
    if token is not None:
        flags = {"secure": request.is_secure, "httponly": True, "samesite": "Strict", "path": "/"}
        if token:
            response.set_cookie(cookie_name(), token, **flags)  # type: ignore[arg-type]
        else:
            response.delete_cookie(cookie_name(), **flags)  # type: ignore[arg-type]
    return response


def cookie_name() -> str:
    """Return the name that browsers protect; they take it only over TLS, so plain loopback has another."""
    return "__Host-gate" if request.is_secure else "gate_session"


def hashed(token: str) -> str:
    """Return what the records hold of a token: who reads them cannot sign in with it."""
    return sha256(token.encode("utf-8", "replace")).hexdigest()


def _signed() -> Signed | None:
    if "signed" not in g:
        token = request.cookies.get(cookie_name(), "")
        g.signed = _look(token) if token else None
    found: Signed | None = g.signed
    return found


def _look(token: str) -> Signed | None:
    here = accounts()
    try:
        with here.records.engine().connect() as connection:
            found = read_session(connection, hashed(token))
    except UNREADABLE:
        return None
    return found if found and _lasts(found.session, here.clock.read().at) else None


def _lasts(session: Session, now: datetime) -> bool:
    """A clock that was set back makes no session longer: one seen in the future has ended."""
    seen = session.last_seen_at
    return seen - timedelta(seconds=1) <= now < min(seen + IDLE, session.ends_at)


def _touch() -> None:
    here, signed = accounts(), _signed()
    now = here.clock.read().at
    if signed is not None and now - signed.session.last_seen_at >= TOUCH_EVERY:
        here.writer.write(lambda desk: touch_session(desk.trail, signed.session.token_sha256, now))


def pin_fits(account_id: str, pin: str) -> bool:
    """Check the PIN of an account at a kiosk; a wrong one counts as a wrong password does, of this account alone."""
    return _password_fits(account_id, pin, "wrong PIN", read_pin)


def _password_fits(
    account_id: str, password: str, cause: str, other: Callable[[sa.Connection, str], str | None] | None = None
) -> bool:
    """One try at a time: two at once would be counted as one. Every refusal takes the time of a comparison.

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
        usable = account is not None and account.active and not blocked
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
