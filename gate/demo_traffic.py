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

MOST_PRESENT = 12

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
    """Yield visits without end; the first ones show every kind of answer within a minute."""
    random = Random(seed)
    opening = list(_opening())
    yield from opening
    present = [(visit.machine, visit.number) for visit in opening if visit.what == "badge"][-BADGE_OUT_AFTER:]
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
        elif len(present) > (BADGE_OUT_AFTER if kind == "leave" else MOST_PRESENT):
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


_OPENING: tuple[tuple[float, str, str, str], ...] = (
    (0.2, "badge", "HSG-01", "Robin Teakettle"),
    (0.3, "badge", "BLD-01", ""),
    (0.4, "badge", "TP-02", "Riley Thimble"),
    (0.6, "badge", "FBD-02", "Sasha Windowsill"),
    (0.8, "badge", "TP-01", "Andréa Bouilloire"),
    (1.0, "badge", "TP-01", "Pascale Girouette"),
    (1.0, "badge", "TP-02", "Frédérique Pantoufle"),
    (1.2, "badge", "TP-03", "Drew Gumboot"),
    (1.0, "unplug", "BLI-01", ""),
    (1.0, "badge", "BLI-02", "Sacha Brouette"),
    (1.5, "badge", "CP-02", "Jordan Pepperpot"),
    (1.5, "badge", "CT-01", "Marlowe Inkwell"),
    (2.0, "badge", "MILL-01", "Camille Lanterne"),
    (2.0, "badge", "HSG-01", "Robin Teakettle"),
    (1.5, "badge", "CT-01", "Gwenaël Passoire"),
    (2.0, "badge", "HSG-01", "Claude Parapluie"),
    (1.5, "badge", "TP-03", "Michèle Casserole"),
    (2.0, "replug", "BLI-01", ""),
    (2.5, "badge", "CP-01", "Lou Carafe"),
    (2.0, "noise", "BLI-02", ""),
    (1.0, "badge", "BLI-02", "Hollis Teaspoon"),
    (2.0, "badge", "BLI-01", "Stéphane Girandole"),
    (1.5, "badge", "FBD-02", "Sasha Windowsill"),
)
"""Pause in seconds, what happens, where, whose badge (none: a badge that nobody owns).

In order: allow, unknown badge, old revision, allow, twice expiring, override, suspended on a machine in trial, a pulled
plug, allow, QA hold, lost badge, calibration overdue, badge-out, and so on.
"""


def _opening() -> Iterator[Visit]:
    machines = {machine.id: machine for machine in MACHINES}
    people = {person.name: person for person in PEOPLE}
    for pause_s, what, where, name in _OPENING:
        machine = machines[where]
        number = ""
        if what == "badge":
            number = _number(people[name], machine) if name else UNKNOWN[line_of(machine).badge]
        yield Visit(pause_s, what, machine, number)


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
