"""Change what is on record from a form that is not signed, and read the fields that such forms share."""

import re
from collections.abc import Callable, Mapping
from datetime import date

from flask import g, redirect, request
from flask.typing import ResponseReturnValue

from gate.core.roles import Act, may
from gate.signatures import Signer
from gate.store.accounts import read_account
from gate.store.database import STORE_FAULTS
from gate.supervision import RefusedError
from gate.web.formats import visible
from gate.web.pages import viewer
from gate.web.session import User, accounts, sign_in
from gate.web.signing import SHOWN, Trouble, form_value, signing_user, trail_whole
from gate.web.texts import PAGE_TEXTS
from gate.web.writing import Desk

Problems = dict[str, str]

DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2100, 12, 31)
"""A year typed wrong is caught here, before it lets somebody in for a thousand years."""

NUMBER = re.compile(r"\d{1,15}", re.ASCII)


def changed_by_form(
    act: Callable[[Desk, User], object],
    again: Callable[[Trouble], str],
    done: Callable[[], ResponseReturnValue] | str,
    problems: Mapping[str, str] | None = None,
) -> ResponseReturnValue:
    """Do the act, or show the form again with everything that stands against it; `done` is where to go, or an answer.

    The act brings its own transaction, and raises RefusedError.
    """
    user = signing_user()
    if not trail_whole():
        return again(Trouble(refused=(PAGE_TEXTS[viewer().language]["chain_broken"],))), 409
    if problems:
        return again(Trouble(problems=dict(problems))), 422
    try:
        with accounts().writer.desk() as desk:
            act(desk, user)
    except RefusedError as error:
        fields = {error.field: "see_above"} if error.field else {}
        return again(Trouble(fields, error.sentences(viewer().language))), 422
    except STORE_FAULTS:
        return again(Trouble(refused=(PAGE_TEXTS[viewer().language]["busy_records"],))), 503
    return redirect(done, 303) if isinstance(done, str) else done()


def filled(on_record: Mapping[str, str]) -> dict[str, str]:
    """Return what goes into a form: what is on record, or what was typed once something was."""
    if request.method == "POST" or "kept_form" in g:
        return {name: visible(form_value(name)[:SHOWN]) for name in on_record}
    return {name: visible(value) for name, value in on_record.items()}


def day_of(name: str, problems: Problems) -> date | None:
    """Return the day of a field that may be empty."""
    typed = form_value(name)
    if not typed:
        return None
    try:
        found = date.fromisoformat(typed) if DAY.fullmatch(typed) else None
    except ValueError:
        found = None
    if found is None or not FIRST_DAY <= found <= LAST_DAY:
        problems[name] = "bad_day"
        return None
    return found


def number_of(name: str, problems: Problems) -> int:
    """Return the whole number of a field."""
    typed = form_value(name)
    if not NUMBER.fullmatch(typed):
        problems[name] = "bad_number"
        return 0
    return int(typed)


def opened_version() -> int:
    """Return the version that the form was made from; one that is no number fits no version."""
    typed = form_value("version")
    return int(typed) if NUMBER.fullmatch(typed) else -1


def cosigner(wanted: Act, problems: Problems) -> Signer | None:
    """Return who signs beside, after the password has been checked as at the login; None where nobody is named."""
    name = form_value("cosign_user").lower()
    if not name:
        return None
    with accounts().records.engine().connect() as connection:
        found = read_account(connection, name)
    fits = sign_in(name, request.form.get("cosign_password", ""))
    account = found[0] if found else None
    role = next((role for role in sorted(account.roles) if may({role}, wanted)), None) if account else None
    if not fits or account is None or role is None or not may(account.roles, wanted):
        problems["cosign_user"] = "wrong_cosigner"
        return None
    return Signer(account.person_id, account.id, account.name, role.value)
