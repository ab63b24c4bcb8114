"""A gate at work with its pages of administration: badge bytes on one side, forms on the other."""

import html
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gate.accounts import NewAccount, create_account, set_password
from gate.core.roles import Role
from gate.store.audit_trail import Trail
from gate.store.database import open_database
from gate.web.app import create_app
from gate.web.session import PARTS
from tests.scenarios.plant import Plant, plant, record
from tests.scenarios.world import World, local, moment_now
from tests.web.people import CHEAP, TEMPORARY, WORD, sign_in, token

Make = Callable[..., World]

ACCOUNTS = (
    ("sys", "P-sys", Role.SYSADMIN),
    ("sys2", "P-sys2", Role.SYSADMIN),
    ("qa", "P-qa", Role.QA),
    ("qa2", "E2", Role.QA),
    ("sup", "P-sup", Role.SUPERVISOR),
    ("aud", "P-aud", Role.AUDITOR),
)

HOSTILE_TEXTS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "Ada\u202enaidA",
    "Ada\x00One",
    "Ada\nOne",
    "\x1b[31mAda",
    "A\u200bda",
    "x" * 10_000,
    " ",
    "\U0001f525",
    "{{ 7*7 }}",
    "=HYPERLINK(1)",
    "'; DROP TABLE people; --",
)


@dataclass
class AdminSite:
    """The gate, its pages, and one browser for each account that has signed in."""

    world: World
    app: Flask
    browsers: dict[str, FlaskClient] = field(default_factory=dict)

    def as_(self, login: str) -> FlaskClient:
        """Return the browser of an account, signed in."""
        if login not in self.browsers:
            self.browsers[login] = self.app.test_client()
            assert sign_in(self.browsers[login], login).status_code == 303
        return self.browsers[login]

    def page(self, login: str, path: str, language: str = "en") -> str:
        return self.as_(login).get(path, query_string={"lang": language}).text

    def send(self, login: str, path: str, **fields: str) -> TestResponse:
        """Send a form as the page offers it: what it shows, with the fields given changed."""
        shown = self.page(login, path)
        return self.as_(login).post(f"{path}?lang=en", data={**form_of(shown), **fields})

    def post(self, login: str, path: str, **fields: str) -> TestResponse:
        """Send fields that no form offered."""
        return self.as_(login).post(path, data={"csrf_token": token(self.as_(login), "/account"), **fields})

    def changes(self, subject: str) -> list[dict[str, Any]]:
        return [entry for entry in self.world.trail("change") if entry.get("subject") == subject]

    def refused(self) -> list[dict[str, Any]]:
        """Return the entries of refused acts."""
        return [
            entry for entry in self.world.trail("security") if str(entry["detail"].get("what", "")).endswith("refused")
        ]

    def trail(self) -> Trail:
        return Trail(open_database(self.world.settings.database_path), "gate-1", self.world.settings.zone)


def form_of(page: str) -> dict[str, str]:
    """Return the fields of the last form of a page with the values that it shows."""
    form = page[page.rindex("<form ") :]
    form = form[: form.index("</form>")]
    found: dict[str, str] = {}
    for tag in re.findall(r"<input [^>]*>", form):
        said = {name: html.unescape(value) for name, value in re.findall(r'([a-z]+)="([^"]*)"', tag)}
        if said.get("type") not in {"checkbox", "radio"} or " checked" in tag:
            found[said["name"]] = said.get("value", "")
    for name, inner in re.findall(r'<select [^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', inner) or re.search(r'value="([^"]*)"', inner)
        found[name] = html.unescape(chosen[1]) if chosen else ""
    for name, inner in re.findall(r'<textarea [^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        found[name] = html.unescape(inner)
    return found


def signed_by(login: str) -> dict[str, str]:
    """Return the fields of a signature."""
    return {"sign_user": login, "password": WORD}


def approved_by(login: str) -> dict[str, str]:
    """Return the fields of a co-signature."""
    return {"cosign_user": login, "cosign_password": WORD}


@contextmanager
def admin_site(make_world: Make, plant_: Plant | None = None) -> Iterator[AdminSite]:
    """Run the gate with its pages; somebody's training has not expired, so badges are allowed."""
    records = [record(person, expires_on=date(2027, 11, 1)) for person in ("E1", "E2")]
    world = make_world(local("2026-11-23T12:00"), plant_ or {**plant(), "training_record": records})
    trail = Trail(open_database(world.settings.database_path), "gate-1", world.settings.zone)
    for login, person, role in ACCOUNTS:
        until = world.clock.read().at + timedelta(days=30) if role is Role.AUDITOR else None
        new = NewAccount(login, person, f"Name of {login}", frozenset({role}), expires_at=until)
        create_account(trail, new, CHEAP.encode(TEMPORARY), by="t.est", why="test", moment=moment_now(world.clock))
        set_password(trail, login, CHEAP.encode(WORD), by=login, moment=moment_now(world.clock), accepted=True)
    trail.close()
    app = create_app(world.settings, world.clock)
    app.testing = True
    app.extensions[PARTS] = replace(app.extensions[PARTS], passwords=CHEAP)
    yield AdminSite(world, app)
    app.extensions["gate"].close()
    app.extensions[PARTS].writer.close()
