"""The demo as `make demo` runs it, for tests that walk through it as its visitors do."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter, RequestRedirect

from gate.clock import SystemClock
from gate.demo_accounts import password_of
from gate.settings import load_settings
from gate.web.app import create_app
from gate.web.reading import Records
from tests.faults.shop import until
from tests.web.served import free_port

NOT_PAGES = re.compile(r"/static/|/events|/metrics|/logout|\.(csv|json|jsonl|xlsx|pdf|zip|txt|pem|vkey|svg)(\?|$)")
GENEROUS_S = 90.0


@dataclass(slots=True)
class Demo:
    """A running demo: where it is, what kinds of pages it has, and what is wrong with them."""

    url: str
    kinds: MapAdapter
    kiosk: str = ""
    problems: list[str] = field(default_factory=list)
    judged: set[tuple[str, str]] = field(default_factory=set)
    """Kinds of pages, with the language, that axe has seen in both themes."""

    def kind(self, url: str) -> str | None:
        """Return the kind of page behind an address, None for what is no page of this program."""
        if not url.startswith(self.url) or NOT_PAGES.search(url):
            return None
        try:
            return str(self.kinds.match(urlsplit(url).path, "GET", return_rule=True)[0].rule)
        except (HTTPException, RequestRedirect):
            return None


@contextmanager
def running_demo(folder: Path) -> Iterator[Demo]:
    """Run the demo in a folder of its own until the block ends; it begins once enough has been decided."""
    port = free_port()
    environment = {key: value for key, value in os.environ.items() if key != "DEMO_SECONDS"}
    process = subprocess.Popen(
        [sys.executable, "-m", "gate.demo", "--dir", str(folder), "--port", str(port)],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    said: list[str] = []
    listener = threading.Thread(target=lambda: said.extend(process.stdout or ()), daemon=True)
    try:
        said += _until_ready(process)
        listener.start()
        yield _ready(folder, port, said)
    finally:
        process.terminate()
        process.wait(GENEROUS_S)
        if listener.ident is not None:
            listener.join(GENEROUS_S)
        if process.stdout:
            process.stdout.close()


def _until_ready(process: subprocess.Popen[str]) -> list[str]:
    assert process.stdout is not None
    said = []
    for text in process.stdout:
        said.append(text)
        if text.startswith("The page: "):
            return said
    raise AssertionError(f"the demo ended: {said}")


def _ready(folder: Path, port: int, said: list[str]) -> Demo:
    settings = load_settings(folder / "gate.toml")
    app = create_app(settings, SystemClock())
    kiosk = re.search(r"http\S+/kiosk/\S+", "".join(said))
    assert kiosk, said
    found = Demo(f"http://127.0.0.1:{port}", app.url_map.bind("127.0.0.1"), kiosk[0])
    until(lambda: _decided(app.extensions["gate"].records) >= 8, GENEROUS_S)
    app.extensions["gate"].close()
    return found


def _decided(records: Records) -> int:
    look = records.look(0, 5000)
    return sum(1 for entry in look.entries if entry.kind == "decision")


def sign_in(page: Page, demo: Demo, login: str, language: str) -> None:
    """Sign in with what the demo has printed."""
    page.goto(f"{demo.url}/login?lang={language}")
    page.locator("#f-user").fill(login)
    page.locator("#f-password").fill(password_of(login))
    page.locator("main button[type=submit]").click()
    page.wait_for_url(lambda url: "/login" not in url)
