"""Signing in: one answer for every cause, a block that hurts nobody else, and a first set-up that nobody can race."""

import json

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gate.core.roles import Role
from gate.web.app import create_app
from gate.web.session import PARTS, TRIES
from tests.web.people import CHEAP, CODE, WORD, add_account, add_code, send, sign_in, signed_in, token, told
from tests.web.records import HOSTILE, GateOnRecord

FIRST = {
    "code": CODE,
    "name": "Ada One",
    "person": "P-1",
    "user": "ada",
    "new": WORD,
    "again": WORD,
    "accept": "yes",
}


def everything(gate: GateOnRecord) -> str:
    """Return every byte of the records as text."""
    files = sorted(gate.settings.database_path.parent.glob("gate.db*"))
    return b"".join(path.read_bytes() for path in files).decode("latin-1")


@pytest.mark.req("A6")
def test_without_an_account_everything_leads_to_the_set_up(client: FlaskClient) -> None:
    """A fresh gate must not show a login that nobody can pass."""
    assert client.get("/login").location == "/setup"
    assert client.get("/setup").status_code == 200


@pytest.mark.req("A6", "G4")
def test_the_first_account_is_a_named_person_with_the_code_of_the_terminal(
    gate: GateOnRecord, client: FlaskClient
) -> None:
    """There is no generic administrator, and no password that somebody else chose."""
    add_code(gate)
    assert send(client, "/setup", **FIRST).location == "/account"
    assert "Signed in as Ada One" in client.get("/account?lang=en").text
    assert client.get("/setup").status_code == 404
    assert client.post("/setup", data={**FIRST, "csrf_token": token(client, "/account")}).status_code == 404


@pytest.mark.req("A6")
@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("code", "ABCD-EFGH-JKMN-PQRS-TVWY", "is not the one printed last"),
        ("code", "", "is not the one printed last"),
        ("name", "", "A full name has 1 to 80 characters"),
        ("name", HOSTILE, "A full name has 1 to 80 characters"),
        ("name", "x" * 81, "A full name has 1 to 80 characters"),
        ("name", "...", "A full name has 1 to 80 characters"),
        ("person", "<b>", "A person id has 1 to 40"),
        ("user", "Ada", "A user name has 2 to 40"),
        ("user", "\u0430da", "A user name has 2 to 40"),
        ("new", "short", "A password has 12 to 200"),
        ("new", "x" * 201, "A password has 12 to 200"),
        ("again", "another password", "The two new passwords differ"),
        ("accept", "", "Nobody can sign without accepting"),
    ],
)
def test_a_first_account_that_is_not_right_is_not_made(
    gate: GateOnRecord, client: FlaskClient, field: str, value: str, said: str
) -> None:
    """What is wrong is said at its field; markup and direction signs of a name never reach the page."""
    add_code(gate)
    answer = send(client, "/setup?lang=en", **{**FIRST, field: value})
    assert answer.status_code == 422
    assert said in answer.text
    assert "<script>alert" not in answer.text
    assert "\u202e" not in answer.text
    assert client.get("/login").location == "/setup"
    assert len(told(gate, "refused")) == (1 if field == "code" else 0)


def test_a_code_serves_once_and_for_a_day(gate: GateOnRecord, client: FlaskClient) -> None:
    """A code on a note beside the screen is worth nothing the next day."""
    add_code(gate, "OLD0-OLD0-OLD0-OLD0-OLD0")
    add_code(gate)
    assert send(client, "/setup", **{**FIRST, "code": "OLD0-OLD0-OLD0-OLD0-OLD0"}).status_code == 422
    gate.clock.advance(24 * 3600)
    assert send(client, "/setup", **FIRST).status_code == 422
    assert CODE not in everything(gate)


