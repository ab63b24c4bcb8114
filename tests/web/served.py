"""The pages as they are deployed: gunicorn with its configuration in a process of its own, over records on disk."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gate.alive import tell_alive
from gate.clock import SystemClock
from tests.web.records import GateOnRecord

GENEROUS_S = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def status(port: int, path: str = "/healthz") -> int | None:
    """Return the status of a page, or None when nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return None
    finally:
        connection.close()


@contextmanager
def served(config: Path, port: int, ask: Callable[[int], object] = status) -> Iterator[subprocess.Popen[bytes]]:
    """Run gunicorn on the configuration until the block ends; its words are kept beside the configuration."""
    command = [sys.executable, "-m", "gunicorn", "-c", "python:gate.web.gunicorn_conf", "gate.wsgi:app"]
    with (config.parent / "web.log").open("ab") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, env={**os.environ, "GATE_CONFIG": str(config)}, process_group=0
        )
    try:
        until = time.monotonic() + GENEROUS_S
        while ask(port) is None:
            assert process.poll() is None, (config.parent / "web.log").read_text("utf-8")
            assert time.monotonic() < until, "gunicorn never answered"
            time.sleep(0.05)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(GENEROUS_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def alive_file(gate: GateOnRecord) -> Path:
    return gate.settings.gate.state_dir / "run" / "alive.json"


def alive_now(gate: GateOnRecord) -> None:
    """Tell that the gate is at work, by the clock that the web process reads too."""
    alive_file(gate).parent.mkdir(parents=True, exist_ok=True)
    tell_alive(alive_file(gate), SystemClock().read())


def silent(gate: GateOnRecord) -> None:
    """Tell nothing any more."""
    alive_file(gate).unlink(missing_ok=True)
