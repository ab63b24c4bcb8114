"""A folder with a configuration, and the real command line in it."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlite

ROOT = Path(__file__).parent.parent.parent


CONFIG = """
[site]
name = "Test plant"
zone = "America/Toronto"
[gate]
id = "gate-1"
state_dir = "state"
[clock]
trust = "asserted"
[training]
deny_after_hours = 1000000
[[line]]
name = "line-1"
path = "ports/line-1"
kind = "osdp"
[[line.reader]]
name = "R1"
equipment = "TP-01"
secure = true
output = 0
[[line]]
name = "line-2"
path = "ports/line-2"
kind = "text"
supervision = "port-only"
[[line.reader]]
name = "R2"
equipment = "TP-02"
"""


HOSTILE = "evil\x1b[31m\u202etxt\nfake #99 line"


VISIBLE = "evil\\u001b[31m\\u202etxt\\u000afake #99 line"


@dataclass(frozen=True, slots=True)
class Site:
    """A folder with a configuration, and a shell in it."""

    folder: Path

    @property
    def database(self) -> Path:
        return self.folder / "state" / "gate.db"

    def gate(self, *words: str, expect: int = 0) -> str:
        """Run one command; return what it printed, after checking its exit code and that no stack was shown."""
        done = self.run(["--config", str(self.folder / "gate.toml"), *words])
        assert "Traceback" not in done.stderr, done.stderr
        assert done.returncode == expect, done.stdout + done.stderr
        return done.stdout if expect == 0 else done.stdout + done.stderr

    def run(self, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "gate", *words]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)

    def load(self, data: bytes, why: str = "first", **more: Any) -> str:
        file = self.folder / "plant.toml"
        file.write_bytes(data)
        return self.gate("load", str(file), "--by", "q.a", "--why", why, **more)

    def said(self, kind: str | None = None) -> list[dict[str, Any]]:
        connection = sqlite.connect(str(self.database))
        rows = connection.execute("SELECT data FROM audit_trail ORDER BY seq").fetchall()
        connection.close()
        return [entry for entry in (json.loads(data) for (data,) in rows) if kind is None or entry["kind"] == kind]


def new_site(folder: Path) -> Site:
    (folder / "gate.toml").write_text(CONFIG, encoding="utf-8")
    return Site(folder)
