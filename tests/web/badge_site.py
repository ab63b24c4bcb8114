"""A gate at work with its badge pages: bytes on one side, forms on the other."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gate.accounts import NewAccount, create_account, set_password
from gate.core.roles import Role
from gate.demo_badges import wiegand26
from gate.store.audit_trail import Trail
from gate.store.database import open_database
from gate.web.app import create_app
from gate.web.session import PARTS
from tests.badge_people import NEW, POOL
from tests.scenarios.plant import Plant, plant, record
from tests.scenarios.world import World, local, moment_now
from tests.web.people import CHEAP, TEMPORARY, WORD, send, sign_in

Make = Callable[..., World]

NEW_2 = wiegand26(118, 9002)
SIGNED = {"sign_user": "sup", "password": WORD}
LENT = {"person": "E4", "hours": "8", "how": "photo_id", "why": "forgot the badge at home", **SIGNED}
ASKED = {"reader": "R2", "how": "photo_id"}

LOGINS = (
    ("sup", "P-sup", Role.SUPERVISOR),
    ("two", "P-two", Role.SUPERVISOR),
    ("bo", "E2", Role.SUPERVISOR),
    ("qa", "P-qa", Role.QA),
    ("adm", "P-adm", Role.SYSADMIN),
)


def people() -> Plant:
    """E1 to E3 carry badges; E4 and E5 are trained and carry none; a pool badge lies in the drawer."""
    found = plant()
    more = [{"id": "E4", "name": "Di Four"}, {"id": "E5", "name": "Éli <b>Cinq</b>"}]
    found["person"] = [*found["person"], *more, {"id": "E9", "name": "Gone Away", "state": "inactive"}]
    found["badge"] = [*found["badge"], {"id": "POOL-1", "number": POOL, "pool": True}]
    found["training_record"] = [*found["training_record"], record("E4"), record("E5")]
    return found


@dataclass
class Site:
    """A gate at work, its pages, and a browser for each login."""

    world: World
    app: Flask
    browsers: dict[str, FlaskClient] = field(default_factory=dict)

    def browser(self, login: str = "sup") -> FlaskClient:
        """Return the browser in which somebody has signed in."""
        if login not in self.browsers:
            self.browsers[login] = self.app.test_client()
            assert sign_in(self.browsers[login], login).status_code == 303
        return self.browsers[login]

    def get(self, path: str, login: str = "sup") -> TestResponse:
        return self.browser(login).get(path)

    def send(self, path: str, login: str = "sup", **fields: str) -> TestResponse:
        """Send a form; its token is the same on every page of a session."""
        return send(self.browser(login), f"{path}?lang=en", "/login?lang=en", **fields)

    def ask(self, person: str, login: str = "sup", **more: str) -> str:
        """Ask a reader for somebody's badge; return the address of the page that waits."""
        answer = self.send("/badges/enrol", login, **{**ASKED, "person": person, **more})
        assert answer.status_code == 303, answer.text
        self.world.run(1.2)
        return str(answer.location)

    def enrol(self, person: str, number: str, login: str = "sup", **more: str) -> TestResponse:
        """Ask, tap and confirm."""
        page = self.ask(person, login, **more)
        self.world.badge(more.get("reader", ASKED["reader"]), number)
        return self.confirm(page, login)

    def confirm(self, page: str, login: str = "sup") -> TestResponse:
        return self.send(page.partition("?")[0], login, step="confirm", confirmed="yes")


@contextmanager
def open_site(make_world: Make) -> Iterator[Site]:
    """Start the gate and its pages, with an account for each login."""
    world = make_world(local("2026-11-23T12:00"), people())
    trail = Trail(open_database(world.settings.database_path), "gate-1", world.settings.zone)
    for login, person, role in LOGINS:
        new = NewAccount(login, person, f"Name of {login}", frozenset({role}))
        create_account(trail, new, CHEAP.encode(TEMPORARY), by="t.est", why="test", moment=moment_now(world.clock))
        set_password(trail, login, CHEAP.encode(WORD), by=login, moment=moment_now(world.clock), accepted=True)
    trail.close()
    app = create_app(world.settings, world.clock)
    app.testing = True
    app.extensions[PARTS] = replace(app.extensions[PARTS], passwords=CHEAP)
    yield Site(world, app)
    app.extensions["gate"].close()
    app.extensions[PARTS].writer.close()


__all__ = ["ASKED", "LENT", "NEW", "NEW_2", "POOL", "SIGNED", "Site", "open_site", "people"]
