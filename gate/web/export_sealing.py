"""What an evidence bundle is checked against: the last signed checkpoint, its proofs, the public key, the program."""

import threading
from collections.abc import Iterable
from importlib.resources import files

import sqlalchemy as sa

from gate import alive
from gate.export.bundle import Seal
from gate.export.making import Evidence
from gate.export.streams import Counted
from gate.seal import Checkpoint, HashTree, latest_checkpoint, public_key_files
from gate.web.pages import site
from gate.web.view import is_alive

WAIT_S = 15
"""A gate at work signs what is new within 10 s (records.md); so long is waited for a checkpoint that covers it all."""

EACH_S = 0.5


def evidence_of(last: int, counted: Counted) -> Evidence | None:
    """Return what a bundle with entries up to `last` is checked against, None before the first checkpoint.

    Raises:
        STORE_FAULTS: the records cannot be read.
    """
    engine = site().records.engine()
    found, key = _covering(engine, last, counted), public_key_files(engine)
    if found is None or key is None:
        return None
    tree, size = HashTree(engine), found.size

    def proof(seq: int) -> Iterable[bytes]:
        return tree.inclusion(seq, size)

    seal = Seal(size, found.note, key[0], key[1], proof)
    return Evidence(engine, seal, files("gate.bundle_files").joinpath("verify.py").read_bytes())


def _covering(engine: sa.Engine, last: int, counted: Counted) -> Checkpoint | None:
    """Wait a little for a checkpoint over everything asked; what none covers goes into the bundle by itself."""
    idle = threading.Event()
    for _ in range(int(WAIT_S / EACH_S)):
        found = latest_checkpoint(engine)
        covers = found is not None and found.size >= last
        if covers or not is_alive(alive.last_alive(site().alive_path), site().clock.read().at):
            return found
        counted(0)
        idle.wait(EACH_S)
    return latest_checkpoint(engine)
