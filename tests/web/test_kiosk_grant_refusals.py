"""Grant at the denied kiosk: what is refused, expired, replayed or somebody else's grants nothing."""

# ruff: noqa: F811 - fixtures are imported

import re
from datetime import date

import pytest

from gate.accounts import close_account, set_password
from tests.scenarios.plant import P2, changed, plant, record
from tests.scenarios.world import local, moment_now
from tests.web.people import CHEAP, TEMPORARY
from tests.web.test_kiosk_grant import HOSTILE, PIN, PS, Shop, request_in, shop, staffed, tell_alive, with_trail  # noqa: F401


def test_without_a_badge_in_time_nothing_is_signed(shop: Shop) -> None:
    """The next badge after the 30 s is of whoever works there, and is decided as ever."""
    seq = shop.denied()
    request = shop.asked(seq)
    assert "No badge was presented yet" in shop.send(seq, "sign", request=request, pin=PIN).text
    shop.world.run(31)
    answer = shop.send(seq, "sign", request=request, pin=PIN)
    assert "time for presenting the badge is over" in answer.text
    assert request_in(answer) != request, "it asks anew"
    shop.world.run(31)
    before = len(shop.world.decisions())
    shop.world.badge("R1", PS)
    assert len(shop.world.decisions()) == before + 1
    assert shop.granted() == []


def test_a_badge_presented_minutes_ago_signs_nothing(shop: Shop) -> None:
    """Whoever walked away is not signing."""
    seq = shop.denied()
    request = shop.asked(seq)
    shop.world.badge("R1", PS)
    shop.world.run(29)
    shop.world.clock.advance(121)
    assert "too long ago" in shop.send(seq, "sign", request=request, pin=PIN).text
    assert shop.granted() == []


def test_a_form_sent_twice_grants_once_and_a_badge_serves_once(shop: Shop) -> None:
    """The back button and a double tap are no second exception, nor is a badge a season ticket."""
    seq = shop.denied()
    request = shop.asked(seq)
    shop.world.badge("R1", PS)
    assert shop.send(seq, "sign", request=request, pin=PIN).status_code == 303
    again = shop.send(seq, "sign", request=request, pin=PIN)
    assert again.status_code == 422
    assert "has served for one signature" in again.text
    assert len(shop.granted()) == 1


def test_a_refused_grant_uses_the_badge_up_too(shop: Shop) -> None:
    """Each signature is badge and PIN: what was signed once is not signed again with other words."""
    seq = shop.denied()
    request = shop.asked(seq, reference="nonsense")
    shop.world.badge("R1", PS)
    answer = shop.send(seq, "sign", request=request, pin=PIN, reference="nonsense")
    assert answer.status_code == 422
    assert "does not have the site" in answer.text
    assert "Retraining is booked" in answer.text
    assert len(shop.refused("override refused")) == 1
    assert "has served" in shop.send(seq, "sign", request=request, pin=PIN).text
    assert shop.granted() == []


def test_two_forms_at_once_the_newer_asks_and_the_older_is_told(shop: Shop) -> None:
    """Two tabs that wait for one badge would each believe it was theirs."""
    seq = shop.denied()
    first, second = shop.asked(seq), shop.asked(seq)
    shop.world.badge("R1", PS)
    older = shop.send(seq, "sign", request=first, pin=PIN)
    assert "another page asked for it since" in older.text
    assert shop.granted() == []
    assert shop.send(seq, "sign", request=second, pin=PIN).status_code == 303


def test_a_badge_held_out_for_something_else_signs_nothing(shop: Shop) -> None:
    """The request says what the badge is for: a duty, or the denial of somebody else."""
    seq = shop.denied()
    other = shop.denied(P2)
    request = shop.asked(other)
    shop.world.badge("R1", PS)
    answer = shop.send(seq, "sign", request=request, pin=PIN)
    assert answer.status_code == 422
    duty = shop.press("duty TP-01").location.rpartition("/")[2]
    shop.world.badge("R1", PS)
    assert shop.send(seq, "sign", request=duty, pin=PIN).status_code == 422
    for wrong in ("", "x", "9" * 40, "-1"):
        assert shop.send(seq, "sign", request=wrong, pin=PIN).status_code == 422
    assert shop.granted() == []


def test_back_takes_the_request_back_and_the_next_badge_is_decided(shop: Shop) -> None:
    """A page that was left must not swallow the badge of the next shift."""
    seq = shop.denied()
    shop.asked(seq)
    answer = shop.send(seq, "back")
    assert "Retraining is booked" in answer.text
    before = len(shop.world.decisions())
    shop.world.badge("R1", PS)
    assert len(shop.world.decisions()) == before + 1


@pytest.mark.req("D4")
@pytest.mark.parametrize("why", ["reason", "critical", "second"])
def test_what_needs_qa_is_sent_to_the_page_before_anything_is_typed(shop: Shop, why: str) -> None:
    """Nobody types a justification for nothing."""
    found = {**staffed(plant()), "training_record": [record("E1", expires_on=date(2026, 11, 1))]}
    if why == "reason":
        shop.world.load(changed(found, "equipment", "TP-01", calibration_due_on=date(2026, 11, 20)))
    elif why == "critical":
        shop.world.load(changed(found, "equipment", "TP-01", critical=True))
    else:
        assert shop.sign(shop.denied()).status_code == 303
        shop.world.go_to(local("2026-11-23T13:01"))
    seq = shop.denied()
    answer = shop.kiosk.get(f"{shop.home}/grant/{seq}?lang=en")
    assert answer.status_code == 422
    assert f"Overrides, record #{seq}" in answer.text
    assert shop.send(seq, "next").status_code == 422
    granted = len(shop.granted())
    assert shop.send(seq, "sign", request="1", pin=PIN).status_code == 422
    assert len(shop.granted()) == granted


