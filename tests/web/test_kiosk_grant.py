"""Grant at the denied kiosk, whole: badge bytes, the kiosk's forms, a supervisor's badge bytes, a PIN, what follows."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gate import alive
from gate.accounts import NewAccount, create_account, set_password
from gate.core.roles import Role
from gate.demo_badges import wiegand26
from gate.pin_acts import set_pin
from gate.store.audit_trail import Trail
from gate.store.database import open_database
from gate.web.app import create_app
from gate.web.kiosk_key import kiosk_address
from gate.web.reason_texts import reason_text
from gate.web.session import PARTS
from tests.scenarios.plant import P1, P2, P3, Plant, changed, plant, record
from tests.scenarios.world import World, local, moment_now
from tests.web.people import CHEAP, TEMPORARY, WORD

Make = Callable[..., World]

PS, PQ, NOBODY = wiegand26(118, 1701), wiegand26(118, 1702), wiegand26(7, 7)
PIN = "482915"
GOOD = {
    "minutes": "60",
    "class": "COVERAGE",
    "reference": "DEV-2026-0318",
    "preset": "",
    "words": "Retraining is booked for two o'clock today",
}
HOSTILE = "<script>alert(1)</script> \u202e\U0001f525 because it is so"


def staffed(base: Plant) -> Plant:
    """A supervisor S1 and S2 of QA beside the operators, each with a badge."""
    people = [{"id": "S1", "name": "Nadia Haddad"}, {"id": "S2", "name": "Quinn Acheson", "language": "fr"}]
    badges = [{"id": "BS", "number": PS, "person": "S1"}, {"id": "BQ", "number": PQ, "person": "S2"}]
    return {**base, "person": [*base["person"], *people], "badge": [*base["badge"], *badges]}


@dataclass
class Shop:
    """A gate at work and the kiosk of TP-01."""

    world: World
    app: Flask
    kiosk: FlaskClient

    @property
    def home(self) -> str:
        return "/kiosk/TP-01"

    def denied(self, badge: str = P1) -> int:
        self.world.badge("R1", badge)
        return int(self.world.decisions()[-1]["seq"])

    def page(self, path: str = "") -> str:
        answer = self.kiosk.get(self.home + path)
        assert answer.status_code == 200, answer.text
        return answer.text

    def token(self) -> str:
        found = re.search(r'name="token" value="([0-9a-f]+)"', self.page())
        assert found
        return found[1]

    def press(self, do: str) -> TestResponse:
        return self.kiosk.post(self.home, data={"token": self.token(), "do": do})

    def send(self, seq: int, step: str, **more: str) -> TestResponse:
        fields = {**GOOD, "token": self.token(), "step": step, **more}
        return self.kiosk.post(f"{self.home}/grant/{seq}?lang=en", data=fields)

    def asked(self, seq: int, **more: str) -> str:
        """Fill the form in and return the number of the request for the badge."""
        answer = self.send(seq, "next", **more)
        assert answer.status_code == 200, answer.text
        return request_in(answer)

    def sign(self, seq: int, badge: str = PS, pin: str = PIN, **more: str) -> TestResponse:
        """The whole of it: form, badge, PIN."""
        request = self.asked(seq, **more)
        self.world.badge("R1", badge)
        return self.send(seq, "sign", **{"request": request, "pin": pin, **more})

    def refused(self, what: str) -> list[dict[str, object]]:
        return [e for e in self.world.trail("security") if e["detail"].get("what") == what]

    def granted(self) -> list[dict[str, object]]:
        return self.world.trail("override_granted")


def request_in(answer: TestResponse) -> str:
    found = re.search(r'name="request" value="(\d+)"', answer.text)
    assert found, answer.text
    return found[1]


def with_trail(world: World, act: Callable[[Trail], object]) -> None:
    trail = Trail(open_database(world.settings.database_path), "gate-1", world.settings.zone)
    act(trail)
    trail.close()


def _accounts(world: World) -> None:
    def make(trail: Trail) -> None:
        now = moment_now(world.clock)
        for login, person, role, pin in (
            ("nhaddad", "S1", Role.SUPERVISOR, PIN),
            ("quinn", "S2", Role.QA, PIN),
            ("bo", "E2", Role.SUPERVISOR, PIN),
            ("cy", "E3", Role.OPERATOR, ""),
        ):
            new = NewAccount(login, person, f"Name of {login}", frozenset({role}))
            create_account(trail, new, CHEAP.encode(TEMPORARY), by="t.est", why="test", moment=now)
            set_password(trail, login, CHEAP.encode(WORD), by=login, moment=now, accepted=True)
            if pin:
                set_pin(trail, login, CHEAP.encode(pin), moment=now)

    with_trail(world, make)


def open_shop(world: World) -> Shop:
    _accounts(world)
    app = create_app(world.settings, world.clock)
    app.testing = True
    app.extensions[PARTS] = replace(app.extensions[PARTS], passwords=CHEAP)
    kiosk = app.test_client()
    address = kiosk_address(world.settings, ("TP-01",))
    assert kiosk.get(address[address.index("/kiosk") :]).status_code == 303
    return Shop(world, app, kiosk)


def tell_alive(world: World) -> None:
    path = world.settings.gate.state_dir / "run" / "alive.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    alive.tell_alive(path, world.clock.read())


@pytest.fixture
def shop(make_world: Make) -> Iterator[Shop]:
    expired = [record(person, expires_on=date(2026, 11, 1)) for person in ("E1", "E2")]
    world = make_world(local("2026-11-23T12:00"), staffed({**plant(), "training_record": expired}))
    found = open_shop(world)
    yield found
    found.app.extensions["gate"].close()
    found.app.extensions[PARTS].writer.close()


@pytest.mark.req("A4", "D1", "D3", "G1")
@pytest.mark.scenario(17)
def test_from_denied_to_granted_with_badge_and_pin_to_allowed_to_expired(shop: Shop) -> None:
    """Phones are banned in the room: everything is done at the machine, and it ends by itself."""
    seq = shop.denied()
    tell_alive(shop.world)
    assert f'value="grant TP-01 {seq}"' in shop.page()
    answer = shop.press(f"grant TP-01 {seq}")
    assert answer.location == f"/kiosk/TP-01/grant/{seq}"
    form = shop.page(f"/grant/{seq}")
    assert "Ada One" in form
    assert reason_text("TRAINING_EXPIRED", "en") in form
    answer = shop.sign(seq)
    assert (answer.status_code, answer.location) == (303, "/kiosk/TP-01"), answer.text
    tell_alive(shop.world)
    assert "Override granted until" in shop.page()
    granted = shop.granted()[0]
    signature = granted["detail"]["signatures"][0]  # type: ignore[index]
    assert (signature["name"], signature["account"], signature["meaning"]) == ("Name of nhaddad", "nhaddad", "granted")
    both = shop.refused("badge_and_pin")[0]
    assert (both["person"], both["badge"], both["subject"]) == ("S1", "BS", "account:nhaddad")
    assert both["ref"] == shop.refused("badge_held_out")[0]["seq"]
    shown = shop.world.badge("R1", P1)
    assert shown is not None
    assert (shown.color, shown.beeps) == ("amber", 3)
    assert shop.world.output("R1")
    shop.world.go_to(local("2026-11-23T13:01"))
    assert not shop.world.output("R1")
    shop.world.badge("R1", P1)
    assert shop.world.reasons()[0] == "OVERRIDE_EXPIRED"
    assert shop.world.sound()


@pytest.mark.req("A4")
def test_the_supervisors_badge_alone_signs_nothing(shop: Shop) -> None:
    """A badge can be borrowed, and lies on the desk."""
    seq = shop.denied()
    assert shop.sign(seq, pin="").status_code == 422
    assert shop.granted() == []
    assert "PIN is not right" in shop.sign(seq, pin="482916").text


@pytest.mark.req("A4", "G3")
def test_five_wrong_pins_rest_this_account_and_no_other_and_each_is_on_record(shop: Shop) -> None:
    """Whoever guesses stops one account for minutes; the shift goes on."""
    seq = shop.denied()
    request = shop.asked(seq)
    shop.world.badge("R1", PS)
    for _ in range(5):
        answer = shop.send(seq, "sign", request=request, pin="000000")
        assert answer.status_code == 422
        assert "000000" not in answer.text
    assert "PIN is not right" in shop.send(seq, "sign", request=request, pin=PIN).text
    assert shop.granted() == []
    causes = [e["detail"]["cause"] for e in shop.refused("refused")]  # type: ignore[index]
    assert causes.count("wrong PIN") == 5
    assert "account blocked" in causes
    assert len(shop.refused("account_blocked")) == 1
    assert shop.sign(seq, badge=P2).status_code == 303, "another supervisor's account is untouched"
    assert shop.granted()[-1]["by"] == "E2"


@pytest.mark.req("D2", "A4")
@pytest.mark.scenario(40)
@pytest.mark.parametrize(
    ("denied", "badge", "words", "code"),
    [
        (P2, P2, "Nobody signs for themselves", "himself"),
        (P1, P1, "Nobody signs for themselves", "himself"),
        (P1, P3, "has not the role", "role"),
        (P1, PQ, "has not the role", "role"),
        (P1, NOBODY, "not registered", "unknown"),
    ],
)
def test_a_badge_that_may_not_sign_is_refused_before_any_pin_and_on_record(
    shop: Shop, denied: str, badge: str, words: str, code: str
) -> None:
    """Segregation is the server's: it looks at whose badge was read, never at what a form says."""
    seq = shop.denied(denied)
    answer = shop.sign(seq, badge=badge)
    assert answer.status_code == 422
    assert words in answer.text
    assert shop.granted() == []
    refused = shop.refused("badge_refused")
    assert code in refused[-1]["detail"]["refused"]  # type: ignore[index]
    assert "482915" not in str(shop.world.trail())
    assert "wrong PIN" not in str(shop.refused("refused"))


@pytest.mark.parametrize("state", ["lost", "replaced", "returned"])
def test_a_badge_that_is_not_active_signs_nothing(shop: Shop, state: str) -> None:
    """Who holds a lost badge may not be the one who lost it."""
    found = {**staffed(plant()), "training_record": [record("E1", expires_on=date(2026, 11, 1))]}
    shop.world.load(changed(found, "badge", "BS", state=state))
    answer = shop.sign(shop.denied())
    assert "reported lost, replaced or returned" in answer.text
    assert shop.granted() == []


def test_a_badge_reported_lost_between_reader_and_pin_signs_nothing(shop: Shop) -> None:
    """The facts count at the signature, not a minute before."""
    seq = shop.denied()
    request = shop.asked(seq)
    shop.world.badge("R1", PS)
    found = {**staffed(plant()), "training_record": [record("E1", expires_on=date(2026, 11, 1))]}
    shop.world.load(changed(found, "badge", "BS", state="lost"))
    answer = shop.send(seq, "sign", request=request, pin=PIN)
    assert "reported lost" in answer.text
    assert shop.granted() == []
