"""The override pages in a real browser: accessible at every size, in both languages, light and dark; three taps."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from threading import Thread

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, expect, sync_playwright
from werkzeug.serving import make_server

from gate.web.app import create_app
from gate.web.session import PARTS
from tests.scenarios.plant import P1, P2, P3, changed, plant, record, requirement, requirement_set
from tests.scenarios.world import World, local
from tests.web.looks import SIZES, faults
from tests.web.people import CHEAP, WORD, send, signed_in
from tests.web.records import HOSTILE
from tests.web.test_browser import CHROMIUM
from tests.web.test_override_pages import GOOD, _accounts

CUT_OFF = """() => [...document.querySelectorAll('.overcard, .need, .sign, .signed, .choice, .banner, form .panel')]
    .filter(box => box.checkVisibility() && box.scrollWidth > box.clientWidth + 1).map(box => box.outerHTML)"""


@dataclass
class Served:
    """Pages over a world in which every kind of override is on record."""

    url: str
    pages: dict[str, str]
    supervisor: FlaskClient
    qa: FlaskClient
    waiting: int
    """The number of a denial for which nothing was granted yet."""


def _world(folder: Path) -> World:
    found = plant()
    found = changed(found, "person", "E3", name=HOSTILE)
    found["person"] = [*found["person"], {"id": "E4", "name": f"{HOSTILE} junior"}]
    found["requirement_set"] = [requirement_set([requirement("SOP-1")], [requirement("GMP")])]
    gmp = [{k: v for k, v in record(p, "GMP").items() if k != "revision"} for p in ("E1", "E2", "E3")]
    found["training_record"] = [*(record(p, expires_on=date(2026, 11, 1)) for p in ("E1", "E2", "E3")), *gmp]
    return World(folder, local("2026-11-23T12:00"), found)


def _granted(world: World, browser: FlaskClient, reader: str, badge: str, **more: str) -> str:
    world.badge(reader, badge)
    seq = world.decisions()[-1]["seq"]
    answer = send(browser, f"/overrides/new/{seq}?lang=en", **{**GOOD, **more})
    assert answer.status_code == 303, answer.text
    return answer.location.partition("?")[0]


def _story(world: World, supervisor: FlaskClient, qa: FlaskClient) -> dict[str, str]:
    """Grant, revoke, appoint and be denied; return the pages that this gives, by who sees them."""
    standing = _granted(world, supervisor, "R1", P1)
    owing = {"class": "EMERGENCY", "reference": "", "second_person": "E4", "minutes": "30"}
    emergency = _granted(world, supervisor, "R2", P2, **owing)
    over = _granted(world, supervisor, "R2", P1, minutes="30")
    why = {"justification": "a certified operator took over", "password": WORD}
    assert send(supervisor, f"{over}/revoke?lang=en", **why).status_code == 303
    appointed = {"account": "bo", "from": "2026-11-23", "until": "2026-11-25", "justification": "QA is away this week"}
    signed = {"sign_user": "qa", "password": WORD}
    assert send(qa, "/overrides/delegates?lang=en", **appointed, **signed).status_code == 303
    delegate = world.trail("change")[-1]["subject"].removeprefix("delegate:")
    world.badge("R2", P1, 12)
    again = world.decisions()[-1]["seq"]
    world.load({"suspension": [{"id": "S-1", "person": "E3"}]})
    world.badge("R2", P3)
    return {
        "/overrides": "sup",
        f"/overrides/new/{again}": "sup",
        f"/overrides/new/{world.decisions()[-1]['seq']}": "sup",
        f"{standing}?done=granted": "sup",
        f"{standing}/revoke": "sup",
        f"{emergency}/reference": "sup",
        f"{over}/disposition": "qa",
        "/overrides/queue": "qa",
        "/overrides/delegates": "qa",
        f"/overrides/delegates/{delegate}/end": "qa",
    }


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A world at work, and its pages on a port."""
    world = _world(tmp_path_factory.mktemp("overrides"))
    with ExitStack() as stack:
        stack.callback(world.edge.gate.close)
        _accounts(world)
        app = create_app(world.settings, world.clock)
        app.extensions[PARTS] = replace(app.extensions[PARTS], passwords=CHEAP)
        stack.callback(app.extensions["gate"].close)
        stack.callback(app.extensions[PARTS].writer.close)
        supervisor, qa = signed_in(app, "sup"), signed_in(app, "qa")
        world.badge("R1", P3)
        waiting = world.decisions()[-1]["seq"]
        found = _story(world, supervisor, qa)
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = Thread(target=server.serve_forever)
        thread.start()
        stack.callback(thread.join)
        stack.callback(server.shutdown)
        yield Served(f"http://127.0.0.1:{server.server_port}", found, supervisor, qa, waiting)
        server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; root has no user namespace to build its sandbox in."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield running
        running.close()


