"""P3: looking up the facts of one badge read and deciding it, in a plant of full size."""

import random
import time
from contextlib import closing
from pathlib import Path

from gate.access import with_plan
from gate.core.decision import decide
from gate.core.records import Moment
from gate.core.terms import Outcome
from gate.desk import Desk
from tests.bench import plant
from tests.bench.stats import Figure, percentile

MOST_US = 200.0
FULL = plant.Size(people=10_000, equipment=300, records=1_000_000)
SMALL = plant.Size(people=500, equipment=30, records=25_000)


def measure(folder: Path, rounds: int, size: plant.Size = FULL) -> list[Figure]:
    """Return P3: any person of the plant at any equipment of their kind, each time another."""
    path = folder / "p3.db"
    plant.create(path, size)
    desk = plant.open_desk(path)
    chance = random.Random(3)
    moment = plant.moment_now()
    with closing(desk.trail):
        desk.trail.begin()
        first = [_looked_up_and_decided(desk, n, n, moment) for n in range(size.equipment)]
        times = [_looked_up_and_decided(desk, *_anybody(chance, size), moment) for _ in range(rounds)]
        desk.trail.rollback()
    p50_us = percentile(times, 0.50) * 1000
    what = f"lookup and decide, {size.people} people, {size.equipment} equipment, {size.records} training records"
    return [
        Figure(
            id="P3",
            what=what,
            goal=f"p50 <= {MOST_US:.0f} us",
            met=p50_us <= MOST_US,
            times=times,
            value=p50_us,
            unit="us",
            more={"first_at_equipment_p50_ms": round(percentile(first, 0.50), 4), "requirements": plant.REQUIREMENTS},
        )
    ]


def _anybody(chance: random.Random, size: plant.Size) -> tuple[int, int]:
    equipment = chance.randrange(size.equipment)
    person = chance.randrange(size.people // plant.BLOCKS) * plant.BLOCKS + equipment % plant.BLOCKS
    return person, equipment


def _looked_up_and_decided(desk: Desk, person: int, equipment: int, moment: Moment) -> float:
    number, machine = plant.badge_number(person), plant.equipment_id(equipment)
    began = time.perf_counter()
    decision = decide(with_plan(desk, desk.facts.facts(number, machine, None)), moment)
    taken = time.perf_counter() - began
    if decision.outcome is not Outcome.ALLOW or len(decision.requirements) != plant.REQUIREMENTS:
        raise AssertionError(f"person {person} at {machine}: {decision.reasons}")
    return taken * 1000
