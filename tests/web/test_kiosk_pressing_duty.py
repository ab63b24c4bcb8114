"""On duty at a kiosk, and kiosks that press for other machines: the second half of what is pressed."""

# ruff: noqa: F811 - fixtures are imported

from datetime import date

import pytest

from gate.web.session import PARTS
from tests.scenarios.plant import P1, P2, P3, plant, record
from tests.scenarios.world import line, local
from tests.web.test_kiosk_grant import NOBODY, PIN, PQ, PS, Shop, open_shop, staffed, tell_alive
from tests.web.test_kiosk_pressing import Make, duties, look, now_page, on, request_in_text, shop  # noqa: F401


def test_qa_is_named_where_qa_must_sign(shop: Shop) -> None:
    """A supervisor alone could not help."""
    on(shop, PS)
    on(shop, PQ)
    shop.denied(P2)
    assert "(AQ)" not in now_page(shop)
    base = staffed({**plant(), "training_record": [record("E1"), record("E2")]})
    machines = [{**one, "calibration_due_on": date(2026, 11, 20)} for one in base["equipment"]]
    shop.world.load({**base, "equipment": machines})
    shop.denied(P2)
    assert "Name of quinn (AQ)" in now_page(shop)


# --- on duty ------------------------------------------------------------------------------------------------


@pytest.mark.req("A4")
def test_a_badge_switches_the_duty_on_and_off_and_signs_nothing(shop: Shop) -> None:
    """Identification is enough to say who can help; the area is the machine's."""
    assert 'value="duty TP-01"' in now_page(shop)
    waiting = shop.press("duty TP-01").location
    page = shop.kiosk.get(f"{waiting}?lang=en").text
    assert "Hold your badge to the reader" in page
    assert "On duty for Compression" in page
    shop.world.badge("R1", PS)
    assert shop.world.decisions() == []
    page = shop.kiosk.get(f"{waiting}?lang=en").text
    assert "Name of nhaddad, on duty for how long?" in page
    assert "Off duty" not in page
    answer = shop.kiosk.post(f"{waiting}?lang=en", data={"token": shop.token(), "hours": "8"})
    assert answer.status_code == 200
    assert "on duty for Compression until 20:00" in answer.text
    told = duties(shop)[-1]
    assert (told["person"], told["by"]) == ("S1", "kiosk:TP-01 duty")
    assert (told["new"]["area_id"], told["new"]["origin"]) == ("COMP", "switch")
    assert told["new"]["ends_at"].startswith("2026-11-24T01:00"), "8 h on, in UTC"
    waiting = shop.press("duty TP-01").location
    shop.world.badge("R1", PS)
    assert "Off duty" in shop.kiosk.get(f"{waiting}?lang=en").text
    answer = shop.kiosk.post(f"{waiting}?lang=en", data={"token": shop.token(), "hours": "off"})
    assert "off duty for Compression" in answer.text
    shop.denied(P2)
    page = now_page(shop)
    assert look(shop) == "deny"
    assert "Name of nhaddad" not in page


def test_a_duty_lasts_as_long_as_chosen_and_a_new_choice_takes_its_place(shop: Shop) -> None:
    """Who forgets to switch off is off after the shift."""
    on(shop, PS, "12")
    on(shop, PS, "4")
    shop.world.go_to(local("2026-11-23T15:59"))
    shop.denied(P2)
    assert "Name of nhaddad" in now_page(shop)
    shop.world.go_to(local("2026-11-23T16:01"))
    shop.denied(P2)
    page = now_page(shop)
    assert look(shop) == "deny"
    assert "Name of nhaddad" not in page


@pytest.mark.parametrize("badge", [P1, P3, NOBODY])
def test_the_badge_of_whoever_cannot_help_switches_nothing_on(shop: Shop, badge: str) -> None:
    """A name on the screen must be one that helps."""
    answer = on(shop, badge)
    assert answer.status_code == 422
    assert duties(shop) == []
    waiting = shop.press("duty TP-01").location
    shop.world.badge("R1", badge)
    assert "Only a supervisor or QA" in shop.kiosk.get(f"{waiting}?lang=en").text


@pytest.mark.parametrize("hours", ["", "0", "13", "100", "x", "-4"])
def test_only_the_hours_that_are_offered_count(shop: Shop, hours: str) -> None:
    """Nobody is on duty for a year by a form."""
    assert on(shop, PS, hours).status_code == 422
    assert duties(shop) == []


def test_a_duty_is_switched_once_by_a_badge_and_not_without_one(shop: Shop) -> None:
    """A double tap, a form kept for later, a badge that never came."""
    waiting = shop.press("duty TP-01").location
    data = {"token": shop.token(), "hours": "8"}
    assert shop.kiosk.post(waiting, data=data).status_code == 422
    shop.world.badge("R1", PS)
    assert shop.kiosk.post(waiting, data=data).status_code == 200
    assert shop.kiosk.post(waiting, data=data).status_code == 422
    assert len(duties(shop)) == 1
    assert shop.kiosk.get(waiting).status_code == 303, "the page of a used badge leads back to the kiosk"
    assert shop.kiosk.get(f"{shop.home}/duty/TP-01/999999").status_code == 303
    seq = shop.denied(P2)
    request = shop.asked(seq)
    shop.world.badge("R1", PS)
    answer = shop.kiosk.post(f"{shop.home}/duty/TP-01/{request}", data={"token": shop.token(), "hours": "8"})
    assert answer.status_code == 422, "a badge held out for a grant is for no duty"


def test_the_reader_that_answers_is_asked_where_a_machine_has_several(make_world: Make) -> None:
    """A badge held out to a dead reader would never come."""
    world = make_world(
        local("2026-11-23T12:00"),
        staffed({**plant(), "training_record": [record("E2", expires_on=date(2026, 11, 1))]}),
        [line("line-1", [("R1", "TP-01")]), line("line-2", [("R3", "TP-01")]).replace("output = 0", "")],
    )
    found = open_shop(world)
    seq = found.denied(P2)
    tell_alive(world)
    assert "at reader R1" in found.send(seq, "next").text
    world.lines.lines["line-1"].cut = True
    world.run(12)
    tell_alive(world)
    page = found.send(seq, "next").text
    assert "at reader R3" in page
    world.badge("R3", PS)
    assert found.send(seq, "sign", request=request_in_text(page), pin=PIN).status_code == 303
    found.app.extensions["gate"].close()
    found.app.extensions[PARTS].writer.close()
