"""From trial to enforce: what would have been denied is listed, signed, and denied from then on."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Open, sign, sound
from tests.e2e.whole_site import P1, WholeSite


@pytest.mark.req("G1")
@pytest.mark.scenario(45)
def test_qa_sees_who_would_have_been_denied_and_signs_the_change(site: WholeSite, open_page: Open) -> None:
    """Nobody wires a denying box on day one; the day it denies, QA has seen whom."""
    site.badge("R2", P1)
    tried = site.decided(1)
    assert (tried["outcome"], tried["mode"]) == ("deny", "shadow")
    page = open_page(site, "/floor?lang=en", size="desktop", login="Q1")
    page.get_by_role("link", name="TP-02").first.click()
    page.wait_for_url("**/floor/TP-02*")
    sound(page)
    page.goto("/floor/TP-02/mode?lang=en")
    expect(page.locator("main")).to_contain_text("Ada One")
    sound(page)
    page.locator('input[name=mode][value="enforce"]').check()
    page.locator("#f-justification").fill("Two weeks of trial, and everybody is trained")
    sign(page, "Q1")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(lambda url: "/mode" not in url)
    changed = next(entry for entry in site.trail("change") if entry.get("equipment") == "TP-02")
    assert changed["new"]["mode"] == "enforce"
    assert changed["detail"]["signatures"][0]["name"] == "Quinn Quality"
    site.badge("R2", P1)
    assert site.decided(2)["mode"] == "enforce"
    assert not site.output("R2")
