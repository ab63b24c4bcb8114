"""In a real browser, over real TLS: it refuses a stranger's gate, signs in to its own, and is shown out again."""

import base64
import hashlib
import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Error, expect, sync_playwright

from gate.clock import SystemClock
from gate.core.roles import Role
from gate.tls_certificates import public_bytes
from gate.tls_files import installed, tls_files
from gate.web.kiosk_key import kiosk_address
from tests.web.people import WORD, add_account
from tests.web.records import PEOPLE, GateOnRecord
from tests.web.served import alive_now, free_port, served
from tests.web.test_browser import CHROMIUM, GENEROUS_MS
from tests.web.tls_served import NAME, Tablet, certify, configure_tls


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GateOnRecord]:
    """A gate that is served to the network, with something to see."""
    found = GateOnRecord(tmp_path_factory.mktemp("tlsbrowser"), free_port())
    add_account(found, "first", Role.SYSADMIN)
    add_account(found, "nhaddad", Role.SUPERVISOR)
    found.clock.go_to(SystemClock().read().at)
    found.decision("E1")
    configure_tls(found)
    certify(found.settings)
    alive_now(found)
    tablet = Tablet(found.settings.web.port, found.settings.gate.state_dir / "ca" / "ca.crt")
    with served(found.config, found.settings.web.port, tablet.answers):
        yield found
    found.close()


def launched(*arguments: str) -> Iterator[Browser]:
    """Debian's Chromium, to whom the gate's name is this machine; root has no user namespace for its sandbox."""
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    rules = f"--host-resolver-rules=MAP {NAME} 127.0.0.1"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=[rules, *root, *arguments])
        yield running
        running.close()


@pytest.fixture
def stranger() -> Iterator[Browser]:
    """A browser that was given nothing."""
    yield from launched()


@pytest.fixture
def browser(gate: GateOnRecord) -> Iterator[Browser]:
    """A browser that trusts the key of this gate, and no other."""
    key = installed(tls_files(gate.settings)).certificate.public_key()
    pin = base64.b64encode(hashlib.sha256(public_bytes(key)).digest()).decode()
    yield from launched(f"--ignore-certificate-errors-spki-list={pin}")


@pytest.mark.req("A7")
def test_a_browser_that_was_not_given_the_authority_shows_no_page(gate: GateOnRecord, stranger: Browser) -> None:
    """The other tests of this file would pass with a browser that takes anything."""
    page = stranger.new_page()
    with pytest.raises(Error, match="ERR_CERT_AUTHORITY_INVALID"):
        page.goto(f"{gate.settings.web.address}/login")


@pytest.mark.req("A7")
def test_a_supervisor_signs_in_over_tls_sees_the_live_page_and_loses_it_with_the_session(
    gate: GateOnRecord, browser: Browser
) -> None:
    """From the first address typed to the screen that must not go on showing names."""
    context = browser.new_context(base_url=gate.settings.web.address, viewport={"width": 1180, "height": 820})
    page = context.new_page()
    page.set_default_timeout(GENEROUS_MS)
    page.goto("/?lang=en")
    page.wait_for_url("**/login?lang=en")
    page.get_by_label("User name").fill("nhaddad")
    page.get_by_label("Password").fill(WORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/login" not in url)
    page.goto("/?lang=en")
    expect(page.locator("#live")).to_have_class("live on", timeout=GENEROUS_MS)
    expect(page.locator("#feed")).to_contain_text(PEOPLE["E1"])
    other = context.new_page()
    other.goto("/account?lang=en")
    cookies = {cookie["name"]: cookie for cookie in context.cookies()}
    assert set(cookies) == {"__Host-gate", "__Host-gate_form"}
    assert all(cookie["secure"] and cookie["httpOnly"] for cookie in cookies.values())
    other.get_by_role("button", name="Sign out").click()
    other.wait_for_url("**/login?lang=en")
    gate.decision("E2")
    page.wait_for_url("**/login**", timeout=GENEROUS_MS)
    assert PEOPLE["E1"] not in page.content()
    context.close()


@pytest.mark.req("A7")
def test_a_screen_beside_a_machine_needs_its_key_and_no_account(gate: GateOnRecord, browser: Browser) -> None:
    """Nobody signs in to a kiosk."""
    page = browser.new_page()
    page.set_default_timeout(GENEROUS_MS)
    page.goto(kiosk_address(gate.settings, ["TP-01"]))
    assert page.url == f"{gate.settings.web.address}/kiosk/TP-01"
    expect(page.locator("body")).to_contain_text("TP-01")
    (cookie,) = page.context.cookies()
    assert cookie["secure"]
    page.context.clear_cookies()
    assert (page.goto(f"{gate.settings.web.address}/kiosk/TP-01") or pytest.fail("no answer")).status == 404
