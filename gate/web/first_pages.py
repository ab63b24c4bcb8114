"""The first certified person of a class: which classes have nobody, and the form with its two signatures."""

from datetime import datetime

from flask import abort, request
from flask.typing import ResponseReturnValue

from gate.core.roles import Act, Role
from gate.first_certifier import SECOND_ROLES, FirstAsked, certify_first, nobody_is_certified, plan_first
from gate.signatures import Signer
from gate.store.accounts import read_account
from gate.store.picture import Known
from gate.web.formats import visible
from gate.web.pages import site
from gate.web.session import accounts, requires, sign_in
from gate.web.signing import NO_TROUBLE, Trouble, form_value, signed_act, signing_user, typed
from gate.web.training_area import ANY_ID, Problems, address, known_now, named, page, training_pages
from gate.web.typed_days import typed_day
from gate.web.writing import Desk

FIELDS = ("person", "completed_on", "evidence", "why", "second_user", "sign_user")


@training_pages.get("/admin/training/first")
@requires(Act.VIEW_RECORDS)
def first() -> ResponseReturnValue:
    """List the classes with machines or requirements for which nobody is certified."""
    known = known_now()
    return page(
        "first.html",
        classes=[(id_, visible(name)) for id_, name in known.classes.items() if _nobody(known, id_, _now())],
    )


@training_pages.get("/admin/training/first/<path:class_id>", **ANY_ID)
@requires(Act.CERTIFY_FIRST)
def first_of(class_id: str) -> ResponseReturnValue:
    """Ask who is certified first, on what evidence, and for two signatures."""
    return _form(class_id, _known(class_id), NO_TROUBLE)


@training_pages.post("/admin/training/first/<path:class_id>", **ANY_ID)
@requires(Act.CERTIFY_FIRST)
def first_of_sent(class_id: str) -> ResponseReturnValue:
    """Sign twice, or show the form again with everything that stands against it."""
    known, problems = _known(class_id), Problems()
    completed_on = typed_day(form_value("completed_on"))
    if completed_on is None:
        problems["completed_on"] = "tr_bad_day"
    if form_value("person") not in known.people:
        problems["person"] = "choose_one"
    second = None if problems else _second(problems)
    asked = FirstAsked(class_id, form_value("person"), completed_on, form_value("evidence"), form_value("why"))
    return signed_act(
        lambda desk, signer: _certify(desk, signer, second, asked),
        Act.CERTIFY_FIRST,
        lambda trouble: _form(class_id, known, trouble),
        address("person", person_id=asked.person_id, done="first"),
        problems,
    )


def _certify(desk: Desk, signer: Signer, second: Signer | None, asked: FirstAsked) -> int:
    """Work out what it comes to before the transaction: a badge read must not wait for it."""
    if second is None:
        abort(403)
    known = known_now(class_id=asked.class_id)
    plan = plan_first(known.picture, known.facts_seq, asked, desk.moment.at)
    return certify_first(desk.trail, plan, signer, second, desk.moment)


def _second(problems: Problems) -> Signer | None:
    """Return who signs second, after the password has been checked as at the login."""
    name = form_value("second_user").lower()
    with accounts().records.engine().connect() as connection:
        found = read_account(connection, name)
    fits = sign_in(name, request.form.get("second_password", ""))
    account = found[0] if found else None
    role = next((role for role in (Role.QA, Role.SUPERVISOR) if account and role in account.roles), None)
    if not fits or account is None or role is None or role.value not in SECOND_ROLES:
        problems["second_user"] = "tr_wrong_second"
        return None
    return Signer(account.person_id, account.id, account.name, role.value)


def _form(class_id: str, known: Known, trouble: Trouble) -> str:
    user = signing_user()
    return page(
        "first_of.html",
        name=named(known.classes, class_id),
        nobody=nobody_is_certified(known.picture, _now()),
        people=[(id_, f"{visible(name)} ({id_})") for id_, name in known.people.items() if id_ != user.person_id],
        trouble=trouble,
        typed=typed(*FIELDS),
    )


def _known(class_id: str) -> Known:
    found = known_now(class_id=class_id)
    if class_id not in found.classes:
        abort(404)
    return found


def _nobody(known: Known, class_id: str, at: datetime) -> bool:
    grounds = tuple(ground for ground in known.picture.grounds if ground.class_id == class_id)
    return nobody_is_certified(known.picture._replace(grounds=grounds), at)


def _now() -> datetime:
    return site().clock.read().at
