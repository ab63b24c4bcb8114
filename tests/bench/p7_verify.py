"""P7: how fast the whole trail is verified, in full and by hashes only, and how much memory that takes."""

import resource
import subprocess
import sys
import time
from pathlib import Path

from gate.store.database import open_database
from gate.store.verify import verify
from tests.bench.history import Shape, kept_history
from tests.bench.stats import Figure

IN_FULL, HASH_ONLY = 50_000, 300_000
MOST_MEMORY_MB = 10
ROUNDS = 3


def measure(rows: int) -> list[Figure]:
    """Return P7 for both ways, each measured in processes of its own."""
    path = kept_history(Shape(rows))
    return [_figure(path, rows, "--full", IN_FULL), _figure(path, rows, "--hash-only", HASH_ONLY)]


def _figure(path: Path, rows: int, how: str, least: int) -> Figure:
    runs = [_run(path, how) for _ in range(ROUNDS)]
    taken = [wall for wall, _, _ in runs]
    by_processor = [processor for _, processor, _ in runs]
    memory = max(more for _, _, more in runs)
    value = rows / min(taken)
    return Figure(
        "P7",
        f"rows verified a second {how}",
        f">= {least} rows/s, memory +{MOST_MEMORY_MB} MB at most",
        met=value >= least and memory <= MOST_MEMORY_MB,
        times=[wall * 1000 for wall in taken],
        value=value,
        unit="rows/s",
        more={
            "rows": rows,
            "memory_mb": round(memory, 1),
            "rows_a_processor_second": round(rows / min(by_processor)),
        },
    )


def _run(path: Path, how: str) -> tuple[float, float, float]:
    command = [sys.executable, "-m", "tests.bench.p7_verify", str(path), how]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    wall, processor, more = map(float, found)
    return wall, processor, more


def verify_once(path: Path, how: str) -> tuple[float, float, float]:
    """Verify in this process; return seconds of the clock and of the processor, and by how many MB it grew."""
    engine = open_database(path, read_only=True)
    verify(engine, full=False)
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    memory = _peak_kb()
    before = resource.getrusage(resource.RUSAGE_SELF)
    began = time.perf_counter()
    found = verify(engine, full=True, hash_only=how == "--hash-only")
    taken = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_SELF)
    engine.dispose()
    if not found.sound:
        raise AssertionError(found.in_words())
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return taken, processor, (_peak_kb() - memory) / 1024


def _peak_kb() -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0])


if __name__ == "__main__":
    sys.stdout.write(" ".join(map(str, verify_once(Path(sys.argv[1]), sys.argv[2]))))
