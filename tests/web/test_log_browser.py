"""The access log in a real browser: accessible at every size, by keys alone, and new records only when asked for."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from threading import Thread

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright
from werkzeug.serving import make_server

from gate.core.roles import Role
from gate.web.app import create_app
from gate.web.session import PARTS
from tests.web.log_history import write_week
from tests.web.people import CHEAP, WORD, add_account
from tests.web.records import GateOnRecord
from tests.web.test_browser import CHROMIUM, GENEROUS_MS, SMALL_TARGETS, SMALLEST_TARGET, WIDER_THAN_SCREEN

SIZES = {"phone": (390, 844), "tablet": (1180, 820), "desktop": (1440, 900)}
SHOWN = [
    ("desktop", "en", "light", "/log?view=exceptions&time=30d&outcome=denied,override"),
    ("desktop", "fr", "dark", "/log?from=2026-11-17&equipment=TP-01"),
    ("tablet", "fr", "light", "/log?person=camille"),
    ("phone", "en", "dark", "/log?view=denied"),
    ("phone", "fr", "light", "/log?from=never"),
]

Open = Callable[[str, str, str], Page]


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[GateOnRecord, str]]:
    """A week on record and the address of its pages."""
    gate = GateOnRecord(tmp_path_factory.mktemp("week"))
    write_week(gate, 300)
    gate.alive()
    add_account(gate, "qa", Role.QA)
    app = create_app(gate.settings, gate.clock)
    app.extensions[PARTS] = replace(app.extensions[PARTS], passwords=CHEAP)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield gate, f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    app.extensions["gate"].close()
    app.extensions[PARTS].writer.close()
    gate.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield running
        running.close()


@pytest.fixture
def open_log(browser: Browser, week: tuple[GateOnRecord, str]) -> Iterator[Open]:
    """Open the log as QA, at a size and in a scheme."""
    contexts = []

    def opened(size: str, scheme: str, path: str) -> Page:
        width, height = SIZES[size]
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
            base_url=week[1],
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(GENEROUS_MS)
        expect.set_options(timeout=GENEROUS_MS)
        page.goto("/login?lang=en")
        page.locator("#f-user").fill("qa")
        page.locator("#f-password").fill(WORD)
        page.locator("main button[type=submit]").click()
        page.wait_for_url(lambda url: "/login" not in url)
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.parametrize(("size", "language", "scheme", "path"), SHOWN)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(
    open_log: Open, size: str, language: str, scheme: str, path: str
) -> None:
    """QA, supervisors and inspectors read it, some without a mouse, some with large text."""
    page = open_log(size, scheme, f"{path}&lang={language}")
    for summary in page.locator("main details > summary").all():
        if summary.is_visible() and not summary.evaluate("found => found.parentElement.open"):
            summary.click()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate(WIDER_THAN_SCREEN) <= 0


def test_a_bar_narrows_the_time_and_a_chip_widens_it_again(open_log: Open) -> None:
    """From the bars to the rows behind one, and back."""
    page = open_log("desktop", "light", "/log?lang=en&view=denied")
    before = page.locator(".logtbl tbody tr").count()
    page.locator("svg.hist a").first.click()
    expect(page.locator(".chip")).to_have_count(2)
    assert 0 < page.locator(".logtbl tbody tr").count() < before
    page.locator(".chip a").first.click()
    page.locator(".chip a").first.click()
    expect(page.locator(".chip")).to_have_count(0)
    expect(page.locator(".logtbl tbody tr")).to_have_count(before)


def test_the_list_is_walked_by_keys_and_they_can_be_switched_off(open_log: Open) -> None:
    """Somebody who reads four thousand records does not move a mouse for each (WCAG 2.1.4: nor by accident)."""
    page = open_log("desktop", "light", "/log?lang=en")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator("tr.cursor")).to_have_attribute(
        "id", page.locator(".logtbl tbody tr").first.get_attribute("id") or ""
    )
    page.keyboard.press("/")
    expect(page.locator("#f-q")).to_be_focused()
    page.keyboard.type("jk")
    assert page.locator("#f-q").input_value() == "jk"
    page.locator("#log-keys summary").click()
    page.locator("#log-keys-off").check()
    page.reload()
    page.keyboard.press("j")
    expect(page.locator("tr.cursor")).to_have_count(0)


def test_new_records_wait_until_they_are_asked_for(week: tuple[GateOnRecord, str], open_log: Open) -> None:
    """Rows never move under the eye."""
    page = open_log("desktop", "light", "/log?lang=en")
    first = page.locator(".logtbl tbody tr").first.get_attribute("id")
    week[0].decision("E1")
    expect(page.locator("#newer a")).to_contain_text("newer, show")
    assert page.locator(".logtbl tbody tr").first.get_attribute("id") == first
    page.locator("#newer a").click()
    expect(page.locator(".logtbl tbody tr").first).not_to_have_attribute("id", first or "")


def test_what_is_pressed_on_a_tablet_is_large_enough(open_log: Open) -> None:
    """The menu too: what does not fit is under More, which opens without a script."""
    page = open_log("tablet", "light", "/log?lang=fr")
    page.locator(".topnav .menumore summary").click()
    expect(page.locator(".topnav .menumore ul a").last).to_be_visible()
    small = page.evaluate(SMALL_TARGETS, SMALLEST_TARGET)
    assert [found for found in small if "menumore" in found or "tabs" in found] == []
