"""Judge one open page at every size, in light and dark: accessible, whole, and large enough for gloves."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.web.test_browser import SMALL_TARGETS, SMALLEST_TARGET, WIDER_THAN_SCREEN

SIZES = {"phone": (390, 844), "tablet": (1180, 820), "desktop": (1440, 900)}
THEMES = {"phone": "dark", "desktop": "light"}
"""Where axe looks: both themes, and both orders of the page; what depends on the size alone is measured at each."""


def faults(page: Page, cut_off: str) -> list[str]:
    """Return all that is wrong with the page; `cut_off` is the script that finds boxes whose content does not fit."""
    found = []
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        found += [f"{size}: small: {html[:160]}" for html in page.evaluate(SMALL_TARGETS, SMALLEST_TARGET)]
        found += [f"{size}: cut off: {box[:160]}" for box in page.evaluate(cut_off)]
        found += [f"{size}: wider than the screen"] if page.evaluate(WIDER_THAN_SCREEN) > 0 else []
        if size in THEMES:
            page.emulate_media(color_scheme=THEMES[size])  # type: ignore[arg-type]
            judged = Axe().run(page)
            found += [f"{size}: {judged.generate_report()}"] if judged.violations_count else []
    return found