def _page(browser: Browser, found: Served, who: FlaskClient, size: str, scheme: str = "light") -> Page:
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        base_url=found.url,
    )
    kept = who.get_cookie("gate_session")
    form = who.get_cookie("gate_form")
    assert kept and form
    context.add_cookies([{"name": one.key, "value": one.value, "url": found.url} for one in (kept, form)])
    return context.new_page()


@pytest.mark.req("L1", "D1", "D9")
@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_override_page_is_accessible_and_whole(pages: Served, browser: Browser, language: str) -> None:
    """A supervisor signs on a tablet in gloves, QA reads at a desk; nothing is cut, small, or said by colour alone."""
    wrong = []
    for who, client in (("sup", pages.supervisor), ("qa", pages.qa)):
        page = _page(browser, pages, client, "desktop")
        for path, of in pages.pages.items():
            if of != who:
                continue
            answer = page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
            assert answer is not None
            assert answer.status == 200, path
            wrong += [(path, fault) for fault in faults(page, CUT_OFF)]
            assert "\u202e" not in page.locator("body").inner_text()
        page.context.close()
    assert wrong == []


@pytest.mark.req("D1")
def test_from_just_denied_to_granted_in_three_taps_a_number_and_a_signature(pages: Served, browser: Browser) -> None:
    """Counted by a scripted user on a phone (DESIGN, section 21): grant, duration, cause."""
    page = _page(browser, pages, pages.supervisor, "phone")
    page.goto("/overrides?lang=en")
    taps = 0
    page.locator(f'a[href*="/overrides/new/{pages.waiting}"]').click()
    taps += 1
    assert page.locator("input[type=radio]:checked").count() == 0
    page.locator("label.choice", has_text="1 hour").click()
    taps += 1
    expect(page.get_by_role("button", name="Sign and grant 1 hour")).to_be_visible()
    page.locator("label.choice", has_text="No certified operator is free").click()
    taps += 1
    assert taps == 3
    assert not page.get_by_label("Second person (emergency only)").is_visible()
    page.get_by_label("Deviation or temporary-change reference").fill("DEV-2026-0318")
    page.get_by_label("Justification").fill("Retraining is booked for the afternoon")
    page.get_by_label("Password", exact=True).fill("the wrong word, on purpose")
    page.get_by_role("button", name="Sign and grant 1 hour").click()
    expect(page.get_by_role("alert")).to_contain_text("not right")
    expect(page.get_by_role("button", name="Sign and grant 1 hour")).to_be_visible()
    expect(page.locator("input[type=radio]:checked")).to_have_count(2)
    assert Axe().run(page).violations_count == 0
    page.context.close()


@pytest.mark.req("D8")
def test_an_emergency_asks_for_what_it_needs_and_hides_what_is_too_long(pages: Served, browser: Browser) -> None:
    """The form changes without script; the server has the last word in any case."""
    page = _page(browser, pages, pages.supervisor, "tablet")
    page.goto(next(path for path in pages.pages if path.startswith("/overrides/new/")) + "?lang=fr")
    expect(page.locator('input[name="cosign_user"]')).to_be_visible()
    page.locator("label.choice", has_text="Urgence").click()
    expect(page.get_by_label("Seconde personne (urgence seulement)")).to_be_visible()
    expect(page.locator('input[name="cosign_user"]')).not_to_be_visible()
    expect(page.locator("label.choice", has_text="8 heures")).not_to_be_visible()
    expect(page.locator("label.choice", has_text="2 heures")).to_be_visible()
    page.context.close()


@pytest.mark.req("D3")
def test_the_countdown_runs_and_is_there_without_script(pages: Served, browser: Browser) -> None:
    """Time left is text that the server made; the script only lets it run."""
    page = _page(browser, pages, pages.supervisor, "desktop")
    page.goto("/overrides?lang=en")
    countdown = page.locator(".countdown").first
    first = countdown.inner_text()
    expect(countdown).not_to_have_text(first)
    page.context.close()
