"""One's own PIN on the account pages: who sets it, what it takes, and when it is gone."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gate.accounts import change_roles, close_account, set_password
from gate.core.roles import Role
from gate.store.account_pins import has_pin, read_pin
from gate.store.database import open_database
from gate.web.session import pin_fits
from tests.web.people import CHEAP, TEMPORARY, WORD, add_account, send, signed_in, told
from tests.web.records import GateOnRecord

PIN = "482915"
GOOD = {"pin": PIN, "again": PIN, "now": WORD, "accept": "yes"}


@pytest.fixture
def sup(gate: GateOnRecord, app: Flask) -> FlaskClient:
    """A supervisor who has signed in."""
    add_account(gate, "first", Role.SYSADMIN)
    add_account(gate, "sup", Role.SUPERVISOR)
    return signed_in(app, "sup")


def encoded(gate: GateOnRecord, login: str = "sup") -> str | None:
    engine = open_database(gate.settings.database_path, read_only=True)
    with engine.connect() as connection:
        found = read_pin(connection, login)
    engine.dispose()
    return found


def fits(app: Flask, login: str, pin: str) -> bool:
    with app.test_request_context("/kiosk/TP-01", method="POST"):
        return pin_fits(login, pin)


@pytest.mark.req("A4", "G3")
def test_a_pin_is_set_after_the_password_and_stands_nowhere_in_the_clear(
    gate: GateOnRecord, app: Flask, sup: FlaskClient
) -> None:
    """Whoever finds a tablet signed in must not make the badge in the drawer a signature."""
    assert "You have no PIN yet" in sup.get("/account/pin?lang=en").text
    assert "PIN for the kiosk" in sup.get("/account?lang=en").text
    answer = send(sup, "/account/pin?lang=en", **GOOD)
    assert answer.status_code == 303
    page = sup.get(answer.location).text
    assert "Your PIN is set" in page
    assert "You have a PIN" in page
    assert str(encoded(gate)).startswith("$argon2id$")
    assert told(gate, "pin_set") == [{"what": "pin_set", "subject": "account:sup"}]
    files = [path for path in gate.settings.gate.state_dir.rglob("*") if path.is_file()]
    assert sum(len(path.read_bytes()) for path in files) > 0
    assert not [path for path in files if PIN.encode() in path.read_bytes()]
    assert fits(app, "sup", PIN)
    assert not fits(app, "sup", "482916")
    assert not fits(app, "sup", WORD), "the password is no PIN"


@pytest.mark.req("A4")
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"pin": "123456", "again": "123456"}, "easy to guess"),
        ({"pin": "48291", "again": "48291"}, "6 to 12 digits"),
        ({"pin": "", "again": ""}, "6 to 12 digits"),
        ({"pin": "<script>", "again": "<script>"}, "6 to 12 digits"),
        ({"pin": "4" * 10_000, "again": "4" * 10_000}, "6 to 12 digits"),
        ({"again": "482916"}, "The two PINs differ"),
        ({"accept": ""}, "without accepting"),
        ({"now": "not the password"}, "is not right"),
        ({"now": ""}, "is not right"),
    ],
)
def test_what_cannot_be_taken_is_said_and_nothing_is_set(
    gate: GateOnRecord, sup: FlaskClient, wrong: dict[str, str], words: str
) -> None:
    """The page says which field; the PIN never comes back in it."""
    answer = send(sup, "/account/pin?lang=en", **{**GOOD, **wrong})
    assert answer.status_code == 422
    assert words in answer.text
    assert PIN not in answer.text
    assert encoded(gate) is None
    causes = [one["cause"] for one in told(gate, "refused")]
    assert causes == (["wrong password"] if "now" in wrong else []), "another fault costs no try"


@pytest.mark.req("G3")
def test_wrong_pins_count_with_wrong_passwords_of_this_account_alone(
    gate: GateOnRecord, app: Flask, sup: FlaskClient
) -> None:
    """Three guesses here and two there are five; and nobody else rests for it."""
    add_account(gate, "other", Role.SUPERVISOR)
    other = signed_in(app, "other")
    send(sup, "/account/pin?lang=en", **GOOD)
    send(other, "/account/pin?lang=en", **GOOD)
    assert [fits(app, "sup", "000000") for _ in range(3)] == [False] * 3
    browser = app.test_client()
    for _ in range(2):
        assert send(browser, "/login?lang=en", user="sup", password="wrong").status_code == 401
    assert not fits(app, "sup", PIN)
    assert send(browser, "/login?lang=en", user="sup", password=WORD).status_code == 401
    assert fits(app, "other", PIN)
    gate.clock.advance(10 * 60)
    assert fits(app, "sup", PIN)
    assert [one["cause"] for one in told(gate, "refused")].count("wrong PIN") == 3


def test_a_right_pin_forgets_the_wrong_ones_before(gate: GateOnRecord, app: Flask, sup: FlaskClient) -> None:
    """Typing errors of a month are no attack."""
    send(sup, "/account/pin?lang=en", **GOOD)
    for _ in range(3):
        for _ in range(4):
            assert not fits(app, "sup", "000000")
        assert fits(app, "sup", PIN)


@pytest.mark.req("A7")
@pytest.mark.parametrize("what", ["closed", "role", "reset", "own", "removed"])
def test_the_pin_goes_with_what_it_stood_for(gate: GateOnRecord, app: Flask, sup: FlaskClient, what: str) -> None:
    """A badge that nobody collected must not go on signing."""
    send(sup, "/account/pin?lang=en", **GOOD)
    moment = gate.moment()
    if what == "closed":
        close_account(gate.trail, "sup", by="first", why="left", moment=moment)
    elif what == "role":
        change_roles(gate.trail, "sup", frozenset({Role.TRAINER}), by="first", why="new post", moment=moment)
    elif what == "reset":
        set_password(gate.trail, "sup", CHEAP.encode(TEMPORARY), by="first", moment=moment)
    elif what == "own":
        set_password(gate.trail, "sup", CHEAP.encode(TEMPORARY), by="sup", moment=moment)
    else:
        assert send(sup, "/account/pin/remove?lang=en", "/account/pin").status_code == 303
        assert told(gate, "pin_removed") == [{"what": "pin_removed", "subject": "account:sup"}]
    with gate.trail.transaction():
        assert has_pin(gate.trail, "sup") is (what == "own"), "one's own new password leaves the PIN"
    assert fits(app, "sup", PIN) is (what == "own")


def test_another_role_of_the_same_person_keeps_it(gate: GateOnRecord, app: Flask, sup: FlaskClient) -> None:
    """Being made a trainer too is no reason to lose it."""
    send(sup, "/account/pin?lang=en", **GOOD)
    roles = frozenset({Role.SUPERVISOR, Role.TRAINER})
    change_roles(gate.trail, "sup", roles, by="first", why="trains too", moment=gate.moment())
    assert fits(app, "sup", PIN)


def test_removing_what_is_not_there_is_nothing(gate: GateOnRecord, sup: FlaskClient) -> None:
    """A double tap is no entry."""
    assert send(sup, "/account/pin/remove?lang=en", "/account/pin").status_code == 303
    assert told(gate, "pin_removed") == []


def test_the_page_speaks_french(sup: FlaskClient) -> None:
    """Equal in both languages."""
    assert "Un badge seul ne signe jamais" in sup.get("/account/pin?lang=fr").text
    answer = send(sup, "/account/pin?lang=fr", **{**GOOD, "pin": "111111", "again": "111111"})
    assert "Ce NIP se devine" in answer.text
