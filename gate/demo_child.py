"""Start one command of the demo so that it cannot outlive the demo: `python -m gate.demo_child PARENT COMMAND...`."""

import ctypes
import os
import signal
import sys

_SET_PARENT_DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG of prctl(2); it stays set over exec."""


def main(parent: int, command: list[str]) -> None:
    """Ask the kernel for SIGTERM at the parent's death, then become the command."""
    ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit(1)
    os.execv(command[0], command)  # noqa: S606 - a shell is what must not come between


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
