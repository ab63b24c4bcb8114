"""The signed acts of one machine, each on a page of its own: set and release holds, change the mode, close a use."""

from flask import abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gate.core.roles import Act
from gate.core.terms import HoldKind, Mode, Operation
from gate.hold_acts import RELEASING, SETTING, release_hold, set_hold
from gate.mode_acts import switch_mode
from gate.use_closing import close_membership
from gate.web.claimed_time import claimed_time
from gate.web.floor import floor_pages, floor_words, one_machine
from gate.web.floor_cards import Card, CardPerson
from gate.web.floor_reading import HoldNow
from gate.web.floor_trial import TrialList, trial_list
from gate.web.pages import around, site, viewer
from gate.web.reading import UNREADABLE
from gate.web.reason_texts import reason_text
from gate.web.session import requires
from gate.web.signing import NO_TROUBLE, Trouble, form_value, signed_act, typed

__all__ = ["floor_pages"]

STOPPED = (Operation.USE.value, Operation.SETUP.value)
"""What a hold stops unless the form says otherwise (settled: maintaining and cleaning stay possible)."""


# --- holds ---------------------------------------------------------------------------------------------------


@floor_pages.get("/floor/<machine:equipment>/out-of-service")
@requires(Act.SET_OUT_OF_SERVICE)
def hold_out(equipment: str) -> str:
    """Ask a supervisor what to stop and why."""
    return _hold_form(equipment, HoldKind.OUT_OF_SERVICE, NO_TROUBLE)


@floor_pages.post("/floor/<machine:equipment>/out-of-service")
@requires(Act.SET_OUT_OF_SERVICE)
def hold_out_sent(equipment: str) -> ResponseReturnValue:
    """Sign and set the machine out of service."""
    return _set(equipment, HoldKind.OUT_OF_SERVICE)


@floor_pages.get("/floor/<machine:equipment>/qa-hold")
@requires(Act.SET_QA_HOLD)
def hold_qa(equipment: str) -> str:
    """Ask QA what to stop and why."""
    return _hold_form(equipment, HoldKind.QA, NO_TROUBLE)


@floor_pages.post("/floor/<machine:equipment>/qa-hold")
@requires(Act.SET_QA_HOLD)
def hold_qa_sent(equipment: str) -> ResponseReturnValue:
    """Sign and set the QA hold."""
    return _set(equipment, HoldKind.QA)


@floor_pages.get("/floor/<machine:equipment>/out-of-service/<hold_id>/release")
@requires(Act.RELEASE_OUT_OF_SERVICE)
def release_out(equipment: str, hold_id: str) -> ResponseReturnValue:
    """Ask a supervisor why the machine may be used again."""
    return _release_form(equipment, hold_id, HoldKind.OUT_OF_SERVICE, NO_TROUBLE)


@floor_pages.post("/floor/<machine:equipment>/out-of-service/<hold_id>/release")
@requires(Act.RELEASE_OUT_OF_SERVICE)
def release_out_sent(equipment: str, hold_id: str) -> ResponseReturnValue:
    """Sign and release; the kind of the hold on record says whether a supervisor may."""
    return _release(equipment, hold_id, HoldKind.OUT_OF_SERVICE)


@floor_pages.get("/floor/<machine:equipment>/qa-hold/<hold_id>/release")
@requires(Act.RELEASE_QA_HOLD)
def release_qa(equipment: str, hold_id: str) -> ResponseReturnValue:
    """Ask QA why the machine may be used again."""
    return _release_form(equipment, hold_id, HoldKind.QA, NO_TROUBLE)


@floor_pages.post("/floor/<machine:equipment>/qa-hold/<hold_id>/release")
@requires(Act.RELEASE_QA_HOLD)
def release_qa_sent(equipment: str, hold_id: str) -> ResponseReturnValue:
    """Sign and release the QA hold."""
    return _release(equipment, hold_id, HoldKind.QA)


def _set(equipment: str, kind: HoldKind) -> ResponseReturnValue:
    card, why, wanted = _card(equipment), form_value("justification"), request.form.getlist("operations")
    strange = not wanted or not set(wanted) <= {operation.value for operation in Operation}
    return signed_act(
        lambda desk, signer: set_hold(desk.trail, card.id, kind, wanted, signer, why, desk.moment),
        SETTING[kind],
        lambda trouble: _hold_form(equipment, kind, trouble),
        _done(card, "hold"),
        {"operations": "fa_choose_operations"} if strange else {},
    )


def _hold_form(equipment: str, kind: HoldKind, trouble: Trouble) -> str:
    card, texts = _card(equipment), viewer().texts
    chosen = request.form.getlist("operations") if request.method == "POST" else list(STOPPED)
    return _form(
        "machine_hold.html",
        card,
        trouble,
        kind=kind.value,
        operations=[(operation.value, texts[f"op_{operation.value}"], "") for operation in Operation],
        chosen=chosen,
    )


def _release(equipment: str, hold_id: str, kind: HoldKind) -> ResponseReturnValue:
    """A hold that somebody has released meanwhile goes to the act all the same: the refusal is told and on record."""
    card, why = _card(equipment), form_value("justification")
    return signed_act(
        lambda desk, signer: release_hold(desk.trail, card.id, hold_id, signer, why, desk.moment),
        RELEASING[kind],
        lambda trouble: _release_page(card, _standing(card, hold_id), kind, trouble),
        _done(card, "release"),
    )


