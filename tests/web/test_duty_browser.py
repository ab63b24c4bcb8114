"""The rest of what is pressed at a machine, and the calendar of duty, in a real browser."""

# ruff: noqa: F811 - fixtures are imported

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, expect

from gate.core.terms import Outcome
from tests.web.kiosk_records import FRENCH, KioskOnRecord
from tests.web.test_browser import LANGUAGES, SMALL_TARGETS, SMALLEST_TARGET, WIDER_THAN_SCREEN
from tests.web.test_browser import SIZES as PAGE_SIZES
from tests.web.test_kiosk_forms_browser import BOUNCE_MS, Open, fill, gate, open_kiosk, signed  # noqa: F401


def test_without_javascript_everything_is_there(gate: KioskOnRecord, open_kiosk: Open) -> None:
    """Script is an addition; an old panel has none."""
    page = open_kiosk(gate, java_script_enabled=False)
    page.get_by_role("button", name="Cleaning Nettoyage").click()
    expect(page.locator("#kiosk-CT-01.k-chosen")).to_be_visible()
    page.get_by_role("button", name="Go back").click()
    seq = gate.read(FRENCH, Outcome.DENY, "TRAINING_EXPIRED")
    page.goto(gate.path())
    page.get_by_role("button", name="Supervision : accorder ici").click()
    page.wait_for_url(f"**/grant/{seq}")
    fill(page)
    expect(page.locator("#keys")).to_be_hidden()
    expect(page.locator("#f-pin")).to_have_attribute("inputmode", "numeric")
    page.locator("#f-pin").fill("482915")
    page.locator("button[value=sign]").click()
    expect(page.get_by_role("alert")).to_contain_text("Aucun badge n’a encore été passé")


def test_nothing_of_the_forms_breaks_the_policy(gate: KioskOnRecord, open_kiosk: Open) -> None:
    """A message in the console is a part of the page that does not work where the policy holds."""
    seq = gate.read(FRENCH, Outcome.DENY, "TRAINING_EXPIRED")
    page = open_kiosk(gate, f"/grant/{seq}")
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.reload()
    page.wait_for_timeout(BOUNCE_MS)
    fill(page)
    assert complaints == []


# --- the pages of the account and the calendar --------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", PAGE_SIZES)
def test_pin_and_calendar_are_accessible_at_every_size(
    signed: BrowserContext, size: str, language: str, scheme: str
) -> None:
    """On the phone in the corridor and on the tablet, in both languages, by day and by night."""
    width, height = PAGE_SIZES[size]
    page = signed.new_page()
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for path in ("/duty", "/account/pin", "/account"):
        page.goto(f"{path}?lang={language}")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate(SMALL_TARGETS, SMALLEST_TARGET) == []
        assert page.evaluate(WIDER_THAN_SCREEN) <= 0
    page.close()
