"""What signing in works with, in one value of the application."""

from dataclasses import dataclass

from flask import current_app

from gate.clock import Clock
from gate.web.passwords import Passwords
from gate.web.reading import Records
from gate.web.security import Security
from gate.web.writing import Writer

PARTS = "gate-accounts"


@dataclass(frozen=True, slots=True)
class Accounts:
    """What signing in works with."""

    records: Records
    clock: Clock
    writer: Writer
    passwords: Passwords
    security: Security


def accounts() -> Accounts:
    """Return what signing in works with in this application."""
    found = current_app.extensions[PARTS]
    if not isinstance(found, Accounts):
        raise AssertionError("the application was not made by create_app")
    return found
