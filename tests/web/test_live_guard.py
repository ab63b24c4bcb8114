"""Beyond the machine itself the live page is for accounts, and a stream ends with the session that opened it."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gate.core.roles import Role
from gate.web.live_guard import CHECK_EVERY_S
from gate.web.session import IDLE
from gate.web.streams import MOST
from tests.web.people import TEMPORARY, WORD, add_account, send, sign_in, signed_in
from tests.web.records import PEOPLE, GateOnRecord


@pytest.fixture
def signed(gate: GateOnRecord, beyond: Flask) -> FlaskClient:
    """An operator's browser: everybody with an account may see the live page."""
    add_account(gate, "first", Role.SYSADMIN)
    add_account(gate, "oper", Role.OPERATOR)
    return signed_in(beyond, "oper")


def stream(client: FlaskClient) -> Iterator[str]:
    response = client.get("/events?lang=en")
    assert response.mimetype == "text/event-stream"
    return (part.decode() if isinstance(part, bytes) else part for part in response.response)


def ended(gate: GateOnRecord, parts: Iterator[str]) -> bool:
    """Whether the stream ends at the next look at its session."""
    for _ in range(4):
        gate.clock.seconds += CHECK_EVERY_S
        gate.decision("E2")
        if next(parts, None) is None:
            return True
    return False


@pytest.mark.req("A7")
def test_an_account_sees_the_live_page_and_nobody_else_does(
    gate: GateOnRecord, beyond: Flask, signed: FlaskClient
) -> None:
    """Who is at which machine is not for everybody on the network."""
    gate.decision("E1")
    assert PEOPLE["E1"] in signed.get("/").text
    assert signed.get("/").headers["Strict-Transport-Security"]
    for path in ("/", "/events", "/?lang=fr"):
        answer = beyond.test_client().get(path)
        assert answer.status_code == 303
        assert PEOPLE["E1"] not in answer.text
    assert beyond.test_client().get("/?lang=fr").location == "/login?lang=fr"


@pytest.mark.req("A6", "A7")
def test_a_first_password_opens_no_live_page(gate: GateOnRecord, beyond: Flask, signed: FlaskClient) -> None:
    """Whoever gave it still knows it."""
    add_account(gate, "new", Role.QA, own=False)
    client = beyond.test_client()
    assert sign_in(client, "new", TEMPORARY).status_code == 303
    assert client.get("/").location == "/account/password"
    assert client.get("/events").status_code == 303


@pytest.mark.req("A7")
@pytest.mark.parametrize("how", ["logout", "idle", "another password"])
def test_a_stream_ends_with_its_session(gate: GateOnRecord, signed: FlaskClient, how: str) -> None:
    """A tablet that was put down must not go on showing names after its session has ended."""
    parts = stream(signed)
    assert next(parts).startswith("retry")
    assert not ended(gate, parts)
    if how == "logout":
        send(signed, "/logout", "/login")
    elif how == "idle":
        gate.clock.advance(IDLE.total_seconds())
    else:
        other = "another word entirely"
        fields = {"now": WORD, "new": other, "again": other, "accept": "yes"}
        assert send(signed, "/account/password", **fields).status_code == 303
    assert ended(gate, parts)


@pytest.mark.req("A7")
def test_an_open_stream_does_not_keep_a_session_alive(gate: GateOnRecord, signed: FlaskClient) -> None:
    """The browser opens it anew by itself, for ever: that is nobody's activity."""
    for _ in range(4):
        gate.clock.advance(IDLE.total_seconds() / 4 - 1)
        assert next(stream(signed)).startswith("retry")
    gate.clock.advance(10)
    assert signed.get("/events").status_code == 303


def test_a_stream_that_its_session_has_ended_gives_its_place_back(gate: GateOnRecord, signed: FlaskClient) -> None:
    """Else twenty logouts would end the live page for everybody."""
    for _ in range(MOST + 2):
        with signed.get("/events") as response:
            assert response.status_code == 200
            next(iter(response.response))
    for _ in range(MOST + 2):
        parts = stream(signed)
        next(parts)
        gate.clock.advance(IDLE.total_seconds())
        assert ended(gate, parts)
        sign_in(signed, "oper")


@pytest.mark.req("A7")
def test_on_the_machine_itself_the_live_page_needs_no_account(gate: GateOnRecord, client: FlaskClient) -> None:
    """Behaviour there is as it was."""
    gate.decision("E1")
    assert PEOPLE["E1"] in client.get("/").text
    assert "Strict-Transport-Security" not in client.get("/").headers
    assert next(stream(client)).startswith("retry")
