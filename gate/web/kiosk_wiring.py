"""Put the kiosks into the application: the screen, what is pressed on it, and its forms."""

from flask import Flask

from gate.web.kiosk import kiosk
from gate.web.kiosk_doing import kiosk_doing
from gate.web.kiosk_duty import kiosk_duty
from gate.web.kiosk_grant import kiosk_grant


def add_kiosk_pages(app: Flask) -> None:
    """Register the pages; the token of their forms is the kiosk's own, which outlives a restart as the screen does."""
    for blueprint in (kiosk, kiosk_doing, kiosk_duty, kiosk_grant):
        app.register_blueprint(blueprint)
        app.extensions["csrf"].exempt(blueprint)
