"""Fresh records for a test, without migrating them anew: the migrations have tests of their own."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from gate.store.database import create_database


def fresh_database(path: Path, gate_id: str = "gate-1") -> None:
    """Put empty records there, as `create_database` makes them; records that are there it brings up to date."""
    if path.exists():
        create_database(path, gate_id=gate_id)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_empty(gate_id))


@cache
def _empty(gate_id: str) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "gate.db"
        create_database(path, gate_id=gate_id)
        return path.read_bytes()
