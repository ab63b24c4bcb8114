"""The pages over a bench's records, as they are deployed, and a browser of the bench that is signed in."""

import http.client
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from gate.accounts import NewAccount, create_account, set_password
from gate.clock import SystemClock
from gate.core.clock_trust import ClockState, Trust, moment_of, observe
from gate.core.records import Moment
from gate.core.roles import Role
from gate.settings import load_settings
from gate.store.audit_trail import Trail
from gate.store.database import open_database
from gate.web.app import create_app
from gate.web.passwords import Passwords
from gate.web.session import PARTS
from gate.web.site import Site
from tests.bench import plant
from tests.web.served import served

LOGIN, WORD = "bench", "correct horse battery"
BLOCK = 64 * 1024


def moment_now() -> Moment:
    reading = SystemClock().read()
    return moment_of(observe(ClockState(Trust.ASSERTED, None), reading).state, reading)


def add_reader_of_records(database: Path) -> None:
    """Put an account of QA on record."""
    passwords = Passwords()
    with_word = passwords.encode(WORD)
    trail = Trail(open_database(database), plant.GATE, plant.ZONE)
    new = NewAccount(LOGIN, "P-bench", "Bench", frozenset({Role.QA}))
    create_account(trail, new, with_word, by="bench", why="bench", moment=moment_now())
    set_password(trail, LOGIN, with_word, by=LOGIN, moment=moment_now(), accepted=True)
    trail.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Browser:
    """A browser without JavaScript: its cookies, and the token of the form it saw last."""

    port: int
    cookies: dict[str, str]

    def get(self, path: str) -> str:
        """Return a page."""
        with self._asked("GET", path) as answer:
            return answer.read().decode("utf-8", "replace")

    def token(self, path: str) -> str:
        """Return the form token of a page."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get(path))
        if found is None:
            raise AssertionError(f"no form on {path}")
        return found[1]

    def sign_in(self) -> None:
        """Sign in as QA."""
        fields = {"csrf_token": self.token("/login?lang=en"), "user": LOGIN, "password": WORD}
        with self._asked("POST", "/login?lang=en", fields) as answer:
            answer.read()
        if "gate_session" not in self.cookies:
            raise AssertionError("could not sign in")

    def rows_of(self, path: str, form: str) -> int:
        """Export as CSV and return how many rows came, read in blocks and thrown away."""
        return sum(self.lines_of(path, form)) - 1

    def lines_of(self, path: str, form: str) -> Iterator[int]:
        """Export as CSV and give how many lines each block had, the line of names included."""
        fields = {"csrf_token": self.token(form), "format": "csv"}
        with self._asked("POST", path, fields) as answer:
            if answer.status != 200:
                raise AssertionError(f"the export was answered with {answer.status}")
            while block := answer.read(BLOCK):
                yield block.count(b"\n")

    @contextmanager
    def _asked(
        self, method: str, path: str, fields: dict[str, str] | None = None
    ) -> Iterator[http.client.HTTPResponse]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, urlencode(fields) if fields is not None else None, headers)
        answer = connection.getresponse()
        for header in answer.headers.get_all("Set-Cookie") or []:
            name, _, rest = header.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        try:
            yield answer
        finally:
            connection.close()


def build_index(config: Path) -> None:
    """Build the search index of the records beforehand: in a plant it is there, but for the newest entries."""
    app = create_app(load_settings(config), SystemClock())
    found: Site = app.extensions["gate"]
    while found.searching.index.step():
        pass
    found.close()
    app.extensions[PARTS].writer.close()


@contextmanager
def pages(config: Path, port: int) -> Iterator[tuple[Browser, int]]:
    """Serve the pages; give a browser that is signed in, and the process id of gunicorn."""
    with served(config, port) as process:
        browser = Browser(port, {})
        browser.sign_in()
        yield browser, process.pid


def worker_of(master: int) -> int:
    """Return the process id of gunicorn's worker."""
    children = Path(f"/proc/{master}/task/{master}/children").read_text("ascii").split()
    return int(children[0])


def peak_kib(pid: int) -> int:
    """Return the most memory that a process has had resident, in KiB."""
    return int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text("ascii"))[1])  # type: ignore[index]


def forget_peak(pid: int) -> None:
    """Begin to watch the memory of a process anew."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")
