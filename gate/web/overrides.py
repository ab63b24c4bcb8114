"""The override pages: who was just denied, grant with a signature, what stands, revoke with a signature."""

from datetime import datetime, timedelta

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gate.core.granting import GrantRequest
from gate.core.roles import Act, Role
from gate.core.terms import OverrideClass
from gate.override_acts import grant_override, revoke_override
from gate.signatures import Signer
from gate.store.accounts import Account, read_account
from gate.store.facts import FactReader
from gate.web.formats import day_and_offset, visible
from gate.web.override_reading import Denied, Standing, denied, denied_lately, standing
from gate.web.pages import around, site, viewer
from gate.web.reason_texts import reason_text
from gate.web.session import User, accounts, requires, sign_in
from gate.web.signing import NO_TROUBLE, Trouble, form_value, signed_act, signing_user, typed
from gate.web.view import Viewer
from gate.web.writing import Desk

override_pages = Blueprint("overrides", __name__)

MINUTES = (30, 60, 120, 240, 480)
USUAL = 60
CLASSES = (OverrideClass.COVERAGE, OverrideClass.RECORD_LAG, OverrideClass.TECHNICAL)
Problems = dict[str, str]


@override_pages.get("/overrides")
@requires(Act.VIEW_RECORDS)
def overrides() -> ResponseReturnValue:
    """Show who was denied lately and which overrides stand."""
    now, engine, view = site().clock.read().at, site().records.engine(), viewer()
    return render_template(
        "overrides.html",
        **around(view),
        denials=[_shown(found, view) for found in denied_lately(engine, now)],
        standing=[_shown(found, view) for found in standing(engine, now)],
        done=request.args.get("done", ""),
    )


@override_pages.get("/overrides/new/<int:seq>")
@requires(Act.GRANT_OVERRIDE)
def new(seq: int) -> ResponseReturnValue:
    """Ask for everything an override needs, with what can be known filled in."""
    return _form(_found(seq), NO_TROUBLE)


@override_pages.post("/overrides/new/<int:seq>")
@requires(Act.GRANT_OVERRIDE)
def new_sent(seq: int) -> ResponseReturnValue:
    """Sign and grant, or show the form again with everything that stands against it."""
    found, user = _found(seq), signing_user()
    problems: Problems = {}
    minutes, wanted = request.form.get("minutes", ""), request.form.get("class", "")
    if minutes not in map(str, MINUTES) or wanted not in CLASSES:
        problems["minutes"] = "choose_one"
    cosigner = _cosigner(found, problems)
    return signed_act(
        lambda desk, signer: _grant(found, user, cosigner, int(minutes), OverrideClass(wanted), desk, signer),
        Act.GRANT_OVERRIDE,
        lambda trouble: _form(found, trouble),
        url_for("overrides.overrides", done="granted", lang=viewer().language),
        problems,
    )


@override_pages.get("/overrides/<override_id>/revoke")
@requires(Act.REVOKE_OVERRIDE)
def revoke(override_id: str) -> ResponseReturnValue:
    """Ask why, and for the signature."""
    return _revoke_form(_standing(override_id), NO_TROUBLE)


@override_pages.post("/overrides/<override_id>/revoke")
@requires(Act.REVOKE_OVERRIDE)
def revoke_sent(override_id: str) -> ResponseReturnValue:
    """Sign and revoke; it counts no more from the next second on."""
    found, why = _standing(override_id), form_value("justification")
    return signed_act(
        lambda desk, signer: revoke_override(desk.trail, override_id, signer, why, desk.moment),
        Act.REVOKE_OVERRIDE,
        lambda trouble: _revoke_form(found, trouble),
        url_for("overrides.overrides", done="revoked", lang=viewer().language),
    )


def _grant(
    found: Denied,
    user: User,
    cosigner: Account | None,
    minutes: int,
    wanted: OverrideClass,
    desk: Desk,
    signer: Signer,
) -> None:
    settings = site().settings
    asked = GrantRequest(
        person_id=found.person_id,
        equipment_id=found.equipment,
        operations=frozenset({found.operation}),
        reasons=frozenset(found.reasons),
        override_class=wanted,
        starts_at=desk.moment.at,
        ends_at=desk.moment.at + timedelta(minutes=minutes),
        reference=request.form.get("reference", "").strip(),
        justification=request.form.get("justification", "").strip(),
        approver_person_id=user.person_id,
        approver_roles=frozenset(role.value for role in user.roles),
        cosigner_person_id=cosigner.person_id if cosigner else None,
        cosigner_roles=frozenset(role.value for role in cosigner.roles) if cosigner else frozenset(),
    )
    grant_override(
        desk.trail,
        FactReader(desk.trail, settings.zone),
        asked,
        signer,
        moment=desk.moment,
        rules=settings.granting,
        cosigner=Signer(cosigner.person_id, cosigner.id, cosigner.name, Role.QA.value) if cosigner else None,
    )


def _cosigner(found: Denied, problems: Problems) -> Account | None:
    """Return who co-signs, after the password has been checked as at the login."""
    name = request.form.get("cosign_user", "").strip().lower()
    if not (found.needs_qa or name):
        return None
    with accounts().records.engine().connect() as connection:
        account = read_account(connection, name)
    fits = sign_in(name, request.form.get("cosign_password", ""))
    if not fits or account is None or Role.QA not in account[0].roles:
        problems["cosign_user"] = "wrong_cosigner"
        return None
    return account[0]


def _found(seq: int) -> Denied:
    found = denied(site().records.engine(), seq)
    if found is None:
        abort(404)
    return found


def _standing(override_id: str) -> Standing:
    every = standing(site().records.engine(), site().clock.read().at)
    found = next((one for one in every if one.id == override_id), None)
    if found is None:
        abort(404)
    return found


def _form(found: Denied, trouble: Trouble) -> str:
    view, now, settings = viewer(), site().clock.read().at, site().settings
    lengths = [minutes for minutes in MINUTES if minutes <= settings.overrides.cap_hours * 60]
    return render_template(
        "override_new.html",
        **around(view),
        found=_shown(found, view),
        lengths=[(minutes, _time(now + timedelta(minutes=minutes))) for minutes in lengths],
        classes=CLASSES,
        chosen=form_value("minutes") or str(USUAL),
        chosen_class=form_value("class") or CLASSES[0].value,
        trouble=trouble,
        typed=typed("reference", "justification", "cosign_user", "sign_user"),
    )


def _revoke_form(found: Standing, trouble: Trouble) -> str:
    view = viewer()
    return render_template(
        "override_revoke.html",
        **around(view),
        found=_shown(found, view),
        trouble=trouble,
        typed=typed("justification", "sign_user"),
    )


def _time(at: datetime) -> str:
    return at.astimezone(site().settings.zone).strftime("%H:%M")


def _shown(found: Denied | Standing, view: Viewer) -> dict[str, object]:
    """Return what the page says of a denial or an override; names are made visible, reasons are words."""
    at = found.at if isinstance(found, Denied) else found.ends_at
    zone = site().settings.zone
    shown: dict[str, object] = {
        "person": visible(found.person),
        "machine": found.equipment,
        "reasons": [reason_text(code, view.language) for code in found.reasons],
        "at": f"{_time(at)} {day_and_offset(at, zone)}",
    }
    if isinstance(found, Denied):
        return shown | {"seq": found.seq, "liftable": found.liftable, "needs_qa": found.needs_qa}
    return shown | {"id": found.id}
