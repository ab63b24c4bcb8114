"""Fault 6: the file system becomes read-only under the gate, or before it starts; a real remount in a namespace."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

NAMESPACE = ["unshare", "--user", "--map-root-user", "--mount"]


def _can_mount() -> bool:
    done = subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False, timeout=30)
    return done.returncode == 0


def _run(folder: Path, *mutant: str) -> dict[str, Any]:
    if not _can_mount():
        pytest.skip("this kernel gives no mount namespace to users")
    command = [*NAMESPACE, sys.executable, "-m", "tests.faults.read_only", str(folder), *mutant]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=100, cwd=Path(__file__).parents[2]
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What happened on a file system that was remounted read-only and back."""
    return _run(tmp_path_factory.mktemp("fs"))


@pytest.mark.fault(6)
@pytest.mark.req("E1", "E10")
def test_a_read_only_file_system_denies_and_enables_nothing(told: dict[str, Any]) -> None:
    """Law 1: no relay without a committed row, and here nothing can be committed."""
    assert told["before"].startswith("OK")
    assert told["denied"] == "SYSTEM: NO LOG"
    assert told["relay"] is False
    assert told["rows"] == 0


@pytest.mark.fault(6)
@pytest.mark.req("E4")
def test_the_records_can_still_be_read_and_verified(told: dict[str, Any]) -> None:
    """QA must be able to see what is on record while IT mends the disk, beside the gate and without it."""
    assert told["readable"] is True
    for found in (told["verified"], told["verified_at_rest"]):
        assert (found[0], found[1][:6]) == (0, "sound:"), found


@pytest.mark.fault(6)
@pytest.mark.req("E10")
def test_a_gate_that_starts_on_it_denies_and_goes_on_when_it_can_write(told: dict[str, Any]) -> None:
    """A restart does not make the readers dark, and nobody has to press anything afterwards."""
    assert told["started_on_it"] == "SYSTEM: NO LOG"
    assert told["after"].startswith("OK")
    assert told["recorded"]
    assert told["sound"] is True


@pytest.mark.fault(6)
def test_the_mutant_that_lets_in_what_it_cannot_record_is_caught(tmp_path: Path) -> None:
    """Shows that the denial and the relay above are really looked at."""
    found = _run(tmp_path, "let_in")
    assert (found["denied"].startswith("OK"), found["relay"], found["rows"]) == (True, True, 0)
