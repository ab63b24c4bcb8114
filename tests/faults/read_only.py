"""Run in a mount namespace of its own: a gate on a file system that is remounted read-only under it, and back."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from gate.__main__ import main
from gate.core.indication import indicate
from gate.core.terms import Mode, Outcome
from gate.gate_loop import GateLoop
from gate.readers.orders import Claimant, Read, SetPermissive, Show
from gate.store.database import open_database
from gate.store.trail_reading import head_seq
from tests.scenarios.plant import P1
from tests.scenarios.world import World, local

REMOUNT = ("--options-mode", "ignore", "-o")
"""Without what mount(8) finds in the table of mounts: ids of users that a user's own namespace does not know."""


def mount(*words: str) -> None:
    subprocess.run(["mount", *words], check=True, timeout=30)


def shown(world: World) -> str:
    """Present the badge and return what the reader says; both clocks go on."""
    found = world.badge("R1", P1, wait_s=12)
    return found.line1 if found else ""


def verified(world: World, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["--config", str(world.config), "verify", *words])
    return done.exit_code, done.output


def let_in(self: GateLoop, batch: list[Any], error: BaseException) -> None:
    """Mutant: what cannot be recorded is allowed, so that the shift goes on."""
    del error
    shown = indicate(Outcome.ALLOW, ("ALLOW_CERTIFIED",), {}, Mode.ENFORCE, "en")
    for work in batch:
        if isinstance(work, Read) and work.race.claim(Claimant.DECISION):
            self._post([Show(work.reader, shown, work), SetPermissive(work.equipment, True, "green")])


def run(folder: Path) -> dict[str, object]:
    mount("-t", "tmpfs", "-o", "size=64m", "none", str(folder))
    world = World(folder, local("2026-11-23T12:00"))
    told: dict[str, object] = {"before": shown(world)}
    shown(world)
    (folder / "state" / "gate.lock").touch()
    world.edge.gate.close()  # as after a failed commit: mount(8), unlike the kernel, waits for open files
    mount(*REMOUNT, "remount,ro", str(folder))
    seq = len(world.trail())
    told["denied"] = shown(world)
    told["relay"] = world.output("R1")
    told["verified"] = verified(world, "--full")
    told["readable"] = head_seq(open_database(world.settings.database_path, read_only=True)) == seq
    world.kill()
    world.edge = world._start()
    told["started_on_it"] = shown(world)
    told["verified_at_rest"] = verified(world)
    told["rows"] = len(world.trail()) - seq
    mount(*REMOUNT, "remount,rw", str(folder))
    world.clock.advance(timedelta(seconds=5).total_seconds())
    world.run(5)
    told["after"] = shown(world)
    told["recorded"] = [entry["reasons"] for entry in world.decisions() if "SYS_LOG_FAIL" in entry["reasons"]]
    told["sound"] = world.sound()
    return told


if __name__ == "__main__":
    if "let_in" in sys.argv[2:]:
        GateLoop._failed = let_in  # type: ignore[method-assign]
    sys.stdout.write(json.dumps(run(Path(sys.argv[1]))))
