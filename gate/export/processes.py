"""Tell a process of this machine from another one that has its number later."""

import os
from pathlib import Path

GONE = frozenset("ZX")
"""States of a process that has ended and is only waited for."""


LONGEST = 12
"""Digits of a number that a process can have, and more."""


def this_process() -> str:
    """Return a mark that no other process of this machine has while this one lives."""
    return f"{os.getpid()}:{_began(os.getpid())}"


def is_at_work(mark: str) -> bool:
    """Tell whether another process with this mark is at work; the mark of this one, or none, is answered no."""
    number, _, began = mark.partition(":")
    return (
        number.isascii()
        and number.isdigit()
        and len(number) < LONGEST
        and mark != this_process()
        and bool(began)
        and _began(int(number)) == began
    )


def _began(number: int) -> str:
    """Return when a process began, in ticks since the machine was switched on; empty: there is none."""
    try:
        told = Path(f"/proc/{number}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if told[0] in GONE else told[19]
