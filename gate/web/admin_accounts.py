"""The pages of accounts: who has one with which roles, now or on a past day; make, change, end, help back."""

from datetime import date, datetime

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue

from gate.account_care import reset_password, unblock_account
from gate.accounts import NewAccount, change_roles, close_account, create_account
from gate.core.calendar import end_of_day
from gate.core.roles import Act, Role
from gate.keys import new_setup_code
from gate.store.accounts import Account
from gate.web.admin import admin, admin_page
from gate.web.admin_account_reading import failures_of, history_of, listed, makers, one_account, versions_of
from gate.web.admin_history import shown_history, since
from gate.web.changing import Problems, changed_by_form, day_of, filled, opened_version
from gate.web.formats import day_and_offset, visible
from gate.web.pages import site, viewer
from gate.web.session import User, accounts, is_blocked, requires
from gate.web.signing import NO_TROUBLE, Trouble, form_value, signing_user
from gate.web.writing import Desk

ROLE_FIELDS = {role: f"role_{role}" for role in Role}
EMPTY = {
    **dict.fromkeys(("user", "person", "name", "until_on", "identity", "why", "version"), ""),
    **dict.fromkeys(ROLE_FIELDS.values(), ""),
}
CARE = ("close", "reset", "unblock")
FIELD_OF = {"login": "user", "until": "until_on", "roles": ROLE_FIELDS[Role.OPERATOR]}
"""Field of an act's refusal -> field of these forms."""


@admin.get("/accounts")
@requires(Act.MANAGE_ACCOUNTS)
def accounts_list() -> str:
    """List the accounts as they are known now, or as they were at the end of a past day."""
    problems: Problems = {}
    asked = request.args.get("as_of", "")
    day = _past_day(asked, problems)
    at = end_of_day(day, site().settings.zone) if day else None
    engine, now = site().records.engine(), site().clock.read().at
    made_by = makers(engine)
    rows = [
        _row(account, at or now, at is None) | {"by": visible(made_by.get(account.id, ""))}
        for account in listed(engine, at)
    ]
    return admin_page("admin_accounts.html", rows=rows, as_of=visible(asked[:20]), day=day, problems=problems)


@admin.get("/account/<account_id>")
@requires(Act.MANAGE_ACCOUNTS)
def account_page(account_id: str) -> str:
    """Show one account with every change of it."""
    found, must_change = _found(account_id)
    view, now, engine = viewer(), site().clock.read().at, site().records.engine()
    return admin_page(
        "admin_account.html",
        found=_row(found, now, True),
        must_change=must_change,
        own=found.id == signing_user().account_id,
        care=[what for what in CARE if what != "unblock" or is_blocked(failures_of(engine, found.id), now)],
        history=shown_history(history_of(engine, found.id), view),
        done=request.args.get("done", ""),
    )


@admin.get("/account-new")
@requires(Act.MANAGE_ACCOUNTS)
def new_account() -> str:
    """Ask whose account it is, how that is known, and the roles."""
    return _form(None, NO_TROUBLE)


@admin.post("/account-new")
@requires(Act.MANAGE_ACCOUNTS)
def new_account_sent() -> ResponseReturnValue:
    """Make the account and show its first password, once."""
    problems: Problems = {}
    word, until = new_setup_code(), _until(problems)
    new = NewAccount(
        form_value("user"), form_value("person"), form_value("name"), _roles(), form_value("identity"), until
    )
    if not any(char.isalnum() for char in new.identity):
        problems["identity"] = "bad_identity"
    encoded = "" if problems else accounts().passwords.encode(word)

    def act(desk: Desk, user: User) -> int:
        return create_account(desk.trail, new, encoded, by=user.account_id, why=form_value("why"), moment=desk.moment)

    return changed_by_form(act, lambda trouble: _form(None, trouble), lambda: _word(new.account_id, word), problems)


@admin.get("/account-roles/<account_id>")
@requires(Act.MANAGE_ACCOUNTS)
def roles(account_id: str) -> str:
    """Show the roles and the end, to be changed."""
    return _form(_active(account_id), NO_TROUBLE)


@admin.post("/account-roles/<account_id>")
@requires(Act.MANAGE_ACCOUNTS)
def roles_sent(account_id: str) -> ResponseReturnValue:
    """Change roles and end; they hold from the account's next request on."""
    problems: Problems = {}
    found, until, opened, held = _active(account_id), _until(problems), opened_version(), _roles()

    def act(desk: Desk, user: User) -> int:
        return change_roles(
            desk.trail,
            account_id,
            held,
            by=user.account_id,
            why=form_value("why"),
            moment=desk.moment,
            until=until,
            opened=opened,
        )

    return changed_by_form(act, lambda trouble: _form(found, trouble), _done(account_id, "changed"), problems)


@admin.get("/account-<any(close, reset, unblock):what>/<account_id>")
@requires(Act.MANAGE_ACCOUNTS)
def care(what: str, account_id: str) -> str:
    """Ask why."""
    return _care_form(what, _active(account_id), NO_TROUBLE)


