"""The lock-out forecast: who loses which machine by when and why, and how many certified people are left (B13).

It is worked out from the cells of who can run what, so it knows what they know: expiry, contracts, and SOP revisions
and requirement sets that are approved and not effective yet.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from gate.core.effect import Missing
from gate.core.matrix import COUNTED, NO_OVERRIDES, Asked, Judged, Machine, Somebody, answer, head_counts

HORIZONS = (7, 30, 60, 90)
"""Days ahead that the forecast is told for."""


class Loss(NamedTuple):
    """One person's certification that ends at an instant, on all machines that end then for the same causes."""

    person_id: str
    name: str
    machines: tuple[str, ...]
    ends_at: datetime
    causes: tuple[Missing, ...]
    """What will be missing then; an item of "" is no training, such as the end of a contract."""


class Left(NamedTuple):
    """The head-count of one machine: now, and at each of the horizons."""

    machine: str
    counts: tuple[int, ...]


class Forecast(NamedTuple):
    """What the next weeks bring if no training is added."""

    losses: tuple[Loss, ...]
    """In order of their instants."""
    left: tuple[Left, ...]


def forecast(asked: Asked, rows: Sequence[Judged]) -> Forecast:
    """Return the forecast for people and machines as they were judged at the instant asked about."""
    until = asked.at + timedelta(days=HORIZONS[-1])
    instants = [asked.at, *(asked.at + timedelta(days=days) for days in HORIZONS)]
    columns = [head_counts(asked, rows, at) for at in instants]
    left = tuple(
        Left(machine.equipment.id, tuple(counts))
        for machine, *counts in zip(asked.crowd.machines, *columns, strict=True)
    )
    return Forecast(tuple(sorted(losses(asked, rows, until), key=lambda one: (one.ends_at, one.person_id))), left)


def short_machines(left: Iterable[Left], minimum: int) -> list[tuple[str, int]]:
    """Return the machines whose head-count is below the minimum now or at the first horizon, with the lower one."""
    lower = ((one.machine, min(one.counts[:2])) for one in left)
    return [(machine, count) for machine, count in lower if count < minimum]


def losses(asked: Asked, rows: Iterable[Judged], until: datetime) -> list[Loss]:
    """Return every certification that ends until an instant, that instant included."""
    found: list[Loss] = []
    for somebody, cells in rows:
        alike: dict[tuple[datetime, tuple[Missing, ...]], list[str]] = {}
        for machine, cell in zip(asked.crowd.machines, cells, strict=True):
            if cell.stand in COUNTED and cell.until_at is not None and cell.until_at <= until:
                causes = _causes(asked._replace(at=cell.until_at), somebody, machine)
                alike.setdefault((cell.until_at, causes), []).append(machine.equipment.id)
        for (ends_at, causes), machines in alike.items():
            found.append(Loss(somebody.person.id, somebody.person.name, tuple(machines), ends_at, causes))
    return found


def _causes(then: Asked, somebody: Somebody, machine: Machine) -> tuple[Missing, ...]:
    """Return what stands against somebody at the end of the certification, each item once."""
    decision = answer(then, somebody._replace(overrides=NO_OVERRIDES), machine)
    items = tuple(Missing(one.item_id, one.reason) for one in decision.requirements if one.reason)
    told = {one.reason for one in items}
    others = (code for code in decision.reasons if code not in told and not code.startswith("EQ_"))
    return tuple(dict.fromkeys((*items, *(Missing("", code) for code in others))))
