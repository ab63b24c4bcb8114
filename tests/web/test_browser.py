"""In a real browser, over real gunicorn: the page is live, accessible at every size, and obeys nothing foreign."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from gate.core.audit import Kind
from gate.core.terms import Mode, Outcome
from tests.web.records import HOSTILE, GateOnRecord
from tests.web.served import alive_now, free_port, served, silent, status

CHROMIUM = "/usr/bin/chromium"
GENEROUS_MS = 60_000

SIZES = {"phone": (390, 844), "tablet": (1024, 768), "kiosk": (1280, 800), "desktop": (1920, 1080)}
LANGUAGES = ("en", "fr")

SMALLEST_TARGET = 48
"""Gloved fingers; CSS pixels."""

SMALL_TARGETS = """smallest => [...document.querySelectorAll('a[href], button, input, select, summary, [role=button]')]
    .filter(shown => shown.checkVisibility()).map(shown => [shown.outerHTML, shown.getBoundingClientRect()])
    .filter(([, box]) => box.width < smallest || box.height < smallest).map(([html]) => html)"""

WIDER_THAN_SCREEN = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"

CUT_OFF = """() => [...document.querySelectorAll('.feed li, .mc, .banner, .topbar')]
    .filter(box => box.scrollWidth > box.clientWidth + 1).map(box => box.id || box.className)"""

OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; root has no user namespace to build its sandbox in."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield running
        running.close()


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GateOnRecord]:
    """A gate with every kind of row and reader on record, and its pages."""
    gate = GateOnRecord(tmp_path_factory.mktemp("busy"), free_port())
    gate.reader(Kind.READER_OFFLINE, "no answer")
    gate.reader(Kind.READER_ONLINE, "", reader="CT-01-R")
    gate.decision("E3")
    gate.decision("E1", Outcome.ALLOW, ("ALLOW_EXPIRING", "ALLOW_JOIN"))
    gate.decision("E2", Outcome.ALLOW, ("ALLOW_OVERRIDE",))
    gate.decision("E2", Outcome.DENY, ("TRAINING_EXPIRED", "SOP_REVISION", "GMP_REFRESHER"))
    gate.decision("E2", Outcome.DENY, ("NOT_CERTIFIED",), mode=Mode.SHADOW)
    gate.decision(None, Outcome.DENY, ("BADGE_UNKNOWN",))
    gate.decision("E1", Outcome.DENY, ("BADGE_UNREADABLE",))
    gate.decision("E1", Outcome.PENDING, ("NEED_TRAINER",))
    gate.badge_out()
    gate.sign_in("E1", gate.decision("E1"))
    gate.sign_in("E3", gate.decision("E3"), entitled=False)
    with served(gate.config, gate.settings.web.port):
        yield gate
    gate.close()


@pytest.fixture
def page_of(browser: Browser) -> Iterator[OpenPage]:
    """Return a function that opens the page of a gate; its contexts end with the test."""
    contexts = []

    def open_page(gate: GateOnRecord, language: str = "en", size: str = "desktop", **more: object) -> Page:
        width, height = SIZES[size]
        context = browser.new_context(viewport={"width": width, "height": height}, **more)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(GENEROUS_MS)
        expect.set_options(timeout=GENEROUS_MS)
        page.goto(f"http://127.0.0.1:{gate.settings.web.port}/?lang={language}")
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing(busy: GateOnRecord, page_of: OpenPage, size: str, language: str, scheme: str) -> None:
    """Whoever cannot see colours, or the screen at all, gets the same page; with every state on it."""
    alive_now(busy)
    page = page_of(busy, language, size, color_scheme=scheme)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    silent(busy)
    page.reload()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_too_small_to_press_nor_wider_than_the_screen(
    busy: GateOnRecord, page_of: OpenPage, size: str, language: str
) -> None:
    """A page is used with gloves on, and nobody scrolls sideways to find a denial."""
    page = page_of(busy, language, size)
    assert page.evaluate(SMALL_TARGETS, SMALLEST_TARGET) == []
    assert page.evaluate(WIDER_THAN_SCREEN) <= 0
    assert page.evaluate(CUT_OFF) == []
    page.keyboard.press("Tab")
    skip = page.locator(".skip").bounding_box()
    assert skip is not None
    assert min(skip["width"], skip["height"]) >= SMALLEST_TARGET
    page.goto(f"http://127.0.0.1:{busy.settings.web.port}/nowhere?lang={language}")
    assert page.evaluate(SMALL_TARGETS, SMALLEST_TARGET) == []


@pytest.mark.req("L2")
def test_both_languages_are_one_press_apart(busy: GateOnRecord, page_of: OpenPage) -> None:
    """French and English are equal."""
    page = page_of(busy, "en")
    expect(page.get_by_role("heading", level=1)).to_have_text("What happens at the readers")
    page.get_by_role("link", name="Français").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ce qui se passe aux lecteurs")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page.locator("#live-state")).to_have_text("En direct")


def test_without_javascript_the_page_is_complete(busy: GateOnRecord, page_of: OpenPage) -> None:
    """Script is an addition: without it the page says of when it is, and does not claim to be live."""
    page = page_of(busy, "en", java_script_enabled=False)
    expect(page.locator("#feed > li").first).to_be_visible()
    expect(page.locator("#reader-TP-01-R")).to_contain_text("Offline")
    expect(page.locator("#live-state")).to_contain_text("As of ")
    seq = busy.decision("E2", Outcome.DENY, ("GOWN_EXPIRED",))
    page.reload()
    expect(page.locator(f"#entry-{seq}")).to_contain_text("Gowning certification has expired")
    page.get_by_role("link", name="Français").click()
    expect(page.locator(f"#entry-{seq}")).to_contain_text("Certification d’habillage expirée")


@pytest.mark.req("L3")
def test_a_decision_appears_by_itself_on_top(busy: GateOnRecord, page_of: OpenPage) -> None:
    """A supervisor at the screen sees the denial while the operator still stands at the machine."""
    page = page_of(busy, "fr")
    expect(page.locator("#live-state")).to_have_text("En direct")
    shown = page.locator("#feed > li").count()
    seq = busy.decision("E2", Outcome.DENY, ("TRAINING_EXPIRED", "GMP_REFRESHER"))
    expect(page.locator("#feed > li").first).to_have_id(f"entry-{seq}")
    row = page.locator(f"#entry-{seq}")
    expect(row).to_contain_text("Refusé")
    expect(row).to_contain_text("Formation expirée")
    expect(row).to_contain_text("Rappel BPF en retard")
    expect(page.locator("#feed > li")).to_have_count(min(shown + 1, 20))


@pytest.mark.req("A8")
def test_a_reader_that_is_lost_is_lifted_to_the_top_and_goes_when_it_is_back(
    busy: GateOnRecord, page_of: OpenPage
) -> None:
    """On a phone the cards are screens away from the first one."""
    page = page_of(busy, "en", "phone")
    busy.reader(Kind.READER_OFFLINE, "no answer", reader="CT-01-R")
    expect(page.locator("#needs")).to_contain_text("CT-01: reader offline")
    busy.reader(Kind.READER_ONLINE, "", reader="CT-01-R")
    expect(page.locator("#needs")).not_to_contain_text("CT-01")
    expect(page.locator("#needs")).to_contain_text("TP-01: reader offline")


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_names_are_shown_as_text(busy: GateOnRecord, page_of: OpenPage, language: str) -> None:
    """Names come from other systems: in the page and in the stream they are words, never markup nor controls."""
    page = page_of(busy, language)
    seq = busy.decision("E3")
    row = page.locator(f"#entry-{seq}")
    visible_name = HOSTILE.replace("\u202e", "\\u202e").replace("\x1b", "\\u001b")
    expect(row.locator(".who bdi")).to_have_text(visible_name)
    expect(page.locator("#reader-TP-01-R .on")).to_contain_text(visible_name)
    assert page.locator("main script").count() == 0
    text = page.locator("body").inner_text()
    assert "\u202e" not in text
    assert "\x1b" not in text


def test_nothing_is_asked_of_another_host_and_no_policy_is_broken(busy: GateOnRecord, browser: Browser) -> None:
    """A production network has no way out, and a page that asks for one tells others about the plant."""
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"http://127.0.0.1:{busy.settings.web.port}/?lang=en")
    expect(page.locator("#live-state")).to_have_text("Live", timeout=GENEROUS_MS)
    context.close()
    assert {urlsplit(url).netloc for url in asked} == {f"127.0.0.1:{busy.settings.web.port}"}
    assert {"/static/gate.css", "/static/live.js", "/events"} <= {urlsplit(url).path for url in asked}
    assert complaints == []


@pytest.mark.req("J5")
def test_a_silent_gate_is_said_by_the_stream_while_the_page_is_open(busy: GateOnRecord, page_of: OpenPage) -> None:
    """The page process alone can still look well while no badge is answered."""
    alive_now(busy)
    page = page_of(busy, "en")
    expect(page.locator("#gate")).to_contain_text("The gate is running")
    busy.reader(Kind.READER_ONLINE, "", reader="CT-01-R")
    expect(page.locator("#reader-CT-01-R")).to_contain_text("Port open")
    silent(busy)
    expect(page.locator("#gate")).to_contain_text("The gate is silent")
    expect(page.locator("#reader-CT-01-R")).to_contain_text("State unknown")
    expect(page.locator("#gate")).to_have_class("banner deny")
    alive_now(busy)
    expect(page.locator("#gate")).to_contain_text("The gate is running")
    expect(page.locator("#reader-CT-01-R")).to_contain_text("Port open")


def test_an_empty_page_says_what_will_come_and_gives_way_to_the_first_decision(
    tmp_path: Path, page_of: OpenPage
) -> None:
    """On the first day an empty box would look like a fault."""
    gate = GateOnRecord(tmp_path, free_port())
    with served(gate.config, gate.settings.web.port):
        page = page_of(gate, "en")
        expect(page.locator("#feed-empty")).to_contain_text("No badge has been read yet")
        expect(page.locator("#reader-TP-01-R")).to_contain_text("Not seen yet")
        expect(page.locator("#gate")).to_contain_text("not heard yet")
        seq = gate.decision()
        expect(page.locator(f"#entry-{seq}")).to_be_visible()
        expect(page.locator("#feed-empty")).to_have_count(0)
    gate.close()


def test_a_page_that_lost_its_server_says_so_and_catches_up(tmp_path: Path, page_of: OpenPage) -> None:
    """Decisions made while the page was cut off are not missing after it."""
    gate = GateOnRecord(tmp_path, free_port())
    port = gate.settings.web.port
    with served(gate.config, port):
        page = page_of(gate, "en")
        expect(page.locator("#live-state")).to_have_text("Live")
    missed = [gate.decision(), gate.decision("E2", Outcome.DENY, ("VISITOR",))]
    expect(page.locator("#live-state")).to_contain_text("Out of touch")
    expect(page.locator("#live")).not_to_have_class("live on")
    with served(gate.config, port):
        expect(page.locator("#live-state")).to_have_text("Live")
        for seq in missed:
            expect(page.locator(f"#entry-{seq}")).to_be_visible()
    gate.close()


def test_health_follows_gate_and_records_over_the_real_server(tmp_path: Path) -> None:
    """What a monitor asks is answered by the same process as the page."""
    gate = GateOnRecord(tmp_path, free_port())
    gate.close()
    path, port = gate.settings.database_path, gate.settings.web.port
    path.rename(path.with_suffix(".away"))
    with served(gate.config, port) as server:
        alive_now(gate)
        assert status(port) == 503
        assert status(port, "/") == 503
        path.with_suffix(".away").rename(path)
        alive_now(gate)
        assert status(port) == 200
        assert status(port, "/") == 200
        silent(gate)
        assert status(port) == 503
        assert status(port, "/") == 200
    assert server.returncode == 0
