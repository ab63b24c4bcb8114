"""P9: bytes a row, bytes written and syncs a decision, and what is written while nothing happens."""

import os
import shutil
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from gate.clock import SystemClock
from gate.gate_loop import GateLoop
from gate.readers.orders import Read
from gate.store.schema import audit_trail
from tests.bench import plant
from tests.bench.history import Shape, kept_history
from tests.bench.stats import Figure

ROW_BYTES, DECISION_BYTES, SYNCS, IDLE_S = 1024, 24 * 1024, 1.02, 3
SIZE = plant.Size(people=300, equipment=12, records=300 * 40)


def measure(folder: Path, rows: int, decisions: int) -> list[Figure]:
    """Return what a row takes on disk in a long trail, and what a decision costs in writing."""
    return [_row_bytes(folder, rows), *_decisions(folder, decisions)]


def _row_bytes(folder: Path, rows: int) -> Figure:
    """The whole file per entry of a year, everything in it counted: rows, indexes, uses, and the plant itself."""
    path = folder / "p9.db"
    shutil.copyfile(kept_history(Shape(rows)), path)
    desk = plant.open_desk(path)
    with closing(desk.trail):
        wanted = sa.select(sa.func.avg(sa.func.length(audit_trail.c.data))).where(
            audit_trail.c.kind == "decision", audit_trail.c.outcome == "allow"
        )
        with desk.trail._engine.connect() as connection:
            decision = float(connection.execute(wanted).scalar() or 0)
    each = path.stat().st_size / rows
    path.unlink()
    return Figure(
        "P9",
        "bytes of the file for each entry; a decision has 20 requirements of evidence",
        f"<= {ROW_BYTES} B a row",
        met=max(each, decision) <= ROW_BYTES,
        times=[each],
        value=max(each, decision),
        unit="bytes",
        more={"rows": rows, "file_bytes_a_row": round(each), "canonical_bytes_of_an_allow": round(decision)},
    )


def _decisions(folder: Path, decisions: int) -> list[Figure]:
    with_use, _ = _traced(folder, "allow", decisions)
    busy, idle = _traced(folder, "deny", decisions)
    written, syncs = busy[0] / decisions, busy[1] / decisions
    return [
        Figure(
            "P9",
            "bytes written for each decision, checkpoints of the write-ahead log included",
            f"<= {DECISION_BYTES} B",
            met=written <= DECISION_BYTES,
            times=[written],
            value=written,
            unit="bytes",
            more={"decisions": decisions, "bytes_of_an_allow_with_the_use_it_opens": round(with_use[0] / decisions)},
        ),
        Figure(
            "P9",
            "syncs for each decision, those of checkpoints of the write-ahead log included",
            f"<= {SYNCS}",
            met=syncs <= SYNCS,
            times=[max(syncs, 0.001)],
            value=round(syncs, 3),
            unit="syncs",
            more={"decisions": decisions, "syncs": busy[1], "each": round(syncs, 3)},
        ),
        Figure(
            "P9",
            f"bytes written in {IDLE_S} s in which nothing happens",
            "0 B",
            met=idle[0] == 0,
            times=[max(idle[0], 0.001)],
            value=idle[0],
            unit="bytes",
        ),
    ]


def _traced(folder: Path, outcome: str, decisions: int) -> tuple[tuple[int, int], tuple[int, int]]:
    path, trace = folder / f"p9-{outcome}.db", folder / f"p9-{outcome}.trace"
    plant.create(path, SIZE)
    calls = "trace=pwrite64,write,pwritev,fdatasync,fsync,ftruncate"
    watched = ["strace", "-f", "-e", calls, "-e", "signal=none", "-y", "-o", str(trace)]
    command = [*watched, sys.executable, "-m", "tests.bench.p9_bytes", str(path), outcome, str(decisions)]
    subprocess.run(command, check=True, timeout=900, stdout=subprocess.DEVNULL)
    return _counted(trace.read_text(encoding="utf-8", errors="replace"), path.name)


def _counted(trace: str, name: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return bytes and syncs on the database's files, while decisions were made and while nothing happened."""
    phases = {"ready": [0, 0], "busy": [0, 0], "idle": [0, 0], "over": [0, 0]}
    phase = "ready"
    for line in trace.splitlines():
        for word in ("busy", "idle", "over"):
            if f'"phase {word}' in line:
                phase = word
        if name in line and "<unfinished" not in line:
            value = line.rpartition("= ")[2].split()[0]
            if "write" in line:
                phases[phase][0] += int(value)
            elif "sync" in line:
                phases[phase][1] += 1
    busy, idle = phases["busy"], phases["idle"]
    return (busy[0], busy[1]), (idle[0], idle[1])


def decide_and_wait(path: Path, outcome: str, decisions: int) -> None:
    """Answer badge reads one by one, then do nothing for a while; what `measure` watches in its process."""
    clock, shift = SystemClock(), int(outcome == "deny")
    gate = GateLoop(lambda: plant.open_desk(path), clock, lambda orders: None, "en")
    gate.do_now(lambda desk, moment: ())
    os.write(1, b"phase busy\n")
    for number in range(decisions):
        person, machine = number % SIZE.people, number % plant.BLOCKS + number % 4 * plant.BLOCKS
        badge = plant.badge_number(person // plant.BLOCKS * plant.BLOCKS + (machine + shift) % plant.BLOCKS)
        now = clock.monotonic()
        gate.submit(Read("R-01", plant.equipment_id(machine), badge, "", False, None, clock.read(), now))
        gate.step(0)
    os.write(1, b"phase idle\n")
    time.sleep(IDLE_S)
    os.write(1, b"phase over\n")
    gate.close()


if __name__ == "__main__":
    decide_and_wait(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
