"""Accounts on record for the tests of the pages, and a browser that signs in with them."""

import json
import re
from datetime import timedelta

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gate.accounts import NewAccount, create_account, make_setup_code, set_password
from gate.core.roles import Role
from gate.store.database import open_database
from gate.store.schema import audit_trail
from gate.web.passwords import Passwords
from tests.web.records import GateOnRecord

WORD = "correct horse battery"
TEMPORARY = "given by somebody else"
CODE = "ABCD-EFGH-JKMN-PQRS-TVWX"

CHEAP = Passwords(memory_kib=64, passes=1)
"""Hundreds of logins a test run; that the real setting is the strong one has its own test."""


def add_account(gate: GateOnRecord, login: str, *roles: Role, own: bool = True, word: str = WORD) -> None:
    """Put an account on record; `own`: the person has chosen the password."""
    until = gate.clock.read().at + timedelta(days=30) if Role.AUDITOR in roles else None
    held = frozenset(roles or {Role.SUPERVISOR})
    new = NewAccount(login, f"P-{login}", f"Name of {login}", held, expires_at=until)
    create_account(gate.trail, new, CHEAP.encode(TEMPORARY), by="t.est", why="test", moment=gate.moment())
    if own:
        set_password(gate.trail, login, CHEAP.encode(word), by=login, moment=gate.moment(), accepted=True)


def add_code(gate: GateOnRecord, code: str = CODE) -> None:
    make_setup_code(gate.trail, code, moment=gate.moment())


def token(client: FlaskClient, path: str) -> str:
    """Return the form token of a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
    assert found, path
    return found[1]


def send(client: FlaskClient, path: str, page: str = "", **fields: str) -> TestResponse:
    """Send a form as the page offers it."""
    return client.post(path, data={"csrf_token": token(client, page or path), **fields})


def sign_in(client: FlaskClient, login: str, word: str = WORD) -> TestResponse:
    return send(client, "/login?lang=en", user=login, password=word)


def signed_in(app: Flask, login: str, word: str = WORD) -> FlaskClient:
    """Return a browser that is signed in."""
    client = app.test_client()
    assert sign_in(client, login, word).status_code == 303
    return client


def told(gate: GateOnRecord, what: str) -> list[dict[str, object]]:
    """Return the details of the security entries that tell this."""
    engine = open_database(gate.settings.database_path, read_only=True)
    with engine.connect() as connection:
        rows = connection.execute(
            sa.select(audit_trail.c.data).where(audit_trail.c.kind == "security").order_by(audit_trail.c.seq)
        )
        said = [json.loads(row.data) for row in rows]
    engine.dispose()
    return [{**entry["detail"], "subject": entry.get("subject")} for entry in said if entry["detail"]["what"] == what]
