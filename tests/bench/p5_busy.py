"""P5: badges while the pages serve 8 clients, export the whole trail and verify it, against the same badges at rest.

Both processes run as systemd runs them (the pages and the verification give way to the reader process), over one long
trail. The bench plays the readers; whoever asks the pages is a process of its own.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from firmware_protocol.osdp.reader import OsdpReader
from gate.core.audit import Entry, Kind
from gate.settings import load_settings
from gate.store.audit_trail import Trail
from gate.store.database import open_database
from tests.bench import p1_badge, plant
from tests.bench.stats import Figure, percentile
from tests.bench.web_site import Browser, add_reader_of_records, build_index, free_port

MOST = 2.0
CLIENTS = 8
WEB_NICE, CHILD_NICE = 10, 20
"""Behind the reader process by as much as systemd sets them (-5 and 5), and as a child of it is (15)."""

A_TRANSACTION = 5000
PAGES = ("/floor?lang=en", "/?lang=en", "/overrides?lang=fr", "/alerts?lang=en", "/admin/people?lang=fr")


def measure(folder: Path, rounds: int, rows: int) -> list[Figure]:
    """Return P5: the ratio of the p99 under load to the p99 at rest, of one gate process."""
    home, port = folder / "p5", free_port()
    home.mkdir(exist_ok=True)
    config = home / "gate.toml"
    text = p1_badge.CONFIG.format(equipment=p1_badge.EQUIPMENT, secure="false")
    config.write_text(text.replace("[[line]]", f"[web]\nport = {port}\n[[line]]", 1), encoding="utf-8")
    database = load_settings(config).database_path
    badges = 2 * (rounds + p1_badge.WARM)
    people = badges * plant.BLOCKS
    plant.create(database, plant.Size(people=people, equipment=3, records=people * 25, exclusive=True))
    _lengthen(database, rows)
    add_reader_of_records(database)
    build_index(config)
    readers = [OsdpReader(address, p1_badge.IDENTITY) for address in range(len(p1_badge.READERS))]
    with closing(p1_badge.Port(home / "port", readers)) as line, p1_badge._gate(config, line):
        rest = _badges(line, 0, badges // 2)
        with _busy(config, port, rows) as seen:
            busy = _badges(line, badges // 2, badges)
        exported = seen()
    at_rest, under_load = percentile(rest, 0.99), percentile(busy, 0.99)
    more: dict[str, float | int | str] = {
        "trail_rows": rows,
        "clients": CLIENTS,
        "rows_exported_meanwhile": exported,
        "p99_at_rest_ms": round(at_rest, 2),
        "p99_busy_ms": round(under_load, 2),
    }
    what = "badge while 8 clients, an export and a verification run / the same badge at rest"
    met = under_load <= MOST * at_rest
    return [Figure("P5", what, f"p99 <= {MOST}", met, busy, floor=rest, more=more)]


def _lengthen(database: Path, rows: int) -> None:
    trail = Trail(open_database(database), plant.GATE, plant.ZONE)
    moment = plant.moment_now()
    entry = Entry(kind=Kind.SECURITY, moment=moment, reader="R-01", detail={"what": "bench " + "x" * 200})
    for first in range(0, rows, A_TRANSACTION):
        with trail.transaction():
            for _ in range(min(A_TRANSACTION, rows - first)):
                trail.append(entry)
    trail.close()


def _badges(line: p1_badge.Port, first: int, last: int) -> list[float]:
    times = []
    for number in range(first, last):
        times.append(line.badge(plant.badge_number((number + 1) // 2 * plant.BLOCKS), number % 2))
        line.settle(p1_badge.SETTLE_S)
    return times[p1_badge.WARM :]


@contextmanager
def _busy(config: Path, port: int, rows: int) -> Iterator[Callable[[], int]]:
    """Keep the pages and the disk busy until the block ends; gives what tells the rows exported meanwhile."""
    gunicorn = [sys.executable, "-m", "gunicorn", "-c", "python:gate.web.gunicorn_conf", "gate.wsgi:app"]
    verify = [sys.executable, "-m", "gate", "--config", str(config), "verify", "--full"]
    load = [sys.executable, "-m", "tests.bench.p5_busy", str(port), str(rows)]
    log = (config.parent / "busy.log").open("wb")
    environment = {**os.environ, "GATE_CONFIG": str(config)}
    nice = ["nice", "-n", str(WEB_NICE)]
    with log:
        web = subprocess.Popen([*nice, *gunicorn], stdout=log, stderr=log, env=environment)
        clients = subprocess.Popen([*nice, *load], stdout=subprocess.PIPE, stderr=log, stdin=subprocess.PIPE)
        again = f"while :; do {' '.join(verify)}; done"
        niced = ["nice", "-n", str(CHILD_NICE), "sh", "-c", again]
        checking = subprocess.Popen(niced, stdout=log, stderr=log, start_new_session=True)
        told: list[int] = []
        try:
            if clients.stdout is None or clients.stdout.readline() != b"busy\n":
                raise ChildProcessError("the clients did not get to work; see busy.log beside the database")
            yield lambda: sum(told)
            out, _ = clients.communicate(b"stop\n", timeout=120)
            told.append(int(out.split()[-1]))
        finally:
            os.killpg(checking.pid, signal.SIGTERM)
            for process in (clients, web, checking):
                process.terminate()
                process.wait()


# --- the clients, in their own process ------------------------------------------------------------------------------


def clients(port: int, rows: int) -> None:
    """Ask pages with 8 clients and export the whole trail again and again, until a line comes in."""
    first = _signed_in(port)
    done, exported = threading.Event(), [0]

    def look() -> None:
        browser, turn = Browser(port, dict(first.cookies)), 0
        while not done.is_set():
            browser.get(PAGES[turn % len(PAGES)])
            turn += 1

    def export() -> None:
        browser = Browser(port, dict(first.cookies))
        while not done.is_set():
            for lines in browser.lines_of(f"/export/entries?from=1&to={rows}&lang=en", "/export/entries?from=1&to=1"):
                exported[0] += lines

    threads = [threading.Thread(target=look, daemon=True) for _ in range(CLIENTS)]
    threads.append(threading.Thread(target=export, daemon=True))
    for thread in threads:
        thread.start()
    time.sleep(1)
    sys.stdout.write("busy\n")
    sys.stdout.flush()
    sys.stdin.readline()
    done.set()
    sys.stdout.write(f"{exported[0]}\n")


def _signed_in(port: int) -> Browser:
    end = time.monotonic() + 60
    while True:
        try:
            browser = Browser(port, {})
            browser.sign_in()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
        else:
            return browser


if __name__ == "__main__":
    clients(int(sys.argv[1]), int(sys.argv[2]))
