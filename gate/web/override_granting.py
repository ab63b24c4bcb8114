"""Grant an override from a denial: why it was denied, how long, what for, the signature; or who can help instead."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gate.core.granting import GrantRequest
from gate.core.reasons import REASONS, Lift
from gate.core.roles import Act, Role
from gate.core.terms import OverrideClass
from gate.override_acts import GrantedOverride, grant_override
from gate.signatures import Signer
from gate.store.accounts import Account, read_account
from gate.store.delegates import read_delegations
from gate.store.facts import FactReader
from gate.web import override_reading as reading
from gate.web.formats import visible
from gate.web.next_steps import next_step
from gate.web.override_able import able_now
from gate.web.override_blueprint import override_pages
from gate.web.override_evidence import why_denied
from gate.web.override_reading import Denied, Earlier
from gate.web.override_views import moment_now, stamp
from gate.web.pages import around, site, viewer
from gate.web.reason_texts import reason_text
from gate.web.session import User, accounts, requires, sign_in
from gate.web.signing import NO_TROUBLE, Trouble, form_value, signed_act, signing_user, typed
from gate.web.writing import Desk

MINUTES = (30, 60, 120, 240, 480)
"""What is offered, as far as the site's cap lets it; none is chosen beforehand (DESIGN, section 11)."""
EMERGENCY_MINUTES = 120
CLASSES = (OverrideClass.COVERAGE, OverrideClass.RECORD_LAG, OverrideClass.TECHNICAL, OverrideClass.EMERGENCY)
MOST_DELEGATES = 50


@dataclass(frozen=True, slots=True)
class ForQa:
    """Whether this grant needs QA's co-signature, and why (D4); who could give it."""

    reasons: tuple[str, ...]
    machine: bool
    earlier: Earlier
    able: tuple[str, ...]

    @property
    def needed(self) -> bool:
        """Whether one of the causes holds; an emergency is signed by QA afterwards."""
        return bool(self.reasons or self.machine or self.earlier.count)


@override_pages.get("/overrides/new/<int:seq>")
@requires(Act.GRANT_OVERRIDE)
def new(seq: int) -> ResponseReturnValue:
    """Ask for everything an override needs, with what can be known filled in."""
    found = _found(seq)
    return _form(found, NO_TROUBLE) if found.liftable else _blocked(found, NO_TROUBLE)


@override_pages.post("/overrides/new/<int:seq>")
@requires(Act.GRANT_OVERRIDE)
def new_sent(seq: int) -> ResponseReturnValue:
    """Sign and grant, or show the form again with everything that stands against it."""
    found, user = _found(seq), signing_user()
    again: Callable[[Denied, Trouble], str] = _form if found.liftable else _blocked
    minutes, wanted = form_value("minutes"), form_value("class")
    problems: dict[str, str] = {}
    if minutes not in map(str, _lengths()):
        problems["minutes"] = "ov_choose_length"
    if wanted not in CLASSES:
        problems["class"] = "ov_choose_class"
    if not problems and wanted != OverrideClass.EMERGENCY and not form_value("reference"):
        problems["reference"] = "ov_enter_reference"
    cosigner = None if problems else _cosigner(problems)
    return signed_act(
        lambda desk, signer: _grant(found, user, cosigner, int(minutes), OverrideClass(wanted), desk, signer),
        Act.GRANT_OVERRIDE,
        lambda trouble: again(found, trouble),
        _granted_page,
        problems,
    )


def _granted_page(made: GrantedOverride) -> str:
    return url_for("overrides.detail", override_id=made.id, done="granted", lang=viewer().language)


def _grant(
    found: Denied,
    user: User,
    cosigner: Account | None,
    minutes: int,
    wanted: OverrideClass,
    desk: Desk,
    signer: Signer,
) -> GrantedOverride:
    settings = site().settings
    emergency = wanted is OverrideClass.EMERGENCY
    asked = GrantRequest(
        person_id=found.person_id,
        equipment_id=found.equipment,
        operations=frozenset({found.operation}),
        reasons=frozenset(found.reasons),
        override_class=wanted,
        starts_at=desk.moment.at,
        ends_at=desk.moment.at + timedelta(minutes=minutes),
        reference=form_value("reference"),
        justification=form_value("justification"),
        approver_person_id=user.person_id,
        approver_roles=frozenset(role.value for role in user.roles),
        cosigner_person_id=cosigner.person_id if cosigner else None,
        cosigner_roles=frozenset(role.value for role in cosigner.roles) if cosigner else frozenset(),
        second_named_person_id=(form_value("second_person") or None) if emergency else None,
    )
    return grant_override(
        desk.trail,
        FactReader(desk.trail, settings.zone),
        asked,
        signer,
        moment=desk.moment,
        rules=settings.granting,
        cosigner=_second_signer(cosigner),
    )


