"""A gate at work with its pages, and browsers of a trainer, two people from QA and a supervisor."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gate.accounts import NewAccount, create_account, set_password
from gate.core.roles import Role
from gate.store.audit_trail import Trail
from gate.store.database import open_database
from gate.web.app import create_app
from gate.web.session import PARTS
from tests.scenarios.world import World, local, moment_now
from tests.trained import TWO_CLASSES
from tests.web.people import CHEAP, TEMPORARY, WORD, send, sign_in

Make = Callable[..., World]

PEOPLE = (
    ("tr", "P-tr", frozenset({Role.TRAINER})),
    ("e1", "E1", frozenset({Role.TRAINER})),
    ("qa", "P-qa", frozenset({Role.QA})),
    ("qb", "P-qb", frozenset({Role.QA})),
    ("both", "P-both", frozenset({Role.QA, Role.TRAINER})),
    ("sup", "P-sup", frozenset({Role.SUPERVISOR})),
)
"""Login, person, roles; E1 operates a press and is a trainer too."""


@dataclass
class TrainedSite:
    """The world, its pages, and who is signed in."""

    world: World
    app: Flask
    _browsers: dict[str, FlaskClient] = field(default_factory=dict)

    def of(self, login: str) -> FlaskClient:
        """Return the browser in which this account has signed in."""
        if login not in self._browsers:
            browser = self._browsers[login] = self.app.test_client()
            assert sign_in(browser, login).status_code == 303
        return self._browsers[login]

    def sign(self, login: str, path: str, form_at: str = "", **fields: str) -> TestResponse:
        """Send a form with a signature; `form_at` is another page with a form, where this one is no longer offered."""
        signature = {"sign_user": login, "password": WORD}
        return send(self.of(login), f"{path}?lang=en", form_at, **{**signature, **fields})

    def fill(self, login: str, path: str, **fields: str) -> TestResponse:
        """Send a form without one."""
        return send(self.of(login), f"{path}?lang=en", **fields)

    def rows(self, question: str, **values: Any) -> list[tuple[Any, ...]]:
        engine = open_database(self.world.settings.database_path, read_only=True)
        with engine.connect() as connection:
            found = [tuple(row) for row in connection.execute(sa.text(question), values)]
        engine.dispose()
        return found

    def refusals(self, what: str) -> list[list[str]]:
        """Return the codes of every refusal of this act that is on record."""
        told = (entry["detail"] for entry in self.world.trail("security"))
        return [detail["refused"] for detail in told if detail.get("what") == f"{what} refused"]


def add_accounts(world: World) -> None:
    trail = Trail(open_database(world.settings.database_path), "gate-1", world.settings.zone)
    for login, person, roles in PEOPLE:
        new = NewAccount(login, person, f"Name of {login}", roles)
        create_account(trail, new, CHEAP.encode(TEMPORARY), by="t.est", why="test", moment=moment_now(world.clock))
        set_password(trail, login, CHEAP.encode(WORD), by=login, moment=moment_now(world.clock), accepted=True)
    trail.close()


@contextmanager
def trained_site(make_world: Make) -> Iterator[TrainedSite]:
    """Noon of 2026-11-23: E1 and E2 are certified at the presses, nobody at the mill, E1 has a GMP refresher."""
    world = make_world(local("2026-11-23T12:00"), TWO_CLASSES)
    add_accounts(world)
    app = create_app(world.settings, world.clock)
    app.testing = True
    app.extensions[PARTS] = replace(app.extensions[PARTS], passwords=CHEAP)
    yield TrainedSite(world, app)
    app.extensions["gate"].close()
    app.extensions[PARTS].writer.close()
