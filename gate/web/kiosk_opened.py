"""Who may see a kiosk and send its forms: the key in the cookie of its path, and the token that its pages carry."""

import hmac
from collections.abc import Sequence

from flask import abort, current_app, request

from gate.keys import KeyFileError
from gate.web.kiosk_key import form_token, machines_of, opens
from gate.web.pages import site

COOKIE = "kiosk"


def opened(name: str, key: str | None = None) -> tuple[str, ...]:
    """Return the equipment of the path; a wrong key looks like equipment that there is not."""
    settings = site().settings
    equipment = machines_of(name, settings)
    given = request.cookies.get(COOKIE, "") if key is None else key
    try:
        right = opens(settings, equipment or (name,), given)
    except (KeyFileError, OSError):
        current_app.logger.exception("the secret of the kiosks cannot be used")
        abort(503)
    if not (equipment and right):
        abort(404)
    return equipment


def opened_form(name: str) -> tuple[str, ...]:
    """Return the same for a form that was sent; without its token another page may have sent it."""
    equipment = opened(name)
    if not hmac.compare_digest(token_of(equipment).encode(), request.form.get("token", "").encode()):
        abort(403)
    return equipment


def token_of(equipment: Sequence[str]) -> str:
    """Return the token that the forms of this kiosk carry."""
    return form_token(site().settings, equipment)


def machine_of(equipment: Sequence[str], machine: str) -> str:
    """Return the machine if it is one of this kiosk's; a kiosk asks nothing of any other."""
    if machine not in equipment:
        abort(404)
    return machine


def readers_of(machine: str) -> tuple[str, ...]:
    """Return the readers of a machine, in the order of the configuration."""
    lines = site().settings.line
    return tuple(reader.name for line in lines for reader in line.reader if reader.equipment == machine)
