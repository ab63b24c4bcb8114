"""The pages of requirements and training in a real browser: accessible, nothing cut, at every size, EN and FR."""

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from gate.clock import SystemClock
from gate.core.effect import Scope
from gate.core.records import Requirement
from gate.core.roles import Role
from gate.core.terms import Operation
from gate.demo_plant import plant_toml
from gate.requirement_acts import Draft, draft_set
from gate.signatures import Signer
from gate.store.plant_load import load_plant
from tests.web.looks import faults
from tests.web.people import WORD, add_account
from tests.web.records import HOSTILE, GateOnRecord
from tests.web.served import free_port, served
from tests.web.test_browser import CHROMIUM, LANGUAGES, SMALL_TARGETS, SMALLEST_TARGET, WIDER_THAN_SCREEN

CUT_OFF = """() => [...document.querySelectorAll('.panel, .tag, .btn, .field, .cell, .member, h1, h2, h3')]
    .filter(box => box.checkVisibility() && getComputedStyle(box).display !== 'inline')
    .filter(box => box.scrollWidth > box.clientWidth + 1)
    .map(box => box.outerHTML.slice(0, 120))"""

MORE = """
[[equipment_class]]
id = "LYO"
name = "Freeze dryer"
[[requirement_set]]
class = "LYO"
operation = "USE"
effective_at = 2020-01-01
approved = true
groups = [[{ item = "OJT-PRESS", revision = "any" }, { item = "SOP-GRN-014" }], [{ item = "GMP-ANNUAL" }]]
[[person]]
id = "E-HOSTILE"
name = %s
"""
"""A class whose requirements nobody meets alone by its items, and somebody whose name would like to be a script."""


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
    """The plant of the demo, and a draft that waits for QA."""
    found = GateOnRecord(tmp_path_factory.mktemp("training"), free_port())
    found.clock.go_to(SystemClock().read().at)
    name = '"' + "".join(c if c.isprintable() and c != '"' else f"\\u{ord(c):04x}" for c in HOSTILE) + '"'
    plant = plant_toml(found.clock.at, found.settings.zone) + MORE % name
    load_plant(found.trail, plant.encode(), by="t.est", why="test", os_user="test", moment=found.moment())
    add_account(found, "first", Role.SYSADMIN)
    add_account(found, "tr", Role.TRAINER)
    add_account(found, "qa", Role.QA)
    members = ((Requirement("SOP-CMP-007", interval_months=6),), (Requirement("GOWN-D"), Requirement("GMP-ANNUAL")))
    draft = Draft(
        Scope("class", "PRESS", Operation.USE),
        found.clock.at.replace(microsecond=0) + timedelta(days=2),
        (*members, (Requirement("OJT-PRESS", interval_months=1, grace_days=5),)),
        f"After the audit of the press room {HOSTILE}",
    )
    draft_set(found.trail, draft, Signer("P-tr", "tr", "Name of tr", "trainer"), found.moment())
    with served(found.config, found.settings.web.port):
        yield found
    found.close()


@pytest.fixture(scope="module")
def signed(browser: Browser, gate: GateOnRecord) -> Iterator[BrowserContext]:
    """A browser in which QA has signed in, by typing."""
    context = browser.new_context(base_url=f"http://127.0.0.1:{gate.settings.web.port}")
    page = context.new_page()
    page.goto("/login?lang=en")
    page.get_by_label("User name").fill("qa")
    page.get_by_label("Password").fill(WORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/login" not in url)
    page.close()
    yield context
    context.close()


def paths(gate: GateOnRecord) -> list[str]:
    """Return every page of the area, the draft's with its version."""
    row = gate.trail.cursor.execute("SELECT version FROM requirement_sets WHERE approved = 0 AND known_to IS NULL")
    draft = row.fetchone()[0]
    person = gate.trail.cursor.execute("SELECT person_id, version FROM training_records LIMIT 1").fetchone()
    revision = gate.trail.cursor.execute("SELECT version FROM item_revisions WHERE revision = 'R7'").fetchone()[0]
    return [
        "/admin/requirements",
        "/admin/requirements/of/class/USE/PRESS",
        "/admin/requirements/of/class/MAINTAIN/PRESS",
        "/admin/requirements/draft/class/USE/PRESS",
        f"/admin/requirements/approve/{draft}",
        f"/admin/requirements/back/{draft}",
        "/admin/items",
        "/admin/items/of/SOP-CMP-007",
        "/admin/items/new",
        "/admin/items/revise/SOP-CMP-007",
        f"/admin/items/revision/{revision}",
        "/admin/training/people",
        f"/admin/training/people/{person[0]}",
        "/admin/training/people/E-HOSTILE",
        f"/admin/training/add/{person[0]}",
        f"/admin/training/record/{person[1]}",
        "/admin/training/sources",
        "/admin/training/source/load",
        "/admin/training/first",
        "/admin/training/first/LYO",
    ]


def sound(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate(SMALL_TARGETS, SMALLEST_TARGET) == [], page.url
    assert page.evaluate(WIDER_THAN_SCREEN) <= 0, page.url
    assert page.evaluate(CUT_OFF) == [], page.url


@pytest.mark.req("L1")
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_accessible_and_whole(signed: BrowserContext, gate: GateOnRecord, language: str) -> None:
    """A trainer stands beside the machine with a tablet; QA sits before a wide screen at night."""
    page = signed.new_page()
    wrong = []
    for path in paths(gate):
        page.goto(f"{path}?lang={language}")
        wrong += [(path, fault) for fault in faults(page, CUT_OFF)]
    page.close()
    assert wrong == []


@pytest.mark.req("B3")
def test_a_revision_is_shown_before_it_is_signed_in_a_browser(signed: BrowserContext, gate: GateOnRecord) -> None:
    """The signature appears only below the list of who is affected; Enter on the first page signs nothing."""
    page = signed.new_page()
    page.set_viewport_size({"width": 1180, "height": 820})
    page.goto("/admin/items/revise/SOP-CMP-007?lang=en")
    expect(page.get_by_label("Password")).to_have_count(0)
    page.get_by_label("Revision").fill("R9")
    page.get_by_label("Day").fill("2030-01-07")
    page.get_by_label("Time at the site").fill("06:00")
    page.get_by_label("Yes").check()
    page.get_by_label("Justification").fill("Change control CC-114")
    page.get_by_role("button", name="Show who is affected").click()
    expect(page.get_by_role("heading", name="Would lose", exact=False)).to_be_visible()
    expect(page.get_by_label("Password")).to_have_count(1)
    assert page.get_by_label("Justification").input_value() == "Change control CC-114"
    sound(page)
    page.get_by_label("Password").fill("not the password at all")
    page.get_by_label("User name").fill("qa")
    page.get_by_role("button", name="Sign the revision").click()
    alert = page.get_by_role("alert")
    alert.wait_for()
    assert "not right" in (alert.text_content() or "")
    sound(page)
    page.close()


@pytest.mark.req("B2")
def test_a_form_with_many_groups_stays_whole_on_a_phone(signed: BrowserContext, gate: GateOnRecord) -> None:
    """Groups and choices are added by buttons; what was typed stays."""
    page = signed.new_page()
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/admin/requirements/draft/class/CLEAN/PRESS?lang=en")
    page.get_by_role("button", name="Add a group").click()
    page.locator("[name=g2m1_item]").fill("GMP-ANNUAL")
    page.get_by_role("button", name="Add a group").click()
    assert page.locator("[name=g2m1_item]").input_value() == "GMP-ANNUAL"
    expect(page.locator("[name=g5m1_item]")).to_have_count(1)
    sound(page)
    page.close()
