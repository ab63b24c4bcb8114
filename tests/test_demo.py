"""`make demo` is one command that works: it ends by itself, proves its records, and leaves nothing behind."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gate.demo import MARK, DemoRefusedError, Options, options, prepare
from gate.demo_children import Child
from gate.settings import load_settings
from gate.store.database import open_database
from gate.store.trail_reading import entries
from tests.web.served import GENEROUS_S, free_port, status

ROOT = Path(__file__).parents[1]
LAST_LINE = re.compile(r"decisions=(\d+) allow=(\d+) deny=(\d+) verify=ok")
UNPLUGGED = "BLI-01-R"
"""The reader whose plug the opening pulls."""

pytestmark = pytest.mark.timeout(400)

StartDemo = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start_demo(tmp_path: Path) -> Iterator[StartDemo]:
    """Return a function that starts the demo in a process; what it left behind is killed by number at the end."""
    started: list[subprocess.Popen[str]] = []

    def start(port: int, folder: Path, seconds: int | None) -> subprocess.Popen[str]:
        environment = {**os.environ, "PORT": str(port)}
        environment.pop("DEMO_SECONDS", None)
        if seconds is not None:
            environment["DEMO_SECONDS"] = str(seconds)
        command = [sys.executable, "-m", "gate.demo", "--dir", str(folder)]
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()
    for number in processes_of(tmp_path):
        os.kill(number, signal.SIGKILL)


def processes_of(folder: Path) -> list[int]:
    """Return the processes that name the folder in their command line or their environment."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and int(process.name) != os.getpid():
            try:
                said = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
            except OSError:
                continue
            if os.fsencode(folder) in said:
                found.append(int(process.name))
    return found


def wait_until(reached: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + 2 * GENEROUS_S
    while not reached():
        assert time.monotonic() < until, what
        time.sleep(0.1)


def test_the_demo_ends_by_itself_with_sound_records_and_nothing_left(tmp_path: Path, start_demo: StartDemo) -> None:
    """One command: readers, gate, page, decisions, proof; the trail ends with a stop, not with false alarms."""
    port, folder = free_port(), tmp_path / "demo"
    demo = start_demo(port, folder, 8)
    wait_until(lambda: status(port) == 200 or demo.poll() is not None, "the page never was healthy")
    assert status(port, "/") == 200
    out, complaints = demo.communicate(timeout=4 * GENEROUS_S)
    assert demo.returncode == 0, complaints
    counted = LAST_LINE.fullmatch(out.strip().splitlines()[-1])
    assert counted, out
    decisions, allowed, denied = map(int, counted.groups())
    assert decisions > 0
    assert allowed > 0
    assert denied > 0
    assert processes_of(tmp_path) == []
    assert not any((folder / "ports").iterdir())
    kinds = trail_of(folder)
    assert kinds[-1] == ("stop", None)
    assert {reader for kind, reader in kinds if kind == "reader_offline"} <= {UNPLUGGED}


def trail_of(folder: Path) -> list[tuple[str, str | None]]:
    engine = open_database(load_settings(folder / "gate.toml").database_path, read_only=True)
    found = [(row.kind, _reader(row.data)) for row in entries(engine, after_seq=0, limit=5000)]
    engine.dispose()
    return found


def _reader(data: str) -> str | None:
    found = re.search(r'"reader":"([^"]+)"', data)
    return found.group(1) if found else None


def test_a_killed_demo_leaves_no_process_behind(tmp_path: Path, start_demo: StartDemo) -> None:
    """Else the next demo meets a taken port and a second gate on the same records."""
    port = free_port()
    demo = start_demo(port, tmp_path / "demo", None)
    wait_until(lambda: status(port) == 200, "the page never was healthy")
    assert len(processes_of(tmp_path)) > 3
    demo.kill()
    demo.communicate()
    wait_until(lambda: processes_of(tmp_path) == [], "children outlived the demo")
    assert status(port) is None


def test_the_demo_stops_when_asked_even_while_it_starts(tmp_path: Path, start_demo: StartDemo) -> None:
    """Ctrl-C is how most demos end; it still verifies and leaves nothing."""
    port = free_port()
    demo = start_demo(port, tmp_path / "demo", None)
    wait_until(lambda: status(port) is not None, "the page never answered")
    demo.send_signal(signal.SIGINT)
    out, complaints = demo.communicate(timeout=4 * GENEROUS_S)
    assert demo.returncode == 0, complaints
    assert LAST_LINE.fullmatch(out.strip().splitlines()[-1]), out
    assert processes_of(tmp_path) == []


def test_a_taken_port_is_refused_by_its_number(tmp_path: Path, start_demo: StartDemo) -> None:
    """The next thing to do stands in the message, and nothing was started or written."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        demo = start_demo(port, tmp_path / "demo", 1)
        _, complaints = demo.communicate(timeout=GENEROUS_S)
    assert demo.returncode == 1
    assert f"port {port} is taken" in complaints
    assert "Traceback" not in complaints
    assert not (tmp_path / "demo").exists()


def test_a_folder_with_something_else_is_refused_by_name_and_kept(tmp_path: Path) -> None:
    """The demo empties its folder: it must never be somebody's own."""
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "letter.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(DemoRefusedError, match=re.escape(str(mine))):
        prepare(Options(mine, free_port(), None, 7, keep=False))
    assert [path.name for path in mine.iterdir()] == ["letter.txt"]


def test_a_folder_of_an_earlier_demo_is_emptied_unless_it_is_to_be_kept(tmp_path: Path) -> None:
    """A fresh demo starts with fresh records; `--keep` goes on with the old ones."""
    folder = tmp_path / "demo"
    prepare(Options(folder, free_port(), None, 7, keep=False))
    assert (folder / MARK).exists()
    (folder / "state").mkdir()
    (folder / "state" / "old").touch()
    prepare(Options(folder, free_port(), None, 7, keep=True))
    assert (folder / "state" / "old").exists()
    prepare(Options(folder, free_port(), None, 7, keep=False))
    assert not (folder / "state").exists()


def test_port_and_seconds_come_from_the_environment_and_the_command_line_wins() -> None:
    """`PORT=8090 DEMO_SECONDS=15 make demo` is how they are given."""
    from_environment = options([], {"PORT": "8090", "DEMO_SECONDS": "15"})
    assert (from_environment.port, from_environment.seconds) == (8090, 15.0)
    assert options(["--port", "8091"], {"PORT": "8090"}).port == 8091
    plain = options([], {})
    assert (plain.port, plain.seconds, plain.keep) == (8080, None, False)


def test_a_child_that_does_not_stop_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever happens, none is left behind."""
    monkeypatch.setattr("gate.demo_children.STOP_S", 0.2)
    stubborn = "import signal, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); input()"
    child = Child("stubborn", [sys.executable, "-c", stubborn], tmp_path, {})
    wait_until(lambda: "up" in child.log.read_text("utf-8"), "the child never started")
    assert child.stop() == -signal.SIGKILL
    assert not child.running
