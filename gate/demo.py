"""A believable plant on this machine: simulated readers, the real gate and the real page, and badges by themselves."""

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import click

from gate.clock import SystemClock
from gate.demo_accounts import make_accounts
from gate.demo_children import Child, ChildFailedError
from gate.demo_lots import make_lots
from gate.demo_machines import LINES, configuration, port_of
from gate.demo_plant import plant_toml
from gate.demo_simulator import Simulator
from gate.demo_traffic import secure_readers, visits
from gate.keys import new_key, write_key
from gate.settings import load_settings
from gate.store.database import open_database
from gate.store.trail_reading import entries
from gate.web.kiosk_key import kiosk_address

MARK = ".gate-demo"
"""Lies in every folder that the demo made: it never empties a folder without it."""

READY_S = 120.0
STEP_S = 0.1
PAGE = 2000


class DemoRefusedError(Exception):
    """The demo cannot start; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the person at the terminal asked for."""

    folder: Path
    port: int
    seconds: float | None
    seed: int
    keep: bool

    @property
    def config(self) -> Path:
        """The demo's configuration file."""
        return self.folder / "gate.toml"


def options(arguments: list[str], environment: dict[str, str]) -> Options:
    """Read the command line and the environment: PORT and DEMO_SECONDS."""
    parser = argparse.ArgumentParser(prog="python -m gate.demo", description=__doc__)
    parser.add_argument("--dir", type=Path, default=Path("build/demo"), help="where the demo keeps its records")
    parser.add_argument("--port", type=int, default=int(environment.get("PORT") or 8080), help="port of the page")
    parser.add_argument("--seed", type=int, default=7, help="another number gives another course of the day")
    parser.add_argument("--keep", action="store_true", help="go on with the records of the last demo")
    given = parser.parse_args(arguments)
    seconds = environment.get("DEMO_SECONDS")
    return Options(given.dir.resolve(), given.port, float(seconds) if seconds else None, given.seed, given.keep)


def prepare(asked: Options) -> None:
    """Write configuration, plant and keys into a fresh folder.

    Raises:
        DemoRefusedError: the port is taken, or the folder holds something else.
    """
    _refuse_taken_port(asked.port)
    folder = asked.folder
    if folder.exists() and not asked.keep:
        if any(folder.iterdir()) and not (folder / MARK).exists():
            raise DemoRefusedError(f"{folder}: holds something that is not a demo. Choose another folder with --dir.")
        shutil.rmtree(folder)
    (folder / "ports").mkdir(parents=True, exist_ok=True)
    (folder / "log").mkdir(exist_ok=True)
    (folder / MARK).touch()
    asked.config.write_text(configuration(asked.port), encoding="utf-8")
    zone = load_settings(asked.config).zone
    (folder / "plant.toml").write_text(plant_toml(SystemClock().read().at, zone), encoding="utf-8")


def keys_of(folder: Path) -> dict[str, bytes]:
    """Give every secure reader a fresh key, in the gate's folder; the simulated readers get the same ones."""
    keys = {reader: new_key() for reader in secure_readers()}
    for reader, key in keys.items():
        write_key(folder / "state" / "keys", reader, key)
    return keys


def _refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise DemoRefusedError(
                f"port {port} is taken ({error.strerror}). Choose another: PORT=8090 make demo, or --port 8090."
            ) from error


def gate_command(asked: Options, *words: str) -> list[str]:
    """Return a command of the gate on the demo's configuration."""
    return [sys.executable, "-m", "gate", "--config", str(asked.config), *words]


def run_gate(asked: Options, *words: str) -> subprocess.CompletedProcess[str]:
    """Run one command of the gate to its end."""
    return subprocess.run(gate_command(asked, *words), capture_output=True, text=True, check=False)


