"""The record page and the impact page in a real browser: accessible and whole at every size; from key to record."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from tests.web.floor_site import FloorSite
from tests.web.looks import SIZES, faults
from tests.web.test_browser import CHROMIUM
from tests.web.told_site import told_site

BOXES = ".panel, .banner, .page-head, .btn, .kv dd, .tl li, .reqs li, .signed"
CUT_OFF = f"""() => [...document.querySelectorAll('{BOXES}')]
    .filter(box => box.checkVisibility() && box.scrollWidth > box.clientWidth + 1)
    .map(box => box.outerHTML.slice(0, 160))"""


@dataclass
class Served:
    """The story's pages on a port."""

    url: str
    site: FloorSite

    def numbers(self) -> list[int]:
        """Return one entry of each kind, the decisions all."""
        kinds: dict[str, int] = {}
        every = self.site.world.trail()
        kinds |= {entry["kind"]: entry["seq"] for entry in every}
        return sorted({*kinds.values(), *(entry["seq"] for entry in every if entry["kind"] == "decision")})


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with ExitStack() as stack:
        site = stack.enter_context(told_site(tmp_path_factory.mktemp("told")))
        server = make_server("127.0.0.1", 0, site.app, threaded=True)
        thread = Thread(target=server.serve_forever)
        thread.start()
        stack.callback(thread.join)
        stack.callback(server.shutdown)
        site.alive()
        yield Served(f"http://127.0.0.1:{server.server_port}", site)
        server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; root has no user namespace to build its sandbox in."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser, served: Served) -> Iterator[Page]:
    """A desk of QA, signed in."""
    width, height = SIZES["desktop"]
    context = browser.new_context(viewport={"width": width, "height": height}, base_url=served.url)
    kept = served.site.browser("qa").get_cookie("gate_session")
    assert kept
    context.add_cookies([{"name": kept.key, "value": kept.value, "url": served.url}])
    yield context.new_page()
    context.close()


@pytest.mark.req("L1", "E7")
def test_every_record_and_the_impact_page_are_accessible_and_whole(served: Served, page: Page) -> None:
    """An inspector reads them on a tablet; hostile names and long hashes must not break a line."""
    asked = "/impact?about=revision&item=SOP-1&revision=R6&lang=fr"
    ways = [f"/log/{seq}?lang={'fr' if seq % 2 else 'en'}" for seq in served.numbers()]
    wrong = []
    for path in (*ways, "/impact?lang=en", asked, "/impact?about=record&record=nope&lang=en"):
        answer = page.goto(path)
        assert answer is not None and answer.status in {200, 422}, path
        for details in page.locator("details").all():
            details.evaluate("one => one.open = true")
        wrong += [(path, fault) for fault in faults(page, CUT_OFF)]
    assert wrong == [], "\n".join(map(str, wrong))


@pytest.mark.req("E6", "E7", "E11")
def test_from_the_list_by_keys_to_a_record_and_on_to_what_relied_on_it(served: Served, page: Page) -> None:
    """Arrow keys stay within the list one came from; the training record leads to its impact."""
    decisions = [entry["seq"] for entry in served.site.world.decisions()]
    page.goto(f"/log/{decisions[1]}?view=denied&lang=en")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(f"**/log/{decisions[0]}?*")
    page.keyboard.press("ArrowRight")
    page.wait_for_url(lambda url: f"/log/{decisions[0]}?" not in url)
    denied = int(page.url.partition("/log/")[2].partition("?")[0])
    assert denied in decisions and denied != decisions[1], "the override's allow is not in the list of denials"
    page.goto(f"/log/{decisions[2]}?lang=en")
    page.get_by_role("link", name="E2-GOWN-R6-2026-01-10").first.click()
    page.get_by_role("heading", name="Result: A training record, E2-GOWN-R6-2026-01-10").wait_for()
    assert page.get_by_text("Would be denied").first.is_visible()
