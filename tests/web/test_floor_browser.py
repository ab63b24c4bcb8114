"""The floor in a real browser: live without reloading, accessible at every size, in both languages, light and dark."""

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from gate.clock import SystemClock
from gate.core.audit import Kind
from gate.core.roles import Role
from gate.core.terms import HoldKind, Outcome
from gate.hold_acts import set_hold
from tests.web.floor_records import SUPERVISOR, FloorOnRecord
from tests.web.looks import faults
from tests.web.people import WORD, add_account
from tests.web.served import alive_now, free_port, served, silent
from tests.web.test_browser import CHROMIUM, GENEROUS_MS

CUT_OFF = """() => [...document.querySelectorAll('.mc, .need, .panel, .topbar, .tag, .page-head')]
    .filter(box => box.scrollWidth > box.clientWidth + 1).map(box => box.id || box.className)"""

PAGES = {
    "sup": ("/floor", "/floor/HSG-01", "/floor/FIL-01", "/floor/TP-01/out-of-service", "/floor/TP-01/leave/1"),
    "qa": ("/floor/AUT-02", "/floor/MILL-01/mode", "/floor/MILL-01/trial", "/floor/TP-01/qa-hold"),
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; root has no user namespace to build its sandbox in."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield running
        running.close()


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FloorOnRecord]:
    """Nine machines in four areas with everything that a floor can show."""
    found = FloorOnRecord(tmp_path_factory.mktemp("floor"), free_port())
    add_account(found, "sup", Role.SUPERVISOR)
    add_account(found, "qa", Role.QA)
    found.busy()
    alive_now(found)
    with served(found.config, found.settings.web.port):
        yield found
    found.close()


