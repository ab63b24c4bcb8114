"""The forms at a machine in a real browser: they fit, gloves hit them, keys and no script serve; the calendar too."""

import os
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from gate.clock import SystemClock
from gate.core.roles import Role
from gate.core.terms import Outcome
from gate.pin_acts import set_pin
from gate.store import schema
from gate.store.reader_requests import answer_request
from tests.web.kiosk_form_shapes import OVERLAPS, set_of
from tests.web.kiosk_records import ENGLISH, FRENCH, KioskOnRecord
from tests.web.people import CHEAP, WORD, add_account
from tests.web.served import alive_now, free_port, served
from tests.web.test_browser import CHROMIUM, GENEROUS_MS, LANGUAGES, SMALL_TARGETS, SMALLEST_TARGET, WIDER_THAN_SCREEN
from tests.web.test_browser import SIZES as PAGE_SIZES
from tests.web.test_kiosk_browser import CUT_OFF, OUTSIDE

SIZES = {"small": (1024, 600), "large": (1920, 1080), "portrait": (600, 1024)}
OPERATIONS = ("USE", "SETUP", "CLEAN", "CHECK_CLEAN", "MAINTAIN", "CALIBRATE")
LONGEST = "Maximilienne-Alexandrine Montmorency-Ray"
BOUNCE_MS = 400
"""A press sooner after a page has come is ignored; no person is that fast."""

TALLER_THAN_SCREEN = "() => Math.max(document.documentElement.scrollHeight, document.body.scrollHeight) - innerHeight"

Open = Callable[..., Page]


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
    """Machines with every operation, people with the longest names, a supervisor with badge and PIN."""
    gate = KioskOnRecord(tmp_path_factory.mktemp("kiosk-forms"), free_port(), real_time=True)
    person = {"known_from": 1, "kind": "employee", "state": "active", "language": "en"}
    gate._insert(
        schema.areas.insert().values(id="COMP", known_from=1, name="Compression"),
        *map(set_of, OPERATIONS),
        schema.people.insert().values(id="LONG", name=LONGEST, **{**person, "language": "fr"}),
        schema.people.insert().values(id="P-nhaddad", name="Nadia Haddad", **person),
        schema.badges.insert().values(id="BS", known_from=1, number="w26:1", state="active", assurance="number"),
    )
    add_account(gate, "first", Role.SYSADMIN)
    add_account(gate, "nhaddad", Role.SUPERVISOR)
    set_pin(gate.trail, "nhaddad", CHEAP.encode("482915"), moment=gate.moment())
    with served(gate.config, gate.settings.web.port):
        yield gate
    gate.close()


@pytest.fixture
def gate(shared: KioskOnRecord) -> KioskOnRecord:
    """Nobody at a machine and no fresh answer."""
    alive_now(shared)
    for machine in ("CT-01", "TP-01"):
        shared.read(ENGLISH, equipment=machine, at=shared.moment().at.replace(year=2025))
    shared._insert(schema.reader_requests.delete())
    return shared


