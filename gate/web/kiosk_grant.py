"""Grant at the denied kiosk: the form, the badge, the PIN; the identity is always the badge's, never the form's."""

from datetime import timedelta

from flask import Blueprint, abort, jsonify, redirect, request
from flask.typing import ResponseReturnValue

from gate.core.granting import GrantRequest
from gate.core.granting_checks import has_words
from gate.core.terms import OverrideClass
from gate.held_out import BadgeRefusedError, Presented, presented
from gate.kiosk_acts import take_back
from gate.kiosk_signing import grant_at_kiosk
from gate.store.account_pins import read_pin
from gate.store.facts import FactReader
from gate.supervision import RefusedError
from gate.web.formats import visible
from gate.web.kiosk_forms import BEYOND, ask_badge, busy, held, note, number, spoken
from gate.web.kiosk_grant_pages import (
    CLASSES,
    Against,
    Filled,
    Whom,
    badge_state,
    filled,
    form_page,
    lengths,
    presets,
    sign_page,
    whom,
)
from gate.web.kiosk_key import kiosk_path
from gate.web.kiosk_opened import machine_of, opened, opened_form, readers_of
from gate.web.kiosk_texts import KIOSK_TEXTS
from gate.web.override_reading import denied
from gate.web.pages import site
from gate.web.reading import UNREADABLE
from gate.web.session import accounts, pin_fits

kiosk_grant = Blueprint("kiosk_grant", __name__, url_prefix="/kiosk")

OFFERED_FOR = timedelta(minutes=30)
"""An older denial is granted from a tablet: whoever was denied has left this screen."""


@kiosk_grant.get("/<name>/grant/<int:seq>")
def form(name: str, seq: int) -> ResponseReturnValue:
    """Ask for everything an override needs, with what is known filled in; or say who must grant it, and where."""
    found = _found(opened(name), seq)
    return _elsewhere(name, found) or form_page(name, found, filled({}))


@kiosk_grant.post("/<name>/grant/<int:seq>")
def form_sent(name: str, seq: int) -> ResponseReturnValue:
    """Go on to badge and PIN, sign, or go back; nothing typed is lost but the PIN."""
    found, typed = _found(opened_form(name), seq), filled(request.form)
    step = request.form.get("step", "")
    try:
        if step == "back":
            return _back(name, found, typed)
        problems = _problems(typed, spoken(found.language))
        if problems:
            return form_page(name, found, typed, Against(problems)), 422
        return _sign(name, found, typed) if step == "sign" else _elsewhere(name, found) or _ask(name, found, typed)
    except UNREADABLE:
        return busy(name, found.machine)


@kiosk_grant.get("/<name>/grant/<int:seq>/badge/<int:request_id>")
def badge(name: str, seq: int, request_id: int) -> ResponseReturnValue:
    """Tell the page that waits whether the badge was read, and whose it is."""
    found = _found(opened(name), seq)
    asked = held(found.wanted(request_id))
    state, words = badge_state(asked, spoken(found.language), site().clock.read().at)
    return jsonify(state=state, words=words)


def _elsewhere(name: str, found: Whom) -> ResponseReturnValue | None:
    """Say why this cannot be granted here, before anybody types anything; None: it can."""
    texts = KIOSK_TEXTS[spoken(found.language)]
    if not found.denied.liftable:
        return note(name, found.machine, (texts["grant_never"],)), 422
    if found.needs_qa:
        return note(name, found.machine, (texts["grant_qa"].format(seq=found.denied.seq),)), 422
    return None


def _ask(name: str, found: Whom, typed: Filled, why: tuple[str, ...] = ()) -> ResponseReturnValue:
    """Ask for the badge and show the page of the signature."""
    asked = ask_badge(found.machine, found.purpose)
    return sign_page(name, found, typed, asked, why), 422 if why else 200


def _back(name: str, found: Whom, typed: Filled) -> ResponseReturnValue:
    with accounts().writer.desk() as desk:
        take_back(desk.trail, found.machine, readers_of(found.machine), desk.moment)
    return form_page(name, found, typed)


def _sign(name: str, found: Whom, typed: Filled) -> ResponseReturnValue:
    """Check the badge, then the PIN, then everything about granting; each refusal is said, and on record."""
    request_id, language = number(request.form.get("request", "")), spoken(found.language)
    wanted = found.wanted(request_id)
    try:
        with accounts().writer.desk() as desk:
            who = presented(desk.trail, wanted, desk.moment)
        why = _pin_problem(who, request.form.get("pin", ""), language)
        if why:
            return sign_page(name, found, typed, request_id, (why,)), 422
        _grant(found, typed, who, request_id)
    except BadgeRefusedError as error:
        sentences = error.sentences(language)
        if error.again:
            return _ask(name, found, typed, sentences)
        return sign_page(name, found, typed, request_id, sentences), 422
    except RefusedError as error:
        return form_page(name, found, typed, Against(sentences=error.sentences(language))), 422
    return redirect(kiosk_path(opened(name)), 303)


def _pin_problem(who: Presented, pin: str, language: str) -> str:
    """Check the PIN of whoever presented the badge; a wrong one is counted and on record."""
    with accounts().records.engine().connect() as connection:
        has_one = read_pin(connection, who.account.id) is not None
    if not has_one:
        accounts().security.refused("no PIN", who.account.id)
        return KIOSK_TEXTS[language]["no_pin"].format(name=visible(who.account.name))
    return "" if pin_fits(who.account.id, pin) else KIOSK_TEXTS[language]["wrong_pin"]


def _grant(found: Whom, typed: Filled, who: Presented, request_id: int) -> None:
    settings, denial = site().settings, found.denied
    with accounts().writer.desk() as desk:
        asked = GrantRequest(
            person_id=denial.person_id,
            equipment_id=denial.equipment,
            operations=frozenset({denial.operation}),
            reasons=frozenset(denial.reasons),
            override_class=OverrideClass(typed.kind),
            starts_at=desk.moment.at,
            ends_at=desk.moment.at + timedelta(minutes=int(typed.minutes)),
            reference=typed.reference,
            justification=typed.justification(spoken(found.language)),
            approver_person_id=who.person_id,
            approver_roles=frozenset(role.value for role in who.account.roles),
        )
        facts = FactReader(desk.trail, settings.zone)
        wanted = found.wanted(request_id)
        grant_at_kiosk(desk.trail, facts, wanted, asked, moment=desk.moment, rules=settings.granting)


def _problems(typed: Filled, language: str) -> dict[str, str]:
    """Return what is missing on the form, by field: the badge is asked for when nothing is."""
    checks = {
        "minutes": ("choose_length", typed.minutes in map(str, lengths())),
        "class": ("choose_class", typed.kind in CLASSES),
        "reference": ("needs_reference", bool(typed.reference)),
        "preset": ("choose_preset", typed.preset in {"", *dict(presets(language))}),
        "words": ("needs_words", has_words(typed.words)),
    }
    return {name: key for name, (key, fine) in checks.items() if not fine}


def _found(equipment: tuple[str, ...], seq: int) -> Whom:
    """Return the denial if it was at a machine of this kiosk, and not long ago."""
    now = site().clock.read().at
    with site().records.engine().connect() as connection:
        found = denied(connection, seq) if seq < BEYOND else None
    if found is None or not timedelta(0) <= now - found.at <= OFFERED_FOR:
        abort(404)
    machine_of(equipment, found.equipment)
    return whom(found, now)
