"""The README's tour through QA, to the letter: from a denied badge to a bundle that is checked on another machine."""

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.demo_site import GENEROUS_S, running_demo, sign_in

LOT = "26K1187"
README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")


def _checked(folder: Path) -> tuple[int, str]:
    """Run the bundle's own program as an inspector does, where nothing of this program can be imported."""
    command = [sys.executable, "-I", "verify.py"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env={})
    return done.returncode, done.stdout + done.stderr


def _denied_record(page: Page) -> None:
    """Access log, Denied, the newest record: the same facts give the same answer today."""
    page.get_by_role("link", name="Access log").first.click()
    page.get_by_role("link", name=re.compile("^Denied")).click()
    page.locator("table a", has_text="#").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("main")).to_contain_text(re.compile("same result", re.IGNORECASE))


def _bundle(page: Page, folder: Path) -> Path:
    """Ask the inspector's first question about the lot and take its answer away as a bundle."""
    page.get_by_role("link", name="Inspection").first.click()
    page.get_by_role("link", name="Who operated a machine while a lot was made?").click()
    page.get_by_label("Lot").fill(LOT)
    page.get_by_role("button", name="Answer").click()
    expect(page.locator("main")).to_contain_text(LOT)
    page.get_by_role("link", name="Export this answer").click()
    page.get_by_label(re.compile("Evidence bundle")).check()
    page.get_by_role("button", name="Export").click()
    for _ in range(60):
        if page.get_by_role("link", name=re.compile("^Download")).count():
            break
        page.wait_for_timeout(500)
        page.reload()
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("^Download")).first.click()
    taken = folder / download.value.suggested_filename
    download.value.save_as(taken)
    return taken


@pytest.mark.req("H1", "H9", "E11")
@pytest.mark.timeout(400)
def test_from_a_denied_badge_to_a_bundle_that_another_machine_checks(browser: Browser, tmp_path: Path) -> None:
    """A newcomer follows it to the letter; the words in bold are those of the pages."""
    with running_demo(tmp_path / "plant") as demo:
        page = browser.new_page(accept_downloads=True)
        page.set_default_timeout(GENEROUS_S * 1000)
        expect.set_options(timeout=GENEROUS_S * 1000)
        sign_in(page, demo, "quality", "en")
        _denied_record(page)
        page.context.clear_cookies()
        sign_in(page, demo, "inspector", "en")
        taken = _bundle(page, tmp_path)
        page.close()
    folder = tmp_path / "bundle"
    zipfile.ZipFile(taken).extractall(folder)
    status, said = _checked(folder)
    assert (status, said.startswith("sound: ")) == (0, True), said
    lines = (folder / "entries.jsonl").read_text("utf-8").splitlines(keepends=True)
    (folder / "entries.jsonl").write_text("".join([lines[0].replace("a", "e", 1), *lines[1:]]), "utf-8")
    status, said = _checked(folder)
    assert (status, "entries.jsonl line 1" in said) == (1, True), said
    shutil.rmtree(folder)


def test_the_tour_in_the_readme_uses_these_words() -> None:
    """A word that was changed on a page and not here would leave a newcomer searching."""
    words = ("Access log", "Denied", "Inspection", LOT, "Answer", "Export this answer", "Evidence bundle", "Download")
    assert [word for word in words if word not in README] == []
