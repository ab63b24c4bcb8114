"""Alerts and the shift summary in a real browser: raised by the server itself, accessible at every size, EN and FR."""

import os
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from gate.clock import SystemClock
from gate.core.audit import Entry, Kind
from gate.core.roles import Role
from gate.core.terms import Outcome
from tests.web.alert_world import mail_to
from tests.web.people import WORD, add_account
from tests.web.records import HOSTILE, GateOnRecord
from tests.web.served import free_port, served
from tests.web.test_browser import CHROMIUM, LANGUAGES, SMALL_TARGETS, SMALLEST_TARGET, WIDER_THAN_SCREEN

SIZES = {"phone": (390, 844), "tablet": (1180, 820), "desktop": (1440, 900)}
GENEROUS_MS = 30_000


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
    """A gate with a mail server that is not there."""
    found = GateOnRecord(tmp_path_factory.mktemp("alerts"), free_port())
    text = found.config.read_text("utf-8") + mail_to(free_port(), "supervisors-of-compression@plant.example")
    found.config.write_text(text, encoding="utf-8")
    add_account(found, "nhaddad", Role.SUPERVISOR)
    found.clock.go_to(SystemClock().read().at)
    with served(found.config, found.settings.web.port):
        yield found
    found.close()


@pytest.fixture(scope="module")
def signed(browser: Browser, gate: GateOnRecord) -> Iterator[BrowserContext]:
    """A supervisor has signed in, and then things have happened that the server noticed by itself."""
    context = browser.new_context(base_url=f"http://127.0.0.1:{gate.settings.web.port}")
    context.set_default_timeout(GENEROUS_MS)
    expect.set_options(timeout=GENEROUS_MS)
    page = context.new_page()
    page.goto("/login?lang=en")
    page.get_by_label("User name").fill("nhaddad")
    page.get_by_label("Password").fill(WORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/login" not in url)
    page.goto("/alerts?lang=en")
    expect(page.get_by_text("Nothing calls for anybody now.")).to_be_visible()
    _happen(gate)
    for _ in range(60):
        page.goto("/alerts?lang=en")
        if page.get_by_text("Try 1 of").count() and page.get_by_text("was opened").count():
            break
        page.wait_for_timeout(250)
    page.close()
    yield context
    context.close()


def _happen(gate: GateOnRecord) -> None:
    gate.reader(Kind.READER_OFFLINE, "no answer")
    gate.reader(Kind.READER_TAMPER, "on")
    gate.append(Entry(kind=Kind.CLOCK_UNTRUSTED, moment=gate.moment()))
    gate.append(Entry(kind=Kind.CLOCK_TRUSTED, moment=gate.moment()))
    gate.append(Entry(kind=Kind.PORT_LOST, moment=gate.moment(), detail={"line": f"line-2 {HOSTILE}", "what": "gone"}))
    gate.sign_in("E2", gate.decision("E2"))
    for _ in range(5):
        gate.decision("E3", Outcome.DENY, ("TRAINING_EXPIRED", "GMP_REFRESHER"))
    gate.decision(None, Outcome.DENY, ("SYS_CONFIG",))


def _sound(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate(SMALL_TARGETS, SMALLEST_TARGET) == []
    assert page.evaluate(WIDER_THAN_SCREEN) <= 0


@pytest.mark.req("L1")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
def test_alerts_and_shift_are_accessible_at_every_size(
    signed: BrowserContext, size: str, language: str, scheme: str
) -> None:
    """At three in the morning on a phone, in gloves on a tablet, in English or French."""
    page = signed.new_page()
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    folder = os.environ.get("GATE_PICTURES")
    for path in ("/alerts", "/shift"):
        page.goto(f"{path}?lang={language}")
        for opener in page.locator("main summary").all()[:1]:
            opener.click()
        _sound(page)
        if folder:
            page.screenshot(path=f"{folder}/{path[1:]}-{size}-{language}-{scheme}.png", full_page=True)
    page.close()


@pytest.mark.req("A3", "A8")
def test_the_server_notices_by_itself_and_a_supervisor_says_what_was_done(signed: BrowserContext) -> None:
    """Nobody called the engine here: it runs beside the pages."""
    page = signed.new_page()
    page.goto("/alerts?lang=en")
    expect(page.get_by_role("heading", name="Reader TP-01-R at TP-01 was opened")).to_be_visible()
    expect(page.get_by_role("heading", name="Reader TP-01-R at TP-01 is offline")).to_be_visible()
    expect(page.get_by_text("supervisors-of-compression@plant.example").first).to_be_visible()
    card = page.locator("li.alert", has_text="was opened")
    card.get_by_text("Say that it is handled").click()
    card.get_by_label("What was done").fill("The fitter had it open; closed and sealed.")
    card.get_by_role("button", name="Handled").click()
    expect(page.get_by_text("On record as handled.")).to_be_visible()
    expect(page.get_by_text("Handled by Name of nhaddad")).to_be_visible()
    expect(page.locator("li.alert", has_text="was opened")).to_have_count(0)
    page.close()


def test_an_open_page_says_that_the_alerts_have_changed(signed: BrowserContext, gate: GateOnRecord) -> None:
    """It does not change under the fingers of somebody who writes."""
    page = signed.new_page()
    page.goto("/alerts?lang=en")
    page.locator("li.alert", has_text="no requirements").get_by_text("Say that it is handled").click()
    page.get_by_label("What was done").locator("visible=true").fill("half a sentence")
    expect(page.get_by_text("The alerts have changed.")).to_be_hidden()
    gate.append(Entry(kind=Kind.CLOCK_UNTRUSTED, moment=gate.moment()))
    expect(page.get_by_text("The alerts have changed.")).to_be_visible()
    expect(page.get_by_label("What was done").locator("visible=true")).to_have_value("half a sentence")
    _sound(page)
    page.get_by_role("link", name="Show them").click()
    expect(page.get_by_role("heading", name="The gate is not sure of the time")).to_be_visible()
    page.close()


def test_the_printed_shift_has_no_menu_and_no_form(signed: BrowserContext) -> None:
    """It is put into a folder beside the machine."""
    page = signed.new_page()
    page.goto("/shift?lang=en")
    expect(page.locator(".topbar")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator(".topbar")).to_be_hidden()
    expect(page.locator("form")).to_be_hidden()
    expect(page.get_by_role("heading", name="Badge reads")).to_be_visible()
    page.close()
