"""Inspection mode in a real browser: the question in three clicks, a late entry with its scan, accessible pages."""

import os
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from werkzeug.serving import make_server

from tests.core.test_scans import PDF
from tests.scenarios.world import World, local
from tests.web.floor_site import FloorSite, floor_site
from tests.web.looks import faults
from tests.web.morning import morning
from tests.web.people import WORD
from tests.web.test_browser import CHROMIUM, GENEROUS_MS

CUT_OFF = """() => [...document.querySelectorAll('.panel, .topbar, .tag, .page-head, .asks li')]
    .filter(box => box.scrollWidth > box.clientWidth + 1).map(box => box.id || box.className)"""

PAGES = (
    "/lots",
    "/lots/new",
    "/late-entries",
    "/late-entries/new",
    "/inspection",
    "/inspection/who-operated?lot=L1",
    "/inspection/use_log?equipment=TP-01",
    "/inspection/person_history?person=E2",
    "/inspection/could_have?equipment=TP-01&everybody=yes",
    "/inspection/denials_followed",
    "/inspection/changes",
    "/inspection/log_complete",
    "/access-reviews",
    "/access-reviews/new",
    "/floor/TP-01",
)


@dataclass(frozen=True, slots=True)
class Served:
    """The pages over one morning, at an address."""

    site: FloorSite
    url: str


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    world = World(tmp_path_factory.mktemp("inspected"), local("2026-11-23T06:00"))
    with floor_site(world) as site:
        morning(site)
        server = make_server("127.0.0.1", 0, site.app, threaded=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield Served(site, f"http://127.0.0.1:{server.server_port}")
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
    world.kill()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; root has no user namespace to build its sandbox in."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield running
        running.close()


def signed_in(browser: Browser, served: Served, login: str, language: str = "en") -> Page:
    """Return a page on which somebody has signed in."""
    page = browser.new_context(locale=language, viewport={"width": 1440, "height": 900}).new_page()
    page.set_default_timeout(GENEROUS_MS)
    page.goto(f"{served.url}/login?lang={language}")
    page.fill("[name=user]", login)
    page.fill("[name=password]", WORD)
    page.click("main button[type=submit]")
    return page


@pytest.mark.req("H1")
def test_who_operated_is_three_clicks_from_anywhere(browser: Browser, served: Served) -> None:
    """An inspector waits beside QA: no search, no second system."""
    page = signed_in(browser, served, "qa")
    page.get_by_role("link", name="Inspection").first.click()
    page.get_by_role("link", name="Lots", exact=True).click()
    page.get_by_role("link", name=re.compile(r"Who operated\s*: L1, TP-01")).first.click()
    expect(page.locator("h1")).to_have_text("Who operated a machine while a lot was made?")
    expect(page.locator(".answerline")).to_contain_text("People: 2. Starts by badge: 2")
    page.goto(f"{served.url}/floor?lang=en")
    page.locator("a[href*='/floor/TP-01']").first.click()
    page.get_by_role("link", name=re.compile(r"Who operated\s*: L1, TP-01")).first.click()
    expect(page.locator(".answerline")).to_contain_text("of these certified as known then: 2")
    page.get_by_text("Requirements: 1").first.click()
    expect(page.get_by_text("Press operation, SOP-1").first).to_be_visible()
    page.context.close()


@pytest.mark.req("C10")
def test_a_late_entry_is_made_with_its_scan_and_verified_by_another(
    browser: Browser, served: Served, tmp_path: Path
) -> None:
    """Without a script: a form, a file, a password."""
    paper = tmp_path / "log sheet.pdf"
    paper.write_bytes(PDF)
    page = signed_in(browser, served, "sup")
    page.goto(f"{served.url}/late-entries/new?lang=en")
    page.fill("#f-person_id", "E3")
    page.select_option("#f-equipment_id", "TP-02")
    for name, text in (("from", "08:00"), ("until", "09:30")):
        page.fill(f"#f-{name}_day", "2026-11-23")
        page.fill(f"#f-{name}_time", text)
    page.get_by_label("The reader was down").check()
    page.fill("#f-justification", "Reader dark from 08:00, log sheet by Cy Three")
    page.set_input_files("#f-scan", paper)
    if page.locator("#f-sign_user").count():
        page.fill("#f-sign_user", "sup")
    page.fill("#f-password", WORD)
    page.get_by_role("button", name="Sign and enter").click()
    expect(page.locator("h1")).to_contain_text("LATE ENTRY: Cy Three (E3) on TP-02")
    with page.expect_download() as fetched:
        page.get_by_role("link", name="Get the scan").click()
    assert Path(fetched.value.path()).read_bytes() == PDF
    assert fetched.value.suggested_filename == "log_sheet.pdf"
    address = page.url.partition("?")[0]
    page.context.close()
    other = signed_in(browser, served, "sue", "fr")
    other.goto(f"{address}/verify?lang=fr")
    other.get_by_label("Ils concordent : vérifiée").check()
    other.fill("#f-justification", "Comparé avec la feuille signée")
    other.fill("#f-sign_user", "sue")
    other.fill("#f-password", WORD)
    other.get_by_role("button", name="Signer").click()
    expect(other.locator("h1")).to_contain_text("SAISIE TARDIVE")
    expect(other.locator(".tags")).to_contain_text("vérifiée")
    other.context.close()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_page_is_whole_and_accessible_at_every_size(browser: Browser, served: Served, language: str) -> None:
    """Light and dark, phone to desk; axe finds nothing."""
    page = signed_in(browser, served, "qa", language)
    found = {}
    for path in PAGES if language == "en" else PAGES[4:8]:
        page.goto(f"{served.url}{path}{'&' if '?' in path else '?'}lang={language}")
        found[path] = faults(page, CUT_OFF)
    page.context.close()
    assert {path: wrong for path, wrong in found.items() if wrong} == {}