def load(asked: Options) -> None:
    """Create the records and load the plant.

    Raises:
        DemoRefusedError: the gate refused; its own words are passed on.
    """
    plant = str(asked.folder / "plant.toml")
    for words in (("init",), ("load", plant, "--by", "demo", "--why", "demonstration plant")):
        done = run_gate(asked, *words)
        if done.returncode:
            raise DemoRefusedError(f"gate {words[0]}: {(done.stderr or done.stdout).strip()}")
    if not asked.keep:
        click.echo("\n".join(["Sign in on the page with:", *make_accounts(asked.config)]))
        make_lots(asked.config)
        click.echo(f"The screen beside TP-01: {kiosk_address(load_settings(asked.config), ('TP-01',))}")


@contextmanager
def running(asked: Options, stop: threading.Event) -> Iterator[Simulator]:
    """Run readers, gate and page; whatever happens, none of them is left behind.

    They end in the opposite order: a gate that outlived its readers would put every one of them on record as offline.
    """
    log = asked.folder / "log"
    with ExitStack() as started:
        simulator = Simulator(asked.folder, keys_of(asked.folder), log)
        started.callback(simulator.stop)
        simulator.wait_for_ports([port_of(asked.folder, line) for line in LINES])
        load(asked)
        gate = Child("gate", gate_command(asked, "run"), log, {})
        started.callback(gate.stop)
        page = Child("web", _gunicorn(), log, {"GATE_CONFIG": str(asked.config)})
        started.callback(page.stop)
        _wait_until_healthy(asked.port, (gate, page), stop)
        yield simulator


def _gunicorn() -> list[str]:
    return [sys.executable, "-m", "gunicorn", "-c", "python:gate.web.gunicorn_conf", "gate.wsgi:app"]


def _wait_until_healthy(port: int, children: tuple[Child, ...], stop: threading.Event) -> None:
    clock = SystemClock()
    until = clock.monotonic() + READY_S
    while clock.monotonic() < until:
        ended = [child for child in children if not child.running]
        if ended:
            raise ChildFailedError(f"{ended[0].name} has ended; see {ended[0].log}")
        if _healthy(port) or stop.wait(STEP_S):
            return
    raise ChildFailedError(f"the gate was not healthy within {READY_S:.0f} s; see {children[0].log}")


def _healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def play(asked: Options, simulator: Simulator, stop: threading.Event) -> None:
    """Let badges arrive until told to stop, or until the time asked for is over."""
    clock = SystemClock()
    until = clock.monotonic() + asked.seconds if asked.seconds is not None else float("inf")
    for visit in visits(asked.seed):
        if stop.wait(min(visit.pause_s, max(0.0, until - clock.monotonic()))) or clock.monotonic() >= until:
            return
        simulator.play(visit)


def summary(asked: Options) -> str:
    """Verify the records in full and count the decisions: the demo's last line."""
    verified = json.loads(run_gate(asked, "verify", "--full", "--json").stdout or "{}")
    engine = open_database(load_settings(asked.config).database_path, read_only=True)
    counted: Counter[str] = Counter()
    after = 0
    while rows := entries(engine, after_seq=after, limit=PAGE):
        counted.update(json.loads(row.data)["outcome"] for row in rows if row.kind == "decision")
        after = rows[-1].seq
    engine.dispose()
    state = "ok" if verified.get("sound") else f"FAILED {verified.get('what', 'could not check')}"
    return f"decisions={counted.total()} allow={counted['allow']} deny={counted['deny']} verify={state}"


def main() -> int:
    """Run the demo until Ctrl-C, or for DEMO_SECONDS."""
    asked = options(sys.argv[1:], dict(os.environ))
    stop = threading.Event()

    def told_to_stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        stop.set()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, told_to_stop)
    try:
        prepare(asked)
        with running(asked, stop) as simulator:
            click.echo(f"The page: http://127.0.0.1:{asked.port}/   (Ctrl-C ends the demo)")
            play(asked, simulator, stop)
    except (DemoRefusedError, ChildFailedError) as error:
        click.echo(f"demo: {error}", err=True)
        return 1
    line = summary(asked)
    click.echo(line)
    return 0 if line.endswith("verify=ok") else 1


if __name__ == "__main__":
    sys.exit(main())
