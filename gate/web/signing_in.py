"""Put signing in into the application: its parts, the cookies, the form tokens, and what is told of refusals."""

import secrets

from flask import Flask, current_app, g, request, url_for
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException

from gate.clock import Clock
from gate.core.roles import Act
from gate.core.scans import LARGEST_SCAN
from gate.settings import Settings
from gate.web.integrity import integrity
from gate.web.login import login_pages
from gate.web.menu import menu_of
from gate.web.pages import viewer
from gate.web.passwords import Passwords
from gate.web.reading import Records
from gate.web.security import Security
from gate.web.session import PARTS, Accounts, User, accounts, current_user, has_signed, with_cookie
from gate.web.writing import Writer

LONGEST_FORM = 64 * 1024
"""Bytes; no form of these pages comes near it but those of `SCAN_FORMS`, by their scan alone."""

SCAN_FORMS = frozenset({"late_pages.new_sent"})


def add_signing_in(app: Flask, settings: Settings, clock: Clock, key: str | None, records: Records) -> None:
    """Let people sign in; every form of the application needs its token from here on.

    The secret behind the form tokens lives as long as the process: after a restart a form is opened anew, and no
    file holds it. Sessions are in the records and live on.
    """
    app.config.update(
        SECRET_KEY=secrets.token_bytes(32),
        SESSION_COOKIE_NAME="__Host-gate_form" if settings.web.tls else "gate_form",
        SESSION_COOKIE_SECURE=settings.web.tls,
        PREFERRED_URL_SCHEME="https" if settings.web.tls else "http",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        MAX_CONTENT_LENGTH=LONGEST_FORM,
    )
    writer = Writer(settings, clock, key)
    app.before_request(_take_scans)
    app.teardown_request(lambda _error: request.close())
    app.extensions[PARTS] = Accounts(records, clock, writer, Passwords(), Security(writer, clock))
    CSRFProtect(app)
    app.after_request(with_cookie)
    app.context_processor(_of_every_page)
    app.register_blueprint(login_pages)


def _take_scans() -> None:
    """Let the forms that take a scan be larger; before anything reads the form."""
    if request.endpoint in SCAN_FORMS and request.method == "POST":
        request.max_content_length = LARGEST_SCAN + LONGEST_FORM


def _of_every_page() -> dict[str, object]:
    user = current_user()
    return {
        "user": user,
        "menu": menu_of(user, viewer()),
        "integrity": integrity(viewer()) if user else None,
        "integrity_url": _integrity_url(user),
        "first_signature": not has_signed(),
        "form_path": g.get("form_path") or request.path,
        "came_back": "kept_form" in g,
        "has_page": lambda endpoint: endpoint in current_app.view_functions,
    }


def _integrity_url(user: User | None) -> str:
    """The badge leads to its page whoever may open it."""
    here = viewer()
    return url_for("integrity_pages.page", lang=here.language) if user and user.may(Act.VIEW_RECORDS) else ""


def tell_refusal(error: HTTPException) -> None:
    """Record a refusal that nobody has told of yet."""
    if "refusal_told" in g:
        return
    if isinstance(error, CSRFError):
        _refused("form token")
    elif error.code == 403:
        _refused("forbidden")


def _refused(cause: str) -> None:
    user = current_user()
    accounts().security.refused(cause, user.account_id if user else None)
