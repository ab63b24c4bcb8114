"""The pages of administration in a real browser: accessible at every size, in both languages, light and dark."""

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from gate.clock import SystemClock
from gate.core.roles import Role
from gate.core.terms import PersonKind, PersonState
from gate.equipment_acts import AreaData, ClassData, Hands, add
from gate.people_acts import PersonData, add_person, change_person
from gate.signatures import Signer
from gate.store.history import current_version
from gate.store.schema import people
from gate.suspension_acts import set_suspension
from tests.web.looks import faults
from tests.web.people import WORD, add_account
from tests.web.records import HOSTILE, GateOnRecord
from tests.web.served import free_port, served
from tests.web.test_browser import CHROMIUM, LANGUAGES, SMALL_TARGETS, SMALLEST_TARGET, WIDER_THAN_SCREEN

LONG = "Marie-Antoinette de la Grande-Bretelle-Beauchemin Villeneuve"

SYSADMIN_PAGES = (
    "/admin",
    "/admin/people",
    "/admin/people?q=nobody-at-all",
    "/admin/person/E1",
    "/admin/person/E3",
    "/admin/people/new",
    "/admin/person-change/E9",
    "/admin/suspensions",
    "/admin/equipment",
    "/admin/machine/TP-01",
    "/admin/machine-change/TP-01",
    "/admin/area-new",
    "/admin/class-change/PRESS",
    "/admin/accounts",
    "/admin/accounts?as_of=2026-01-01",
    "/admin/account/qa",
    "/admin/account-new",
    "/admin/account-roles/qa",
    "/admin/account-close/qa",
    "/admin/configuration",
)
QA_PAGES = ("/admin", "/admin/person/E1", "/admin/suspend/E9", "/admin/suspensions")

CUT_OFF = """() => [...document.querySelectorAll('.panel, .banner, .sidenav li, .page-head, .btn, .kv dd')]
    .filter(box => box.scrollWidth > box.clientWidth + 1).map(box => box.outerHTML.slice(0, 120))"""


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
    """People with long and hostile names, somebody suspended, an account of each kind, a record with a history."""
    found = GateOnRecord(tmp_path_factory.mktemp("admin"), free_port())
    found.clock.go_to(SystemClock().read().at - timedelta(minutes=5))
    for login, role in (("first", Role.SYSADMIN), ("qa", Role.QA), ("aud", Role.AUDITOR)):
        add_account(found, login, role)
    fill(found)
    found.clock.go_to(SystemClock().read().at)
    with served(found.config, found.settings.web.port):
        yield found
    found.close()


def fill(gate: GateOnRecord) -> None:
    """Put on record what the pages show."""
    qa = Signer("P-qa", "qa", "Name of qa", "qa")
    first = Signer("P-first", "first", "Name of first", "sysadmin")
    hands = Hands(first, qa, "new suite, CC-8", gate.moment())
    add(gate.trail, "COMP", AreaData("Compression and coating", sterile=True), hands)
    add(gate.trail, "FILL", ClassData("Vial filler and stopper, aseptic core"), hands)
    data = PersonData(LONG, PersonKind.CONTRACTOR, PersonState.ACTIVE, "fr", None, gate.moment().at.date())
    more = {"by": "P-first", "moment": gate.moment()}
    add_person(gate.trail, "E9", data, why="contract 4711", **more)  # type: ignore[arg-type]
    with gate.trail.transaction():
        opened = current_version(gate.trail, people, "E9")
    ended = PersonData(LONG, PersonKind.EMPLOYEE, PersonState.INACTIVE, "en", supervisor_id="E1")
    change_person(gate.trail, "E9", ended, opened=opened or 0, why=f"left {HOSTILE}", **more)  # type: ignore[arg-type]
    for person, scope, scope_id in (("E1", "class", "PRESS"), ("E3", "everywhere", None)):
        set_suspension(
            gate.trail, person, scope, scope_id, reference="QE-1", why="open", signer=qa, moment=gate.moment()
        )


def signed_in(browser: Browser, gate: GateOnRecord, login: str) -> BrowserContext:
    context = browser.new_context(base_url=f"http://127.0.0.1:{gate.settings.web.port}")
    page = context.new_page()
    page.goto("/login?lang=en")
    page.get_by_label("User name").fill(login)
    page.get_by_label("Password").fill(WORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/login" not in url)
    page.close()
    return context


def fits(page: Page, where: str) -> None:
    assert page.evaluate(SMALL_TARGETS, SMALLEST_TARGET) == [], where
    assert page.evaluate(WIDER_THAN_SCREEN) <= 0, where
    assert page.evaluate(CUT_OFF) == [], where


def sound(page: Page, where: str) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, (where, found.generate_report())
    fits(page, where)


def every_page(browser: Browser, gate: GateOnRecord, language: str) -> Iterator[tuple[Page, str]]:
    """Open every page of administration, one after the other."""
    for login, paths in (("first", SYSADMIN_PAGES), ("qa", QA_PAGES)):
        context = signed_in(browser, gate, login)
        page = context.new_page()
        for path in paths:
            answer = page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
            assert answer is not None
            assert answer.status == 200, path
            yield page, f"{path} {language}"
        context.close()


@pytest.mark.req("L1")
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_administration_is_accessible_and_fits_its_screen(
    browser: Browser, gate: GateOnRecord, language: str
) -> None:
    """At a desk, on a tablet beside the machine, or on a phone in the corridor; French is a third longer."""
    wrong = [(where, fault) for page, where in every_page(browser, gate, language) for fault in faults(page, CUT_OFF)]
    assert wrong == []


def test_a_change_by_keyboard_alone_from_the_list_to_the_record(browser: Browser, gate: GateOnRecord) -> None:
    """Search, open, change, save: with what was wrong said first, and nothing typed lost."""
    context = signed_in(browser, gate, "first")
    page = context.new_page()
    page.goto("/admin/people?lang=en")
    page.get_by_label("Name or number").fill("lanterne")
    page.get_by_role("button", name="Show").press("Enter")
    page.get_by_role("link", name="Camille O’Lanterne & Fils").press("Enter")
    page.get_by_role("link", name="Change").press("Enter")
    page.get_by_label("Supervisor").fill("E99")
    page.get_by_label("Why").fill("new team")
    page.get_by_role("button", name="Save the change").press("Enter")
    alert = page.get_by_role("alert")
    alert.wait_for()
    assert "no active person" in (alert.text_content() or "")
    assert page.get_by_label("Why").input_value() == "new team"
    sound(page, "form that came back")
    page.get_by_label("Supervisor").fill("E1")
    page.get_by_role("button", name="Save the change").press("Enter")
    page.get_by_role("status").wait_for()
    assert "new team" in page.locator("main").inner_text()
    context.close()
