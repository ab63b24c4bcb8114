"""A signed act from a form: what was typed is checked, the person signs, the act is done; or the form comes back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import abort, g, redirect, request
from flask.typing import ResponseReturnValue

from gate.core.roles import Act, Role, may
from gate.signatures import Signer
from gate.store.database import STORE_FAULTS
from gate.supervision import RefusedError
from gate.verified import last_verified, verified_path
from gate.web.formats import visible
from gate.web.pages import site, viewer
from gate.web.session import User, accounts, current_user, has_signed, reauthenticated
from gate.web.texts import PAGE_TEXTS
from gate.web.writing import Desk

SHOWN = 10_000
"""Characters of one field that come back; more than any field takes."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a form comes back: by field the key of a text, and whole sentences of the act's own refusals."""

    problems: Mapping[str, str] = field(default_factory=dict)
    refused: tuple[str, ...] = ()


NO_TROUBLE = Trouble()


def signed_act(
    act: Callable[[Desk, Signer], object],
    wanted: Act,
    again: Callable[[Trouble], str],
    done: str | Callable[[Any], str],
    problems: Mapping[str, str] | None = None,
) -> ResponseReturnValue:
    """Check the signature and do the act; `again` makes the form with what stands against it, `done` is where to go,
    or makes it of what the act returned.

    The password is asked for last: a form with another fault costs no try. The first signature of a session asks for
    the user name too (21 CFR 11.200(a)(1)(i)). The act brings its own transaction, and raises RefusedError.
    """
    user = signing_user()
    if not trail_whole():
        return again(Trouble(refused=(PAGE_TEXTS[viewer().language]["chain_broken"],))), 409
    found = dict(problems or {}) or signature_problems(user)
    if found:
        return again(Trouble(problems=found)), 422
    try:
        with accounts().writer.desk() as desk:
            made = act(desk, signer(user, wanted))
    except RefusedError as error:
        fields = {error.field: "see_above"} if error.field else {}
        return again(Trouble(fields, error.sentences(viewer().language))), 422
    except STORE_FAULTS:
        return again(Trouble(refused=(PAGE_TEXTS[viewer().language]["busy_records"],))), 503
    return redirect(done if isinstance(done, str) else done(made), 303)


def trail_whole() -> bool:
    """Whether the last full verification found nothing; before the first there is nothing against signing."""
    found = last_verified(verified_path(site().settings.gate.state_dir))
    return found is None or found.sound


def signature_problems(user: User) -> dict[str, str]:
    """Check what the signature panel asked for, and count a wrong password; empty: it is signed."""
    if not has_signed() and request.form.get("sign_user", "").strip().lower() != user.account_id:
        return {"sign_user": "wrong_sign_user"}
    if not reauthenticated(request.form.get("password", "")):
        return {"password": "wrong_password"}
    return {}


def signer(user: User, wanted: Act) -> Signer:
    """Return who signs; the role is the one that entitles to the act, the first of the list if several do."""
    role = next((role for role in Role if role in user.roles and may({role}, wanted)), None)
    if role is None:
        abort(403)
    return Signer(user.person_id, user.account_id, user.name, role.value)


def signing_user() -> User:
    """Return who is signed in on a page that let nobody else in."""
    user = current_user()
    if user is None:
        abort(403)
    return user


def form_value(name: str) -> str:
    """Return a field as typed, of this form or of one that waited for a login; without blanks around it."""
    kept: Mapping[str, str] = g.get("kept_form") or request.form
    return kept.get(name, "").strip()


def typed(*names: str) -> dict[str, str]:
    """Return what goes back into the form: visible, and never a password."""
    return {name: visible(form_value(name)[:SHOWN]) for name in names}