@admin.post("/account-<any(close, reset, unblock):what>/<account_id>")
@requires(Act.MANAGE_ACCOUNTS)
def care_sent(what: str, account_id: str) -> ResponseReturnValue:
    """Close the account, give a first password again, or end its rest after wrong passwords."""
    found, opened, why, word = _active(account_id), opened_version(), form_value("why"), new_setup_code()
    encoded = accounts().passwords.encode(word) if what == "reset" else ""

    def act(desk: Desk, user: User) -> int:
        by, moment = user.account_id, desk.moment
        if what == "close":
            return close_account(desk.trail, account_id, by=by, why=why, moment=moment, opened=opened)
        if what == "reset":
            return reset_password(desk.trail, account_id, encoded, opened=opened, by=by, why=why, moment=moment)
        return unblock_account(desk.trail, account_id, by=by, why=why, moment=moment)

    return changed_by_form(
        act,
        lambda trouble: _care_form(what, found, trouble),
        (lambda: _word(account_id, word)) if what == "reset" else _done(account_id, what),
    )


def _past_day(asked: str, problems: Problems) -> date | None:
    if not asked:
        return None
    try:
        day = date.fromisoformat(asked) if len(asked) == len("2026-11-23") else None
    except ValueError:
        day = None
    if day is None or not 1990 <= day.year <= 2100:
        problems["as_of"] = "bad_day"
        return None
    return day


def _until(problems: Problems) -> datetime | None:
    day = day_of("until_on", problems)
    return end_of_day(day, site().settings.zone) if day else None


def _roles() -> frozenset[Role]:
    """Read the roles that the form offers, and no other."""
    return frozenset(role for role, name in ROLE_FIELDS.items() if form_value(name) == "yes")


def _found(account_id: str) -> tuple[Account, bool]:
    found = one_account(site().records.engine(), account_id)
    if found is None:
        abort(404)
    return found


def _active(account_id: str) -> Account:
    found, _ = _found(account_id)
    if not found.active:
        abort(404)
    return found


def _done(account_id: str, done: str) -> str:
    return url_for("admin.account_page", account_id=account_id, done=done, lang=viewer().language)


def _word(account_id: str, word: str) -> str:
    """Show a first password: this answer is the only place where it ever stands."""
    return admin_page("admin_word.html", id=account_id, word=word)


def _form(found: Account | None, trouble: Trouble) -> str:
    view, on_record = viewer(), dict(EMPTY)
    if found is not None:
        version, _ = versions_of(site().records.engine(), found.id)
        on_record |= {ROLE_FIELDS[role]: "yes" for role in found.roles} | {"version": str(version)}
        if found.expires_at:
            on_record["until_on"] = (found.expires_at - datetime.resolution).astimezone(view.zone).date().isoformat()
    typed, opened = filled(on_record), opened_version()
    meanwhile = []
    if "version" in trouble.problems and found is not None:
        engine = site().records.engine()
        typed["version"] = str(versions_of(engine, found.id)[0])
        meanwhile = shown_history(since(history_of(engine, found.id), opened), view)
    problems = {FIELD_OF.get(name, name): key for name, key in trouble.problems.items()}
    return admin_page(
        "admin_account_form.html",
        id=found.id if found is not None else "",
        name=visible(found.name) if found is not None else "",
        typed=typed,
        trouble=Trouble(problems, trouble.refused),
        meanwhile=meanwhile,
        role_rows=[
            (name, view.texts[f"role_{role}"], view.texts[f"role_{role}_hint"]) for role, name in ROLE_FIELDS.items()
        ],
    )


def _care_form(what: str, found: Account, trouble: Trouble) -> str:
    engine = site().records.engine()
    version, password = versions_of(engine, found.id)
    opened = str(password if what == "reset" else version)
    typed = filled({"why": "", "version": opened})
    meanwhile = []
    if "version" in trouble.problems:
        meanwhile = shown_history(since(history_of(engine, found.id), opened_version()), viewer())
        typed["version"] = opened
    return admin_page(
        "admin_account_care.html",
        what=what,
        id=found.id,
        name=visible(found.name),
        typed=typed,
        trouble=trouble,
        meanwhile=meanwhile,
    )


def _row(account: Account, at: datetime, live: bool) -> dict[str, object]:
    """Return what the pages say of an account; `live`: also whether it rests now."""
    view = viewer()
    state = "closed" if not account.active else "active" if account.usable(at) else "over"
    if live and state == "active" and is_blocked(failures_of(site().records.engine(), account.id), at):
        state = "resting"
    return {
        "id": account.id,
        "name": visible(account.name),
        "person": account.person_id,
        "roles": ", ".join(view.texts[f"role_{role}"] for role in Role if role in account.roles),
        "state": state,
        "state_word": view.texts[f"account_{state}"],
        "until": _last_instant(account),
        "active": account.active,
    }


def _last_instant(account: Account) -> str:
    """Return the last day on which the account can be used, with the distance from UTC."""
    return day_and_offset(account.expires_at - datetime.resolution, viewer().zone) if account.expires_at else ""
