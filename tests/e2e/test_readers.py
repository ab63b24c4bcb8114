"""A technician looks at a reader: the line live, a badge tested; both processes real, at every size, light and dark."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import SIZES, Open, sound
from tests.e2e.whole_site import P1, WholeSite
from tests.web.test_browser import SMALL_TARGETS, SMALLEST_TARGET


@pytest.mark.req("A4")
def test_a_technician_watches_the_line_and_tests_a_badge(site: WholeSite, open_page: Open) -> None:
    """What the reader says is seen without a laptop on the line, and nothing is enabled by looking."""
    page = open_page(site, "/admin/readers?lang=en", size="desktop", login="A1")
    sound(page)
    page.get_by_role("link", name="R1").click()
    page.get_by_role("button", name="Watch the line").click()
    expect(page.locator("pre.frames")).to_contain_text("POLL")
    expect(page.locator("main")).to_contain_text(re.compile(r"Line quality \d"))
    sound(page)
    page.get_by_role("button", name="Read the next badge").click()
    expect(page.locator("main")).to_contain_text("Hold a badge to R1 now")
    site.badge("R1", P1)
    expect(page.locator("main")).to_contain_text("Ada One")
    sound(page)
    assert site.trail("decision") == []
    assert not site.output("R1")


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_reader_pages_are_accessible_at_every_size(
    site: WholeSite, open_page: Open, language: str, dark: bool
) -> None:
    """At the cabinet there is a phone, at the desk a screen."""
    page = open_page(site, "/", login="A1", language=language)
    page.emulate_media(color_scheme="dark" if dark else "light")
    for width, height in SIZES.values():
        page.set_viewport_size({"width": width, "height": height})
        for path in ("/admin/readers", "/admin/readers/R1"):
            page.goto(f"{path}?lang={language}")
            sound(page)
            assert page.evaluate(SMALL_TARGETS, SMALLEST_TARGET) == []
