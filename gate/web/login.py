"""The pages of signing in: first set-up, login, logout, and one's own account."""

import re
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gate.accounts import (
    LOGIN,
    NewAccount,
    create_first_account,
    name_problem,
    set_password,
)
from gate.core.roles import Act, Role
from gate.store.accounts import any_account
from gate.supervision import RefusedError
from gate.web import passwords
from gate.web.formats import visible
from gate.web.kept_form import came_back, resume
from gate.web.pages import around, viewer
from gate.web.session import accounts, current_user, end_session, requires, sign_in, start_session

login_pages = Blueprint("login", __name__)

LOCAL_PATH = re.compile(r"/[A-Za-z0-9][A-Za-z0-9/_.-]{0,200}")
"""Where a login may lead: a page of this gate, never another host."""

SHOWN = 80
"""Characters of what was typed that come back in the form."""


@login_pages.get("/login")
def login() -> ResponseReturnValue:
    """Ask who it is; without any account the first set-up comes before."""
    if not _set_up():
        return redirect(url_for("login.setup"), 303)
    return _login_page(())


@login_pages.post("/login")
def login_sent() -> ResponseReturnValue:
    """Sign in, or say the same for every cause: which names exist is nobody's business."""
    typed = _typed("user").lower()
    account_id = typed if LOGIN.fullmatch(typed) else ""
    kept, path = came_back()
    if not sign_in(account_id, request.form.get("password", "")):
        return _login_page(("user", "password"), "sign_in_wrong", kept, path), 401
    start_session(account_id)
    accounts().security.tell({"what": "signed_in"}, account_id)
    user = current_user()
    if user is not None and user.must_change:
        return redirect(url_for("login.password", **_language()), 303)
    return (resume(kept, path) if path else None) or redirect(_wanted(), 303)


@login_pages.post("/logout")
def logout() -> ResponseReturnValue:
    """Sign out; a browser that was not signed in loses nothing."""
    user = current_user()
    end_session()
    if user is not None:
        accounts().security.tell({"what": "signed_out"}, user.account_id)
    return redirect(url_for("login.login", **_language()), 303)


@login_pages.get("/account")
@requires(Act.OWN_ACCOUNT)
def account() -> ResponseReturnValue:
    """Show who is signed in with which roles."""
    return render_template("account.html", **around(viewer()))


@login_pages.get("/account/password")
@requires(Act.OWN_ACCOUNT)
def password() -> ResponseReturnValue:
    """Ask for a new password."""
    return _password_page({})


@login_pages.post("/account/password")
@requires(Act.OWN_ACCOUNT)
def password_sent() -> ResponseReturnValue:
    """Change one's own password; every other session of the account ends."""
    here, user = accounts(), current_user()
    if user is None:
        abort(403)
    now, new = request.form.get("now", ""), request.form.get("new", "")
    problems = _password_problems(user.account_id, new, request.form.get("again", ""))
    if new == now:
        problems.setdefault("new", "bad_same")
    if request.form.get("accept") != "yes":
        problems["accept"] = "bad_accept"
    if not problems and not sign_in(user.account_id, now):
        problems["now"] = "sign_in_wrong"
    if problems:
        return _password_page(problems), 422
    encoded = here.passwords.encode(new)
    with here.writer.desk() as desk:
        set_password(desk.trail, user.account_id, encoded, by=user.account_id, moment=desk.moment, accepted=True)
    start_session(user.account_id)
    return redirect(url_for("login.account", **_language()), 303)


@login_pages.get("/setup")
def setup() -> ResponseReturnValue:
    """Ask for the first account; once there is one this page is gone for good."""
    if _set_up():
        abort(404)
    return _setup_page({})


@login_pages.post("/setup")
def setup_sent() -> ResponseReturnValue:
    """Make the first account for whoever holds the code that the terminal printed."""
    if _set_up():
        abort(404)
    new = NewAccount(_typed("user"), _typed("person"), _typed("name"), frozenset({Role.SYSADMIN}))
    word = request.form.get("new", "")
    problems = _password_problems(new.account_id, word, request.form.get("again", ""))
    field = name_problem(new)
    if field:
        problems["user" if field == "login" else field] = f"bad_{field}"
    if request.form.get("accept") != "yes":
        problems["accept"] = "bad_accept"
    if not problems and not _made_first(new, word):
        problems["code"] = "bad_code"
        accounts().security.refused("set-up code")
    if problems:
        return _setup_page(problems), 422
    start_session(new.account_id)
    return redirect(url_for("login.account", **_language()), 303)


def _made_first(new: NewAccount, word: str) -> bool:
    here = accounts()
    encoded = here.passwords.encode(word)
    try:
        with here.writer.desk() as desk:
            create_first_account(desk.trail, new, encoded, _typed("code"), moment=desk.moment)
    except RefusedError:
        return False
    return True


def _set_up() -> bool:
    with accounts().records.engine().connect() as connection:
        return any_account(connection)


def _password_problems(account_id: str, new: str, again: str) -> dict[str, str]:
    problems = {}
    if not passwords.SHORTEST <= len(new) <= passwords.LONGEST or (account_id and account_id in new.lower()):
        problems["new"] = "bad_password"
    if new != again:
        problems["again"] = "bad_again"
    return problems


def _typed(name: str) -> str:
    return request.form.get(name, "").strip()


def _back(*names: str) -> dict[str, str]:
    """Return what was typed, to be shown again; never a password or a code."""
    return {name: visible(_typed(name)[:SHOWN]) for name in names}


def _language() -> dict[str, Any]:
    return {"lang": request.args["lang"]} if request.args.get("lang") in {"en", "fr"} else {}


def _wanted() -> str:
    wanted = request.args.get("next", "")
    if LOCAL_PATH.fullmatch(wanted) and "//" not in wanted:
        return wanted + ("?lang=" + request.args["lang"] if _language() else "")
    user = current_user()
    home = "floor.floor" if user is not None and user.may(Act.VIEW_RECORDS) else "pages.live_page"
    return url_for(home, **_language())


def _login_page(
    wrong: tuple[str, ...], problem: str = "", kept: Mapping[str, str] | None = None, path: str = ""
) -> str:
    problems = dict.fromkeys(wrong[:1], problem)
    shown = {"problems": problems, "typed": _back("user"), "kept": kept or {}, "kept_path": path}
    return render_template("login.html", **around(viewer()), **shown)


def _password_page(problems: Mapping[str, str]) -> str:
    return render_template("password.html", **around(viewer()), problems=problems, typed={})


def _setup_page(problems: Mapping[str, str]) -> str:
    typed = _back("user", "person", "name")
    return render_template("setup.html", **around(viewer()), problems=problems, typed=typed)
