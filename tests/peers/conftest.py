"""The Go program, built once, and one log to show it."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.peers.logs import SignedLog

HERE = Path(__file__).parent
GO_PATH = "/usr/share/gocode"

Ask = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def go_verifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the peer from Debian's packages, without the network."""
    assert shutil.which("go"), "go is missing; `make test` installs it (Debian: golang-go golang-golang-x-mod-dev)"
    folder = tmp_path_factory.mktemp("go")
    program = folder / "verifier"
    environment = {**os.environ, "GOPATH": GO_PATH, "GO111MODULE": "off", "GOCACHE": str(folder), "GOFLAGS": ""}
    built = subprocess.run(
        ["go", "build", "-o", str(program), str(HERE / "verifier.go")],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    return program


@pytest.fixture(scope="session")
def ask_go(go_verifier: Path) -> Iterator[Ask]:
    """Return a function that asks the peer one question."""
    with subprocess.Popen([go_verifier], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin and process.stdout
        into, out = process.stdin, process.stdout

        def ask(what: str, **more: object) -> dict[str, Any]:
            into.write(json.dumps({"ask": what, **more}) + "\n")
            into.flush()
            found: dict[str, Any] = json.loads(out.readline())
            return found

        yield ask


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SignedLog]:
    """A log that a test may change."""
    made = SignedLog(tmp_path)
    yield made
    made.close()
