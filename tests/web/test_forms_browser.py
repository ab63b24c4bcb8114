"""The pages with forms in a real browser: signing in, one's account, overrides; accessible at every size, EN and FR."""

import os
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from gate.clock import SystemClock
from gate.core.roles import Role
from gate.core.terms import Outcome
from tests.web.people import WORD, add_account
from tests.web.records import GateOnRecord
from tests.web.served import free_port, served
from tests.web.test_browser import CHROMIUM, LANGUAGES, SIZES, SMALL_TARGETS, SMALLEST_TARGET, WIDER_THAN_SCREEN


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; root has no user namespace to build its sandbox in."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield running
        running.close()


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GateOnRecord]:
    """Somebody was denied a moment ago, and a supervisor has an account."""
    found = GateOnRecord(tmp_path_factory.mktemp("forms"), free_port())
    add_account(found, "first", Role.SYSADMIN)
    add_account(found, "nhaddad", Role.SUPERVISOR)
    found.clock.go_to(SystemClock().read().at)
    found.decision("E3", Outcome.DENY, ("TRAINING_EXPIRED", "GMP_REFRESHER"))
    found.decision("E2", Outcome.DENY, ("EQ_CAL_OVERDUE", "NOT_CERTIFIED"))
    with served(found.config, found.settings.web.port):
        yield found
    found.close()


@pytest.fixture(scope="module")
def signed(browser: Browser, gate: GateOnRecord) -> Iterator[BrowserContext]:
    """A browser in which the supervisor has signed in, by typing."""
    context = browser.new_context(base_url=f"http://127.0.0.1:{gate.settings.web.port}")
    page = context.new_page()
    page.goto("/login?lang=en")
    page.get_by_label("User name").fill("nhaddad")
    page.get_by_label("Password").fill(WORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(AT_THE_FLOOR)
    page.close()
    yield context
    context.close()


LONG_AND_MANY = """() => {
    document.querySelector('.who bdi').textContent = 'Maximilian Wolfeschlegelsteinhausenbergerdorff';
    const shown = document.querySelector('.topbar .integrity');
    (shown.querySelector('b') ?? shown.appendChild(document.createElement('b'))).textContent = '#123456789';
}"""
ROWS_OF_BAR = "() => Math.round(document.querySelector('.topbar').offsetHeight / 60)"
AT_THE_FLOOR = "**/floor?lang=en"


def _denied(gate: GateOnRecord) -> int:
    return gate.trail.head.seq


def _sound(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate(SMALL_TARGETS, SMALLEST_TARGET) == []
    assert page.evaluate(WIDER_THAN_SCREEN) <= 0


@pytest.mark.req("L1")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
def test_every_page_with_a_form_is_accessible_at_every_size(
    signed: BrowserContext, browser: Browser, gate: GateOnRecord, size: str, language: str
) -> None:
    """A supervisor signs on a tablet in gloves, in English or French, by touch or by keyboard."""
    width, height = SIZES[size]
    page = signed.new_page()
    page.set_viewport_size({"width": width, "height": height})
    for path in ("/overrides", f"/overrides/new/{_denied(gate)}", "/account", "/account/password"):
        page.goto(f"{path}?lang={language}")
        _sound(page)
    page.close()
    nobody = browser.new_context(base_url=f"http://127.0.0.1:{gate.settings.web.port}")
    page = nobody.new_page()
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"/login?lang={language}")
    _sound(page)
    nobody.close()


@pytest.mark.req("D1", "G3")
def test_a_grant_refused_comes_back_with_what_was_typed_and_where_it_is_wrong(
    signed: BrowserContext, gate: GateOnRecord
) -> None:
    """Nothing typed in gloves may be lost, but for the password."""
    page = signed.new_page()
    page.goto(f"/overrides/new/{_denied(gate)}?lang=en")
    page.get_by_label("2 hours").check()
    page.get_by_label("No certified operator is free").check()
    page.get_by_label("Deviation or temporary-change reference").fill("DEV-2026-0318")
    page.get_by_label("Justification").fill("Retraining is booked for the afternoon")
    for box in page.get_by_label("User name").all():
        box.fill("nhaddad")
    for box in page.get_by_label("Password").all():
        box.fill("wrong password at least")
    page.get_by_role("button", name="Sign and grant").click()
    alert = page.get_by_role("alert")
    alert.wait_for()
    assert "not right" in (alert.text_content() or "")
    assert page.get_by_label("Justification").input_value() == "Retraining is booked for the afternoon"
    assert page.get_by_label("2 hours").is_checked()
    assert all(box.input_value() == "" for box in page.get_by_label("Password").all())
    _sound(page)
    page.close()


@pytest.mark.req("L1")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [320, 390, 720, 901, 1180, 1440])
def test_the_bar_is_one_row_however_long_the_name_and_the_trail(
    signed: BrowserContext, width: int, language: str
) -> None:
    """After years the record number has nine digits, and somebody's name has forty letters: both on a phone."""
    page = signed.new_page()
    page.set_viewport_size({"width": width, "height": 700})
    page.goto(f"/account?lang={language}")
    page.evaluate(LONG_AND_MANY)
    assert page.evaluate(WIDER_THAN_SCREEN) <= 0
    assert page.evaluate(ROWS_OF_BAR) == 1
    page.close()
