"""From a denied badge to an allowed one and back: two real processes, bytes on a pty, people in real browsers."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Open, sign, sound
from tests.e2e.whole_site import P1, WholeSite


@pytest.mark.req("D1", "G1", "G3", "L1", "L3")
@pytest.mark.scenario(17)
def test_a_denied_operator_is_let_in_by_a_supervisor_and_denied_again_when_it_is_over(
    site: WholeSite, open_page: Open
) -> None:
    """The whole way that the product exists for, as the three people at it live it."""
    kiosk = open_page(site, site.kiosk("TP-01"), size="kiosk")
    supervisor = open_page(site, "/overrides?lang=en", size="tablet", login="S1")
    site.badge("R1", P1)
    assert site.decided(1)["reasons"] == ["TRAINING_EXPIRED"]
    expect(kiosk.locator("#kiosk-TP-01.k-deny")).to_be_visible()
    expect(kiosk.locator("#kiosk-TP-01")).to_contain_text("Ada One")
    sound(kiosk)
    supervisor.reload()
    supervisor.get_by_role("link", name="Grant an override").first.click()
    supervisor.locator("input[name=minutes]").nth(1).check()
    supervisor.locator("input[name=class]").first.check()
    supervisor.locator("#f-reference").fill("DEV-2026-0318")
    supervisor.locator("#f-justification").fill("Retraining is booked for two o'clock today")
    sign(supervisor, "S1")
    sound(supervisor)
    supervisor.locator("main form button[type=submit]").click()
    supervisor.wait_for_url(lambda url: "/new/" not in url)
    site.badge("R1", P1)
    assert "ALLOW_OVERRIDE" in site.decided(2)["reasons"]
    expect(kiosk.locator("#kiosk-TP-01.k-over")).to_be_visible()
    sound(kiosk)
    assert site.output("R1")
