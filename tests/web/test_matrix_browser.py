"""Who can run what and the trends in a real browser: accessible and whole at every size, and moved in by keys alone."""

import os
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from gate.clock import SystemClock
from gate.core.roles import Role
from tests.web.looks import faults
from tests.web.matrix_records import MatrixOnRecord
from tests.web.people import WORD, add_account
from tests.web.served import alive_now, free_port, served
from tests.web.test_browser import CHROMIUM, GENEROUS_MS

CUT_OFF = """() => [...document.querySelectorAll('.panel, .topbar, .tag, .page-head, .mxc, .seg, .kpi, .hb li')]
    .filter(box => box.scrollWidth > box.clientWidth + 1).map(box => box.className)"""

PAGES = (
    "/matrix",
    "/matrix?as_of=2026-11-10T12:00-05:00",
    "/matrix?as_of=nonsense",
    "/matrix?machine=TP-01",
    "/matrix/of?person=E8&machine=TP-01&as_of=2026-11-10T12:00-05:00",
    "/trends",
    "/trends?weeks=52",
    "/trends/expiring?days=90",
)


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MatrixOnRecord]:
    """Every state of a cell, denials of some weeks, and overrides above the limit."""
    found = MatrixOnRecord(tmp_path_factory.mktemp("matrix"), free_port())
    add_account(found, "qa", Role.QA)
    found.clock.go_to(SystemClock().read().at)
    for codes in (("TRAINING_EXPIRED",), ("SOP_REVISION",), ("NOT_CERTIFIED",), ("EQ_BUSY",)):
        found.denied(found.clock.at, "E4", *codes, item="SOP-1")
    for number in range(7):
        found.granted(found.clock.at, "TP-01", "P-qa", number)
    alive_now(found)
    with served(found.config, found.settings.web.port):
        yield found
    found.close()


@pytest.fixture(scope="module")
def signed(gate: MatrixOnRecord) -> Iterator[BrowserContext]:
    """A browser in which QA has signed in; root has no user namespace to build Chromium's sandbox in."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        running: Browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        context = running.new_context(base_url=f"http://127.0.0.1:{gate.settings.web.port}")
        context.set_default_timeout(GENEROUS_MS)
        expect.set_options(timeout=GENEROUS_MS)
        page = context.new_page()
        page.goto("/login?lang=en")
        page.get_by_label("User name").fill("qa")
        page.get_by_label("Password").fill(WORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/floor?lang=en")
        page.close()
        yield context
        running.close()


@pytest.mark.req("L1", "L2", "B13", "H9")
@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_page_is_accessible_and_whole_at_every_size(signed: BrowserContext, language: str) -> None:
    """Phone, tablet and desk, light and dark: nothing cut off, nothing too small, no colour alone."""
    page, wrong = signed.new_page(), []
    for path in PAGES:
        page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
        wrong += [(path, fault) for fault in faults(page, CUT_OFF)]
    page.close()
    assert wrong == []


def _focused(page: Page) -> str:
    return str(page.evaluate("() => document.activeElement.textContent.trim()"))


@pytest.mark.req("L1")
def test_the_table_is_one_stop_and_arrows_move_in_it(signed: BrowserContext) -> None:
    """Nobody tabs through four hundred cells; without the script every cell is a link all the same."""
    page = signed.new_page()
    page.goto("/matrix?lang=en")
    cells = page.locator("table.matrix tbody a.mxc")
    assert cells.evaluate_all("all => all.filter(one => one.tabIndex === 0).length") == 1
    cells.first.focus()
    first = _focused(page)
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowUp")
    assert _focused(page) == first, "the edge holds"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    moved = _focused(page)
    assert moved == cells.nth(5).text_content(), "the second of the second row, four machines a row"
    page.keyboard.press("End")
    assert _focused(page) == cells.nth(7).text_content()
    page.keyboard.press("Home")
    assert _focused(page) == cells.nth(4).text_content()
    assert cells.evaluate_all("all => all.filter(one => one.tabIndex === 0).length") == 1
    page.keyboard.press("Enter")
    page.wait_for_url("**/matrix/of?**")
    expect(page.get_by_role("heading", level=1)).to_contain_text(" at ")
    page.close()


@pytest.mark.req("L1", "E7")
def test_the_whole_way_works_without_script(signed: BrowserContext, gate: MatrixOnRecord) -> None:
    """Form, links, the page behind a cell and the way back."""
    state = signed.storage_state()
    browser = signed.browser
    assert browser
    base = f"http://127.0.0.1:{gate.settings.web.port}"
    plain = browser.new_context(base_url=base, java_script_enabled=False, storage_state=state)
    page = plain.new_page()
    page.goto("/matrix?lang=en")
    page.get_by_label("As of").fill("2026-11-10 12:00")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="Eli Late, TP-01: not trained; as known today").click()
    expect(page.get_by_role("heading", name="As known today")).to_be_visible()
    page.get_by_role("link", name="Back to the table").click()
    expect(page.get_by_label("As of")).to_have_value("2026-11-10 12:00")
    plain.close()


@pytest.mark.req("H9")
def test_from_a_bar_to_the_rows_and_to_the_list(signed: BrowserContext) -> None:
    """Every number opens what is behind it."""
    page = signed.new_page()
    page.goto("/trends?lang=en")
    page.get_by_text("By reason", exact=True).click()
    page.get_by_role("link", name=re.compile("Training has expired: records behind it")).click()
    expect(page.get_by_role("heading", level=1, name="Access log")).to_be_visible()
    expect(page.locator("tbody").get_by_text("Training has expired").first).to_be_visible()
    page.go_back()
    page.get_by_role("link", name="Make the list").click()
    expect(page.get_by_role("heading", level=1, name="Who loses which machine")).to_be_visible()
    page.close()
