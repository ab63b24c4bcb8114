"""Granting at the denied kiosk, with the supervisor's badge on the pty and a PIN on the screen; both processes real."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Open
from tests.e2e.whole_site import P1, PIN, SUPERVISOR_BADGE, WholeSite


@pytest.mark.req("A4", "D1", "G3")
def test_a_supervisor_without_a_phone_grants_where_the_operator_stands(site: WholeSite, open_page: Open) -> None:
    """Phones are banned in production rooms; the reader and the screen are there."""
    kiosk = open_page(site, site.kiosk("TP-01"), size="kiosk")
    site.badge("R1", P1)
    site.decided(1)
    tile = kiosk.locator("#kiosk-TP-01.k-deny")
    expect(tile).to_be_visible()
    tile.get_by_role("button", name="grant here").click()
    kiosk.wait_for_url("**/grant/**")
    kiosk.wait_for_timeout(500)
    for name in ("minutes", "class"):
        kiosk.locator(f"label:has(input[name={name}])").first.click()
    kiosk.locator("#f-reference").fill("DEV-2026-0318")
    kiosk.locator("#f-words").fill("Retraining is booked for two o'clock today")
    kiosk.locator("button[value=next]").click()
    kiosk.wait_for_timeout(1500)
    site.badge("R1", SUPERVISOR_BADGE)
    kiosk.locator("#f-pin").fill(PIN)
    kiosk.wait_for_timeout(500)
    kiosk.locator("form button[type=submit]").last.click()
    kiosk.wait_for_timeout(1500)
    granted = site.trail("override_granted")
    assert [entry["person"] for entry in granted] == ["E1"]
    assert granted[0]["detail"]["signatures"][0]["name"] == "Sam Overseer"
    assert [entry["person"] for entry in site.trail("decision")] == ["E1"], "the supervisor's badge decided nothing"
    site.badge("R1", P1)
    assert "ALLOW_OVERRIDE" in site.decided(2)["reasons"]
    assert site.output("R1")
