"""Machines with too few certified people, for the alerts: looked at once an hour, area by area (B13)."""

from collections.abc import Callable, Sequence
from datetime import datetime

import sqlalchemy as sa

from gate.core.alert_rules import Raised
from gate.core.forecast import short_machines
from gate.core.terms import Mode
from gate.settings import Settings
from gate.store.schema import equipment, trail_head
from gate.web.forecast_reading import plant_forecast
from gate.web.reading import Records

Condition = Callable[[sa.Connection, datetime], Sequence[Raised]]

_ENFORCED = sa.select(equipment.c.id).where(equipment.c.known_to.is_(None), equipment.c.mode == Mode.ENFORCE.value)


def head_count_alerts(settings: Settings, records: Records) -> tuple[Condition, ...]:
    """Return the condition; none where the site has not asked for it, or asks for no minimum."""
    minimum = settings.training.minimum_certified
    if not (minimum and settings.alerts.too_few_certified):
        return ()
    kept: dict[str, list[tuple[str, int]]] = {}

    def too_few(connection: sa.Connection, now: datetime) -> Sequence[Raised]:
        hour = f"{now:%Y-%m-%dT%H}"
        if hour not in kept:
            seq = connection.execute(sa.select(trail_head.c.seq)).scalar() or 0
            connection.rollback()  # the snapshot is let go before the long work, which reads in parts of its own
            kept.clear()
            kept[hour] = short_machines(plant_forecast(records.engine(), settings, now, seq).left, minimum)
        enforced = {row[0] for row in connection.execute(_ENFORCED)}
        return [
            Raised("TOO_FEW_CERTIFIED", machine, machine, detail={"n": count, "m": minimum})
            for machine, count in kept[hour]
            if machine in enforced
        ]

    return (too_few,)
