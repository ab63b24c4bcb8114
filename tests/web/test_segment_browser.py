"""The way out of damaged records in a real browser: from what is broken to pages that work again (requirement E4)."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from werkzeug.serving import make_server

from tests.web.floor_site import FloorSite
from tests.web.looks import SIZES, faults
from tests.web.people import WORD
from tests.web.test_browser import CHROMIUM, GENEROUS_MS
from tests.web.test_segment_page import SEGMENT, WHY, old_damage, site

__all__ = ["site"]

CUT_OFF = """() => [...document.querySelectorAll('.panel, .banner, .page-head, .btn, .kv dd, .errsum, .topbar')]
    .filter(box => box.checkVisibility() && box.scrollWidth > box.clientWidth + 1)
    .map(box => box.outerHTML.slice(0, 160))"""

PICTURES = os.environ.get("GATE_PICTURES")
"""A folder that gets a picture of every page, for people to look at."""

STEPS = 60
"""Presses of the tab key within which everything on these pages is reached."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; root has no user namespace to build its sandbox in."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield running
        running.close()


@pytest.fixture
def page(site: FloorSite, browser: Browser) -> Iterator[Page]:
    """The pages on a port, over a gate at work, and QA's browser in which nobody has signed in."""
    expect.set_options(timeout=GENEROUS_MS)
    site.alive()
    with ExitStack() as stack:
        server = make_server("127.0.0.1", 0, site.app, threaded=True)
        stack.callback(server.server_close)
        thread = Thread(target=server.serve_forever)
        thread.start()
        stack.callback(thread.join)
        stack.callback(server.shutdown)
        context = browser.new_context(base_url=f"http://127.0.0.1:{server.server_port}")
        stack.callback(context.close)
        context.set_default_timeout(GENEROUS_MS)
        yield context.new_page()


def typed(page: Page, label: str, text: str, nth: int = 0) -> None:
    """Fill a field in."""
    page.get_by_label(label, exact=True).nth(nth).fill(text)


def reached(page: Page, name: str) -> None:
    """Come to a button by the tab key alone and press it by Enter."""
    button = page.get_by_role("button", name=name)
    for _ in range(STEPS):
        page.keyboard.press("Tab")
        if button.evaluate("one => one === document.activeElement"):
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"{name} is not reached by the keyboard")


def signed_in(page: Page) -> None:
    """Sign in as QA, which works while the records are damaged."""
    page.goto(f"/login?lang=en&next={SEGMENT}")
    typed(page, "User name", "qa")
    typed(page, "Password", WORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login" not in url)


def wrong(page: Page, name: str) -> list[str]:
    """Return what is wrong with the page as it stands, its styles with it, at every size."""
    page.wait_for_load_state("load")
    found = [f"{name}: {fault}" for fault in faults(page, CUT_OFF)]
    if PICTURES:
        for size, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            page.screenshot(path=str(Path(PICTURES) / f"segment-{name}-{size}.png"), full_page=True)
    return found


def holds(page: Page) -> int:
    """Ask for a QA hold, an act that is signed, and return how the page answered."""
    page.goto("/floor/TP-01/qa-hold?lang=en")
    page.get_by_role("checkbox").first.check()
    page.locator("textarea").fill("Noise from the lower punch, seen at 13:05")
    if page.get_by_label("User name", exact=True).count():
        typed(page, "User name", "qa")
    typed(page, "Password", WORD)
    with page.expect_response(lambda answer: answer.request.method == "POST") as answered:
        page.locator("form.panel button[type=submit]").click()
    return answered.value.status


@pytest.mark.req("E4", "L1")
@pytest.mark.fault(7)
def test_qa_finds_its_way_from_the_damage_to_pages_that_work(
    site: FloorSite, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is called at three in the morning has this page alone: nothing on it may be cut off or out of reach."""
    monkeypatch.setattr("gate.store.verify.LATEST", 4)
    seq = old_damage(site)
    signed_in(page)
    reached(page, "Verify now")
    page.wait_for_url("**/integrity?**")
    assert holds(page) == 409
    assert site.world.trail("hold_set") == []

    found = examined(page, seq) + refused(site, page)
    fill_in(page, WORD)
    reached(page, "Sign and open the segment")
    page.wait_for_url("**signed=**")
    (entry,) = [one for one in site.world.trail("segment") if one["why"] == WHY]
    expect(page.get_by_role("status")).to_contain_text(f"#{entry['seq']}")
    assert [one["account"] for one in entry["detail"]["signatures"]] == ["qa", "sup"]
    found += wrong(page, "signed")
    assert holds(page) == 303
    assert len(site.world.trail("hold_set")) == 1
    assert found == []


def examined(page: Page, seq: int) -> list[str]:
    """Read what is broken, and have everything looked at."""
    page.goto(f"{SEGMENT}?lang=en")
    expect(page.get_by_role("alert").filter(has_text="Badges are answered as ever").last).to_be_visible()
    expect(page.locator("main")).to_contain_text(f"#{seq}")
    found = wrong(page, "damaged")
    reached(page, "Keep a copy and look")
    expect(page.get_by_role("heading", name="2. What was found")).to_be_visible()
    expect(page.get_by_role("row", name=f"#{seq}")).to_contain_text("column outcome does not say")
    return found + wrong(page, "examined")


def refused(site: FloorSite, page: Page) -> list[str]:
    """Sign with a second password that is wrong: it is told, and what was typed stays."""
    typed(page, "What was found and done", WHY)
    typed(page, "User name", "sup")
    fill_in(page, "wrong word of sup")
    reached(page, "Sign and open the segment")
    expect(page.get_by_role("alert").filter(has_text="another person of QA or a supervisor").first).to_be_visible()
    expect(page.get_by_label("What was found and done")).to_have_value(WHY)
    assert site.world.trail("segment") == []
    return wrong(page, "refused")


def fill_in(page: Page, second: str) -> None:
    """Fill both passwords in, and the first user name where it is asked for."""
    typed(page, "Password", second)
    if page.get_by_label("User name", exact=True).count() > 1:
        typed(page, "User name", "qa", nth=1)
    typed(page, "Password", WORD, nth=1)


@pytest.mark.req("E4", "L1", "L2")
@pytest.mark.fault(7)
def test_the_page_is_whole_in_french_too(site: FloorSite, page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """French words are longer, and so are the buttons with them."""
    monkeypatch.setattr("gate.store.verify.LATEST", 4)
    old_damage(site)
    signed_in(page)
    page.goto(f"{SEGMENT}?lang=fr")
    reached(page, "Vérifier maintenant")
    page.wait_for_url("**/integrity?**")
    page.goto(f"{SEGMENT}?lang=fr")
    found = wrong(page, "damaged-fr")
    reached(page, "Conserver une copie et examiner")
    expect(page.get_by_role("heading", name="2. Constats")).to_be_visible()
    assert found + wrong(page, "examined-fr") == []
