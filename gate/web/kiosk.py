"""The kiosk: the screen beside one to four machines, opened by a key in its address."""

from collections.abc import Sequence

from flask import Blueprint, Response, abort, current_app, make_response, redirect, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from gate import alive
from gate.web.board import Message
from gate.web.kiosk_key import kiosk_path
from gate.web.kiosk_messages import EVERY_KIOSK, topic_of
from gate.web.kiosk_opened import COOKIE, opened, token_of
from gate.web.kiosk_texts import KIOSK_TEXTS
from gate.web.kiosk_view import unreadable_view
from gate.web.pages import site
from gate.web.reading import UNREADABLE
from gate.web.site import Site
from gate.web.texts import LANGUAGES
from gate.web.view import is_alive

kiosk = Blueprint("kiosk", __name__, url_prefix="/kiosk")

COOKIE_S = 400 * 24 * 3600
"""As long as browsers keep a cookie; each opening of the page begins it anew."""

REFRESH_S = 5
"""Without JavaScript the page asks anew this often."""


@kiosk.get("/<name>")
def kiosk_page(name: str) -> AnyResponse:
    """Show the machines; a key in the address becomes a cookie for this path, so that it stays off the screen."""
    here, given = site(), request.args.get("key")
    equipment = opened(name, given)
    if given is not None:
        return _with_cookie(redirect(kiosk_path(equipment), code=303), equipment, given)
    now, status = here.clock.read().at, 200
    try:
        views = here.kiosks.views(equipment, now, alive=is_alive(alive.last_alive(here.alive_path), now))
    except UNREADABLE as error:
        current_app.logger.warning("the records cannot be read: %s", error)
        views, status = [unreadable_view(machine, here.settings, now) for machine in equipment], 503
    language = here.settings.site.language
    page = render_template(
        "kiosk.html",
        language=language,
        others=[KIOSK_TEXTS[name] for name in _site_order(language)],
        texts=KIOSK_TEXTS[language],
        machines=", ".join(equipment),
        tiles=[Markup(here.kiosks.html(view, now)) for view in views],  # noqa: S704 - a finished template
        languages=_site_order(language),
        now=now.isoformat(),
        zone=here.settings.site.zone,
        events=f"{kiosk_path(equipment)}/events",
        refresh_s=REFRESH_S,
        path=kiosk_path(equipment),
        token=token_of(equipment),
    )
    return _with_cookie(make_response(page, status), equipment, request.cookies[COOKIE])


@kiosk.get("/<name>/events")
def kiosk_events(name: str) -> Response:
    """Stream what changes on these machines and nothing else."""
    here, equipment = site(), opened(name)
    here.tail.ensure_started()
    topics = frozenset({EVERY_KIOSK, *map(topic_of, equipment)})
    stream = here.streams.open(here.settings.site.language, 0, lambda _after: _full_state(here, equipment), topics)
    if stream is None:
        abort(503)
    return Response(stream, mimetype="text/event-stream")


def _full_state(here: Site, equipment: Sequence[str]) -> Sequence[Message] | None:
    now = here.clock.read().at
    try:
        return here.kiosks.full_state(equipment, now, alive=is_alive(alive.last_alive(here.alive_path), now))
    except UNREADABLE:
        return None


def _with_cookie(response: AnyResponse, equipment: Sequence[str], key: str) -> AnyResponse:
    flags = {"secure": request.is_secure, "httponly": True, "samesite": "Strict", "path": kiosk_path(equipment)}
    response.set_cookie(COOKIE, key, max_age=COOKIE_S, **flags)  # type: ignore[arg-type]
    return response


def _site_order(language: str) -> list[str]:
    return [language, *(name for name in LANGUAGES if name != language)]
