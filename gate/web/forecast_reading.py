"""The forecast of the whole plant, area by area so that memory stays flat, made anew only when facts have changed."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from gate.core.effect import Missing
from gate.core.forecast import Left, Loss, forecast
from gate.core.matrix import Asked, who_can_run
from gate.settings import Settings
from gate.store.crowd import Knowledge, places, read_crowd
from gate.store.schema import trail_head


@dataclass(frozen=True, slots=True)
class PlantForecast:
    """Who loses what in the next 90 days if no training is added, and what is left of each machine's people."""

    head_seq: int
    losses: tuple[Loss, ...]
    left: tuple[Left, ...]
    items: Mapping[str, str]
    """Item id -> title."""
    machines: Mapping[str, str]
    """Machine id -> name, in their places."""
    areas: tuple[tuple[str, str], ...]
    area_of: Mapping[str, str]
    """Machine id -> area id."""


class Forecasts:
    """Keeps the last forecast: it holds until facts change, and an hour at most, because days go by."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._key: tuple[int, str] | None = None
        self._made: PlantForecast | None = None

    def get(self, engine: sa.Engine, settings: Settings, now: datetime) -> PlantForecast:
        """Return the forecast as known now."""
        with engine.connect() as connection:
            row = connection.execute(sa.select(trail_head.c.seq, trail_head.c.facts_seq)).first()
        seq, facts = (row[0], row[1]) if row else (0, 0)
        key = (facts, f"{now:%Y-%m-%dT%H}")
        with self._lock:
            if self._made is None or self._key != key:
                self._made, self._key = plant_forecast(engine, settings, now, seq), key
            return self._made


def plant_forecast(engine: sa.Engine, settings: Settings, now: datetime, seq: int) -> PlantForecast:
    """Return the forecast as known at an entry."""
    everywhere = places(engine, seq)
    found: dict[tuple[str, str, datetime, tuple[Missing, ...]], list[str]] = {}
    left: list[Left] = []
    items: dict[str, str] = {}
    machines: dict[str, str] = {}
    area_of: dict[str, str] = {}
    for place in everywhere:
        known = read_crowd(engine, settings.zone, Knowledge(seq, seq), area_id=place.area_id)
        asked = Asked(known.crowd, now)
        made = forecast(asked, list(who_can_run(asked)))
        for loss in made.losses:
            key = (loss.person_id, loss.name, loss.ends_at, loss.causes)
            found.setdefault(key, []).extend(loss.machines)
        left += made.left
        items |= {item.id: item.title for item in known.crowd.items.values()}
        machines |= known.machine_names
        area_of |= dict.fromkeys(known.machine_names, place.area_id)
    losses = [Loss(id_, name, tuple(there), at, causes) for (id_, name, at, causes), there in found.items()]
    losses.sort(key=lambda one: (one.ends_at, one.name, one.person_id))
    named = tuple((place.area_id, place.name) for place in everywhere)
    return PlantForecast(seq, tuple(losses), tuple(left), items, machines, named, area_of)
