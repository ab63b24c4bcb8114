"""QA's delegates on call: who may co-sign for QA, from which day until which; appointed and ended by signature."""

from datetime import date, datetime

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue

from gate.core.calendar import end_of_day, local_day, start_of_day
from gate.core.delegating import ABLE, Appointment, Delegation, runs
from gate.core.roles import Act
from gate.delegations import appoint_delegate, end_delegation
from gate.store.accounts import Account
from gate.store.delegates import read_delegations
from gate.web.formats import visible
from gate.web.override_blueprint import override_pages
from gate.web.override_reading import accounts_with, names_of_all
from gate.web.override_views import moment_now, name_of, stamp
from gate.web.pages import around, site, viewer
from gate.web.session import requires
from gate.web.signing import NO_TROUBLE, Trouble, form_value, signed_act, signing_user, typed

MOST = 100
"""Appointments on the page, those that end last."""


@override_pages.get("/overrides/delegates")
@requires(Act.APPOINT_DELEGATE)
def delegates() -> ResponseReturnValue:
    """List the appointments and offer a new one."""
    return _page(NO_TROUBLE)


@override_pages.post("/overrides/delegates")
@requires(Act.APPOINT_DELEGATE)
def delegates_sent() -> ResponseReturnValue:
    """Sign and appoint."""
    problems: dict[str, str] = {}
    first, last = _day("from", problems), _day("until", problems)
    account = next((one for one in _able() if one.id == form_value("account")), None)
    if account is None:
        problems["account"] = "ov_choose_delegate"
    return signed_act(
        lambda desk, signer: appoint_delegate(
            desk.trail, _asked(account, first, last, desk.moment.at), signer, desk.moment
        ),
        Act.APPOINT_DELEGATE,
        _page,
        url_for("overrides.delegates", lang=viewer().language),
        problems,
    )


def _asked(account: Account | None, first: date | None, last: date | None, now: datetime) -> Appointment:
    """Return the appointment for whole days of the site; today counts from now on."""
    if account is None or first is None or last is None:
        raise AssertionError("a form with problems comes to no act")
    zone = site().settings.zone
    starts_at = now if first == local_day(now, zone) else start_of_day(first, zone)
    return Appointment(account.person_id, account.roles, starts_at, end_of_day(last, zone), form_value("justification"))


@override_pages.get("/overrides/delegates/<delegate_id>/end")
@requires(Act.APPOINT_DELEGATE)
def end_delegate(delegate_id: str) -> ResponseReturnValue:
    """Ask why an appointment ends early, and for the signature."""
    return _end_form(delegate_id, NO_TROUBLE)


@override_pages.post("/overrides/delegates/<delegate_id>/end")
@requires(Act.APPOINT_DELEGATE)
def end_delegate_sent(delegate_id: str) -> ResponseReturnValue:
    """Sign and end."""
    why = form_value("justification")
    _found(delegate_id)
    return signed_act(
        lambda desk, signer: end_delegation(desk.trail, delegate_id, why, signer, desk.moment),
        Act.APPOINT_DELEGATE,
        lambda trouble: _end_form(delegate_id, trouble),
        url_for("overrides.delegates", lang=viewer().language),
    )


def _day(name: str, problems: dict[str, str]) -> date | None:
    try:
        return date.fromisoformat(form_value(name))
    except ValueError:
        problems[name] = "ov_choose_day"
        return None


def _able() -> list[Account]:
    """Return the accounts that can be appointed; nobody appoints the own."""
    with site().records.engine().connect() as connection:
        found = accounts_with(connection, frozenset(ABLE))
    return [account for account in found if account.person_id != signing_user().person_id]


def _all() -> list[Delegation]:
    with site().records.engine().connect() as connection:
        return read_delegations(connection, MOST)


def _found(delegate_id: str) -> Delegation:
    found = next((one for one in _all() if one.id == delegate_id), None)
    if found is None:
        abort(404)
    return found


def _page(trouble: Trouble) -> str:
    view, now = viewer(), moment_now().at
    with site().records.engine().connect() as connection:
        names = names_of_all(connection)
    rows = [
        {
            "id": one.id,
            "person": name_of(one.person_id, names),
            "starts": stamp(one.starts_at),
            "ends": stamp(one.ends_at),
            "runs": runs(one, now),
            "over": one.ends_at <= now,
        }
        for one in _all()
    ]
    return render_template(
        "override_delegates.html",
        **around(view),
        rows=rows,
        able=[(one.id, f"{visible(one.name)} ({one.id})") for one in _able()],
        today=local_day(now, site().settings.zone).isoformat(),
        trouble=trouble,
        typed=typed("account", "from", "until", "justification", "sign_user"),
        tab="delegates",
    )


def _end_form(delegate_id: str, trouble: Trouble) -> str:
    found = _found(delegate_id)
    with site().records.engine().connect() as connection:
        names = names_of_all(connection)
    return render_template(
        "override_delegate_end.html",
        **around(viewer()),
        delegate={"person": name_of(found.person_id, names), "ends": stamp(found.ends_at)},
        trouble=trouble,
        typed=typed("justification", "sign_user"),
    )
