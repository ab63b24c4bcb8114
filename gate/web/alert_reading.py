"""What the page Alerts reads: open alerts, what became of the others, and who was told."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from gate.store.alert_deliveries import Delivery, latest_deliveries
from gate.store.alerts import Alert, open_alerts, past_alerts
from gate.store.schema import accounts, areas, audit_trail, equipment, people

PAST = timedelta(days=7)
MOST_PAST = 100
MOST_DELIVERIES = 50


@dataclass(frozen=True, slots=True)
class Handled:
    """Who said that an alert was handled, and with what words."""

    name: str
    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class AlertsNow:
    """One snapshot for the page."""

    open: list[Alert]
    every_open: list[Alert]
    """Without the filter."""
    past: list[Alert]
    handled: Mapping[int, Handled]
    """Number of the entry -> who handled it."""
    people: Mapping[str, str]
    deliveries: list[Delivery]
    areas: list[tuple[str, str]]


def alerts_now(engine: sa.Engine, now: datetime, *, area: str = "", severity: str = "") -> AlertsNow:
    """Return what the page shows, narrowed down to an area and a severity; empty or unknown: all."""
    with engine.connect() as connection:
        known = known_areas(connection)
        wanted = [area] if area in {found for found, _ in known} else []
        still = open_alerts(connection, areas=wanted, severity=severity)
        past = past_alerts(connection, now - PAST, MOST_PAST, areas=wanted, severity=severity)
        return AlertsNow(
            open=still,
            every_open=open_alerts(connection),
            past=past,
            handled=_handled(connection, [alert.handled_seq for alert in past if alert.handled_seq]),
            people=_people(connection, still),
            deliveries=latest_deliveries(connection, MOST_DELIVERIES),
            areas=known,
        )


def _handled(connection: sa.Connection, seqs: Iterable[int]) -> dict[int, Handled]:
    wanted = sa.select(audit_trail.c.seq, audit_trail.c.at, audit_trail.c.data).where(
        audit_trail.c.seq.in_(sorted(seqs))
    )
    named = sa.select(accounts.c.id, accounts.c.name).where(accounts.c.known_to.is_(None))
    names = {row.id: row.name for row in connection.execute(named)}
    found = {}
    for row in connection.execute(wanted):
        said = json.loads(row.data)
        by = str(said.get("by", ""))
        found[row.seq] = Handled(names.get(by, by), datetime.fromisoformat(row.at), str(said.get("why", "")))
    return found


def _people(connection: sa.Connection, found: Iterable[Alert]) -> dict[str, str]:
    ids = sorted({str(alert.detail["person"]) for alert in found if alert.detail.get("person")})
    known = sa.select(people.c.id, people.c.name).where(people.c.id.in_(ids)).order_by(people.c.version)
    return {row.id: row.name for row in connection.execute(known)}


def known_areas(connection: sa.Connection) -> list[tuple[str, str]]:
    """Return every area that has equipment, with its name where it has one."""
    joined = equipment.outerjoin(areas, sa.and_(areas.c.id == equipment.c.area_id, areas.c.known_to.is_(None)))
    wanted = (
        sa.select(equipment.c.area_id, areas.c.name)
        .select_from(joined)
        .where(equipment.c.known_to.is_(None))
        .distinct()
        .order_by(equipment.c.area_id)
    )
    return [(row.area_id, row.name or row.area_id) for row in connection.execute(wanted)]