@pytest.fixture
def open_kiosk(browser: Browser) -> Iterator[Open]:
    contexts = []

    def opened(gate: KioskOnRecord, path: str = "", size: str = "small", **more: object) -> Page:
        width, height = SIZES[size]
        context = browser.new_context(
            viewport={"width": width, "height": height},
            base_url=f"http://127.0.0.1:{gate.settings.web.port}",
            **more,  # type: ignore[arg-type]
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(GENEROUS_MS)
        expect.set_options(timeout=GENEROUS_MS)
        page.goto(gate.opened())
        if path:
            page.goto(gate.path() + path)
        page.evaluate("() => document.fonts.ready")
        page.wait_for_timeout(BOUNCE_MS)
        return page

    yield opened
    for context in contexts:
        context.close()


def fill(page: Page, words: str = "Retraining is booked for two o'clock today") -> None:
    page.locator("input[name=minutes][value='60']").check()
    page.locator("input[name=class][value=COVERAGE]").check()
    page.locator("#f-reference").fill("DEV-2026-0318")
    page.locator("#f-words").fill(words)
    page.locator("button[value=next]").click()
    page.locator("#badge").wait_for()
    page.wait_for_timeout(BOUNCE_MS)


def sound(page: Page, *, fits: bool = True) -> None:
    """Accessible, large enough for gloves, nothing over anything else, and all of it on the screen."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate(SMALL_TARGETS, SMALLEST_TARGET) == []
    assert page.evaluate(WIDER_THAN_SCREEN) <= 0
    assert page.evaluate(OVERLAPS) == []
    if fits:
        assert page.evaluate(TALLER_THAN_SCREEN) <= 0


def main_buttons(page: Page) -> list[float]:
    """Heights of the buttons that everybody uses in gloves, in units of the screen."""
    unit = page.evaluate("() => Math.min(innerHeight / 600, innerWidth / 1024)")
    rows = page.locator(".k-btns .k-btn, .kf-foot .k-btn, .kf-offers .k-btn").all()
    boxes = [row.bounding_box() for row in rows]
    return [box["height"] / unit for box in boxes if box]


@pytest.mark.req("L1", "L3")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
def test_the_forms_fit_and_are_accessible(gate: KioskOnRecord, open_kiosk: Open, size: str, language: str) -> None:
    """A supervisor stands there in gloves, with a line waiting; nothing may be below the edge of the screen."""
    seq = gate.read("LONG", Outcome.DENY, "TRAINING_EXPIRED", "GMP_REFRESHER", "SOP_REVISION")
    page = open_kiosk(gate, f"/grant/{seq}?lang={language}", size=size)
    sound(page)
    if size != "portrait":
        assert min(main_buttons(page)) >= 83.9
    fill(page)
    sound(page)
    page.locator("#f-pin").fill("1")
    page.locator("button[value=sign]").click()
    page.locator("#refused").wait_for()
    sound(page, fits=False)
    page.wait_for_timeout(BOUNCE_MS)
    page.locator("button[value=back]").click()
    expect(page.locator("#f-reference")).to_have_value("DEV-2026-0318")
    expect(page.locator("input[name=minutes][value='60']")).to_be_checked()


@pytest.mark.parametrize("size", SIZES)
def test_the_screens_with_buttons_fit(gate: KioskOnRecord, open_kiosk: Open, size: str) -> None:
    """Six operations, six reasons, the longest name; nothing cut and every button as large as gloves need."""
    page = open_kiosk(gate, size=size)
    six = ("NOT_CERTIFIED", "GMP_REFRESHER", "TRAINING_EXPIRED", "SOP_REVISION", "OJT_OPEN", "EQ_PM_OVERDUE")
    for put, look in (
        (lambda: None, "idle"),
        (lambda: gate.read("LONG", Outcome.DENY, *six), "deny"),
        (lambda: gate.read("LONG", Outcome.DENY, "TRAINING_EXPIRED"), "deny"),
    ):
        put()
        expect(page.locator(f"#kiosk-CT-01.k-{look}")).to_be_visible()
        page.wait_for_timeout(BOUNCE_MS)
        sound(page)
        assert page.evaluate(OUTSIDE) == []
        assert page.evaluate(CUT_OFF) == []
        if size != "portrait":
            assert min(main_buttons(page)) >= 83.9


@pytest.mark.req("B1")
def test_an_operation_is_chosen_by_a_press_and_the_screen_comes_back_by_itself(
    gate: KioskOnRecord, open_kiosk: Open
) -> None:
    """One press, then the badge; or nothing, and it is over."""
    page = open_kiosk(gate)
    page.get_by_role("button", name="Cleaning Nettoyage").click()
    expect(page.locator("#kiosk-CT-01.k-chosen")).to_be_visible()
    sound(page)
    first = page.locator(".k-time").inner_text()
    expect(page.locator(".k-time")).not_to_have_text(first)
    page.wait_for_timeout(BOUNCE_MS)
    page.get_by_role("button", name="Go back").click()
    expect(page.locator("#kiosk-CT-01.k-idle")).to_be_visible()


def test_every_button_is_reached_and_pressed_by_keyboard(gate: KioskOnRecord, open_kiosk: Open) -> None:
    """A small keyboard hangs at some machines."""
    page = open_kiosk(gate)
    words = []
    for _ in range(6):
        page.keyboard.press("Tab")
        words.append(page.evaluate("() => document.activeElement.value || ''"))
    assert words == [*(f"choose CT-01 {name}" for name in OPERATIONS[1:]), "duty CT-01"]
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Hold your badge to the reader")).to_be_visible()
    sound(page)


@pytest.mark.req("A4")
def test_the_badge_shows_by_itself_and_the_keypad_types_the_pin(gate: KioskOnRecord, open_kiosk: Open) -> None:
    """Badge and PIN without a keyboard; the page never shows the PIN."""
    seq = gate.read(FRENCH, Outcome.DENY, "TRAINING_EXPIRED")
    page = open_kiosk(gate, f"/grant/{seq}?lang=en")
    fill(page)
    expect(page.locator("#badge-words")).to_have_text("Waiting for the badge")
    asked = int(page.locator("input[name=request]").input_value())
    with gate.trail.transaction():
        result = {"badge": "BS", "state": "active", "person": "P-nhaddad", "seq": gate.trail.head.seq}
        answer_request(gate.trail, asked, result)
    expect(page.locator("#badge-words")).to_have_text("Badge read: Name of nhaddad")
    for key in ("4", "8", "Erase", "0", "0", "0", "0", "0", "0"):
        page.get_by_role("button", name=key, exact=True).click()
    expect(page.locator("#f-pin")).to_have_value("000000")
    expect(page.locator("#f-pin")).to_have_attribute("type", "password")
    page.get_by_role("button", name="Sign and grant 1 h").click()
    expect(page.get_by_role("alert")).to_contain_text("The PIN is not right")
    expect(page.locator("#f-pin")).to_have_value("")
    expect(page.locator("#badge-words")).to_have_text("Badge read: Name of nhaddad")
    sound(page, fits=False)


def test_without_javascript_everything_is_there(gate: KioskOnRecord, open_kiosk: Open) -> None:
    """Script is an addition; an old panel has none."""
    page = open_kiosk(gate, java_script_enabled=False)
    page.get_by_role("button", name="Cleaning Nettoyage").click()
    expect(page.locator("#kiosk-CT-01.k-chosen")).to_be_visible()
    page.get_by_role("button", name="Go back").click()
    seq = gate.read(FRENCH, Outcome.DENY, "TRAINING_EXPIRED")
    page.goto(gate.path())
    page.get_by_role("button", name="Supervision : accorder ici").click()
    page.wait_for_url(f"**/grant/{seq}")
    fill(page)
    expect(page.locator("#keys")).to_be_hidden()
    expect(page.locator("#f-pin")).to_have_attribute("inputmode", "numeric")
    page.locator("#f-pin").fill("482915")
    page.locator("button[value=sign]").click()
    expect(page.get_by_role("alert")).to_contain_text("Aucun badge n’a encore été passé")


def test_nothing_of_the_forms_breaks_the_policy(gate: KioskOnRecord, open_kiosk: Open) -> None:
    """A message in the console is a part of the page that does not work where the policy holds."""
    seq = gate.read(FRENCH, Outcome.DENY, "TRAINING_EXPIRED")
    page = open_kiosk(gate, f"/grant/{seq}")
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.reload()
    page.wait_for_timeout(BOUNCE_MS)
    fill(page)
    assert complaints == []


# --- the pages of the account and the calendar --------------------------------------------------------------


@pytest.fixture(scope="module")
def signed(browser: Browser, shared: KioskOnRecord) -> Iterator[BrowserContext]:
    """A browser in which the supervisor has signed in, by typing."""
    context = browser.new_context(base_url=f"http://127.0.0.1:{shared.settings.web.port}")
    page = context.new_page()
    page.goto("/login?lang=en")
    page.get_by_label("User name").fill("nhaddad")
    page.get_by_label("Password").fill(WORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/login" not in url)
    now = SystemClock().read().at.astimezone(shared.settings.zone)
    page.goto("/duty?lang=en")
    page.get_by_label("Who", exact=True).select_option("P-nhaddad")
    page.get_by_label("Area", exact=True).select_option("COMP")
    assert page.get_by_label("From").input_value() == now.strftime("%Y-%m-%d %H:00")
    page.get_by_role("button", name="Put on duty").click()
    expect(page.get_by_role("status")).to_contain_text("On duty")
    page.close()
    yield context
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", PAGE_SIZES)
def test_pin_and_calendar_are_accessible_at_every_size(
    signed: BrowserContext, size: str, language: str, scheme: str
) -> None:
    """On the phone in the corridor and on the tablet, in both languages, by day and by night."""
    width, height = PAGE_SIZES[size]
    page = signed.new_page()
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for path in ("/duty", "/account/pin", "/account"):
        page.goto(f"{path}?lang={language}")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate(SMALL_TARGETS, SMALLEST_TARGET) == []
        assert page.evaluate(WIDER_THAN_SCREEN) <= 0
    page.close()