def _signed(browser: Browser, gate: FloorOnRecord, login: str, **more: object) -> BrowserContext:
    context = browser.new_context(base_url=f"http://127.0.0.1:{gate.settings.web.port}", **more)  # type: ignore[arg-type]
    context.set_default_timeout(GENEROUS_MS)
    expect.set_options(timeout=GENEROUS_MS)
    page = context.new_page()
    page.goto("/login?lang=en")
    page.get_by_label("User name").fill(login)
    page.get_by_label("Password").fill(WORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/floor?lang=en")
    page.close()
    return context


@pytest.fixture(scope="module")
def signed(browser: Browser, gate: FloorOnRecord) -> Iterator[dict[str, BrowserContext]]:
    """Browsers in which a supervisor and somebody from QA have signed in."""
    found = {login: _signed(browser, gate, login) for login in PAGES}
    yield found
    for context in found.values():
        context.close()


@pytest.mark.req("L1", "L2")
@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_page_of_the_floor_is_accessible_and_whole_at_every_size(
    signed: dict[str, BrowserContext], gate: FloorOnRecord, language: str
) -> None:
    """Walking, interrupted, in gloves: nothing cut off, nothing too small, no colour alone."""
    wrong = []
    for login, paths in PAGES.items():
        page = signed[login].new_page()
        for path in paths:
            alive_now(gate)
            page.goto(f"{path}?lang={language}")
            wrong += [(path, fault) for fault in faults(page, CUT_OFF)]
        page.close()
    assert wrong == []


@pytest.mark.req("L1", "L3")
def test_a_denial_and_a_hold_appear_without_a_reload_and_leave_the_map_where_it_is(
    signed: dict[str, BrowserContext], gate: FloorOnRecord
) -> None:
    """The supervisor sees the denial while the operator still stands at the machine; the machines keep their places."""
    page = _open(signed["sup"], gate)
    before = page.locator(".mc").evaluate_all("cards => cards.map(card => card.id)")
    page.evaluate("() => { window.sameDocument = true }")
    gate.clock.go_to(SystemClock().read().at)
    seq = gate.denied("TP-01", "E2", "SOP_REVISION", "TRAINING_EXPIRED")
    need = page.locator(".need").first
    expect(need).to_contain_text("Camille O’Lanterne & Fils was denied at TP-01")
    expect(need).to_contain_text("Not trained on the current version")
    expect(need).to_contain_text("Training has expired")
    expect(need.get_by_role("link", name="Grant override")).to_have_attribute("href", f"/overrides/new/{seq}?lang=en")
    expect(page.locator("#m-TP-01")).to_contain_text("Just denied")
    expect(page.locator("#floor-say")).to_contain_text("was denied at TP-01")
    gate.clock.advance(1)
    set_hold(gate.trail, "CP-02", HoldKind.OUT_OF_SERVICE, ["USE"], SUPERVISOR, "Torn seal at the door", gate.moment())
    expect(page.locator("#m-CP-02")).to_contain_text("Set by Nadia Haddad")
    gate.reader_of("CT-01", Kind.READER_ONLINE)
    expect(page.locator("#floor-needs")).not_to_contain_text("Reader offline at CT-01")
    assert page.locator(".mc").evaluate_all("cards => cards.map(card => card.id)") == before
    assert page.evaluate("() => window.sameDocument") is True, "no reload"
    page.close()


@pytest.mark.req("L3")
def test_a_denial_that_was_handled_goes_by_itself(signed: dict[str, BrowserContext], gate: FloorOnRecord) -> None:
    """What somebody has granted, or what was allowed since, calls nobody any more."""
    gate.clock.go_to(SystemClock().read().at)
    gate.denied("HSG-01", "E1", "TRAINING_EXPIRED")
    gate.denied("HSG-01", "E2", "TRAINING_EXPIRED")
    page = _open(signed["sup"], gate)
    needs = page.locator("#floor-needs")
    expect(needs).to_contain_text("Robin Teakettle was denied at HSG-01")
    gate.lifted("HSG-01", "E1", gate.clock.at + timedelta(hours=1))
    expect(needs).not_to_contain_text("Robin Teakettle was denied at HSG-01")
    expect(needs).to_contain_text("Camille O’Lanterne & Fils was denied at HSG-01")
    gate.decided("HSG-01", "E2", Outcome.ALLOW, ("ALLOW_CERTIFIED",))
    expect(needs).not_to_contain_text("Camille O’Lanterne & Fils was denied at HSG-01")
    page.close()


@pytest.mark.req("A8")
def test_a_silent_gate_makes_no_machine_look_well(signed: dict[str, BrowserContext], gate: FloorOnRecord) -> None:
    """Unknown is never shown as good: without the gate nobody knows who is where."""
    page = _open(signed["qa"], gate)
    expect(page.locator("#m-TP-02")).not_to_contain_text("Not known now")
    silent(gate)
    expect(page.locator("#floor-needs")).to_contain_text("The gate is silent")
    expect(page.locator("#m-TP-02")).to_contain_text("Not known now")
    expect(page.locator("#m-TP-02")).not_to_contain_text("Reader OK")
    expect(page.locator("#floor-map")).not_to_contain_text("Free")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    alive_now(gate)
    expect(page.locator("#floor-needs")).not_to_contain_text("The gate is silent")
    page.close()


@pytest.mark.req("A7", "G3")
def test_a_floor_whose_session_has_ended_shows_nothing_more(browser: Browser, gate: FloorOnRecord) -> None:
    """Signed out in one tab, the tablet's other tab must not go on telling who is where."""
    context = _signed(browser, gate, "sup")
    page = _open(context, gate)
    other = context.new_page()
    other.goto("/account?lang=en")
    other.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/login?*")
    expect(page.locator(".mc")).to_have_count(0)
    context.close()


@pytest.mark.req("L1")
def test_without_javascript_the_floor_is_complete_and_renews_itself(browser: Browser, gate: FloorOnRecord) -> None:
    """Script is an addition: the page says of when it is, and asks anew by itself."""
    context = _signed(browser, gate, "sup", java_script_enabled=False)
    page = context.new_page()
    page.goto("/floor?lang=fr")
    expect(page.locator("#live-state")).to_contain_text("Situation à")
    expect(page.locator("#m-TP-01")).to_contain_text("En service")
    assert '<meta http-equiv="refresh" content="30">' in page.content()
    context.close()


@pytest.mark.req("L3")
def test_the_page_of_a_machine_shows_its_next_decision_by_itself(
    signed: dict[str, BrowserContext], gate: FloorOnRecord
) -> None:
    """Whoever looks into one machine sees what happens at it, and only there."""
    page = _open(signed["sup"], gate, "/floor/BLI-01")
    gate.clock.go_to(SystemClock().read().at)
    other, seq = gate.denied("TP-01", "E1", "GOWN_EXPIRED"), gate.denied("BLI-01", "E1", "GOWN_EXPIRED")
    expect(page.locator(f"#entry-{seq}")).to_contain_text("Gowning certification has expired")
    expect(page.locator(f"#entry-{other}")).to_have_count(0)
    page.close()


def _open(context: BrowserContext, gate: FloorOnRecord, path: str = "/floor") -> Page:
    alive_now(gate)
    page = context.new_page()
    page.goto(f"{path}?lang=en")
    expect(page.locator("#live-state")).to_have_text("Live")
    return page
