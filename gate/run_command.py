"""`gate run`: the reader process; it loads nothing of the pages."""

import sys
from pathlib import Path

import click

from gate.clock import SystemClock
from gate.command_context import plainly as _plainly
from gate.edge import Edge
from gate.settings import Settings
from gate.single_instance import take_lock


@click.command()
@click.pass_obj
def run(obj: tuple[Path, Settings]) -> None:
    """Run the reader process until it is told to stop."""
    config, settings = obj
    with _plainly():
        lock = take_lock(settings.gate.state_dir / "gate.lock")
        with lock:
            status = Edge(settings, config, SystemClock()).run()
    sys.exit(status)
