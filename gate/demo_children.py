"""The child processes of the demo: started in groups of their own, logged to files, and never left behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

STOP_S = 10.0
"""How long a child may take to stop cleanly before it is killed."""


class ChildFailedError(Exception):
    """A child process did not do what the demo needs; the text names its log."""


class Child:
    """One running child; its standard error goes to `<name>.log`."""

    def __init__(self, name: str, command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        guarded = [sys.executable, "-m", "gate.demo_child", str(os.getpid()), *command]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                guarded,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env={**os.environ, **environment},
                process_group=0,
                text=True,
                bufsize=1,
            )

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def tell(self, line: str) -> None:
        """Write one line to the child's standard input."""
        self._stdin().write(line + "\n")
        self._stdin().flush()

    def _stdin(self) -> IO[str]:
        if self._process.stdin is None:
            raise AssertionError("every child is started with a pipe to its standard input")
        return self._process.stdin

    def stop(self) -> int:
        """Ask it to stop, insist after a while, and return its exit status."""
        if self.running:
            self._signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
            self._process.wait()
        self._stdin().close()
        return self._process.returncode

    def _signal(self, number: signal.Signals) -> None:
        """The child leads a group of its own, so that its children end with it."""
        os.killpg(self._process.pid, number)
