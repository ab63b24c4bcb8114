"""A real gate, a simulated reader on a real pseudo-terminal, the real web server and a real browser: a badge's life."""

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from firmware_protocol.osdp.host_reports import QUIET_S
from gate.accounts import NewAccount, create_account, set_password
from gate.clock import SystemClock
from gate.core.records import Moment
from gate.core.roles import Role
from gate.demo_badges import wiegand26
from gate.desk_opening import open_desk
from gate.settings import load_settings
from gate.store.audit_trail import Trail
from gate.store.database import open_database
from gate.store.plant_load import load_plant
from gate.web.passwords import Passwords
from gate.wiring import plan_of
from tests.faults.shop import READERS, Shop, until
from tests.scenarios.plant import plant, plant_file, record
from tests.web.people import WORD
from tests.web.served import free_port, served
from tests.web.test_browser import GENEROUS_MS
from tests.web.test_forms_browser import browser

__all__ = ["browser"]

FIRST, SECOND, POOL = wiegand26(118, 7001), wiegand26(118, 7002), wiegand26(118, 7003)


class BadgeShop(Shop):
    """Two trained people without a badge, a pool badge, and a supervisor with an account."""

    def _load(self) -> None:
        with self.config.open("a", encoding="utf-8") as file:
            file.write(f"\n[web]\nport = {free_port()}\n")
        self.settings = load_settings(self.config)
        found = plant()
        machine = found["equipment"][0]
        found["equipment"] = [{**machine, "id": f"M-{reader}", "name": reader} for reader in READERS]
        found["person"] = [{"id": "N1", "name": "Ann First"}, {"id": "N2", "name": "Ben Second"}]
        found["badge"] = [{"id": "POOL-1", "number": POOL, "pool": True}]
        found["training_record"] = [record("N1"), record("N2")]
        desk = open_desk(self.settings, plan_of(self.settings))
        load_plant(desk.trail, plant_file(found), by="test", why="badges", os_user="tester", moment=now())
        desk.trail.close()
        trail = Trail(open_database(self.settings.database_path), "gate-1", self.settings.zone)
        encoded = Passwords().encode(WORD)
        new = NewAccount("nhaddad", "P-sup", "Nora Haddad", frozenset({Role.SUPERVISOR}))
        create_account(trail, new, encoded, by="t.est", why="test", moment=now())
        set_password(trail, "nhaddad", encoded, by="nhaddad", moment=now(), accepted=True)
        trail.close()

    def decided(self, number: str, reader: str) -> dict[str, object]:
        """Let somebody badge, lifted from any reader long enough to count anew, and return what was decided."""
        time.sleep(1.5 * QUIET_S)
        before = len(self.kinds("decision"))
        self.tell(f"@{reader} badge {number}")
        until(lambda: len(self.kinds("decision")) > before)
        return self.kinds("decision")[-1]


def now() -> Moment:
    reading = SystemClock().read()
    return Moment(reading.at, reading.boot_id, reading.boot_us, trusted=True, clock="asserted")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BadgeShop]:
    found = BadgeShop(tmp_path_factory.mktemp("shop"))
    try:
        found.start()
        found.wait_ready()
        with served(found.config, found.settings.web.port):
            yield found
    finally:
        found.close()


def _page(browser: Browser, shop: BadgeShop, *, scripts: bool) -> Page:
    context = browser.new_context(base_url=f"http://127.0.0.1:{shop.settings.web.port}", java_script_enabled=scripts)
    page = context.new_page()
    page.set_default_timeout(GENEROUS_MS)
    expect.set_options(timeout=GENEROUS_MS)
    page.goto("/login?lang=en")
    page.get_by_label("User name").fill("nhaddad")
    page.get_by_label("Password").fill(WORD)
    page.get_by_role("button", name="Sign in").click()
    expect(_menu(page).get_by_role("link", name="Badges")).to_be_visible()
    return page


def _menu(page: Page) -> Locator:
    """The places in the bar; while a page's styles are on their way, those at the foot of a phone are there as well."""
    return page.get_by_role("navigation", name="Main", exact=True)


