"""The gate with a failpoint or a mutation in it: `python -m tests.faults.program FAULT... -- ARGUMENTS OF GATE`.

FAULT is `kill:POINT:N` (SIGKILL at the point of the Nth badge read) or `mutant:NAME`. The product has no hooks for
this: functions are replaced from outside.
"""

import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

import gate.__main__
import gate.access
import gate.gate_loop
import gate.run_command
import gate.store.database
from firmware_protocol.transport import Transport
from gate.gate_loop import GateLoop
from gate.readers.station import Station
from gate.store.audit_trail import Trail

SHOWN_S = 0.3
"""Before a kill inside a transaction the lines get this long to show an answer that should not be there yet."""


SLOW_S = 0.1
"""Well inside the deadline of an answer."""


class Failpoint:
    """Kills the process at a named point of the Nth badge read."""

    def __init__(self, point: str, number: int) -> None:
        self._point = point
        self._left = number
        self._armed = False
        self._shown = False

    def read(self) -> None:
        """Count a badge read that has come to the gate thread."""
        self._left -= 1
        self._armed = self._left <= 0
        self.reach("after_read")

    def reach(self, point: str) -> None:
        """Die here, if this is the point."""
        if self._armed and point == self._point:
            if point in {"in_transaction", "before_commit"}:
                time.sleep(SHOWN_S)
            os.kill(os.getpid(), signal.SIGKILL)

    def shown(self) -> None:
        """Note that an answer has been handed to the reader's codec."""
        self._shown = self._armed

    def sent(self) -> None:
        """The lines have had their turn after an answer."""
        if self._shown:
            self.reach("after_indication")


def install_failpoint(failpoint: Failpoint) -> None:
    """Put the failpoint around the functions of the badge path."""
    _before(gate.gate_loop, "answer_read", failpoint.read)
    _after(gate.access, "decide", lambda: failpoint.reach("after_decide"))
    _after(Trail, "append", lambda: failpoint.reach("in_transaction"))
    _before(Trail, "commit", lambda: failpoint.reach("before_commit"))
    _after(Trail, "commit", lambda: failpoint.reach("after_commit"))
    _after(Station, "show", failpoint.shown)
    _after(Transport, "step", failpoint.sent)


def _before(owner: Any, name: str, act: Callable[[], None]) -> None:
    original = getattr(owner, name)

    def wrapped(*args: Any, **more: Any) -> Any:
        act()
        return original(*args, **more)

    setattr(owner, name, wrapped)


def _after(owner: Any, name: str, act: Callable[[], None]) -> None:
    original = getattr(owner, name)

    def wrapped(*args: Any, **more: Any) -> Any:
        result = original(*args, **more)
        act()
        return result

    setattr(owner, name, wrapped)


def answer_before_commit() -> None:
    """Mutant: the reader is answered as soon as the decision is made."""
    guarded, hand_back = GateLoop._guarded, GateLoop._hand_back

    def early(self: GateLoop, desk: Any, work: Any, moment: Any) -> Any:
        result = guarded(self, desk, work, moment)
        hand_back(self, desk, result)
        return result

    def nothing(self: GateLoop, desk: Any, result: Any) -> None:
        del self, desk, result

    GateLoop._guarded = early  # type: ignore[method-assign]
    GateLoop._hand_back = nothing  # type: ignore[method-assign]


def slow_commit() -> None:
    """Not a mutant but a slow disk: an answer that does not wait for the commit comes visibly before it."""
    _before(Trail, "commit", lambda: time.sleep(SLOW_S))


def no_sync() -> None:
    """Mutant: the database leaves it to the kernel when a row becomes durable."""
    pragmas = gate.store.database._pragmas

    def lazy(key: str | None, *, read_only: bool) -> list[str]:
        return [*pragmas(key, read_only=read_only), "PRAGMA synchronous = OFF"]

    gate.store.database._pragmas = lazy


def no_lock() -> None:
    """Mutant: nobody asks whether a gate is already at work on these records."""
    gate.run_command.take_lock = lambda path, held="": path.open("a")  # type: ignore[attr-defined]


CHANGES = (answer_before_commit, slow_commit, no_sync, no_lock)
MUTANTS = {function.__name__: function for function in CHANGES}


def main() -> None:
    """Install what is asked for and become the gate."""
    split = sys.argv.index("--")
    for fault in sys.argv[1:split]:
        kind, _, rest = fault.partition(":")
        if kind == "mutant":
            MUTANTS[rest]()
        else:
            point, _, number = rest.partition(":")
            install_failpoint(Failpoint(point, int(number)))
    sys.argv = ["gate", *sys.argv[split + 1 :]]
    gate.__main__.main()


if __name__ == "__main__":
    main()