def _second_signer(cosigner: Account | None) -> Signer | None:
    """Return who co-signs, in the role that entitles to it; whether it does is the act's to judge."""
    if cosigner is None:
        return None
    role = Role.QA if Role.QA in cosigner.roles else next(role for role in Role if role in cosigner.roles)
    return Signer(cosigner.person_id, cosigner.id, cosigner.name, role.value)


def _cosigner(problems: dict[str, str]) -> Account | None:
    """Return who co-signs, after the password has been checked as at the login; it is never one given by another.

    Whether somebody must is the act's to say, with everything else that stands against the grant.
    """
    name = form_value("cosign_user").lower()
    if not name:
        return None
    with accounts().records.engine().connect() as connection:
        known = read_account(connection, name)
    fits = sign_in(name, request.form.get("cosign_password", ""))
    if not fits or known is None or known[1] is None or known[1].must_change:
        problems["cosign_user"] = "wrong_cosigner"
        return None
    return known[0]


def _found(seq: int) -> Denied:
    with site().records.engine().connect() as connection:
        found = reading.denied(connection, seq)
    if found is None:
        abort(404)
    return found


def _for_qa(found: Denied) -> ForQa:
    now = moment_now().at
    with site().records.engine().connect() as connection:
        before = reading.earlier(connection, found, now)
        there = reading.machine(connection, found.equipment)
        running = {d.person_id for d in read_delegations(connection, MOST_DELEGATES) if d.starts_at <= now < d.ends_at}
        able = [a for a in reading.accounts_with(connection, frozenset(Role)) if a.person_id in running]
    asked = tuple(code for code in found.reasons if REASONS[code].overridable is Lift.COSIGNED)
    return ForQa(asked, there.for_qa, before, tuple(f"{visible(a.name)} ({a.id})" for a in able))


def _lengths() -> list[int]:
    return [minutes for minutes in MINUTES if minutes <= site().settings.overrides.cap_hours * 60]


def _form(found: Denied, trouble: Trouble) -> str:
    view, now, user = viewer(), moment_now().at, signing_user()
    with site().records.engine().connect() as connection:
        why = why_denied(connection, found, view)
        named = reading.active_people(connection, frozenset({found.person_id, user.person_id}))
    for_qa = _for_qa(found)
    return render_template(
        "override_new.html",
        **around(view),
        found=_shown(found),
        why=why,
        for_qa=for_qa,
        for_qa_reasons=[reason_text(code, view.language) for code in for_qa.reasons],
        same=[reason_text(code, view.language) for code in for_qa.earlier.same],
        last=stamp(for_qa.earlier.last_at) if for_qa.earlier.last_at else None,
        lengths=[(minutes, stamp(now + timedelta(minutes=minutes))) for minutes in _lengths()],
        longest=EMERGENCY_MINUTES,
        cap_h=site().settings.overrides.cap_hours,
        classes=CLASSES,
        people=[(person, f"{visible(name)} ({visible(person)})") for person, name in named],
        trouble=trouble,
        typed=typed("minutes", "class", "second_person", "reference", "justification", "cosign_user", "sign_user"),
    )


def _blocked(found: Denied, trouble: Trouble) -> str:
    """Say what no override lifts, what to do, and who may run the machine now."""
    view = viewer()
    here = site()
    never = [code for code in found.reasons if REASONS[code].overridable not in (Lift.SUPERVISOR, Lift.COSIGNED)]
    able = able_now(here.records.engine(), here.settings, found.equipment, found.operation, moment_now())
    return render_template(
        "override_blocked.html",
        **around(view),
        found=_shown(found),
        never=[(reason_text(code, view.language), _step(code, view.language)) for code in never],
        able=[(visible(one.name), visible(one.elsewhere)) for one in able],
        trouble=trouble,
    )


def _step(code: str, language: str) -> str:
    """Return what to do about a reason, unless it is to see the supervisor, who is the one reading this."""
    step = next_step(code, language)
    return "" if step == next_step("", language) else step


def _shown(found: Denied) -> dict[str, Any]:
    return {
        "seq": found.seq,
        "person": visible(found.person),
        "machine": visible(found.equipment),
        "at": stamp(found.at),
    }