def _tapped(page: Page, shop: BadgeShop, number: str, person: str) -> None:
    """Hold the badge to the reader once it waits, and confirm what the page shows."""
    expect(page.get_by_role("heading", level=1, name="Hold the badge to reader R1")).to_be_visible()
    until(lambda: ("R1", "PRESENT BADGE", "SEE THE SCREEN") in shop.shown)
    shop.tell(f"@R1 badge {number}")
    expect(page.get_by_role("heading", level=1, name=f"Badge read: it ends in {number[-4:]}")).to_be_visible()
    page.get_by_label("I checked who this is").check()
    page.get_by_role("button", name=f"Confirm for {person}").click()
    shop.shown.clear()


@pytest.mark.req("A1", "A2")
@pytest.mark.scenario(32)
def test_two_people_are_enrolled_by_tapping_and_one_loses_the_badge_in_use(browser: Browser, shop: BadgeShop) -> None:
    """The first day of two people, and the bad day of one of them; the second is enrolled without scripts."""
    page = _page(browser, shop, scripts=True)
    _menu(page).get_by_role("link", name="Badges").click()
    page.get_by_role("link", name="Enrol badges").click()
    page.get_by_role("combobox", name="Reader").select_option("R1")
    page.get_by_label("Photo identity card").check()
    page.get_by_role("button", name=re.compile("Ask for the badge.*Ann First")).click()
    _tapped(page, shop, FIRST, "Ann First")
    expect(page.get_by_text("is enrolled for Ann First")).to_be_visible()
    expect(page.get_by_role("heading", level=1, name="Hold the badge to reader R1")).to_be_visible()
    plain = _page(browser, shop, scripts=False)
    plain.goto(page.url)
    _tapped(plain, shop, SECOND, "Ben Second")
    expect(plain.get_by_text("That was the last person on the list.")).to_be_visible()
    for number, person, reader in ((FIRST, "N1", "R2"), (SECOND, "N2", "R3")):
        found = shop.decided(number, reader)
        assert (found["person"], found["outcome"]) == (person, "allow")
    page.goto("/badges?lang=en&q=ann")
    page.get_by_role("link", name="Report lost").click()
    page.get_by_label("What happened").fill("left on the bus")
    page.get_by_role("button", name="Report lost now").click()
    expect(page.get_by_role("status")).to_contain_text("Reported lost")
    until(lambda: bool(shop.kinds("permissive_dropped")))
    assert shop.kinds("permissive_dropped")[-1]["equipment"] == "M-R2"
    assert shop.decided(FIRST, "R2")["reasons"] == ["BADGE_LOST"]
    assert shop.sound()


@pytest.mark.req("A1", "G1")
def test_a_pool_badge_is_lent_and_comes_back(browser: Browser, shop: BadgeShop) -> None:
    """Three in the morning, a badge forgotten at home, nobody from IT."""
    page = _page(browser, shop, scripts=True)
    _menu(page).get_by_role("link", name="Badges").click()
    page.get_by_role("link", name=re.compile("Lend.*POOL-1")).click()
    page.get_by_label("Name or number of the person").fill("second")
    page.get_by_role("button", name="Look up").click()
    page.get_by_role("link", name=re.compile("Choose.*Ben Second")).click()
    page.get_by_label("8 hours").check()
    page.get_by_label("Known to me personally").check()
    page.get_by_label("Why a pool badge is needed").fill("forgot the badge at home")
    page.get_by_label("User name").fill("nhaddad")
    page.get_by_label("Password").fill(WORD)
    page.get_by_role("button", name="Sign and lend").click()
    expect(page.get_by_role("status")).to_contain_text("Lent.")
    found = shop.decided(POOL, "R4")
    assert (found["person"], found["outcome"]) == ("N2", "allow")
    page.get_by_role("link", name="Record as returned").click()
    page.get_by_role("button", name="Record as returned").click()
    expect(page.get_by_role("status")).to_contain_text("Recorded as returned")
    until(lambda: any(entry["equipment"] == "M-R4" for entry in shop.kinds("permissive_dropped")))
    assert shop.decided(POOL, "R4")["reasons"] == ["PERSON_UNKNOWN"]
