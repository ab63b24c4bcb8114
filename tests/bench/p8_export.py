"""P8: CSV of the whole trail over HTTP, streamed by gunicorn as deployed: rows a second, and memory that stays flat."""

import time
from pathlib import Path

from tests.bench.history import make_history
from tests.bench.stats import Figure
from tests.bench.web_site import add_reader_of_records, build_index, forget_peak, free_port, pages, peak_kib, worker_of

MOST_MB = 10.0
LEAST = 50_000
ROUNDS = 3
SMALL = "/export/entries?from=1&to=20000&lang=en"
"""The first exports load what any export needs; that is not what grows with the rows."""

CONFIG = """
[site]
name = "Bench"
zone = "America/Toronto"
[gate]
id = "bench"
state_dir = "."
[clock]
trust = "asserted"
[web]
port = {port}
[[line]]
name = "line-1"
path = "port"
kind = "text"
supervision = "port-only"
[[line.reader]]
name = "R-01"
equipment = "EQ-0000"
"""


def measure(folder: Path, rows: int, rounds: int = ROUNDS) -> list[Figure]:
    """Return P8: rows a second, and the growth of the worker's memory while it streams."""
    home = folder / "p8"
    home.mkdir(exist_ok=True)
    port = free_port()
    config = home / "gate.toml"
    config.write_text(CONFIG.format(port=port), encoding="utf-8")
    make_history(home / "gate.db", rows)
    add_reader_of_records(home / "gate.db")
    build_index(config)
    times, got = [], 0
    with pages(config, port) as (browser, master):
        browser.rows_of(SMALL, SMALL)
        worker = worker_of(master)
        forget_peak(worker)
        before = peak_kib(worker)
        for _ in range(rounds):
            began = time.perf_counter()
            got = browser.rows_of(f"/export/entries?from=1&to={rows}&lang=en", SMALL)
            times.append((time.perf_counter() - began) * 1000)
        grown = (peak_kib(worker) - before) / 1024
    if got != rows:
        raise AssertionError(f"{rows} rows asked, {got} came")
    return _figures(rows, times, grown)


def _figures(rows: int, times: list[float], grown: float) -> list[Figure]:
    speed = rows / (min(times) / 1000)
    return [
        Figure(
            "P8",
            "CSV of the whole trail over HTTP",
            f">= {LEAST} rows/s",
            speed >= LEAST,
            times,
            value=speed,
            unit="rows/s",
            more={"rows": rows, "rows_per_s_median": round(rows / (sorted(times)[len(times) // 2] / 1000))},
        ),
        Figure(
            "P8",
            "memory of the web process while it streams them",
            f"<= +{MOST_MB:.0f} MB",
            grown <= MOST_MB,
            times,
            value=grown,
            unit="MB",
            more={"rows": rows},
        ),
    ]
