"""Every page that somebody can walk to in the demo, role by role: accessible, whole at every size, reached by keyboard.

The walk follows the links of the pages themselves, one page of each kind, so a page added tomorrow is walked to too.
"""

import os
import re
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from playwright.sync_api import Error as Reloaded

from gate.demo_accounts import ACCOUNTS
from tests.e2e.demo_site import GENEROUS_S, Demo, running_demo, sign_in
from tests.web.test_browser import SMALL_TARGETS, SMALLEST_TARGET, WIDER_THAN_SCREEN

SIZES = {"reflow": (320, 700), "phone": (390, 844), "tablet": (1180, 820), "desktop": (1440, 900)}
PICTURES = os.environ.get("GATE_PICTURES")
"""A folder that gets a picture of every page at every size, for people to look at."""

LINKS = """() => [...document.querySelectorAll('a[href]:not([download])')]
    .map(link => new URL(link.getAttribute('href'), location).href)"""

PRESSABLE = """() => [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
    .filter(one => one.checkVisibility() && !one.disabled && one.type !== 'hidden' && one.tabIndex >= 0)
    .filter(one => one.type !== 'radio').map(one => one.outerHTML.slice(0, 160))"""

PRESSED = "(shown.closest('label') ?? shown).getBoundingClientRect()"
SMALL = SMALL_TARGETS.replace("shown.getBoundingClientRect()", PRESSED)
"""A choice is pressed by its whole label."""

WATCH = """() => {
    window.reached = [];
    window.addEventListener('keyup', () => reached.push(document.activeElement.outerHTML.slice(0, 160)), true);
    document.activeElement && document.activeElement.blur();
    window.scrollTo(0, 0);
}"""
"""What has the focus after a key is known by its text: a live page puts equal elements in the place of others."""

REACHED = "() => window.reached ?? []"
"""A page that waits for something loads itself again: what was reached before is counted in another round."""

ROUNDS = 8


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with running_demo(tmp_path_factory.mktemp("demo") / "plant") as found:
        yield found


def _walk(page: Page, demo: Demo, language: str) -> list[str]:
    """Return one address of each kind that can be walked to from here."""
    seen: dict[str, str] = {}
    waiting = deque([f"{demo.url}/?lang={language}"])
    while waiting:
        url = waiting.popleft()
        kind = demo.kind(url)
        if kind is None or kind in seen:
            continue
        answer = page.goto(url)
        if answer is None or not answer.ok:
            demo.problems.append(f"{kind}: a link leads to {url}, which answers {answer and answer.status}")
        seen[kind] = url
        waiting.extend(link.partition("#")[0] for link in page.evaluate(LINKS))
        _look(page, demo, kind)
    return list(seen.values())


def _look(page: Page, demo: Demo, kind: str) -> None:
    """Judge the page that is open, at every size, in light and dark, and by keyboard."""
    language = page.evaluate("document.documentElement.lang")
    for theme in ("light", "dark") if (kind, language) not in demo.judged else ():
        page.emulate_media(color_scheme=theme)
        found = Axe().run(page)
        if found.violations_count:
            demo.problems.append(f"{kind} ({theme}): {found.generate_report()}")
    demo.judged.add((kind, language))
    page.emulate_media(color_scheme="light")
    for name, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        if page.evaluate(WIDER_THAN_SCREEN) > 0:
            demo.problems.append(f"{kind}: wider than the screen at {name}")
        if PICTURES and name != "reflow":
            file = re.sub(r"[^a-z0-9]+", "-", kind.lower()).strip("-") or "live"
            page.screenshot(path=str(Path(PICTURES) / f"{file}-{language}-{name}.png"), full_page=True)
    small = page.evaluate(SMALL, SMALLEST_TARGET)
    demo.problems += [f"{kind}: smaller than {SMALLEST_TARGET} px: {html[:160]}" for html in small]
    demo.problems += [f"{kind}: not reached by Tab: {html}" for html in _missed_by_keyboard(page)]


def _missed_by_keyboard(page: Page) -> list[str]:
    """Press Tab through the page; return what never gets the focus."""
    missed = set(page.evaluate(PRESSABLE))
    every = len(missed) + 5
    for _ in range(ROUNDS):
        with suppress(Reloaded):
            page.evaluate(WATCH)
            for _ in range(every):
                page.keyboard.press("Tab")
            missed -= set(page.evaluate(REACHED))
        if not missed:
            return []
    return sorted(missed & set(page.evaluate(PRESSABLE)))


LANGUAGE_OF = {login: ("fr" if number % 2 else "en") for number, (login, *_) in enumerate(ACCOUNTS)}
"""Half of the accounts read French, so both languages are walked without walking everything twice."""


@pytest.mark.req("L1")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("login", [account[0] for account in ACCOUNTS])
def test_every_page_that_can_be_walked_to_is_accessible_and_whole(browser: Browser, demo: Demo, login: str) -> None:
    """One forgotten page is the one that an inspector opens, or a supervisor with one hand at the machine."""
    demo.problems.clear()
    context = browser.new_context(viewport={"width": 1440, "height": 900}, has_touch=True)
    page = context.new_page()
    page.set_default_timeout(GENEROUS_S * 1000)
    sign_in(page, demo, login, LANGUAGE_OF[login])
    walked = _walk(page, demo, LANGUAGE_OF[login])
    context.close()
    assert len(walked) > 5, walked
    assert not demo.problems, "\n".join(demo.problems)


def test_the_walk_sees_what_is_wrong(browser: Browser, demo: Demo) -> None:
    """A judge who finds nothing on a bad page would find nothing anywhere."""
    demo.problems.clear()
    page = browser.new_page()
    page.set_content(
        "<html lang=en><title>bad</title><main><h1>Bad</h1><img src=x><button style='width:9px'>x</button>"
        "<div style='width:3000px'>wide</div></main>"
    )
    page.evaluate("document.querySelector('button').addEventListener('focus', event => event.target.blur())")
    _look(page, demo, "bad")
    said = "\n".join(demo.problems)
    for words in ("image-alt", "wider than the screen", "smaller than 48 px", "not reached by Tab"):
        assert words in said
    page.close()
