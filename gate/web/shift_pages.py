"""The shift summary: what the next shift must know, to read, to print, and to add a note to."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gate.alert_acts import write_note
from gate.core.roles import Act
from gate.core.shifts import Shift, shift_at, shift_before
from gate.supervision import RefusedError
from gate.web.alert_reading import known_areas
from gate.web.formats import visible
from gate.web.pages import around, site, viewer
from gate.web.session import accounts, requires
from gate.web.shift_reading import MOST, shift_now
from gate.web.shift_view import ShiftWords, note_lines, sections
from gate.web.signing import NO_TROUBLE, Trouble, form_value, signing_user, typed

shift_pages = Blueprint("shift_pages", __name__)

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


@shift_pages.get("/shift")
@requires(Act.VIEW_RECORDS)
def shift() -> ResponseReturnValue:
    """Show the shift that runs, or the one of an instant in the address."""
    return _page(NO_TROUBLE)


@shift_pages.post("/shift")
@requires(Act.WRITE_SHIFT_NOTE)
def note_sent() -> ResponseReturnValue:
    """Put a note on record; it belongs to the shift that runs now."""
    user, area, text = signing_user(), form_value("area"), form_value("note")
    with site().records.engine().connect() as connection:
        known = {found for found, _ in known_areas(connection)}
    if area and area not in known:
        return _page(Trouble({"area": "choose_one"})), 422
    try:
        accounts().writer.write(lambda desk: write_note(desk.trail, area, text, by=user.account_id, moment=desk.moment))
    except RefusedError as error:
        return _page(Trouble({error.field: "see_above"}, error.sentences(viewer().language))), 422
    return redirect(url_for("shift_pages.shift", done="noted", lang=viewer().language), 303)


def _page(trouble: Trouble) -> str:
    view, now, settings = viewer(), site().clock.read().at, site().settings
    starts = [shift.start for shift in settings.shift]
    running = shift_at(starts, now, settings.zone)
    shown = shift_at(starts, _asked(now), settings.zone)
    words = ShiftWords(view, settings, named=True)
    found = shift_now(site().records.engine(), shown)
    with site().records.engine().connect() as connection:
        areas = known_areas(connection)
    return render_template(
        "shift.html",
        **around(view),
        heading=words.of(shown, "shift_of"),
        span=words.of(shown, "shift_span"),
        running=shown == running,
        now=replace(view.when(now), time=words.time(now)),
        parts=sections(found, words, running=shown == running),
        notes=note_lines(found, words),
        cut=found.cut and MOST,
        before=_address(shift_before(starts, shown, settings.zone)),
        after="" if shown == running else _address(shift_at(starts, shown.ends_at, settings.zone)),
        areas=[(known, visible(name)) for known, name in areas],
        done=request.args.get("done", ""),
        trouble=trouble,
        typed=typed("area", "note"),
    )


def _address(shift: Shift) -> str:
    at = shift.starts_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return url_for("shift_pages.shift", at=at, lang=viewer().language)


def _asked(now: datetime) -> datetime:
    """Return the instant in the address; one that is none, or out of reach, is now."""
    try:
        at = datetime.fromisoformat(request.args.get("at", ""))
    except ValueError:
        return now
    return at if at.tzinfo and EARLIEST <= at <= now + timedelta(days=1) else now
