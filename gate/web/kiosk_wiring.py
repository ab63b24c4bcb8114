"""Put the kiosks into the application: the screen, what is pressed on it, and its forms."""

from flask import Flask, redirect, request
from werkzeug.wrappers import Response

from gate.web.kiosk import kiosk
from gate.web.kiosk_doing import kiosk_doing
from gate.web.kiosk_duty import kiosk_duty
from gate.web.kiosk_grant import kiosk_grant
from gate.web.kiosk_key import kiosk_path
from gate.web.reading import UNREADABLE

FORMS = (kiosk_doing, kiosk_duty, kiosk_grant)


def add_kiosk_pages(app: Flask) -> None:
    """Register the pages; the token of their forms is the kiosk's own, which outlives a restart as the screen does."""
    for blueprint in (kiosk, *FORMS):
        app.register_blueprint(blueprint)
        app.extensions["csrf"].exempt(blueprint)


def _to_the_screen(_error: Exception) -> Response:
    """Records that cannot be read are said by the screen itself; a page with a way home is of no use in gloves."""
    return redirect(kiosk_path((request.view_args or {})["name"].split("+")), 303)


for _blueprint in FORMS:
    for _fault in UNREADABLE:
        if issubclass(_fault, Exception):
            _blueprint.register_error_handler(_fault, _to_the_screen)