@pytest.mark.req("D5")
def test_what_no_override_lifts_has_no_button_and_no_form(shop: Shop) -> None:
    """A suspension is QA's to lift."""
    suspended = [{"id": "X", "person": "E1", "scope": "everywhere"}]
    shop.world.load({**staffed(plant()), "suspension": suspended})
    seq = shop.denied()
    tell_alive(shop.world)
    page = shop.page()
    assert f'value="ask TP-01 {seq}"' in page
    assert "grant TP-01" not in page
    assert "No override lifts" in shop.kiosk.get(f"{shop.home}/grant/{seq}?lang=en").text


@pytest.mark.req("D1")
@pytest.mark.parametrize(
    "wrong",
    [
        {"minutes": "100000"},
        {"minutes": ""},
        {"class": "EMERGENCY"},
        {"class": "<script>"},
        {"reference": ""},
        {"words": "ok"},
        {"words": "\u202e\u200b" * 20},
        {"preset": "99"},
        {"preset": "1", "words": ""},
    ],
)
def test_what_the_form_does_not_offer_comes_back_and_asks_for_no_badge(shop: Shop, wrong: dict[str, str]) -> None:
    """A form can say anything; only what is offered counts, and a chosen beginning is no justification."""
    seq = shop.denied()
    answer = shop.send(seq, "next", **wrong)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    before = len(shop.world.decisions())
    shop.world.badge("R1", PS)
    assert len(shop.world.decisions()) == before + 1
    assert shop.send(seq, "sign", request="1", pin=PIN, **wrong).status_code == 422
    assert shop.granted() == []


def test_hostile_words_are_text_and_stand_in_the_record_as_typed(shop: Shop) -> None:
    """What is typed at a machine is read by inspectors."""
    seq = shop.denied()
    page = shop.send(seq, "next", words=HOSTILE, preset="2").text
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert "\\u202e" in page
    request = re.search(r'name="request" value="(\d+)"', page)
    assert request
    shop.world.badge("R1", PS)
    answer = shop.send(seq, "sign", request=request[1], pin=PIN, words=HOSTILE, preset="2")
    assert answer.status_code == 303, answer.text
    why = str(shop.granted()[0]["why"])
    assert why.startswith("Covering an absence. ")
    assert "because it is so" in why
    long = shop.send(shop.denied(P2), "next", words="a" * 10_000)
    assert long.status_code == 200


def test_an_account_without_a_pin_or_closed_meanwhile_signs_nothing(shop: Shop) -> None:
    """The page says where a PIN comes from."""
    with_trail(
        shop.world,
        lambda trail: set_password(
            trail, "nhaddad", CHEAP.encode(TEMPORARY), by="sys", moment=moment_now(shop.world.clock)
        ),
    )
    seq = shop.denied()
    assert "has no PIN yet" in shop.sign(seq).text
    with_trail(
        shop.world,
        lambda trail: close_account(
            trail, "nhaddad", by="sys", why="left the firm", moment=moment_now(shop.world.clock)
        ),
    )
    assert "no active account" in shop.sign(seq).text
    assert shop.granted() == []


@pytest.mark.req("L1")
def test_the_page_that_waits_says_whose_badge_was_read_and_only_to_this_kiosk(shop: Shop) -> None:
    """The supervisor sees that it was the right badge before the PIN is typed."""
    seq = shop.denied()
    request = shop.asked(seq)
    path = f"{shop.home}/grant/{seq}/badge/{request}?lang=en"
    assert shop.kiosk.get(path).json == {"state": "waits", "words": "Waiting for the badge"}
    shop.world.badge("R1", PS)
    assert shop.kiosk.get(path).json == {"state": "read", "words": "Badge read: Name of nhaddad"}
    assert shop.app.test_client().get(path).status_code == 404
    assert shop.kiosk.get(f"{shop.home}/grant/{seq}/badge/{int(request) + 7}").json["state"] == "over"  # type: ignore[index]
    assert shop.kiosk.get(f"{shop.home}/grant/{seq}/badge/{'9' * 30}").json["state"] == "over"  # type: ignore[index]


def test_the_forms_speak_the_language_of_the_person_and_change_it(shop: Shop) -> None:
    """Half the shift reads French."""
    seq = shop.denied(P2)
    assert 'lang="fr"' in shop.page(f"/grant/{seq}")
    assert "Accorder une dérogation" in shop.page(f"/grant/{seq}")
    assert "Grant an override" in shop.page(f"/grant/{seq}?lang=en")


def test_a_denial_that_is_old_or_no_denial_has_no_form(shop: Shop) -> None:
    """Ids in addresses are no authority."""
    seq = shop.denied()
    for wrong in (1, 999999, int("9" * 30)):
        assert shop.kiosk.get(f"{shop.home}/grant/{wrong}").status_code == 404
    shop.world.clock.advance(31 * 60)
    assert shop.kiosk.get(f"{shop.home}/grant/{seq}").status_code == 404