@pytest.mark.req("A6", "A7")
def test_a_login_shows_who_is_signed_in_and_is_on_record(gate: GateOnRecord, client: FlaskClient) -> None:
    """Who sat at the page is a question of the next inspection."""
    add_account(gate, "sup", Role.SUPERVISOR)
    assert sign_in(client, "sup").location == "/floor?lang=en"
    assert "Name of sup" in client.get("/").text
    assert [entry["subject"] for entry in told(gate, "signed_in")] == ["account:sup"]
    assert send(client, "/logout", "/account").status_code == 303
    assert "Name of sup" not in client.get("/").text
    assert len(told(gate, "signed_out")) == 1


@pytest.mark.req("G3")
@pytest.mark.parametrize("login", ["sup", "nobody", "closed" * 20, "<b>", "sup\x00", "\u202esup", "' OR 1=1 --", ""])
def test_every_wrong_login_is_answered_with_the_same_words(gate: GateOnRecord, app: Flask, login: str) -> None:
    """Which names exist is not for whoever tries names."""
    add_account(gate, "sup")
    answer = sign_in(app.test_client(), login, "a wrong password")
    other = sign_in(app.test_client(), "no.such.name", "a wrong password")
    assert answer.status_code == other.status_code == 401
    problem = "The user name or password is not right."
    assert problem in answer.text
    assert problem in other.text
    assert "<b>" not in answer.text
    assert "\u202e" not in answer.text


@pytest.mark.req("G3")
def test_five_wrong_passwords_block_this_account_alone_across_a_restart(gate: GateOnRecord, app: Flask) -> None:
    """Neither a restart nor another name helps whoever guesses, and nobody else loses a minute."""
    add_account(gate, "sup")
    add_account(gate, "qa", Role.QA)
    for _ in range(TRIES):
        assert sign_in(app.test_client(), "sup", "a wrong password").status_code == 401
    again = create_app(gate.settings, gate.clock)
    again.extensions[PARTS] = app.extensions[PARTS]
    assert sign_in(again.test_client(), "sup").status_code == 401
    assert sign_in(again.test_client(), "qa").status_code == 303
    again.extensions["gate"].close()
    gate.clock.advance(599)
    assert sign_in(app.test_client(), "sup").status_code == 401
    gate.clock.advance(2)
    assert sign_in(app.test_client(), "sup").status_code == 303
    assert [entry["subject"] for entry in told(gate, "account_blocked")] == ["account:sup"]


@pytest.mark.req("G3")
def test_a_right_password_begins_the_count_anew(gate: GateOnRecord, app: Flask) -> None:
    """Four slips on Monday and one on Friday are not an attack."""
    add_account(gate, "sup")
    for _ in range(2):
        for _ in range(TRIES - 1):
            sign_in(app.test_client(), "sup", "a wrong password")
        assert sign_in(app.test_client(), "sup").status_code == 303
    assert told(gate, "account_blocked") == []


@pytest.mark.req("A7")
def test_refusals_are_on_record_in_short_and_without_what_was_typed(gate: GateOnRecord, app: Flask) -> None:
    """A password typed into the wrong field must not become part of the history."""
    add_account(gate, "sup")
    before = len(told(gate, "refused"))
    for _ in range(40):
        sign_in(app.test_client(), "hunter2hunter2", "typed.secret.words")
    entries = told(gate, "refused")[before:]
    assert len(entries) == 5
    assert {(entry["cause"], entry["route"], entry["subject"]) for entry in entries} == {
        ("wrong password", "/login", None)
    }
    gate.clock.advance(61)
    sign_in(app.test_client(), "sup", "typed.secret.words")
    assert told(gate, "refused")[-1]["left_out"] == 35
    assert told(gate, "refused")[-1]["subject"] == "account:sup"
    words = everything(gate)
    assert "hunter2hunter2" not in words
    assert "typed.secret" not in words
    assert WORD not in words


