"""On duty here: a supervisor's badge at the kiosk switches the duty for the area on or off; nothing is signed."""

from datetime import datetime, timedelta

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from gate.duty_acts import ON_DUTY, switch_off, switch_on
from gate.held_out import Wanted
from gate.kiosk_acts import asked_by
from gate.store import kiosk_rows
from gate.store.database import STORE_FAULTS
from gate.store.duty_rows import Holder, holder_of, on_duty, read_areas
from gate.supervision import RefusedError
from gate.web.formats import visible
from gate.web.kiosk_forms import around_kiosk, busy, held, note, number, spoken
from gate.web.kiosk_key import kiosk_path
from gate.web.kiosk_opened import machine_of, opened, opened_form, readers_of
from gate.web.kiosk_showing import kiosk_time
from gate.web.kiosk_texts import KIOSK_TEXTS
from gate.web.pages import site
from gate.web.session import accounts

kiosk_duty = Blueprint("kiosk_duty", __name__, url_prefix="/kiosk")

PURPOSE = "duty"
"""What the badge is for, as the reader's request names it."""

HOURS = (4, 8, 12)


@kiosk_duty.get("/<name>/duty/<machine>/<int:request_id>")
def duty(name: str, machine: str, request_id: int) -> ResponseReturnValue:
    """Wait for the badge; when it was read, offer what its holder can choose."""
    machine_of(opened(name), machine)
    wanted = _wanted(machine, request_id)
    found, now, language = held(wanted), site().clock.read().at, spoken()
    waits = found is not None and not found.seq and not found.taken_back and now < found.expires_at
    if found is None or (not found.seq and not waits) or found.used:
        return redirect(kiosk_path(opened(name)), 303)
    holder = _holder(found.person_id)
    if found.seq and (holder is None or not holder.roles & ON_DUTY):
        return note(name, machine, (KIOSK_TEXTS[language]["duty_wrong"],)), 422
    area, area_name = _area(machine)
    return render_template(
        "kiosk_duty.html",
        **around_kiosk(name, machine, spoken(holder.language if holder else None)),
        area=visible(area_name),
        waits=waits,
        left=max(0, int((found.expires_at - now).total_seconds())),
        request_id=request_id,
        holder=visible(holder.name) if holder else "",
        offers=[(hours, _time(now + timedelta(hours=hours), language)) for hours in HOURS],
        is_on=holder is not None and _is_on(holder.person_id, area),
    )


@kiosk_duty.post("/<name>/duty/<machine>/<int:request_id>")
def duty_sent(name: str, machine: str, request_id: int) -> ResponseReturnValue:
    """Switch on for some hours, or off; the identity is the badge's."""
    machine_of(opened_form(name), machine)
    wanted, chosen, language = _wanted(machine, request_id), request.form.get("hours", ""), spoken()
    area, area_name = _area(machine)
    texts = KIOSK_TEXTS[language]
    try:
        with accounts().writer.desk() as desk:
            if chosen == "off":
                person, done = switch_off(desk.trail, wanted, area, desk.moment), texts["duty_ended"]
            else:
                hours = number(chosen) if number(chosen) in HOURS else 0
                person, done = switch_on(desk.trail, wanted, area, hours, desk.moment), texts["duty_done"]
            until = desk.moment.at + timedelta(hours=number(chosen))
    except RefusedError as error:
        return note(name, machine, error.sentences(language)), 422
    except STORE_FAULTS:
        return busy(name, machine)
    words = done.format(name=visible(person), area=visible(area_name), time=_time(until, language))
    return note(name, machine, (words,), good=True)


def _wanted(machine: str, request_id: int) -> Wanted:
    return Wanted(request_id, asked_by(machine, PURPOSE), readers_of(machine), ON_DUTY)


def _holder(person_id: str | None) -> Holder | None:
    if person_id is None:
        return None
    with accounts().records.engine().connect() as connection:
        return holder_of(connection, person_id)


def _area(machine: str) -> tuple[str, str]:
    """Return id and name of the area where the machine stands; a machine that is not on record has none."""
    now = site().clock.read().at
    with accounts().records.engine().connect() as connection:
        place = kiosk_rows.places(connection, now).get(machine)
        if place is None:
            abort(404)
        return place.area_id, read_areas(connection).get(place.area_id, place.area_id)


def _is_on(person_id: str, area: str) -> bool:
    now = site().clock.read().at
    with accounts().records.engine().connect() as connection:
        return any(one.person_id == person_id and one.area_id == area for one in on_duty(connection, now))


def _time(at: datetime, language: str) -> str:
    return kiosk_time(at, site().settings.zone, language, site().clock.read().at)
