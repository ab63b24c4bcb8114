"""The first account, signing in, and resting after wrong passwords, in a real browser against both processes."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Open, sign_in, sound
from tests.e2e.whole_site import LOGINS, PASSWORD, WholeSite

WRONG_TRIES = 5


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeSite]:
    """A site on its first day: nobody has an account."""
    made = WholeSite(tmp_path_factory.mktemp("fresh"), accounts=False)
    yield made
    made.close()


def _try(page: Page, login: str, word: str) -> None:
    page.goto("/login?lang=en")
    page.locator("#f-user").fill(login)
    page.locator("#f-password").fill(word)
    page.locator("main button[type=submit]").click()


@pytest.mark.req("A6")
@pytest.mark.parametrize("size", ["phone"])
def test_the_first_set_up_forces_a_named_administrator(fresh: WholeSite, open_page: Open, size: str) -> None:
    """Nobody works with an account called admin: the first thing on the pages is a person with a name."""
    page = open_page(fresh, "/login?lang=en", size=size)
    page.wait_for_url("**/setup*")
    sound(page)
    code = fresh.setup_code()
    for name, value in {"code": code, "user": "alex", "person": "A1", "name": "Alex Admin"}.items():
        page.locator(f"#f-{name}").fill(value)
    page.locator("#f-new").fill(PASSWORD)
    page.locator("#f-again").fill("something else entirely")
    page.locator("#f-accept").check()
    page.locator("main button[type=submit]").click()
    expect(page.get_by_role("alert")).to_be_visible()
    sound(page)
    assert page.locator("#f-name").input_value() == "Alex Admin"
    page.locator("#f-code").fill(code)
    page.locator("#f-new").fill(PASSWORD)
    page.locator("#f-again").fill(PASSWORD)
    page.locator("#f-accept").check()
    page.locator("main button[type=submit]").click()
    page.wait_for_url("**/account*")
    expect(page.locator("main")).to_contain_text("Alex Admin")
    again = open_page(fresh, "/setup?lang=en")
    expect(again.locator("h1")).to_have_text("There is no page here")
    made = [entry for entry in fresh.trail("change") if entry["subject"] == "account:alex"]
    assert made[0]["new"] == {"name": "Alex Admin", "person": "A1", "roles": "sysadmin", "state": "active"}


@pytest.mark.req("A6", "G3")
def test_five_wrong_passwords_rest_one_account_and_nobody_elses(site: WholeSite, open_page: Open) -> None:
    """Whoever guesses at one name must not stop the shift of another."""
    page = open_page(site, "/login?lang=en", size="tablet")
    for _ in range(WRONG_TRIES):
        _try(page, LOGINS["S2"], "not the password")
        expect(page.get_by_role("alert")).to_be_visible()
    _try(page, LOGINS["S2"], PASSWORD)
    expect(page.get_by_role("alert")).to_be_visible()
    sound(page)
    sign_in(page, "S1")
    told = [entry["detail"]["what"] for entry in site.trail("security")]
    assert told.count("account_blocked") == 1


@pytest.mark.req("L2")
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_language_that_was_chosen_stays_through_signing_in(site: WholeSite, open_page: Open, language: str) -> None:
    """Half the shift reads French, and must not have to choose it on every page."""
    page = open_page(site, f"/overrides?lang={language}", login="S1", language=language)
    assert page.locator("html").get_attribute("lang") == language
    page.locator("nav.topnav a").first.click()
    assert page.locator("html").get_attribute("lang") == language
    sound(page)


def test_the_keyboard_alone_signs_in_and_reaches_a_page(site: WholeSite, open_page: Open) -> None:
    """A desk has a mouse; a terminal in a clean room may not."""
    page = open_page(site, "/login?lang=en", size="desktop")
    page.locator("#f-user").focus()
    page.keyboard.type(LOGINS["S1"])
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login" not in url)
    page.goto("/overrides?lang=en")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
