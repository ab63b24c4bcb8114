"""Fault 11 with real processes: a witness, a gate, and a copy of its disk that is switched on beside it."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import sqlcipher3.dbapi2 as sqlite

from gate.core.signed_note import NoteKey
from gate.seal_files import make_key
from gate.settings import load_settings
from gate.store.database import create_database
from tests.faults.shop import until
from tests.scenarios.world import HEADER, line
from tests.web.served import free_port, served

LONG_S = 90.0
"""Ten seconds until a head is signed, on a machine that has other things to do."""


@contextmanager
def process(folder: Path, *words: str) -> Iterator[Path]:
    """Run one command of the gate until the block ends; return its output."""
    out = folder / "out.txt"
    with out.open("ab") as file:
        running = subprocess.Popen([sys.executable, "-m", "gate", *words], stdout=file, stderr=file, process_group=0)
    try:
        yield out
    finally:
        os.killpg(running.pid, signal.SIGTERM)
        running.wait(60)


def witness(folder: Path, log: NoteKey, running: ExitStack) -> str:
    """Start a witness and return what goes into the configuration of a gate."""
    folder.mkdir()
    port = free_port()
    (folder / "witness.toml").write_text(
        f'name = "box.witness"\nstate_dir = "state"\nport = {port}\nlogs = ["{log.vkey}"]\n', "utf-8"
    )
    out = running.enter_context(process(folder, "witness", "serve", str(folder / "witness.toml")))
    until(lambda: "vkey:" in out.read_text("utf-8") and "Listening at" in out.read_text("utf-8"))
    found = re.search(r"vkey: (\S+)", out.read_text("utf-8"))
    assert found
    return f'[[witness]]\nurl = "http://127.0.0.1:{port}"\nvkey = "{found[1]}"\n'


def start(folder: Path, running: ExitStack) -> None:
    """Run both processes of the gate in this folder."""
    settings = load_settings(folder / "gate.toml")
    running.enter_context(process(folder, "--config", str(folder / "gate.toml"), "run"))
    running.enter_context(served(folder / "gate.toml", settings.web.port))


def rows(folder: Path, question: str) -> list[tuple[object, ...]]:
    connection = sqlite.connect(f"file:{folder / 'state' / 'gate.db'}?mode=ro", uri=True, timeout=5)
    try:
        return list(connection.execute(question).fetchall())
    finally:
        connection.close()


def states(folder: Path) -> list[object]:
    return [state for (state,) in rows(folder, "SELECT state FROM witnesses")]


@pytest.mark.fault(11)
@pytest.mark.req("E11")
@pytest.mark.timeout(300)
def test_the_witness_refuses_the_head_of_a_cloned_disk_and_the_alarm_is_raised(tmp_path: Path) -> None:
    """Two gates with one identity would write two histories, each of which looks whole by itself."""
    gate, clone = tmp_path / "gate", tmp_path / "clone"
    gate.mkdir()
    config = HEADER + line("line-1", [("R1", "TP-01")], secure=False)
    (gate / "gate.toml").write_text(f"[web]\nport = {free_port()}\n{config}", "utf-8")
    settings = load_settings(gate / "gate.toml")
    create_database(settings.database_path, gate_id="gate-1")
    with ExitStack() as running:
        more = witness(tmp_path / "box", make_key(settings).public, running)
        with (gate / "gate.toml").open("a", encoding="utf-8") as file:
            file.write(f"\n{more}")
        shutil.copytree(gate, clone)
        text = (clone / "gate.toml").read_text("utf-8").replace(f"port = {settings.web.port}", f"port = {free_port()}")
        (clone / "gate.toml").write_text(text, "utf-8")
        start(gate, running)
        start(clone, running)
        until(lambda: "refused" in [*states(gate), *states(clone)], LONG_S)
        second = clone if states(clone) == ["refused"] else gate
        told = "SELECT count(*) FROM audit_trail WHERE kind = 'security' AND data LIKE '%witness_refused%'"
        until(lambda: rows(second, told) == [(1,)], LONG_S)
        until(lambda: rows(second, "SELECT count(*) FROM alerts WHERE rule = 'HEAD_REFUSED'") == [(1,)], LONG_S)
        assert list((tmp_path / "box").rglob("refused.jsonl"))
