"""What happens at the demo's readers: who badges where and when, drawn from a seed so that a run can be repeated."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from gate.demo_badges import UNKNOWN, number_of, old_number_of
from gate.demo_machines import LINES, MACHINES, DemoMachine, line_of
from gate.demo_people import PEOPLE, DemoPerson

SHORTEST_S, LONGEST_S = 0.5, 3.0

BADGE_OUT_AFTER = 5
"""Visits before somebody signs out: well past the 10 s in which a repeated badge means the same read."""

UNPLUGGED_VISITS = 3


@dataclass(frozen=True, slots=True)
class Visit:
    """One thing that happens at a reader after a pause: a badge, a bad read, a plug pulled or put back."""

    pause_s: float
    what: str
    """`badge`, `noise`, `unplug` or `replug`, as the simulator calls them."""
    machine: DemoMachine
    number: str = ""


def visits(seed: int) -> Iterator[Visit]:
    """Yield visits without end; the first ones show an allow, a deny and an unknown badge at once."""
    random = Random(seed)
    yield from _opening()
    present: list[tuple[DemoMachine, str]] = []
    away: DemoMachine | None = None
    since = 0
    while True:
        since += 1
        pause = random.uniform(SHORTEST_S, LONGEST_S)
        if away is not None and since >= UNPLUGGED_VISITS:
            yield Visit(pause, "replug", away)
            away = None
            continue
        kind = random.choices(_KINDS, _WEIGHTS)[0]
        if kind == "unplug" and away is None:
            away, since = random.choice(_PLUGGABLE), 0
            yield Visit(pause, "unplug", away)
        elif kind == "leave" and len(present) > BADGE_OUT_AFTER:
            machine, number = present.pop(0)
            yield Visit(pause, "badge", machine, number)
        else:
            visit = _arrival(random, kind, pause)
            if visit.what == "badge":
                present.append((visit.machine, visit.number))
            yield visit


_KINDS = ("certified", "anybody", "story", "unknown", "leave", "noise", "unplug")
_WEIGHTS = (44, 10, 16, 5, 18, 4, 3)

_PLUGGABLE = tuple(machine for machine in MACHINES if machine.line in {"coating", "blister-1", "cartoner"})
"""Lines of few readers: pulling a plug there leaves most of the plant at work."""


def _opening() -> Iterator[Visit]:
    by_id = {machine.id: machine for machine in MACHINES}
    yield Visit(SHORTEST_S, "badge", by_id["TP-01"], _number(PEOPLE[11], by_id["TP-01"]))
    yield Visit(SHORTEST_S, "badge", by_id["HSG-01"], UNKNOWN["w26"])
    yield Visit(SHORTEST_S, "badge", by_id["TP-02"], _number(PEOPLE[14], by_id["TP-02"]))
    yield Visit(SHORTEST_S, "badge", by_id["HSG-01"], _number(PEOPLE[0], by_id["HSG-01"]))


def _arrival(random: Random, kind: str, pause_s: float) -> Visit:
    machine = random.choice(MACHINES)
    if kind == "noise" and line_of(machine).kind == "em4100":
        return Visit(pause_s, "noise", machine)
    if kind == "unknown":
        return Visit(pause_s, "badge", machine, UNKNOWN[line_of(machine).badge])
    return Visit(pause_s, "badge", machine, _number(_somebody(random, kind, machine), machine))


def _somebody(random: Random, kind: str, machine: DemoMachine) -> DemoPerson:
    trained = [person for person in PEOPLE if machine.class_id in person.classes]
    if kind == "story":
        return random.choice([person for person in trained if person.story] or trained)
    if kind == "anybody":
        return random.choice(PEOPLE)
    return random.choice([person for person in trained if not person.story])


def _number(person: DemoPerson, machine: DemoMachine) -> str:
    """Somebody whose badge was replaced now and then still presents the old one at an OSDP reader."""
    kind = line_of(machine).badge
    if person.story == "badge_replaced" and kind == "w26":
        return old_number_of(person)
    return number_of(person, kind)


def secure_readers() -> list[str]:
    """Return the readers that need a key of their own."""
    secure = {line.name for line in LINES if line.secure}
    return [machine.reader for machine in MACHINES if machine.line in secure]
