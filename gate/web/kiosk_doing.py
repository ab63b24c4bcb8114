"""What is pressed on a kiosk: an operation for the next badge, back, help asked for; and the way to the forms."""

from collections.abc import Callable

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gate.kiosk_acts import ask_for_supervisor, choose_operation, take_back
from gate.store import kiosk_rows
from gate.store.duty_rows import on_duty
from gate.web.kiosk_duty import PURPOSE
from gate.web.kiosk_forms import ask_badge, attempt, busy, number
from gate.web.kiosk_key import kiosk_path
from gate.web.kiosk_opened import machine_of, opened_form, readers_of
from gate.web.reading import UNREADABLE
from gate.web.session import accounts
from gate.web.writing import Desk

kiosk_doing = Blueprint("kiosk_doing", __name__, url_prefix="/kiosk")


@kiosk_doing.post("/<name>")
def pressed(name: str) -> ResponseReturnValue:
    """Do what the button says, for a machine of this kiosk alone; then show the kiosk again."""
    equipment = opened_form(name)
    what, machine, about = [*request.form.get("do", "").split(" "), "", "", ""][:3]
    machine_of(equipment, machine)
    if what == "grant" and number(about):
        return redirect(url_for("kiosk_grant.form", name=name, seq=number(about)), 303)
    if what == "duty":
        return _to_duty(name, machine)
    act = _ACTS.get(what)
    if act is None:
        abort(400)
    return attempt(name, machine, lambda desk: act(desk, machine, about)) or redirect(kiosk_path(equipment), 303)


def _to_duty(name: str, machine: str) -> ResponseReturnValue:
    try:
        asked = ask_badge(machine, PURPOSE)
    except UNREADABLE:
        return busy(name, machine)
    return redirect(url_for("kiosk_duty.duty", name=name, machine=machine, request_id=asked), 303)


def _choose(desk: Desk, machine: str, about: str) -> None:
    choose_operation(desk.trail, machine, readers_of(machine), about, desk.moment)


def _back(desk: Desk, machine: str, _about: str) -> None:
    take_back(desk.trail, machine, readers_of(machine), desk.moment)


def _ask(desk: Desk, machine: str, about: str) -> None:
    with accounts().records.engine().connect() as connection:
        place = kiosk_rows.places(connection, desk.moment.at).get(machine)
        area = place.area_id if place else None
        told = [duty.person_id for duty in on_duty(connection, desk.moment.at) if duty.area_id == area]
    ask_for_supervisor(desk.trail, machine, number(about), list(dict.fromkeys(told)), desk.moment)


_ACTS: dict[str, Callable[[Desk, str, str], None]] = {"choose": _choose, "back": _back, "ask": _ask}