@pytest.mark.req("A6")
def test_a_password_that_somebody_else_gave_is_changed_before_anything_else(gate: GateOnRecord, app: Flask) -> None:
    """An administrator who knows a password could sign with it."""
    add_account(gate, "sup", own=False)
    client = app.test_client()
    assert sign_in(client, "sup", "given by somebody else").location == "/account/password?lang=en"
    fields = {"now": "given by somebody else", "new": WORD, "again": WORD, "accept": "yes"}
    assert (
        send(client, "/account/password", **{**fields, "new": fields["now"], "again": fields["now"]}).status_code == 422
    )
    assert send(client, "/account/password", **{**fields, "now": "not this one"}).status_code == 422
    assert send(client, "/account/password", **{**fields, "accept": ""}).status_code == 422
    assert send(client, "/account/password", **fields).location == "/account"
    assert sign_in(app.test_client(), "sup", "given by somebody else").status_code == 401
    assert sign_in(app.test_client(), "sup").status_code == 303


@pytest.mark.req("A7")
def test_a_form_without_its_token_is_refused_and_recorded(gate: GateOnRecord, app: Flask) -> None:
    """Another page in the same browser must not be able to sign."""
    add_account(gate, "sup")
    client = signed_in(app, "sup")
    other = signed_in(app, "sup")
    for data in ({}, {"csrf_token": "x"}, {"csrf_token": token(other, "/account")}):
        assert client.post("/logout", data=data).status_code == 400
    assert {entry["cause"] for entry in told(gate, "refused")} == {"form token"}
    assert told(gate, "refused")[-1]["subject"] == "account:sup"
    good = token(client, "/account")
    far = client.post("/logout", data={"csrf_token": good}, headers={"Sec-Fetch-Site": "cross-site"})
    assert far.status_code == 403
    assert told(gate, "refused")[-1]["cause"] == "forbidden"
    assert client.post("/logout", data={"csrf_token": good}).status_code == 303


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example", "/\\evil", "/%0d%0aX:y", "javascript:1"])
def test_a_login_never_leads_to_another_host(gate: GateOnRecord, client: FlaskClient, wanted: str) -> None:
    """A link that begins at the gate's own login is believed."""
    add_account(gate, "sup")
    form = token(client, "/login")
    answer = client.post(
        "/login", query_string={"next": wanted}, data={"csrf_token": form, "user": "sup", "password": WORD}
    )
    assert (answer.status_code, answer.location) == (303, "/floor")


def test_a_login_leads_back_to_the_page_that_was_asked_for(gate: GateOnRecord, client: FlaskClient) -> None:
    """Else everybody begins again at the first page."""
    add_account(gate, "sup")
    asked = client.get("/account/password").location or ""
    assert asked == "/login?next=%2Faccount%2Fpassword"
    assert send(client, asked, user="sup", password=WORD).location == "/account/password"


def test_a_huge_form_is_refused(gate: GateOnRecord, client: FlaskClient) -> None:
    """Memory is for badge reads."""
    add_account(gate, "sup")
    answer = client.post("/login", data={"user": "x" * 100_000})
    assert answer.status_code in {400, 413}


def test_both_languages_show_the_form(gate: GateOnRecord, client: FlaskClient) -> None:
    """French and English are equal."""
    add_account(gate, "sup")
    assert "Nom d’utilisateur" in client.get("/login?lang=fr").text
    assert "User name" in client.get("/login?lang=en").text
    page = client.get("/login?lang=en").text
    for forbidden in (" style=", " onclick=", "javascript:", "<script", "http://"):
        assert forbidden not in page, forbidden


def test_no_entry_holds_a_password_or_a_hash(gate: GateOnRecord, app: Flask) -> None:
    """The trail is exported; what it holds is known to everybody who reads it."""
    add_account(gate, "sup")
    signed_in(app, "sup")
    gate.trail.begin()
    rows = [json.dumps(row) for row in gate.trail.cursor.execute("SELECT data FROM audit_trail").fetchall()]
    gate.trail.rollback()
    assert len(rows) == 3
    assert not [row for row in rows if "argon2" in row or WORD in row]
    assert CHEAP.fits(WORD, CHEAP.encode(WORD))
