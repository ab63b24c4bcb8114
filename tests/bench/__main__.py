"""Run the bench: one JSON object a line on standard output, and a page with plots in build/bench/."""

import os
import platform
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlcipher3.dbapi2 as sqlite

from tests.bench import p1_badge, p2_append, p3_decide, p4_readers, p5_busy, p6_log, p7_verify, p8_export, p9_bytes
from tests.bench.page import page
from tests.bench.stats import Figure, json_line

ROWS = 1_000_000
"""Entries in the long trail; `ROWS=10000000 make bench` takes another number."""

ROOT = Path(__file__).parents[2]
OUT = ROOT / "build" / "bench"


def figures(folder: Path, *, quick: bool, wanted: Sequence[str] = ()) -> Iterator[Figure]:
    """Measure what is wanted (all of it by default), one after the other; each in a folder that must exist."""
    less = 10 if quick else 1
    rows = int(os.environ.get("ROWS", ROWS)) // less
    size = p3_decide.SMALL if quick else p3_decide.FULL
    parts: dict[str, Callable[[], list[Figure]]] = {
        "P1": lambda: p1_badge.measure(folder, 300 // less),
        "P2": lambda: p2_append.measure(folder, 3000 // less),
        "P3": lambda: p3_decide.measure(folder, 5000 // less, size),
        "P4": lambda: p4_readers.measure(folder, 1000 // less),
        "P5": lambda: p5_busy.measure(folder, 300 // less, rows),
        "P6": lambda: p6_log.measure(folder, rows, 60 // less),
        "P7": lambda: p7_verify.measure(rows),
        "P8": lambda: p8_export.measure(folder, rows),
        "P9": lambda: p9_bytes.measure(folder, rows, 2000 // less),
    }
    for name, measure in parts.items():
        if not wanted or name in wanted:
            yield from measure()


def conditions(quick: bool) -> dict[str, str]:
    """Return what the figures depend on besides the program."""
    return {
        "When": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "Machine": f"{platform.machine()}, {os.cpu_count()} processors, {platform.system()} {platform.release()}",
        "Load average before": f"{os.getloadavg()[0]:.1f}",
        "Python, SQLite": f"{platform.python_version()}, {sqlite.sqlite_version}",
        "Rounds": "quick run: too few for a verdict" if quick else "in full",
    }


def main() -> int:
    """Measure, print and write the page; the status says nothing of the goals, for a bench is no test."""
    quick = bool(os.environ.get("QUICK"))
    OUT.mkdir(parents=True, exist_ok=True)
    measured_on = conditions(quick)
    found = []
    with TemporaryDirectory(dir=OUT) as work:
        for figure in figures(Path(work), quick=quick, wanted=sys.argv[1:]):
            sys.stdout.write(json_line(figure) + "\n")
            sys.stdout.flush()
            found.append(figure)
    (OUT / "index.html").write_text(page(found, measured_on), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
