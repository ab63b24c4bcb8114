"""What is to be sent to whom, and what became of it: kept in the records, so that a restart forgets nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from gate.core.alert_routes import LONGEST_WAIT_S
from gate.core.alert_rules import RULES, TO_HANDLE
from gate.core.audit import timestamp
from gate.store.audit_trail import Trail
from gate.store.equipment_facts import instant
from gate.store.floor_schema import alert_deliveries, alerts

OUT_OF_REACH = timedelta(seconds=2 * LONGEST_WAIT_S)
"""A next try further away than this was set by a clock that was wrong; it is made now."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one address; `next_at` None: no further try."""

    id: int
    alert_id: int | None
    channel: str
    target: str
    subject: str
    body: str
    tries: int
    next_at: datetime | None
    sent_at: datetime | None
    failure: str | None
    over: bool = False
    """What it tells of has come and gone meanwhile, and was of a kind that leaves nothing to do."""


_ADD = sa.insert(alert_deliveries).values(
    {
        column.name: sa.bindparam(f"new_{column.name}")
        for column in alert_deliveries.columns
        if column.name not in {"id", "sent_at", "failure"}
    }
)
_THIS = alert_deliveries.c.id == sa.bindparam("delivery")
_SENT = (
    sa.update(alert_deliveries)
    .where(_THIS)
    .values(tries=alert_deliveries.c.tries + 1, sent_at=sa.bindparam("at"), next_at=sa.null(), failure=sa.null())
)
_NOT_SENT = (
    sa.update(alert_deliveries)
    .where(_THIS)
    .values(tries=sa.bindparam("new_tries"), next_at=sa.bindparam("at"), failure=sa.bindparam("why"))
)
_LAST_TO = (
    sa.select(sa.func.max(sa.func.coalesce(alert_deliveries.c.sent_at, alerts.c.raised_at)))
    .select_from(alert_deliveries.join(alerts, alerts.c.id == alert_deliveries.c.alert_id))
    .where(
        alerts.c.rule == sa.bindparam("rule"),
        alerts.c.subject == sa.bindparam("subject"),
        alert_deliveries.c.target == sa.bindparam("target"),
        sa.or_(alert_deliveries.c.sent_at.is_not(None), alert_deliveries.c.next_at.is_not(None)),
    )
)
_IS_THERE = sa.select(sa.func.count()).where(
    alert_deliveries.c.target == sa.bindparam("target"), alert_deliveries.c.subject == sa.bindparam("subject")
)


def add_delivery(
    trail: Trail, alert_id: int | None, channel: str, target: str, subject: str, body: str, at: datetime
) -> None:
    """Let a message be sent from an instant on."""
    values = {
        "alert_id": alert_id,
        "channel": channel,
        "target": target,
        "subject": subject,
        "body": body,
        "tries": 0,
        "next_at": timestamp(at),
    }
    trail.run(_ADD, {f"new_{name}": value for name, value in values.items()})


def last_to(trail: Trail, rule: str, subject: str, target: str) -> datetime | None:
    """Return when an address was last told of this rule and subject, or was to be."""
    found = trail.run(_LAST_TO, {"rule": rule, "subject": subject, "target": target}).fetchone()[0]
    return instant(found) if found else None


def is_there(trail: Trail, target: str, subject: str) -> bool:
    """Whether a message of this subject was ever meant for an address."""
    return bool(trail.run(_IS_THERE, {"target": target, "subject": subject}).fetchone()[0])


def mark_sent(trail: Trail, delivery_id: int, at: datetime) -> None:
    """Let a message be sent."""
    trail.run(_SENT, {"delivery": delivery_id, "at": timestamp(at)})


def mark_not_sent(trail: Trail, delivery_id: int, tries: int, next_at: datetime | None, why: str) -> None:
    """Say why a message was not sent and when it is tried again, None: never."""
    at = timestamp(next_at) if next_at else None
    trail.run(_NOT_SENT, {"delivery": delivery_id, "new_tries": tries, "at": at, "why": why})


def due(connection: sa.Connection, channel: str, now: datetime, limit: int) -> list[Delivery]:
    """Return what is to be sent over a channel now, the oldest first."""
    wanted = (
        _with_alert()
        .where(
            alert_deliveries.c.channel == channel,
            alert_deliveries.c.next_at.is_not(None),
            sa.or_(
                alert_deliveries.c.next_at <= timestamp(now),
                alert_deliveries.c.next_at > timestamp(now + OUT_OF_REACH),
            ),
        )
        .order_by(alert_deliveries.c.tries, alert_deliveries.c.id)
        .limit(limit)
    )
    return [_delivery(row) for row in connection.execute(wanted)]


def latest_deliveries(connection: sa.Connection, limit: int) -> list[Delivery]:
    """Return the newest messages, whatever became of them."""
    wanted = _with_alert().order_by(alert_deliveries.c.id.desc()).limit(limit)
    return [_delivery(row) for row in connection.execute(wanted)]


def _with_alert() -> sa.Select[Any]:
    joined = alert_deliveries.outerjoin(alerts, alerts.c.id == alert_deliveries.c.alert_id)
    return sa.select(alert_deliveries, alerts.c.ended_at.label("over_at"), alerts.c.rule).select_from(joined)


def _delivery(row: Any) -> Delivery:
    return Delivery(
        id=row.id,
        alert_id=row.alert_id,
        channel=row.channel,
        target=row.target,
        subject=row.subject,
        body=row.body,
        tries=row.tries,
        next_at=instant(row.next_at) if row.next_at else None,
        sent_at=instant(row.sent_at) if row.sent_at else None,
        failure=row.failure,
        over=row.over_at is not None and row.rule in RULES and row.rule not in TO_HANDLE,
    )
