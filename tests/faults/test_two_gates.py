"""Fault 10: two gates on one database would both answer badges; the second one ends at once and says why."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.shop import Shop, until


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path)
    yield made
    made.close()


@pytest.mark.fault(10)
@pytest.mark.req("A8")
def test_the_second_gate_ends_at_once_and_names_the_first(shop: Shop) -> None:
    """flock gives the answer, so a stale file from a dead gate stops nobody."""
    first = shop.start()
    shop.wait_ready()
    command = [sys.executable, "-m", "gate", "--config", str(shop.config), "run"]
    second = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert second.returncode != 0
    assert f"process {first.pid}" in second.stderr
    assert first.poll() is None
    assert len(shop.kinds("start")) == 1
    shop.kill()
    shop.start()
    until(lambda: len(shop.kinds("start")) == 2)


@pytest.mark.fault(10)
@pytest.mark.req("A8")
def test_the_mutant_without_the_lock_is_caught(shop: Shop) -> None:
    """Without the lock both would start: the check above can fail."""
    shop.start("mutant:no_lock")
    shop.wait_ready()
    command = [sys.executable, "-m", "tests.faults.program", "mutant:no_lock", "--", "--config", str(shop.config)]
    second = subprocess.Popen([*command, "run"], stderr=subprocess.DEVNULL)
    try:
        until(lambda: len(shop.kinds("start")) == 2)
    finally:
        second.kill()
        second.wait()
