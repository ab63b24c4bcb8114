"""The override pages: who was just denied, grant with a signature, what stands, revoke with a signature."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gate.core.granting import GrantRequest
from gate.core.roles import Act, Role
from gate.core.terms import OverrideClass
from gate.override_acts import OverrideRefusedError, grant_override, revoke_override
from gate.signatures import Signer
from gate.store.accounts import Account, read_account
from gate.store.database import STORE_FAULTS
from gate.store.facts import FactReader
from gate.web.formats import day_and_offset, visible
from gate.web.override_reading import Denied, Standing, denied, denied_lately, standing
from gate.web.pages import around, site, viewer
from gate.web.reason_texts import reason_text
from gate.web.session import User, accounts, current_user, reauthenticated, requires, sign_in
from gate.web.texts import PAGE_TEXTS
from gate.web.view import Viewer

override_pages = Blueprint("overrides", __name__)

MINUTES = (30, 60, 120, 240, 480)
USUAL = 60
CLASSES = (OverrideClass.COVERAGE, OverrideClass.RECORD_LAG, OverrideClass.TECHNICAL)
SHOWN = 500

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
    return _form(_found(seq), {}, ())


@override_pages.post("/overrides/new/<int:seq>")
@requires(Act.GRANT_OVERRIDE)
def new_sent(seq: int) -> ResponseReturnValue:
    """Sign and grant, or show the form again with everything that stands against it."""
    found, user = _found(seq), _user()
    problems: Problems = {}
    minutes, wanted = request.form.get("minutes", ""), request.form.get("class", "")
    if minutes not in map(str, MINUTES) or wanted not in CLASSES:
        problems["minutes"] = "choose_one"
    cosigner = _cosigner(found, problems)
    if not problems and not reauthenticated(request.form.get("password", "")):
        problems["password"] = "wrong_password"  # noqa: S105 - the key of a text
    if problems:
        return _form(found, problems, ()), 422
    return _signed(
        lambda: _grant(found, user, cosigner, int(minutes), OverrideClass(wanted)),
        lambda refused: _form(found, {}, refused),
        "granted",
    )


@override_pages.get("/overrides/<override_id>/revoke")
@requires(Act.REVOKE_OVERRIDE)
def revoke(override_id: str) -> ResponseReturnValue:
    """Ask why, and for the signature."""
    return _revoke_form(_standing(override_id), {}, ())


@override_pages.post("/overrides/<override_id>/revoke")
@requires(Act.REVOKE_OVERRIDE)
def revoke_sent(override_id: str) -> ResponseReturnValue:
    """Sign and revoke; it counts no more from the next second on."""
    found, user = _standing(override_id), _user()
    if not reauthenticated(request.form.get("password", "")):
        return _revoke_form(found, {"password": "wrong_password"}, ()), 422
    signer = _signer(user, Act.REVOKE_OVERRIDE)
    why = request.form.get("justification", "")

    def act() -> None:
        with accounts().writer.desk() as desk:
            revoke_override(desk.trail, override_id, signer, why, desk.moment)

    return _signed(act, lambda refused: _revoke_form(found, {}, refused), "revoked")


def _signed(act: Callable[[], None], again: Callable[[tuple[str, ...]], str], done: str) -> ResponseReturnValue:
    """Do a signed act; what stands against it comes back with the form, and nothing typed is lost."""
    french = viewer().language == "fr"
    try:
        act()
    except OverrideRefusedError as error:
        return again(tuple(r.text_fr if french else r.text_en for r in error.refusals)), 422
    except STORE_FAULTS:
        return again((PAGE_TEXTS[viewer().language]["busy_records"],)), 503
    return redirect(url_for("overrides.overrides", done=done, lang=viewer().language), 303)


def _grant(found: Denied, user: User, cosigner: Account | None, minutes: int, wanted: OverrideClass) -> None:
    settings = site().settings
    signer = _signer(user, Act.GRANT_OVERRIDE)
    with accounts().writer.desk() as desk:
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


def _signer(user: User, act: Act) -> Signer:
    role = Role.SUPERVISOR if Role.SUPERVISOR in user.roles or act is Act.GRANT_OVERRIDE else Role.QA
    return Signer(user.person_id, user.account_id, user.name, role.value)


def _user() -> User:
    user = current_user()
    if user is None:
        abort(403)
    return user


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


def _form(found: Denied, problems: Mapping[str, str], refused: tuple[str, ...]) -> str:
    view, now, settings = viewer(), site().clock.read().at, site().settings
    lengths = [minutes for minutes in MINUTES if minutes <= settings.overrides.cap_hours * 60]
    return render_template(
        "override_new.html",
        **around(view),
        found=_shown(found, view),
        lengths=[(minutes, _time(now + timedelta(minutes=minutes))) for minutes in lengths],
        classes=CLASSES,
        chosen=request.form.get("minutes", str(USUAL)),
        chosen_class=request.form.get("class", CLASSES[0].value),
        problems=problems,
        refused=refused,
        typed=_typed("reference", "justification", "cosign_user"),
    )


def _revoke_form(found: Standing, problems: Mapping[str, str], refused: tuple[str, ...]) -> str:
    view = viewer()
    return render_template(
        "override_revoke.html",
        **around(view),
        found=_shown(found, view),
        problems=problems,
        refused=refused,
        typed=_typed("justification"),
    )


def _typed(*names: str) -> dict[str, str]:
    return {name: visible(request.form.get(name, "").strip()[:SHOWN]) for name in names}


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
