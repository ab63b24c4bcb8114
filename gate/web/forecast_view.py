"""The forecast as words: who loses which machine, when and why, and the head-count of each machine ahead."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from gate.core.calendar import local_day
from gate.core.effect import Missing
from gate.core.forecast import HORIZONS, Loss
from gate.web.forecast_reading import PlantForecast
from gate.web.formats import visible
from gate.web.matrix_view import beside, days_left
from gate.web.reason_texts import reason_text
from gate.web.view import Viewer

Link = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class LossView:
    """One person's loss, ready to be booked."""

    person_id: str
    name: str
    machines: tuple[tuple[str, str], ...]
    """Id, and the address of the page of this person there."""
    day: str
    """The last day on which it holds."""
    left: str
    near: bool
    causes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LeftView:
    """The head-count of one machine, now and ahead; each number with whether it is below the minimum."""

    machine: str
    name: str
    counts: tuple[tuple[int, bool], ...]


@dataclass(frozen=True, slots=True)
class ForecastView:
    """The page: the losses within the days asked about, and all machines."""

    losses: tuple[LossView, ...]
    people: int
    machines: tuple[LeftView, ...]
    below: tuple[str, ...]
    """Machines that are or fall below the minimum within 90 days."""


def forecast_view(
    found: PlantForecast, days: int, area: str, minimum: int, now: datetime, link: Link, view: Viewer
) -> ForecastView:
    """Show what ends within some days, in one area or in all."""
    until = now + timedelta(days=days)
    there = [loss for loss in map(_in_area(found, area), found.losses) if loss.machines and now < loss.ends_at <= until]
    left = tuple(
        LeftView(
            one.machine,
            visible(beside(one.machine, found.machines[one.machine])),
            tuple((n, n < minimum) for n in one.counts),
        )
        for one in found.left
        if area in ("", found.area_of[one.machine])
    )
    return ForecastView(
        losses=tuple(_loss(loss, found, now, link, view) for loss in there),
        people=len({loss.person_id for loss in there}),
        machines=left,
        below=tuple(one.machine for one in left if any(short for _, short in one.counts)),
    )


def _in_area(found: PlantForecast, area: str) -> Callable[[Loss], Loss]:
    def narrowed(loss: Loss) -> Loss:
        return loss._replace(machines=tuple(one for one in loss.machines if area in ("", found.area_of[one])))

    return narrowed


def _loss(loss: Loss, found: PlantForecast, now: datetime, link: Link, view: Viewer) -> LossView:
    last_on = local_day(loss.ends_at - datetime.resolution, view.zone)
    days = (last_on - local_day(now, view.zone)).days
    return LossView(
        person_id=loss.person_id,
        name=visible(loss.name),
        machines=tuple((machine, link(loss.person_id, machine)) for machine in loss.machines),
        day=last_on.isoformat(),
        left=days_left(days, view),
        near=days < HORIZONS[0],
        causes=tuple(cause_words(cause, found, view) for cause in loss.causes),
    )


def cause_words(cause: Missing, found: PlantForecast, view: Viewer) -> str:
    """Say what will be missing: the item with its title, and why."""
    reason = reason_text(cause.reason, view.language)
    if cause.reason == "CONTRACT_ENDED":
        return view.texts["tn_contract"]
    if not cause.item_id:
        return reason
    named = visible(f"{cause.item_id} {found.items.get(cause.item_id, '')}".strip())
    return view.texts["reason_of"].format(reason=reason, items=named)