def _release_form(equipment: str, hold_id: str, kind: HoldKind, trouble: Trouble) -> ResponseReturnValue:
    card = _card(equipment)
    hold = _standing(card, hold_id)
    if hold is None:
        return redirect(_done(card, "gone"), 303)
    return _release_page(card, hold, kind, trouble)


def _release_page(card: Card, hold: HoldNow | None, kind: HoldKind, trouble: Trouble) -> str:
    return _form("machine_release.html", card, trouble, hold=hold, kind=hold.kind if hold else kind.value)


def _standing(card: Card, hold_id: str) -> HoldNow | None:
    return next((hold for hold in card.holds if hold.id == hold_id), None)


# --- a forgotten use -----------------------------------------------------------------------------------------


@floor_pages.get("/floor/<machine:equipment>/leave/<int:member>")
@requires(Act.CLOSE_USE)
def close(equipment: str, member: int) -> ResponseReturnValue:
    """Ask when the person left, and how that is known."""
    card = _card(equipment)
    somebody = _member(card, member)
    if somebody is None:
        return redirect(_done(card, "left"), 303)
    return _close_page(card, somebody, NO_TROUBLE)


@floor_pages.post("/floor/<machine:equipment>/leave/<int:member>")
@requires(Act.CLOSE_USE)
def close_sent(equipment: str, member: int) -> ResponseReturnValue:
    """Sign and close; the claimed time is judged by the act."""
    card, why = _card(equipment), form_value("justification")
    somebody = _member(card, member)
    now, zone = site().clock.read().at, site().settings.zone
    joined = somebody.since if somebody else now
    left_at, problem = claimed_time(form_value("left_day"), form_value("left_time"), joined, now, zone)
    return signed_act(
        lambda desk, signer: close_membership(desk.trail, member, left_at, signer, why, desk.moment),
        Act.CLOSE_USE,
        lambda trouble: _close_page(card, somebody, trouble),
        _done(card, "close"),
        {"left_time": problem} if problem and somebody else {},
    )


def _member(card: Card, member: int) -> CardPerson | None:
    return next((somebody for somebody in card.people if somebody.id == member), None)


def _close_page(card: Card, somebody: CardPerson | None, trouble: Trouble) -> str:
    view = viewer()
    day = site().clock.read().at.astimezone(view.zone).date().isoformat()
    joined = view.when(somebody.since) if somebody else None
    fields = typed("left_day", "left_time", "justification", "sign_user")
    return _form(
        "machine_close.html",
        card,
        trouble,
        somebody=somebody,
        joined=joined,
        typed={**fields, "left_day": fields["left_day"] or day},
    )


# --- the mode ------------------------------------------------------------------------------------------------


@floor_pages.get("/floor/<machine:equipment>/trial")
@requires(Act.VIEW_RECORDS)
def trial(equipment: str) -> str:
    """Show who would have been denied since decisions on this machine withhold nothing."""
    card = _card(equipment)
    return render_template("machine_trial.html", **around(viewer()), **_trial(card), card=card, w=floor_words())


@floor_pages.get("/floor/<machine:equipment>/mode")
@requires(Act.SET_MODE)
def mode(equipment: str) -> str:
    """Show the list first, then ask for the mode, why, and the signature."""
    return _mode_form(equipment, NO_TROUBLE)


@floor_pages.post("/floor/<machine:equipment>/mode")
@requires(Act.SET_MODE)
def mode_sent(equipment: str) -> ResponseReturnValue:
    """Sign and change; the signature covers the list that was shown."""
    card, why, wanted = _card(equipment), form_value("justification"), form_value("mode")
    seen = form_value("seen")
    number = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else None
    strange = wanted not in {found.value for found in Mode}
    return signed_act(
        lambda desk, signer: switch_mode(desk.trail, card.id, Mode(wanted), signer, why, desk.moment, seen=number),
        Act.SET_MODE,
        lambda trouble: _mode_form(equipment, trouble),
        _done(card, "mode"),
        {"mode": "choose_one"} if strange else {},
    )


def _mode_form(equipment: str, trouble: Trouble) -> str:
    card, texts = _card(equipment), viewer().texts
    rows = [
        (found.value, texts[f"mode_{found.value}"], texts[f"fa_note_{found.value}"])
        for found in (Mode.ENFORCE, Mode.SHADOW, Mode.OFF)
        if found.value != card.mode
    ]
    return _form(
        "machine_mode.html",
        card,
        trouble,
        modes=rows,
        typed=typed("mode", "justification", "sign_user"),
        **_trial(card),
    )


def _trial(card: Card) -> dict[str, object]:
    view = viewer()
    try:
        found: TrialList = trial_list(site().records, card.id, site().clock.read().at)
    except UNREADABLE as error:
        current_app.logger.warning("the records cannot be read: %s", error)
        abort(503)
    rows = [(row, reason_text(row.reason, view.language), view.when(row.last_at)) for row in found.rows]
    since = view.when(found.since_at) if found.since_at else None
    return {"trial": found, "trial_rows": rows, "trial_since": since}


# --- what all of them share ----------------------------------------------------------------------------------


def _card(equipment: str) -> Card:
    return one_machine(equipment, site().clock.read().at).cards[0]


def _form(template: str, card: Card, trouble: Trouble, **more: object) -> str:
    shown: dict[str, object] = {"typed": typed("justification", "sign_user"), **more}
    return render_template(template, **around(viewer()), card=card, w=floor_words(), trouble=trouble, **shown)


def _done(card: Card, what: str) -> str:
    return url_for("floor.machine", equipment=card.id, done=what, lang=viewer().language)
