"""The pages: the live page, its event stream, and the health check."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, current_app, jsonify, render_template, request

from gate import alive
from gate.web.board import Message
from gate.web.reading import UNREADABLE
from gate.web.site import Site
from gate.web.texts import LANGUAGES, PAGE_TEXTS
from gate.web.view import Viewer, is_alive

pages = Blueprint("pages", __name__)

ROWS = 20
"""Decisions on the page."""


def site() -> Site:
    """Return what this application shows."""
    found = current_app.extensions["gate"]
    if not isinstance(found, Site):
        raise AssertionError("the application was not made by create_app")
    return found


def viewer() -> Viewer:
    """Return the language asked for: in the address, else by the browser, else the site's."""
    asked = request.args.get("lang")
    language = asked if asked in LANGUAGES else request.accept_languages.best_match(LANGUAGES)
    return site().parts.viewer(language or site().settings.site.language)


NOT_KEPT = frozenset({"lang", "key"})
"""What the link to the other language leaves out: it says its own, and a key is no part of a page."""


def around(view: Viewer) -> dict[str, object]:
    """Return what every page needs around its content."""
    other = site().parts.viewer(next(language for language in LANGUAGES if language != view.language))
    asked = [(name, value) for name, value in request.args.items(multi=True) if name not in NOT_KEPT]
    return {
        "viewer": view,
        "other": other,
        "other_address": f"?{urlencode([*asked, ('lang', other.language)])}",
        "texts": PAGE_TEXTS[view.language],
        "site": site().settings.site.name,
    }


@pages.get("/")
def live_page() -> str:
    """Show what happens at the readers now."""
    here, view, now = site(), viewer(), site().clock.read().at
    try:
        look = here.records.look(0, ROWS)
    except UNREADABLE as error:
        current_app.logger.warning("the records cannot be read: %s", error)
        abort(503)
    last_alive = _last_alive(here)
    return render_template(
        "live.html",
        **around(view),
        after=look.seq,
        now=view.when(now),
        rows_shown=ROWS,
        gate=here.parts.gate(look, last_alive, now, view),
        entries=here.parts.entries(look, view),
        readers=here.parts.readers(look, view, alive=is_alive(last_alive, now)),
    )


def _last_alive(here: Site) -> datetime | None:
    return alive.last_alive(here.alive_path)


@pages.get("/events")
def events() -> Response:
    """Stream what changes; after a cut it goes on behind the last entry the browser had."""
    here, view = site(), viewer()
    after = _number(request.headers.get("Last-Event-ID")) or _number(request.args.get("after")) or 0
    here.tail.ensure_started()
    stream = here.streams.open(view.language, after, lambda seq: _full_state(here, seq))
    if stream is None:
        abort(503)
    return Response(stream, mimetype="text/event-stream")


def _full_state(here: Site, after: int) -> Sequence[Message] | None:
    try:
        look = here.records.look(after, ROWS)
    except UNREADABLE:
        return None
    return here.parts.full_state(look, _last_alive(here), here.clock.read().at)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else None


@pages.get("/healthz")
def healthz() -> tuple[Response, int]:
    """Tell a monitor: 200 when the records can be read and the gate is at work, else 503."""
    here = site()
    running = is_alive(_last_alive(here), here.clock.read().at)
    try:
        seq: int | None = here.records.head_seq()
    except UNREADABLE:
        seq = None
    healthy = running and seq is not None
    return jsonify(database=seq is not None, last_seq=seq, gate_alive=running), 200 if healthy else 503
