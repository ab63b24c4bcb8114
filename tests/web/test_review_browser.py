"""The review pages in a real browser: accessible and whole at every size; from the first tick to the report."""

import os
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, expect, sync_playwright
from werkzeug.serving import make_server

from tests.web.looks import SIZES, faults
from tests.web.people import WORD, send, signed_in
from tests.web.review_records import FIRST, OVERRIDE, SECOND, THIRD, ReviewOnRecord, pages_over, two_weeks
from tests.web.test_browser import CHROMIUM
from tests.web.test_review_lots import begin_of_second, late, window
from tests.web.test_review_machines import signed

MACHINE = "machine:CT-01:2026-11-16:2026-11-22"

CUT_OFF = """() => [...document.querySelectorAll('.exc, .kpi, .sign, .signed, .sheet, .banner, form .panel')]
    .filter(box => box.checkVisibility() && box.scrollWidth > box.clientWidth + 1).map(box => box.outerHTML)"""

PICTURES = os.environ.get("GATE_PICTURES")
"""A folder that gets a picture of every page, for people to look at."""


@dataclass
class Served:
    """The pages over two weeks."""

    url: str
    app: Flask
    records: ReviewOnRecord


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Two weeks that are over, and their pages on a port."""
    records = two_weeks(tmp_path_factory.mktemp("reviews"))
    begin = begin_of_second(records)
    window(records, begin, begin + timedelta(hours=12), lot="L-118")
    records.verified()
    with ExitStack() as stack:
        stack.callback(records.close)
        app = stack.enter_context(pages_over(records))
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = Thread(target=server.serve_forever)
        thread.start()
        stack.callback(thread.join)
        stack.callback(server.shutdown)
        yield Served(f"http://127.0.0.1:{server.server_port}", app, records)
        server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; root has no user namespace to build its sandbox in."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield running
        running.close()


def _page(browser: Browser, found: Served, size: str, *, script: bool = True) -> Page:
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height}, base_url=found.url, java_script_enabled=script
    )
    qa = signed_in(found.app, "qa")
    qa.get("/account/password")
    kept, form = qa.get_cookie("gate_session"), qa.get_cookie("gate_form")
    assert kept and form
    context.add_cookies([{"name": one.key, "value": one.value, "url": found.url} for one in (kept, form)])
    return context.new_page()


def _wrong(page: Page, path: str, language: str) -> list[tuple[str, str]]:
    answer = page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
    assert answer is not None
    assert answer.status == 200, path
    for details in page.locator("details.routine").all():
        details.evaluate("one => one.open = true")
    found = [(path, fault) for fault in faults(page, CUT_OFF)]
    if PICTURES:
        _picture(page, path, language)
    assert "\u202e" not in page.locator("body").inner_text()
    return found


def _picture(page: Page, path: str, language: str) -> None:
    name = path.strip("/").replace("/", "-").replace("?", "-")
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme="dark" if size == "tablet" else "light")
        page.screenshot(path=str(Path(str(PICTURES)) / f"{name}-{language}-{size}.png"), full_page=True)


@pytest.mark.req("H5", "L1")
@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_review_page_is_accessible_and_whole(pages: Served, browser: Browser, language: str) -> None:
    """QA reads at a desk, an inspector on a tablet; nothing is cut, small, or said by colour alone."""
    page = _page(browser, pages, "desktop")
    every = ["", f"/{SECOND}?show=all", f"/{SECOND}/report"]
    every += [f"/{FIRST}", f"/{THIRD}", f"/{SECOND}/sign", "/lot:L-118", f"/{MACHINE}"] if language == "en" else []
    wrong = [fault for path in every for fault in _wrong(page, f"/reviews{path}", language)]
    page.context.close()
    assert wrong == []


@pytest.mark.req("H4", "H5")
def test_a_review_from_the_first_tick_to_the_report(pages: Served, browser: Browser) -> None:
    """Several get one outcome at once, the override has its own disposition, a second reviewer signs beside."""
    page = _page(browser, pages, "desktop")
    page.goto(f"/reviews/{SECOND}?lang=en")
    expect(page.get_by_role("link", name="Sign the review")).to_have_attribute("aria-disabled", "true")
    boxes = page.get_by_role("checkbox")
    ticks = boxes.count()
    for box in boxes.all()[:-1]:
        box.check()
    expect(page.get_by_role("button", name=f"Give {ticks - 1} exceptions this outcome")).to_be_visible()
    page.get_by_label("Outcome", exact=True).select_option("deviation")
    page.get_by_label("Comment").fill("Seen with the supervisor of the shift")
    page.get_by_label("Deviation reference").fill("DEV-2026-0311")
    page.get_by_role("button", name="Give").click()
    expect(page.get_by_role("status")).to_contain_text("on record")
    page.get_by_role("checkbox").check()
    page.get_by_label("Outcome", exact=True).select_option("technical_follow_up")
    page.get_by_label("Comment").fill("The cable of the reader was replaced")
    page.get_by_role("button", name="Give 1 exception this outcome").click()
    expect(page.get_by_role("checkbox")).to_have_count(0)
    expect(page.get_by_text("somebody else of QA decides")).to_be_visible()
    _the_rest(pages)
    page.goto(f"/reviews/{SECOND}?lang=en")
    page.get_by_role("link", name="Sign the review").click()
    assert _wrong(page, f"/reviews/{SECOND}/sign", "en") == []
    page.get_by_label("User name of the second reviewer").fill("quinn")
    page.get_by_label("Password of the second reviewer").fill(WORD)
    if page.get_by_label("User name", exact=True).count():
        page.get_by_label("User name", exact=True).fill("qa")
    page.get_by_label("Password", exact=True).fill(WORD)
    page.get_by_role("button", name="Sign the review").click()
    expect(page.get_by_role("status")).to_contain_text("signed")
    expect(page.locator(".signed")).to_have_count(2)
    page.get_by_label("Note").fill("The cable was tested again on the 24th")
    page.get_by_label("Password", exact=True).fill(WORD)
    page.get_by_role("button", name="Sign and add the note").click()
    expect(page.locator(".signed")).to_have_count(3)
    assert _wrong(page, f"/reviews/{SECOND}/report", "en") == []
    assert _wrong(page, f"/reviews/{SECOND}?show=done", "fr") == []
    page.context.close()


@pytest.mark.req("H5")
@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_machine_is_asked_for_by_its_days(pages: Served, browser: Browser, language: str) -> None:
    """By keyboard alone; what is wrong is told at its field, and what was chosen stays."""
    page = _page(browser, pages, "desktop")
    page.goto(f"/reviews?lang={language}")
    page.locator("#f-machine").select_option("CT-01")
    page.locator("#f-first").fill("2026-11-22")
    page.locator("#f-last").fill("2026-11-16")
    page.locator("#f-last").press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("#f-machine")).to_have_value("CT-01")
    assert faults(page, CUT_OFF) == []
    if PICTURES:
        _picture(page, "reviews-asked", language)
    page.locator("#f-first").fill("2026-11-16")
    page.locator("#f-last").fill("2026-11-22")
    page.locator("#f-last").press("Enter")
    expect(page).to_have_url(re.compile(re.escape(MACHINE)))
    page.context.close()


@pytest.mark.req("H5")
def test_a_signed_lot_says_what_changed_and_is_reviewed_again(pages: Served, browser: Browser) -> None:
    """From the page of the signed review to the further one, both languages, every size."""
    signed(signed_in(pages.app, "qa"), "/reviews/lot:L-118")
    late(pages.records, begin_of_second(pages.records), lot="L-118")
    pages.records.verified()
    page = _page(browser, pages, "desktop")
    wrong = _wrong(page, "/reviews/lot:L-118", "fr") + _wrong(page, "/reviews/lot:L-118/report", "en")
    page.goto("/reviews/lot:L-118?lang=en")
    page.get_by_role("link", name="Review it again").click()
    expect(page.get_by_text("Reviewed again")).to_be_visible()
    wrong += _wrong(page, "/reviews/lot-2:L-118", "en") + _wrong(page, "/reviews/lot-2:L-118", "fr")
    signed(signed_in(pages.app, "qa"), "/reviews/lot-2:L-118")
    wrong += _wrong(page, "/reviews/lot-2:L-118/report", "fr") + _wrong(page, "/reviews", "en")
    page.context.close()
    assert wrong == []


def _the_rest(pages: Served) -> None:
    """The override's disposition, and the exception that the first reviewer had a part in, by somebody else of QA."""
    quinn = signed_in(pages.app, "quinn")
    decided = {"disposition": "acceptable", "statement": "Covered by the retraining of the 17th"}
    signed = {"sign_user": "quinn", "password": WORD}
    answer = send(quinn, f"/overrides/{OVERRIDE}/disposition?lang=en", **decided, **signed)
    assert answer.status_code == 303, answer.text
    seq = next(one for one in _ticks(quinn, f"/reviews/{SECOND}") if "MODE_CHANGED" in one)
    outcome = {"outcome": "explained", "comment": "The change was planned and signed", seq: "0"}
    assert send(quinn, f"/reviews/{SECOND}?lang=en", **outcome).status_code == 303


def _ticks(client: FlaskClient, path: str) -> list[str]:
    return re.findall(r'name="(tick-[^"]+)"', client.get(f"{path}?lang=en").text)
