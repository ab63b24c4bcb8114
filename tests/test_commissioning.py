"""Give a secure reader its own key, in real processes over a pseudo-terminal."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware_protocol.simulator import FACTORY_NEW
from gate.keys import read_key, write_key
from gate.settings import load_settings
from tests.faults.shop import until
from tests.scenarios.world import HEADER, line
from tests.store.fresh import fresh_database

DEFAULT_KEY = bytes(range(0x30, 0x40))


class Bench:
    """One simulated secure reader on the configured port, and the command line."""

    def __init__(self, folder: Path, reader_key: bytes | None) -> None:
        self.config = folder / "gate.toml"
        self.config.write_text(HEADER + line("line-1", [("R1", "TP-01")]), encoding="utf-8")
        self.settings = load_settings(self.config)
        fresh_database(self.settings.database_path)
        self.keys = folder / "state" / "keys"
        own = FACTORY_NEW
        if reader_key is not None:
            own = str(folder / "reader.key")
            Path(own).write_text(reader_key.hex(), encoding="ascii")
        port = folder / "ports" / "line-1"
        self.reader = subprocess.Popen(
            [sys.executable, "-m", "firmware_protocol.simulator", f"R1=osdp:{port}:0:{own}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
        )
        until(port.exists)

    def gate(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "gate", "--config", str(self.config), *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=90)

    def close(self) -> None:
        self.reader.kill()
        self.reader.wait()
        if self.reader.stdin:
            self.reader.stdin.close()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path, None)
    yield made
    made.close()


@pytest.mark.req("A8")
def test_a_new_reader_gets_a_key_of_its_own_and_it_is_told_in_the_trail(bench: Bench) -> None:
    """The default key is known to everybody: it opens a reader once, for a limited time, and is recorded."""
    done = bench.gate("commission", "R1", "--by", "Ada Lock", "--seconds", "30")
    assert done.returncode == 0, done.stderr
    assert "serial" in done.stdout
    key = read_key(bench.keys, "R1")
    assert key is not None
    assert key != DEFAULT_KEY
    assert not (bench.keys / "R1.previous.key").exists()
    told = bench.gate("log").stdout
    assert told.count("by=Ada Lock") == 2
    assert "default key allowed for 30 s" in told
    assert key.hex() not in told + done.stdout + done.stderr
    again = bench.gate("commission", "R1", "--by", "Ada Lock", "--seconds", "30")
    assert again.returncode == 0, "with its own key it can be given a fresh one"
    assert read_key(bench.keys, "R1") != key


@pytest.mark.req("A8")
def test_a_reader_with_a_strange_key_is_not_taken_over(tmp_path: Path) -> None:
    """Whoever does not hold the present key cannot commission the reader anew, and nothing is lost by trying."""
    bench = Bench(tmp_path, b"\x11" * 16)
    try:
        write_key(bench.keys, "R1", b"\x22" * 16)
        done = bench.gate("commission", "R1", "--by", "Ada Lock", "--seconds", "4")
        assert done.returncode != 0
        assert "R1: did not answer" in done.stderr
        assert read_key(bench.keys, "R1") == b"\x22" * 16
        assert "commissioning failed" in bench.gate("log").stdout
    finally:
        bench.close()


def test_an_unknown_reader_is_refused_by_name(bench: Bench) -> None:
    """The terminal says what to do next."""
    done = bench.gate("commission", "R9", "--by", "Ada Lock")
    assert done.returncode != 0
    assert "R9: is not a secure reader of the configuration" in done.stderr
