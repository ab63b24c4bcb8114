"""A gate at work with its pages and people who have signed in: badge bytes on one side, forms on the other."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gate import alive
from gate.accounts import NewAccount, create_account, set_password
from gate.core.audit import canonical
from gate.core.roles import Role
from gate.store.audit_trail import Trail
from gate.store.database import open_database
from gate.web.app import create_app
from gate.web.session import PARTS
from tests.scenarios.world import World, moment_now
from tests.web.people import CHEAP, TEMPORARY, WORD, send, signed_in

ACCOUNTS = {"sup": Role.SUPERVISOR, "sue": Role.SUPERVISOR, "qa": Role.QA, "op": Role.OPERATOR, "adm": Role.SYSADMIN}

WHY = "Noise from the lower punch, seen at 13:05"


@dataclass
class FloorSite:
    """A gate at work and its pages; every account has a browser of its own."""

    world: World
    app: Flask
    browsers: dict[str, FlaskClient] = field(default_factory=dict)

    def browser(self, login: str) -> FlaskClient:
        """Return the browser in which somebody has signed in; their sessions last while the test lasts."""
        if login not in self.browsers:
            self.browsers[login] = signed_in(self.app, login)
        return self.browsers[login]

    def page(self, login: str, path: str, language: str = "en") -> str:
        """Return a page as somebody sees it, the gate having just told that it is at work."""
        self.alive()
        answer = self.browser(login).get(f"{path}?lang={language}")
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text

    def sign(self, login: str, path: str, **fields: str | list[str]) -> TestResponse:
        """Send a signed form; what is not given is right."""
        values = {"justification": WHY, "sign_user": login, "password": WORD, **fields}
        return send(self.browser(login), f"{path}?lang=en", **values)  # type: ignore[arg-type]

    def alive(self) -> None:
        path = self.world.settings.gate.state_dir / "run" / "alive.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        alive.tell_alive(path, self.world.clock.read())

    def refused(self, what: str) -> list[list[str]]:
        """Return what stood against each refused act of a kind."""
        found = [entry["detail"] for entry in self.world.trail("security")]
        return [detail["refused"] for detail in found if detail["what"] == what]


@contextmanager
def floor_site(world: World) -> Iterator[FloorSite]:
    """Put accounts on record and open the pages over a world."""
    add_accounts(world)
    with pages_over(world) as site:
        yield site


def add_accounts(world: World) -> None:
    """Put an account of each role on record."""
    trail = Trail(open_database(world.settings.database_path), "gate-1", world.settings.zone)
    for login, role in ACCOUNTS.items():
        new = NewAccount(login, f"P-{login}", f"Name of {login}", frozenset({role}))
        create_account(trail, new, CHEAP.encode(TEMPORARY), by="t.est", why="test", moment=moment_now(world.clock))
        set_password(trail, login, CHEAP.encode(WORD), by=login, moment=moment_now(world.clock), accepted=True)
    trail.close()


@contextmanager
def pages_over(world: World) -> Iterator[FloorSite]:
    """Open the pages over a world whose accounts are on record."""
    app = create_app(world.settings, world.clock)
    app.testing = True
    app.extensions[PARTS] = replace(app.extensions[PARTS], passwords=CHEAP)
    try:
        yield FloorSite(world, app)
    finally:
        app.extensions["gate"].close()
        app.extensions[PARTS].writer.close()


def held(site: FloorSite, entry: int = -1) -> str:
    """Return the id of a hold that was set."""
    subject: str = site.world.trail("hold_set")[entry]["subject"]
    return subject.removeprefix("hold:")


def member(site: FloorSite) -> str:
    """Return the address where the only use on the page of TP-01 is closed."""
    found = re.search(r'href="(/floor/TP-01/leave/\d+)', site.page("sup", "/floor/TP-01"))
    assert found
    return found[1]


def signed_right(entry: dict[str, Any], name: str, meaning: str) -> bool:
    """Whether the entry shows this signature, and its digest is that of the entry's own content."""
    shown = entry["detail"]["signatures"][0]
    names = ("kind", "subject", "person", "equipment", "old", "new", "why")
    content = {key: entry[key] for key in names if key in entry}
    digest = hashlib.sha256(canonical(content)).hexdigest()
    return (shown["name"], shown["meaning"], shown["sha256"]) == (name, meaning, digest)


def modes(world: World) -> list[dict[str, Any]]:
    """Return the changes of a mode."""
    return [entry for entry in world.trail("change") if entry["subject"].startswith("equipment:")]
