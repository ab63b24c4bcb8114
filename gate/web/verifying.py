"""A full verification asked for from a page: a niced child makes it, and whoever looks sees how far it is."""

import os
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path

from gate.verified import running, running_path
from gate.verifying import child_command
from gate.web.config_path import config_path
from gate.web.pages import site
from gate.web.view import Viewer, When


@dataclass(frozen=True, slots=True)
class UnderWay:
    """What a page shows of a verification that runs."""

    since: When
    by: str
    done: int
    of: int


def under_way(view: Viewer) -> UnderWay | None:
    """Return the full verification that runs now, None where there is none."""
    now = running(running_path(site().settings.gate.state_dir))
    return UnderWay(view.when(now.begun_at), now.by, now.done, now.of) if now else None


def start_child(*words: str) -> None:
    """Run one of our commands in a process of its own; its outcome is told by what it writes."""
    process = subprocess.Popen(
        child_command(config_path(os.environ), *words),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=Path.cwd(),
        start_new_session=True,
    )
    threading.Thread(target=process.wait, name="child", daemon=True).start()
