"""Who is asking: sessions in the records, their time-outs, and what each page asks of the account."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from hashlib import sha256
from typing import ParamSpec, TypeVar
from urllib.parse import urlencode

from flask import Response, abort, current_app, g, redirect, request, url_for
from flask import session as form_session
from flask.typing import ResponseReturnValue

from gate.core.roles import Act, Role, may
from gate.store.web_sessions import (
    Session,
    Signed,
    add_session,
    forget_sessions_before,
    read_session,
    revoke_session,
    touch_session,
)
from gate.web.account_parts import PARTS, Accounts, accounts
from gate.web.authentication import BLOCKED, TRIES, is_blocked, one_more, password_fits, pin_fits
from gate.web.kept_form import ask_to_sign_in_again
from gate.web.reading import UNREADABLE
from gate.web.writing import Desk

IDLE = timedelta(minutes=15)
LONGEST = timedelta(hours=12)
TOUCH_EVERY = timedelta(seconds=10)
"""A session ends up to this much early: not every page view is worth a write."""

__all__ = [
    "BLOCKED",
    "PARTS",
    "TRIES",
    "Accounts",
    "User",
    "accounts",
    "is_blocked",
    "one_more",
    "pin_fits",
]

KEPT = timedelta(days=30)

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


def session_watch(act: Act) -> Callable[[], bool]:
    """Return what tells, after the request too, whether this session still lasts and may still do this.

    A page that is fed by a stream must not go on showing what its user may no longer see. Asking is no activity.
    """
    application, token = current_app._get_current_object(), request.cookies.get(cookie_name(), "")  # type: ignore[attr-defined]

    def lasts() -> bool:
        with application.app_context():
            signed = _look(token)
        return signed is not None and not signed.must_change and may(signed.roles, act)

    return lasts


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
    return password_fits(account_id, password, "wrong password")


def reauthenticated(password: str) -> bool:
    """Check the password of whoever is signed in, for signing; wrong ones count as at the login.

    When it fits the browser gets a new token with the answer, so an observed one is worth nothing afterwards.
    """
    user = current_user()
    if user is None or not password_fits(user.account_id, password, "wrong password at signing"):
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
    return found if found and _lasts(found, here.clock.read().at) else None


def _lasts(signed: Signed, now: datetime) -> bool:
    """A clock that was set back makes no session longer: one seen in the future has ended."""
    session, seen = signed.session, signed.session.last_seen_at
    if signed.expires_at is not None and now >= signed.expires_at:
        return False
    return seen - timedelta(seconds=1) <= now < min(seen + IDLE, session.ends_at)


def _touch() -> None:
    here, signed = accounts(), _signed()
    now = here.clock.read().at
    if signed is not None and now - signed.session.last_seen_at >= TOUCH_EVERY:
        here.writer.write(lambda desk: touch_session(desk.trail, signed.session.token_sha256, now))
