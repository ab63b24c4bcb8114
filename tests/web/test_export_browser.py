"""Exports in a real browser without JavaScript: from the button to the file in hand, in every format."""

import csv
import io
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pypdf import PdfReader

from gate.clock import SystemClock
from gate.core.roles import Role
from tests.web.looks import faults
from tests.web.people import WORD, add_account
from tests.web.records import GateOnRecord
from tests.web.served import alive_now, free_port, served
from tests.web.test_browser import CHROMIUM, GENEROUS_MS
from tests.web.test_export_bundle import seal

CUT_OFF = """() => [...document.querySelectorAll('.panel, .topbar, .tag, .page-head, .choice, .kv')]
    .filter(box => box.scrollWidth > box.clientWidth + 1).map(box => box.className)"""

ELSEWHERE = ('type="radio"', 'class="integrity')
"""Of a radio the whole card is the target; the bar above has its own tests."""

PAGES = ("/export/entries?from=2&to=6", "/export/entries?from=x", "/exports", "/paper")


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GateOnRecord]:
    """Decisions under a signed checkpoint, and the pages as they are deployed."""
    found = GateOnRecord(tmp_path_factory.mktemp("exports"), free_port())
    found.clock.go_to(SystemClock().read().at)
    add_account(found, "au", Role.AUDITOR)
    for _ in range(8):
        found.decision()
    seal(found)
    alive_now(found)
    with served(found.config, found.settings.web.port):
        yield found
    found.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, which root cannot put into a sandbox."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield running
        running.close()


@contextmanager
def signed_in(browser: Browser, gate: GateOnRecord, *, scripts: bool) -> Iterator[Page]:
    """A page in which an auditor has signed in."""
    context = browser.new_context(
        base_url=f"http://127.0.0.1:{gate.settings.web.port}", java_script_enabled=scripts, accept_downloads=True
    )
    context.set_default_timeout(GENEROUS_MS)
    expect.set_options(timeout=GENEROUS_MS)
    page = context.new_page()
    page.goto("/login?lang=en")
    page.get_by_label("User name").fill("au")
    page.get_by_label("Password").fill(WORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/floor?lang=en")
    yield page
    context.close()


def chosen(page: Page, word: str) -> None:
    page.goto("/export/entries?from=2&to=6&lang=en")
    page.get_by_role("radio", name=re.compile(f"^{word}")).check()


def made_first(page: Page, word: str, into: Path) -> Path:
    """Export in a format that is made first, and look again until it is there."""
    chosen(page, word)
    page.get_by_role("main").get_by_role("button", name="Export").click()
    while page.get_by_role("link", name="Look again").count():
        page.get_by_role("link", name="Look again").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download").click()
    waiting.value.save_as(into)
    return into


@pytest.mark.req("E6", "H6", "H7", "H9")
def test_an_auditor_takes_every_format_home(browser: Browser, gate: GateOnRecord, tmp_path: Path) -> None:
    """By pressing alone: CSV at once, the others from their page, and the bundle is sound where it arrives."""
    with signed_in(browser, gate, scripts=False) as page:
        chosen(page, "CSV")
        with page.expect_download() as waiting:
            page.get_by_role("main").get_by_role("button", name="Export").click()
        waiting.value.save_as(tmp_path / "x.csv")
        rows = list(csv.DictReader(io.StringIO((tmp_path / "x.csv").read_bytes().decode(), newline="")))
        assert [row["seq"] for row in rows] == ["2", "3", "4", "5", "6"]
        pdf = PdfReader(made_first(page, "PDF report", tmp_path / "x.pdf"))
        assert "Page 1 of" in pdf.pages[0].extract_text()
        with zipfile.ZipFile(made_first(page, "Evidence bundle", tmp_path / "x.zip")) as archive:
            archive.extractall(tmp_path / "home")
        page.goto("/exports?lang=en")
        expect(page.get_by_role("row").filter(has_text="Complete")).to_have_count(3)
    command = [sys.executable, "-I", "verify.py"]
    done = subprocess.run(command, cwd=tmp_path / "home", capture_output=True, text=True, check=False)
    assert done.stdout.startswith("sound: ")


@pytest.mark.req("L1", "L2")
def test_the_pages_are_accessible_and_whole_at_every_size(browser: Browser, gate: GateOnRecord) -> None:
    """Auditors come with whatever machine they have."""
    wrong = []
    with signed_in(browser, gate, scripts=True) as page:
        for path in PAGES:
            for language in ("en", "fr"):
                page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
                found = [fault for fault in faults(page, CUT_OFF) if not any(word in fault for word in ELSEWHERE)]
                wrong += [(path, language, fault) for fault in found]
    assert "\n".join(map(str, wrong)) == ""
