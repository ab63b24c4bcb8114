"""What is pressed on a kiosk: an operation, help asked for, on duty; a kiosk presses for its own machines alone."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient

from gate.store import kiosk_rows
from gate.store.database import open_database
from gate.web.kiosk_key import form_token, kiosk_address
from gate.web.session import PARTS
from tests.scenarios.plant import P1, P2, plant, record, requirement, requirement_set
from tests.scenarios.world import World, local
from tests.web.test_kiosk_grant import NOBODY, PS, Shop, open_shop, staffed, tell_alive

Make = Callable[..., World]


@pytest.fixture
def shop(make_world: Make) -> Iterator[Shop]:
    sets = [requirement_set([requirement("SOP-1")], operation=name) for name in ("USE", "CLEAN", "SETUP")]
    later = requirement_set([requirement("SOP-1")], operation="MAINTAIN", effective_at=date(2030, 1, 1))
    draft = requirement_set([requirement("SOP-1")], operation="CALIBRATE", approved=False)
    expired = [record("E1"), record("E2", expires_on=date(2026, 11, 1))]
    base = staffed({**plant(), "training_record": expired, "requirement_set": [*sets, later, draft]})
    found = open_shop(make_world(local("2026-11-23T12:00"), base))
    tell_alive(found.world)
    yield found
    found.app.extensions["gate"].close()
    found.app.extensions[PARTS].writer.close()


def now_page(shop: Shop) -> str:
    tell_alive(shop.world)
    return shop.page()


def look(shop: Shop) -> str:
    found = re.search(r'class="kt k-(\w+)', now_page(shop))
    assert found
    return found[1]


def asked_lately(world: World) -> dict[int, Any]:
    engine = open_database(world.settings.database_path, read_only=True)
    with engine.connect() as connection:
        found = kiosk_rows.asked_lately(connection, world.clock.at)
    engine.dispose()
    return found


@pytest.mark.req("B1", "L3")
def test_the_chosen_operation_is_decided_for_the_next_badge_and_for_no_other(shop: Shop) -> None:
    """One tap in gloves, then the badge; whoever comes after is asked for nothing but the usual operation."""
    page = now_page(shop)
    buttons = re.findall(r'name="do" value="choose TP-01 (\w+)"', page)
    assert buttons == ["SETUP", "CLEAN"], "not the usual one, no draft, none that is yet to come"
    assert shop.press("choose TP-01 CLEAN").location == shop.home
    page = now_page(shop)
    assert look(shop) == "chosen"
    assert "Cleaning" in page
    assert "Nettoyage" in page
    assert "00:00:15" in page
    shop.world.badge("R1", P1)
    assert shop.world.decisions()[-1]["operation"] == "CLEAN"
    assert look(shop) == "allow"
    shop.world.badge("R2", P1)
    assert shop.world.decisions()[-1]["operation"] == "USE"


@pytest.mark.req("B1")
def test_a_choice_ends_by_itself_or_by_going_back(shop: Shop) -> None:
    """A choice that somebody left behind must not count for the next person."""
    shop.press("choose TP-01 CLEAN")
    assert 'value="back TP-01"' in now_page(shop)
    shop.press("back TP-01")
    assert look(shop) == "idle"
    shop.press("choose TP-01 CLEAN")
    shop.world.run(15)
    assert look(shop) == "idle"
    shop.world.badge("R1", P1)
    assert shop.world.decisions()[-1]["operation"] == "USE"


@pytest.mark.scenario(42)
def test_after_an_allow_by_choice_the_badge_again_ends_the_use_as_ever(shop: Shop) -> None:
    """The choice changes what is decided, never what badging again means."""
    shop.press("choose TP-01 CLEAN")
    shop.world.badge("R1", P1)
    shop.world.badge("R1", P1)
    assert len(shop.world.decisions()) == 1, "within 10 s the same answer"
    shop.world.run(60)
    shop.world.badge("R1", P1)
    assert len(shop.world.decisions()) == 1
    assert shop.world.trail("use_ended")[-1]["detail"]["cause"] == "badge_out"


@pytest.mark.parametrize("wrong", ["USE", "MAINTAIN", "CALIBRATE", "FLY", "", "<b>"])
def test_an_operation_that_is_not_offered_is_refused(shop: Shop, wrong: str) -> None:
    """Without a requirement set there is nothing to decide it by."""
    assert shop.press(f"choose TP-01 {wrong}").status_code == 422
    shop.world.badge("R1", P1)
    assert shop.world.decisions()[-1]["operation"] == "USE"


@pytest.mark.req("A8")
def test_a_kiosk_asks_nothing_of_the_reader_of_another_machine(shop: Shop) -> None:
    """The screen in one room must not hold out the badges of another, nor read its denials."""
    shop.world.badge("R2", P2)
    elsewhere = int(shop.world.decisions()[-1]["seq"])
    for do in ("choose TP-02 CLEAN", "back TP-02", f"ask TP-02 {elsewhere}", f"grant TP-02 {elsewhere}", "duty TP-02"):
        assert shop.press(do).status_code == 404, do
    assert shop.press(f"ask TP-01 {elsewhere}").status_code == 422
    assert shop.kiosk.get(f"{shop.home}/grant/{elsewhere}").status_code == 404
    assert shop.kiosk.get(f"{shop.home}/duty/TP-02/1").status_code == 404
    assert asked_lately(shop.world) == {}
    shop.world.badge("R2", P1)
    assert shop.world.decisions()[-1]["operation"] == "USE"


@pytest.mark.parametrize("do", ["", "choose", "explode TP-01", "choose  CLEAN", "grant TP-01 x", "ask TP-01 x" * 500])
def test_what_no_button_says_is_refused(shop: Shop, do: str) -> None:
    """A form can say anything."""
    assert shop.press(do).status_code in {400, 404, 422}


def paths(shop: Shop, seq: int) -> list[tuple[str, str]]:
    """Every route of the kiosks, whichever there are: a new one that nobody thought of fails here."""
    values = {"<name>": "TP-01", "<machine>": "TP-01", "<int:seq>": str(seq), "<int:request_id>": "1"}
    found = []
    for rule in shop.app.url_map.iter_rules():
        if rule.rule.startswith("/kiosk"):
            path = rule.rule
            for name, value in values.items():
                path = path.replace(name, value)
            found += [(method, path) for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}]
    return sorted(found)


@pytest.mark.req("A7")
def test_every_route_of_a_kiosk_refuses_a_missing_a_wrong_and_another_machines_key(shop: Shop) -> None:
    """The key in the cookie is all that a screen is known by."""
    seq = shop.denied(P2)
    every = paths(shop, seq)
    assert len(every) == 8
    token = shop.token()
    other = shop.app.test_client()
    address = kiosk_address(shop.world.settings, ("TP-02",))
    assert other.get(address[address.index("/kiosk") :]).status_code == 303
    wrong = shop.app.test_client()
    wrong.set_cookie("kiosk", "0" * 32, path="/kiosk/TP-01")
    theirs = shop.app.test_client()
    theirs.set_cookie("kiosk", address.partition("key=")[2], path="/kiosk/TP-01")
    for browser in (shop.app.test_client(), other, wrong, theirs):
        for method, path in every:
            answer = browser.open(path, method=method, data={"token": token, "do": "duty TP-01", "step": "next"})
            assert answer.status_code == 404, (method, path)
    assert shop.refused("badge_held_out") == []


@pytest.mark.req("A7")
def test_every_form_of_a_kiosk_asks_for_the_token_of_this_kiosk(shop: Shop) -> None:
    """A form that another page, or the page of another kiosk, made in this browser presses nothing."""
    seq = shop.denied(P2)
    theirs = form_token(shop.world.settings, ("TP-02",))
    posts = [path for method, path in paths(shop, seq) if method == "POST"]
    assert len(posts) == 3
    for path in posts:
        for token in ("", theirs, "é" * 32):
            assert shop.kiosk.post(path, data={"token": token, "do": f"ask TP-01 {seq}"}).status_code == 403
        foreign = {"Sec-Fetch-Site": "cross-site"}
        assert shop.kiosk.post(path, data={"token": shop.token()}, headers=foreign).status_code == 403
    assert asked_lately(shop.world) == {}


def test_a_kiosk_left_open_over_a_restart_of_the_pages_still_presses(shop: Shop) -> None:
    """Nobody reloads a screen on a wall."""
    token = shop.token()
    fresh = open_again(shop)
    answer = fresh.post(shop.home, data={"token": token, "do": "choose TP-01 CLEAN"})
    assert answer.status_code == 303


def open_again(shop: Shop) -> FlaskClient:
    from gate.web.app import create_app

    shop.app.extensions["gate"].close()
    shop.app.extensions[PARTS].writer.close()
    shop.app = create_app(shop.world.settings, shop.world.clock)
    fresh = shop.app.test_client()
    cookie = shop.kiosk.get_cookie("kiosk", path=shop.home)
    assert cookie
    fresh.set_cookie("kiosk", cookie.value, path=shop.home)
    return fresh


# --- asking for a supervisor --------------------------------------------------------------------------------


@pytest.mark.req("L3")
def test_help_is_asked_for_once_on_record_and_said_on_the_screen(shop: Shop) -> None:
    """Whoever asks must see that it was heard; and who was told stands in the record."""
    on(shop, PS)
    shop.world.run(10)
    seq = shop.denied(P2)
    page = now_page(shop)
    assert "Qui peut aider" in page
    assert "Name of nhaddad" in page
    shop.press(f"ask TP-01 {seq}")
    shop.press(f"ask TP-01 {seq}")
    asked = shop.refused("asked_for_supervisor")
    assert [(e["ref"], e["equipment"], e["detail"]["told"]) for e in asked] == [(seq, "TP-01", ["S1"])]  # type: ignore[index]
    assert list(asked_lately(shop.world)) == [seq]
    page = now_page(shop)
    assert "Demande faite à 12\u00a0h\u00a000." in page
    assert "pour Name of nhaddad" in page
    assert "ask TP-01" not in page
    shop.world.clock.advance(44)
    assert look(shop) == "deny"
    shop.world.clock.advance(12 * 3600)
    assert asked_lately(shop.world) == {}


def test_a_badge_of_nobody_can_ask_too_and_an_allow_or_an_old_denial_cannot(shop: Shop) -> None:
    """Who has no badge on record needs help most."""
    seq = shop.denied(NOBODY)
    assert shop.press(f"ask TP-01 {seq}").status_code == 303
    assert "grant TP-01" not in now_page(shop)
    allowed = shop.denied(P1)
    assert shop.world.decisions()[-1]["outcome"] == "allow"
    assert shop.press(f"ask TP-01 {allowed}").status_code == 422
    seq = shop.denied(P2)
    shop.world.clock.advance(601)
    assert shop.press(f"ask TP-01 {seq}").status_code == 422
    assert len(shop.refused("asked_for_supervisor")) == 1


def test_with_nobody_on_duty_the_screen_says_whom_to_call(shop: Shop) -> None:
    """Never an empty box."""
    shop.denied(P2)
    assert "La supervision" in now_page(shop)
    assert "Personne de garde" not in now_page(shop), "a site without duties is not told that nobody is on duty"
    on(shop, PS)
    shop.world.go_to(local("2026-11-24T00:30"))
    seq = shop.denied(P2)
    assert "Personne de garde. Appelez" in now_page(shop)
    shop.press(f"ask TP-01 {seq}")
    assert "Personne n’est de garde. Appelez" in now_page(shop)


def on(shop: Shop, badge: str, hours: str = "8") -> Any:
    """Switch on duty with a badge at the kiosk."""
    waiting = shop.press("duty TP-01").location
    shop.world.badge("R1", badge)
    return shop.kiosk.post(f"{waiting}?lang=en", data={"token": shop.token(), "hours": hours})


def duties(shop: Shop) -> list[dict[str, Any]]:
    return [e for e in shop.world.trail("change") if str(e.get("subject", "")).startswith("duty:")]


def request_in_text(page: str) -> str:
    found = re.search(r'name="request" value="(\d+)"', page)
    assert found
    return found[1]
