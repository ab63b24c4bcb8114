"""One browser for the module, and browsers for its people."""

import os
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.e2e.whole_site import LOGINS, PASSWORD, WholeSite
from tests.web.test_browser import CHROMIUM, GENEROUS_MS, WIDER_THAN_SCREEN

SIZES = {"phone": (390, 844), "tablet": (1180, 820), "kiosk": (1024, 600), "desktop": (1440, 900)}

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; root has no user namespace to build its sandbox in."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield running
        running.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Open a page of its own browser, at a size; `login` signs somebody in by typing."""
    contexts = []

    def opened(site: WholeSite, path: str, *, size: str = "tablet", login: str = "", language: str = "en") -> Page:
        width, height = SIZES[size]
        context = browser.new_context(viewport={"width": width, "height": height}, base_url=site.url)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(GENEROUS_MS)
        expect.set_options(timeout=GENEROUS_MS)
        if login:
            sign_in(page, login, language)
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()


def sign_in(page: Page, person: str, language: str = "en") -> None:
    """Sign a person in by typing."""
    page.goto(f"/login?lang={language}")
    page.locator("#f-user").fill(LOGINS[person])
    page.locator("#f-password").fill(PASSWORD)
    page.locator("main button[type=submit]").click()
    page.wait_for_url(lambda url: "/login" not in url)


def sign(page: Page, person: str) -> None:
    """Fill in the signature panel as far as it asks."""
    if page.locator("#f-sign_user").count():
        page.locator("#f-sign_user").fill(LOGINS[person])
    page.locator("#f-password").fill(PASSWORD)


def sound(page: Page) -> None:
    """Nothing that axe finds, and nothing wider than the screen."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate(WIDER_THAN_SCREEN) <= 0


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeSite]:
    """One site at work for the tests of a module."""
    made = WholeSite(tmp_path_factory.mktemp("site"))
    yield made
    made.close()
