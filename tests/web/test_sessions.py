"""Sessions: what a browser holds, when it ends, and that nobody can slip one to another."""

from datetime import timedelta

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from gate.accounts import change_roles, close_account
from gate.core.roles import Act, Role
from gate.store.web_sessions import Failures
from gate.web.app import create_app
from gate.web.passwords import Passwords
from gate.web.session import PARTS, TRIES, current_user, is_blocked, one_more, reauthenticated, requires
from tests.web.people import WORD, add_account, send, sign_in, signed_in, token, told
from tests.web.records import NOON, GateOnRecord

COOKIE = "gate_session"


def value(client: FlaskClient, name: str = COOKIE) -> str:
    found = client.get_cookie(name)
    return found.value if found else ""


def inside(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


@pytest.mark.req("A6")
def test_a_quiet_session_ends_and_an_active_one_after_twelve_hours(gate: GateOnRecord, app: Flask) -> None:
    """An unattended tablet must not sign; a shift is 12 hours."""
    add_account(gate, "sup")
    client = signed_in(app, "sup")
    gate.clock.advance(15 * 60 - 1)
    assert inside(client)
    gate.clock.advance(15 * 60)
    assert not inside(client)
    client = signed_in(app, "sup")
    for _ in range(71):
        gate.clock.advance(10 * 60)
        assert inside(client)
    gate.clock.advance(10 * 60)
    assert not inside(client)


@pytest.mark.req("A6")
def test_the_live_page_keeps_no_session_alive(gate: GateOnRecord, app: Flask) -> None:
    """It reloads by itself; nobody sits there."""
    add_account(gate, "sup")
    client = signed_in(app, "sup")
    for _ in range(4):
        gate.clock.advance(5 * 60)
        client.get("/")
    assert not inside(client)


def test_a_clock_set_back_makes_no_session_longer(gate: GateOnRecord, app: Flask) -> None:
    """Whoever can set the clock must not get yesterday's session."""
    add_account(gate, "sup")
    client = signed_in(app, "sup")
    gate.clock.set_wall(NOON - timedelta(hours=1))
    assert not inside(client)


@pytest.mark.req("A6", "A7")
def test_a_closed_account_and_other_roles_take_effect_at_once(gate: GateOnRecord, app: Flask) -> None:
    """Authority is looked up at every request."""
    add_account(gate, "sup")
    client = signed_in(app, "sup")
    until = gate.moment().at + timedelta(days=30)
    change_roles(gate.trail, "sup", frozenset({Role.AUDITOR}), by="it", why="CC-2", moment=gate.moment(), until=until)
    assert "auditor, reading only" in client.get("/account?lang=en").text
    close_account(gate.trail, "sup", by="it", why="left", moment=gate.moment())
    assert not inside(client)
    assert sign_in(app.test_client(), "sup").status_code == 401


def test_a_session_outlives_the_web_process_and_logout_ends_it_everywhere(gate: GateOnRecord, app: Flask) -> None:
    """A restart is no reason to sign in again; a copied cookie is worth nothing after logout."""
    add_account(gate, "sup")
    client = signed_in(app, "sup")
    again = create_app(gate.settings, gate.clock)
    thief = again.test_client()
    thief.set_cookie(COOKIE, value(client))
    assert inside(thief)
    assert send(client, "/logout", "/account").status_code == 303
    assert value(client) == ""
    assert not inside(thief)
    again.extensions["gate"].close()
    again.extensions[PARTS].writer.close()


def test_a_token_from_before_the_login_is_worth_nothing(gate: GateOnRecord, app: Flask) -> None:
    """Session fixation: whoever planted the cookie would be signed in with the victim."""
    add_account(gate, "sup")
    client = app.test_client()
    client.set_cookie(COOKIE, "planted")
    sign_in(client, "sup")
    assert value(client) not in {"", "planted"}
    first = value(client)
    sign_in(client, "sup")
    old = app.test_client()
    old.set_cookie(COOKIE, first)
    assert not inside(old)
    for hostile in ("planted", "x" * 4000, "\u00e9", "' OR 1=1 --"):
        old.set_cookie(COOKIE, hostile)
        assert not inside(old)


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(gate: GateOnRecord, app: Flask) -> None:
    """And over TLS it has the name that browsers protect; the records hold its hash alone."""
    add_account(gate, "sup")
    client = app.test_client()
    answer = sign_in(client, "sup")
    (cookie,) = [text for text in answer.headers.getlist("Set-Cookie") if text.startswith(COOKIE)]
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    files = b"".join(path.read_bytes() for path in gate.settings.database_path.parent.glob("gate.db*"))
    assert value(client).encode() not in files


@pytest.fixture
def signing(app: Flask) -> Flask:
    """The application with a page that signs."""

    @app.post("/sign")
    @requires(Act.SIGN_REVIEW)
    def sign() -> str:
        return f"{reauthenticated(request.form['password'])} {(current_user() or object())!r}"

    return app


@pytest.mark.req("A4", "A7", "G3")
def test_signing_asks_for_the_password_and_gives_a_new_token(gate: GateOnRecord, signing: Flask) -> None:
    """A tablet left open signs nothing, and wrong passwords count as at the login."""
    add_account(gate, "qa", Role.QA)
    add_account(gate, "sup", Role.SUPERVISOR)
    client = signed_in(signing, "qa")
    before = value(client)
    form = token(client, "/account")
    assert client.post("/sign", data={"csrf_token": form, "password": WORD}).text.startswith("True User(")
    assert value(client) != before
    for _ in range(TRIES):
        assert client.post("/sign", data={"csrf_token": form, "password": "x"}).text.startswith("False ")
    assert client.post("/sign", data={"csrf_token": form, "password": WORD}).text.startswith("False ")
    other = signed_in(signing, "sup")
    assert other.post("/sign", data={"csrf_token": token(other, "/account"), "password": WORD}).status_code == 403
    assert told(gate, "refused")[-1] == {
        **{"what": "refused", "cause": "role", "route": "/sign", "method": "POST"},
        "subject": "account:sup",
    }


def test_a_block_with_an_end_out_of_reach_is_no_block() -> None:
    """The clock once stood in 2035: nobody waits ten years for it."""
    assert not is_blocked(Failures(5, NOON + timedelta(days=3650)), NOON)
    assert is_blocked(Failures(5, NOON + timedelta(minutes=10)), NOON)
    assert one_more(Failures(5, NOON), NOON) == Failures(1)


def test_the_real_hashing_is_argon2id_with_the_settled_cost() -> None:
    """The tests use a cheap one."""
    encoded = Passwords().encode(WORD)
    assert encoded.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert Passwords().fits(WORD, encoded)
    assert not Passwords().fits(WORD + "x", encoded)
    assert not Passwords().fits("x" * 201, encoded)
    assert not Passwords().fits(WORD, "no hash")
    assert not Passwords().fits("nobody has this password", None)
