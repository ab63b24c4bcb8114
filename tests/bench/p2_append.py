"""P2: one chained row with 20 requirements of evidence, committed, against a bare fdatasync."""

import time
from contextlib import closing
from pathlib import Path

from gate.core.audit import Entry
from gate.core.decision import decide
from gate.core.records import Moment
from gate.core.terms import Outcome
from gate.desk import Desk
from gate.entries import decision_entry
from gate.readers.orders import Read
from tests.bench import plant
from tests.bench.floors import Disk, timed_sync
from tests.bench.stats import Figure, ratio_figure

MOST = 2.0
WARM = 20
SIZE = plant.Size(people=30, equipment=6, records=30 * 40)


def measure(folder: Path, rounds: int) -> list[Figure]:
    """Return P2; the floor and the thing take turns."""
    path = folder / "p2.db"
    plant.create(path, SIZE)
    desk = plant.open_desk(path)
    with closing(desk.trail), closing(Disk(folder / "p2.floor")) as disk:
        moment = plant.moment_now()
        entry = _entry(desk, moment)
        floor, times = [], []
        for number in range(rounds + WARM):
            at_least, taken = timed_sync(disk), _append(desk, entry)
            if number >= WARM:
                floor.append(at_least)
                times.append(taken)
        rows = desk.trail.head.seq
    more = {"rows": rows, "requirements": plant.REQUIREMENTS}
    return [ratio_figure("P2", "one chained row committed / fdatasync of 4 KiB", floor, times, MOST, **more)]


def _entry(desk: Desk, moment: Moment) -> Entry:
    equipment = plant.equipment_id(0)
    desk.trail.begin()
    facts = desk.facts.facts(plant.badge_number(0), equipment, None)
    desk.trail.rollback()
    decision = decide(facts, moment)
    if decision.outcome is not Outcome.ALLOW:
        raise AssertionError(f"the bench's plant does not certify: {decision.reasons}")
    read = Read("R-01", equipment, plant.badge_number(0), "", False, None, plant.reading(moment), 0.0)
    return decision_entry(read, facts, decision, moment, until=decision.valid_until_at, subject=None)


def _append(desk: Desk, entry: Entry) -> float:
    began = time.perf_counter()
    desk.trail.begin()
    desk.trail.append(entry)
    desk.trail.commit()
    return (time.perf_counter() - began) * 1000
