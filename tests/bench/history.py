"""Make records of any length: a year of a plant's decisions, uses, overrides and clock entries, valid to the last byte.

    path = make_history(folder / "gate.db", 1_000_000)

The same shape makes the same bytes. What was made is kept in build/bench, so that a second run only copies it.
"""

import shutil
import sys
import time
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from tests.bench import plant
from tests.bench.history_lines import Writer, in_bulk
from tests.bench.history_story import Story

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "build" / "bench"
ENDS_AT = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
"""Midnight in the plant's zone."""

ROWS_A_DAY = 500
"""A short history is of a few ordinary days, not of a year in which next to nothing happens."""

ITEMS_A_PERSON = 40


@dataclass(frozen=True, slots=True)
class Shape:
    """What a history is made from; the same shape makes the same records."""

    rows: int
    people: int = 300
    equipment: int = 12
    seed: int = 1
    ends_at: datetime = ENDS_AT

    @property
    def days(self) -> int:
        """Return over how many days it goes."""
        return min(365, max(1, self.rows // ROWS_A_DAY))

    @property
    def size(self) -> plant.Size:
        """Return the plant it happens in; one machine in six is in trial."""
        records = self.people * ITEMS_A_PERSON
        return plant.Size(self.people, self.equipment, records, shadow=self.equipment // 6)

    @property
    def name(self) -> str:
        """Return the name of its file: another shape or another program has another one."""
        sources = sorted(
            [*Path(__file__).parent.glob("history*.py"), *(ROOT / "gate/store/migrations/versions").glob("*.py")]
        )
        told = repr(sorted(asdict(self).items())).encode() + b"".join(path.read_bytes() for path in sources)
        return f"history-{self.rows}-{sha256(told).hexdigest()[:12]}.db"


def make_history(
    path: Path, rows: int, *, people: int = 300, equipment: int = 12, seed: int = 1, ends_at: datetime = ENDS_AT
) -> Path:
    """Make the records at `path` with exactly `rows` audit entries of the last days before `ends_at`, and return it.

    The gate's id is `bench`, its zone America/Toronto. The people are E000000 and on, the machines EQ-0000 and on; a
    person is certified for every third machine. One machine in six is in trial.
    """
    shutil.copyfile(kept_history(Shape(rows, people, equipment, seed, ends_at)), path)
    return path


def kept_history(shape: Shape) -> Path:
    """Return the kept file of a shape, made now if it is not there; it must not be written to."""
    kept = KEPT / shape.name
    if not kept.exists():
        KEPT.mkdir(parents=True, exist_ok=True)
        partial = kept.with_suffix(".partial")
        _make(partial, shape)
        partial.replace(kept)
    return kept


def _make(path: Path, shape: Shape) -> None:
    begins_at = shape.ends_at - timedelta(days=shape.days)
    plant.create(path, shape.size, begins_at)
    desk = plant.open_desk(path)
    with closing(desk.trail), in_bulk(desk.trail):
        writer = Writer(desk.trail)
        Story(desk, writer, shape.size, shape.rows, shape.seed, begins_at, shape.days).tell()
        writer.flush()


if __name__ == "__main__":
    began = time.perf_counter()
    made = kept_history(Shape(int(sys.argv[1]), equipment=int(sys.argv[2]) if sys.argv[2:] else 12))
    taken = time.perf_counter() - began
    sys.stdout.write(f"{made}: {made.stat().st_size / 1e6:.0f} MB, {int(sys.argv[1]) / taken:,.0f} rows/s\n")
