"""What the forms of the kiosks share: the badge asked for, the language, the page that says why something stays."""

from collections.abc import Callable

from flask import render_template, request
from flask.typing import ResponseReturnValue

from gate.held_out import Wanted
from gate.kiosk_acts import ask_for_badge
from gate.store import kiosk_rows
from gate.store.held_badges import HeldBadge, of_request
from gate.store.reader_requests import RequestKind, read_request
from gate.supervision import RefusedError
from gate.web.kiosk_key import kiosk_path
from gate.web.kiosk_opened import opened, readers_of, token_of
from gate.web.kiosk_texts import KIOSK_TEXTS
from gate.web.pages import site
from gate.web.reading import UNREADABLE
from gate.web.session import accounts
from gate.web.texts import LANGUAGES
from gate.web.writing import Desk

LONGEST_NUMBER = 15
"""Digits of an entry's or a request's number in a form; more is none."""


BEYOND = 10**LONGEST_NUMBER


def attempt(name: str, machine: str, act: Callable[[Desk], object]) -> ResponseReturnValue | None:
    """Do an act; return the page that says why it was not done, None when it was."""
    try:
        with accounts().writer.desk() as desk:
            act(desk)
    except RefusedError as error:
        return note(name, machine, error.sentences(spoken())), 422
    except UNREADABLE:
        return busy(name, machine)
    return None


def busy(name: str, machine: str) -> ResponseReturnValue:
    """Say that nothing was done because the records cannot be written now."""
    return note(name, machine, (KIOSK_TEXTS[spoken()]["busy"],)), 503


def ask_badge(machine: str, purpose: str) -> int:
    """Let the next badge at the machine's reader be held out to this screen; return the request's number.

    Raises:
        what `gate.web.reading.UNREADABLE` lists: the records cannot be written now.
    """
    reader = reader_of(machine)
    with accounts().writer.desk() as desk:
        return ask_for_badge(desk.trail, machine, reader, purpose, desk.moment)


def reader_of(machine: str) -> str:
    """Return the reader of the machine that answers, the first of the configuration if several or none do."""
    readers = readers_of(machine)
    with accounts().records.engine().connect() as connection:
        online = kiosk_rows.online_readers(connection)
    return next((reader for reader in readers if reader in online), readers[0])


def held(wanted: Wanted) -> HeldBadge | None:
    """Return what the records say of the badge asked for; None: it is not this form's, or forgotten."""
    with accounts().records.engine().connect() as connection:
        found = read_request(connection, wanted.request_id) if wanted.request_id < BEYOND else None
    if found is None or found.kind is not RequestKind.IDENTIFY:
        return None
    return of_request(found) if found.asked_by == wanted.asked_by and found.reader in wanted.readers else None


def spoken(default: str | None = None) -> str:
    """Return the language of a form: as asked for in the address, else the given one, else the site's."""
    asked = request.args.get("lang")
    return asked if asked in LANGUAGES else default or site().settings.site.language


def number(text: str) -> int:
    """Return the number in a form's field, 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else 0


def around_kiosk(name: str, machine: str, language: str) -> dict[str, object]:
    """Return what every form of a kiosk needs around its content."""
    equipment = opened(name)
    other = next(found for found in LANGUAGES if found != language)
    return {
        "language": language,
        "other": other,
        "other_name": {"en": "English", "fr": "Français"}[other],
        "texts": KIOSK_TEXTS[language],
        "machine": machine,
        "home": kiosk_path(equipment),
        "token": token_of(equipment),
    }


def note(name: str, machine: str, sentences: tuple[str, ...], *, good: bool = False) -> str:
    """Return a page that says something and goes back to the kiosk by itself."""
    return render_template("kiosk_note.html", **around_kiosk(name, machine, spoken()), sentences=sentences, good=good)
