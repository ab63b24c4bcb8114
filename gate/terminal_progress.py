"""Say on a terminal how far a long walk along the log is; nothing where nobody looks."""

import sys
from collections.abc import Callable

import click


def progress_of(what: str) -> Callable[[int, int], None] | None:
    """Return what tells of each percent once, None where standard error is no terminal."""
    if not sys.stderr.isatty():
        return None
    told = [-1]

    def tell(done: int, of: int) -> None:
        percent = done * 100 // max(of, 1)
        if percent != told[0]:
            told[0] = percent
            click.echo(f"\r{what}: entry {done} of {of} ({percent} %)", err=True, nl=done >= of)

    return tell
