"""The kiosk in a real browser over real gunicorn: every state at every size, live, and honest when cut off."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from gate.core.audit import Entry, Kind
from gate.core.terms import Outcome
from tests.web.kiosk_records import ENGLISH, FRENCH, FRENCH_NAME, KioskOnRecord
from tests.web.served import alive_now, free_port, served, silent
from tests.web.test_browser import CHROMIUM, GENEROUS_MS, SMALL_TARGETS, SMALLEST_TARGET

SIZES = {"small": (1024, 600), "panel": (1280, 800), "large": (1920, 1080), "portrait": (600, 1024)}

OUTSIDE = """() => [...document.querySelectorAll('.k-top, .k-band, .k-mid, .k-mid > *, .k-bot')]
    .filter(box => box.checkVisibility())
    .filter(box => { const r = box.getBoundingClientRect(), k = box.closest('.kt').getBoundingClientRect();
        return box.scrollWidth > box.clientWidth + 1 || r.right > k.right + 1 || r.bottom > k.bottom + 1; })
    .map(box => box.className)"""

CUT_OFF = """() => [...document.querySelectorAll('.k-mid')]
    .filter(box => box.scrollHeight > box.clientHeight + 1).map(box => box.innerText)"""

FORBIDDEN_WORDS = ("locked", "verrouill")

Put = Callable[[KioskOnRecord], object]
OpenKiosk = Callable[..., Page]

SIX = ("AREA_DENIED", "GOWN_EXPIRED", "EQ_CAL_OVERDUE", "EQ_PM_OVERDUE", "SOP_REVISION", "GMP_REFRESHER")

STATES: dict[str, tuple[str, str, Put]] = {
    "idle": ("CT-01", "idle", lambda gate: None),
    "trial": ("TP-01", "idle", lambda gate: None),
    "allow-en": ("CT-01", "allow", lambda gate: gate.read(ENGLISH)),
    "allow-fr": ("CT-01", "allow", lambda gate: gate.read(FRENCH, Outcome.ALLOW, "ALLOW_ENDS_IN_SHIFT")),
    "deny-en": ("CT-01", "deny", lambda gate: gate.read("E2", Outcome.DENY, *SIX)),
    "deny-fr": ("CT-01", "deny", lambda gate: gate.read(FRENCH, Outcome.DENY, "TRAINING_EXPIRED", "GMP_REFRESHER")),
    "unknown": ("CT-01", "deny", lambda gate: gate.read(None, Outcome.DENY, "BADGE_UNKNOWN")),
    "would": (
        "TP-01",
        "would",
        lambda gate: gate.read(FRENCH, Outcome.DENY, "NOT_CERTIFIED", equipment="TP-01"),
    ),
    "again": ("CT-01", "again", lambda gate: gate.read(ENGLISH, Outcome.DENY, "READ_LATE")),
    "wait": ("CT-01", "wait", lambda gate: gate.read(FRENCH, Outcome.PENDING, "NEED_TRAINER")),
    "fault": ("CT-01", "fault", lambda gate: gate.read(FRENCH, Outcome.DENY, "SYS_TIME_BAD", "SYS_DATA_STALE")),
    "use-en": ("CT-01", "use", lambda gate: gate.use(ENGLISH)),
    "use-fr": ("CT-01", "use", lambda gate: gate.use(FRENCH, ENGLISH, "E2", "E3")),
    "over-en": ("CT-01", "over", lambda gate: gate.use(ENGLISH, override=True)),
    "over-fr": ("CT-01", "over", lambda gate: gate.use(FRENCH, override=True)),
    "drop-en": ("CT-01", "drop", lambda gate: gate.use(ENGLISH, dropped="expired")),
    "drop-fr": ("CT-01", "drop", lambda gate: gate.use(FRENCH, dropped="expired")),
    "off": ("CT-01", "off", lambda gate: gate.reader(Kind.READER_OFFLINE, "", "CT-01-R")),
    "silent": ("CT-01", "silent", silent),
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
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KioskOnRecord]:
    found = KioskOnRecord(tmp_path_factory.mktemp("kiosk"), free_port(), real_time=True)
    with served(found.config, found.settings.web.port):
        yield found
    found.close()


@pytest.fixture
def gate(shared: KioskOnRecord) -> KioskOnRecord:
    """The gate at work, its readers online, nobody at a machine and no fresh answer."""
    alive_now(shared)
    shared.nobody()
    for machine in ("CT-01", "TP-01"):
        shared.reader(Kind.READER_ONLINE, "", f"{machine}-R")
        shared.read(ENGLISH, equipment=machine, at=shared.moment().at.replace(year=2025))
    return shared


@pytest.fixture
def open_kiosk(browser: Browser) -> Iterator[OpenKiosk]:
    contexts = []

    def opened(gate: KioskOnRecord, *equipment: str, size: str = "panel", **more: object) -> Page:
        width, height = SIZES[size]
        context = browser.new_context(viewport={"width": width, "height": height}, **more)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(GENEROUS_MS)
        expect.set_options(timeout=GENEROUS_MS)
        page.goto(f"http://127.0.0.1:{gate.settings.web.port}{gate.opened(*equipment)}")
        return page

    yield opened
    for context in contexts:
        context.close()


def shows(page: Page, look: str, equipment: str = "CT-01") -> None:
    expect(page.locator(f"#kiosk-{equipment}.k-{look}")).to_be_visible()


@pytest.mark.req("L2")
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("size", SIZES)
def test_every_state_fits_and_is_accessible(gate: KioskOnRecord, open_kiosk: OpenKiosk, state: str, size: str) -> None:
    """Nothing is cut off where somebody reads it in gloves from 2 m; and whoever cannot see colours reads it too."""
    equipment, look, put = STATES[state]
    put(gate)
    page = open_kiosk(gate, equipment, size=size, color_scheme="dark" if size == "panel" else "light")
    shows(page, look, equipment)
    page.evaluate("() => document.fonts.ready")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate(OUTSIDE) == []
    assert page.evaluate(CUT_OFF) == []
    assert page.evaluate(SMALL_TARGETS, SMALLEST_TARGET) == []
    words = page.locator("body").inner_text().lower()
    assert not [word for word in FORBIDDEN_WORDS if word in words]


@pytest.mark.parametrize("size", SIZES)
def test_several_machines_fit_on_one_screen(gate: KioskOnRecord, open_kiosk: OpenKiosk, size: str) -> None:
    """Each tile is a kiosk of its own."""
    gate.use(FRENCH)
    gate.read(FRENCH, Outcome.DENY, "NOT_CERTIFIED", "GMP_REFRESHER", equipment="TP-01")
    page = open_kiosk(gate, "CT-01", "TP-01", size=size)
    shows(page, "use")
    shows(page, "would", "TP-01")
    page.evaluate("() => document.fonts.ready")
    assert Axe().run(page).violations_count == 0
    assert page.evaluate(OUTSIDE) == []
    assert page.evaluate(CUT_OFF) == []


def test_forced_colours_keep_shape_and_word(gate: KioskOnRecord, open_kiosk: OpenKiosk) -> None:
    """Windows high contrast paints every ground alike."""
    gate.read(ENGLISH, Outcome.DENY, "VISITOR")
    page = open_kiosk(gate, forced_colors="active")
    shows(page, "deny")
    expect(page.locator(".k-deny .k-word")).to_contain_text("DENIED")
    expect(page.locator(".k-band svg")).to_be_visible()
    assert Axe().run(page).violations_count == 0


@pytest.mark.req("L1", "L3")
def test_a_decision_appears_by_itself_and_goes_by_itself(gate: KioskOnRecord, open_kiosk: OpenKiosk) -> None:
    """Nobody touches the screen."""
    page = open_kiosk(gate)
    shows(page, "idle")
    gate.read(FRENCH, Outcome.DENY, "TRAINING_EXPIRED", "GMP_REFRESHER")
    shows(page, "deny")
    expect(page.locator(".k-reasons")).to_contain_text("Rappel BPF en retard")
    gate.read(FRENCH)
    shows(page, "allow")
    expect(page.locator("#kiosk-CT-01")).to_contain_text(FRENCH_NAME)
    shows(page, "idle")


def test_timers_run_on_the_gates_time(gate: KioskOnRecord, open_kiosk: OpenKiosk) -> None:
    """A countdown that stands still is taken for time that is left."""
    gate.use(ENGLISH, override=True)
    page = open_kiosk(gate)
    first = page.locator(".k-time").inner_text()
    expect(page.locator(".k-time")).not_to_have_text(first)
    assert page.locator(".k-time").inner_text() < first


def test_a_kiosk_without_javascript_is_complete(gate: KioskOnRecord, open_kiosk: OpenKiosk) -> None:
    """Script is an addition."""
    gate.use(FRENCH)
    page = open_kiosk(gate, java_script_enabled=False)
    shows(page, "use")
    expect(page.locator(".k-time")).to_contain_text(":")
    gate.read(FRENCH, Outcome.DENY, "VISITOR")
    shows(page, "deny")


def test_nothing_breaks_the_policy(gate: KioskOnRecord, open_kiosk: OpenKiosk) -> None:
    """A message in the console is a part of the page that does not work where the policy holds."""
    page = open_kiosk(gate)
    shows(page, "idle")
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.reload()
    gate.read(ENGLISH)
    shows(page, "allow")
    assert complaints == []


def test_a_screen_out_of_touch_says_so_and_comes_back_by_itself(tmp_path: Path, open_kiosk: OpenKiosk) -> None:
    """An allow that nobody has taken back must not stand on a screen that hears nothing any more."""
    gate = KioskOnRecord(tmp_path, free_port(), real_time=True)
    gate.reader(Kind.READER_ONLINE, "", "CT-01-R")
    with served(gate.config, gate.settings.web.port):
        alive_now(gate)
        page = open_kiosk(gate)
        shows(page, "idle")
    expect(page.locator("#lost")).to_be_visible()
    expect(page.locator("#lost")).to_contain_text("SCREEN OUT OF TOUCH")
    expect(page.locator("#lost")).to_contain_text("ÉCRAN SANS CONTACT")
    assert Axe().run(page).violations_count == 0
    gate.use(ENGLISH)
    with served(gate.config, gate.settings.web.port):
        alive_now(gate)
        shows(page, "use")
        expect(page.locator("#lost")).to_be_hidden()
        gate.append(
            Entry(
                kind=Kind.USE_ENDED,
                moment=gate.moment(),
                person=ENGLISH,
                equipment="CT-01",
                detail={"cause": "badge_out"},
            )
        )
        shows(page, "out")
    gate.close()
