"""The badge pages in a real browser: every page and state, accessible at every size, in both languages and schemes."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from gate.badge_acts import block_badge
from gate.badge_enrolment import Identity, NewBadge, enrol_badge
from gate.badge_lending import lend_badge
from gate.clock import SystemClock
from gate.core.roles import Role
from gate.demo_badges import wiegand26
from gate.signatures import Signer
from gate.store.reader_requests import RequestKind, answer_request, ask_reader
from gate.store.reader_state import note_unknown_badge
from gate.web.badge_wish import Wish
from tests.web.people import WORD, add_account
from tests.web.records import GateOnRecord
from tests.web.served import free_port, served
from tests.web.test_browser import LANGUAGES, SMALL_TARGETS, SMALLEST_TARGET, WIDER_THAN_SCREEN
from tests.web.test_forms_browser import browser

__all__ = ["browser"]

SIZES = {"phone": (390, 844), "tablet": (1180, 820), "desktop": (1440, 900)}
CLERK = Signer("P-first", "first", "Name of first", "sysadmin")
STATES = ("wait", "read", "refused", "late", "over")
NUMBERS = [wiegand26(118, 9000 + number) for number in range(6)]


class Drawer:
    """Badges in every state, and requests of the supervisor in every state."""

    def __init__(self, gate: GateOnRecord) -> None:
        self.gate = gate
        own = self._enrol("E1", NUMBERS[0])
        hostile = self._enrol("E3", NUMBERS[1])
        self.lost = self._enrol("E2", NUMBERS[2])
        pool, self.pool_2 = (self._enrol("", number) for number in NUMBERS[3:5])
        gate.clock.advance(1)
        block_badge(gate.trail, self.lost, "left on the bus, line 51", CLERK, gate.moment())
        moment = gate.moment()
        terms = (Identity.PHOTO_ID, "forgot the badge at home", CLERK, moment)
        lend_badge(gate.trail, pool, "E3", moment.at + timedelta(hours=8), *terms)
        self.own, self.hostile = own, hostile
        self.requests = self._requests("nhaddad")

    def _enrol(self, person: str, number: str) -> str:
        new = NewBadge(person, Identity.PHOTO_ID if person else "", typed=number)
        return enrol_badge(self.gate.trail, new, CLERK, self.gate.moment()).id

    def _requests(self, login: str) -> dict[str, int]:
        wish = Wish("TP-01-R", "E2", Identity.PHOTO_ID.value, going_on=True)
        trail, found = self.gate.trail, {}
        results = {"read": {"mark": "unknown:1", "last4": NUMBERS[5][-4:]}, "over": {}}
        results["refused"] = {"badge": self.hostile, "last4": NUMBERS[1][-4:]}
        with trail.transaction():
            note_unknown_badge(trail, "unknown:1", NUMBERS[5])
            for state in STATES:
                ends = self.gate.clock.read().at + timedelta(hours=-1 if state == "late" else 1)
                reader = f"{login}-{state}"
                asked = {"asked_by": login, "expires_at": ends, "about": wish.text()}
                found[state] = ask_reader(trail, reader, RequestKind.IDENTIFY, **asked)  # type: ignore[arg-type]
                if state in results:
                    answer_request(trail, found[state], results[state])
        return found

    def pages(self, login: str) -> list[str]:
        """Return every page for the supervisor, and what looks different for the administrator."""
        if login == "first":
            return [f"/badges{path}" for path in ("", f"/one/{self.lost}", f"/found/{self.lost}")]
        badges = ["", "?q=zzz", f"/one/{self.own}", f"/one/{self.lost}", f"/lost/{self.own}", f"/return/{self.own}"]
        enrol = ["/enrol", "/enrol?q=e", f"/enrol?replaces={self.hostile}", "/enrol/type?person=E2"]
        enrol += [f"/enrol/{number}" for number in self.requests.values()]
        lend = [f"/lend/{self.pool_2}", f"/lend/{self.pool_2}?q=e", f"/lend/{self.pool_2}?person=E3"]
        return [f"/badges{path}" for path in (*badges, *enrol, *lend)]


@pytest.fixture(scope="module")
def drawer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drawer]:
    gate = GateOnRecord(tmp_path_factory.mktemp("badges"), free_port())
    add_account(gate, "first", Role.SYSADMIN)
    add_account(gate, "nhaddad", Role.SUPERVISOR)
    gate.clock.go_to(SystemClock().read().at)
    found = Drawer(gate)
    with served(gate.config, gate.settings.web.port):
        yield found
    gate.close()


def signed_in_page(browser: Browser, drawer: Drawer, login: str, **more: object) -> tuple[BrowserContext, Page]:
    port = drawer.gate.settings.web.port
    context = browser.new_context(base_url=f"http://127.0.0.1:{port}", **more)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto("/login?lang=en")
    page.get_by_label("User name").fill(login)
    page.get_by_label("Password").fill(WORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/login" not in url)
    return context, page


def faults(page: Page) -> list[str]:
    """Return what is wrong with what the page shows now."""
    found = Axe().run(page)
    said = [found.generate_report()] if found.violations_count else []
    small, wider = page.evaluate(SMALL_TARGETS, SMALLEST_TARGET), page.evaluate(WIDER_THAN_SCREEN)
    return [*said, *small, *(["wider than the screen"] if wider > 0 else [])]


@pytest.mark.req("L1")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("login", ["nhaddad", "first"])
def test_every_badge_page_is_accessible_at_every_size(
    browser: Browser, drawer: Drawer, login: str, language: str
) -> None:
    """Gloves, a phone in a pocket, a screen reader; half the shift reads French."""
    context, page = signed_in_page(browser, drawer, login)
    wrong = []
    for path in drawer.pages(login):
        page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
        for name, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            wrong += [(path, name, fault) for fault in faults(page)]
    context.close()
    assert wrong == []


@pytest.mark.req("L1")
@pytest.mark.parametrize("login", ["nhaddad", "first"])
def test_every_badge_page_can_be_read_in_the_dark(browser: Browser, drawer: Drawer, login: str) -> None:
    """A control room at three in the morning."""
    context, page = signed_in_page(browser, drawer, login, color_scheme="dark")
    wrong = []
    for path in drawer.pages(login):
        page.goto(f"{path}{'&' if '?' in path else '?'}lang=fr")
        wrong += [(path, fault) for fault in faults(page)]
    context.close()
    assert wrong == []


def test_the_waiting_page_becomes_the_next_one_without_a_touch(browser: Browser, drawer: Drawer) -> None:
    """The clerk looks at the badge, not at the screen; with the keyboard the heading has the focus."""
    context, page = signed_in_page(browser, drawer, "nhaddad")
    waiting = drawer.requests["wait"]
    page.goto(f"/badges/enrol/{waiting}?lang=en")
    page.get_by_role("heading", level=1, name="Hold the badge").wait_for()
    trail = drawer.gate.trail
    with trail.transaction():
        answer_request(trail, waiting, {"mark": "unknown:1", "last4": NUMBERS[5][-4:]})
    page.get_by_role("heading", level=1, name="Badge read").wait_for()
    assert page.evaluate("document.activeElement.id") == "h-now"
    page.get_by_role("button", name="Confirm for").click()
    assert "/badges/enrol/" in page.url, "the browser asks for the tick"
    context.close()
