"""Alerts and their deliveries as stored: one row an occurrence, one row for each address that is to be told of it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gate.core.alert_rules import RANK, RULES, TO_HANDLE, Detail
from gate.core.audit import timestamp
from gate.store.audit_trail import Trail
from gate.store.equipment_facts import instant
from gate.store.floor_schema import alerts

CURSOR = "looked_at"
"""The rule of the one row that is no alert: its `last_seq` is how far the trail has been looked at."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One occurrence; `last_seq` None: no entry of the trail tells of it."""

    id: int
    rule: str
    subject: str
    severity: str
    area_id: str | None
    equipment_id: str | None
    raised_at: datetime
    last_at: datetime
    times: int
    first_seq: int | None
    last_seq: int | None
    detail: Detail
    ended_at: datetime | None
    handled_seq: int | None

    @property
    def open(self) -> bool:
        """Whether somebody must still do something: nobody has handled it, and it is not simply over."""
        return self.handled_seq is None and (self.ended_at is None or self.rule in TO_HANDLE)


@dataclass(frozen=True, slots=True)
class NewAlert:
    """What is known when it is raised."""

    rule: str
    subject: str
    area_id: str | None
    equipment_id: str | None
    at: datetime
    seq: int | None
    detail: Detail


_OF_ALERTS = alerts.c.rule != CURSOR
_NOT_ENDED = sa.select(alerts).where(alerts.c.ended_at.is_(None), _OF_ALERTS)
_ONE = sa.select(alerts).where(alerts.c.id == sa.bindparam("alert"), _OF_ALERTS)
_NEWEST_SEQ = sa.select(sa.func.max(alerts.c.last_seq)).where(
    alerts.c.rule == sa.bindparam("rule"), alerts.c.subject == sa.bindparam("subject")
)
_ADD = sa.insert(alerts).values(
    {
        column.name: sa.bindparam(f"new_{column.name}")
        for column in alerts.columns
        if column.name not in {"id", "ended_at", "handled_seq"}
    }
)
_THIS = alerts.c.id == sa.bindparam("alert")
_AGAIN = (
    sa.update(alerts)
    .where(_THIS)
    .values(
        times=alerts.c.times + 1,
        last_at=sa.bindparam("at"),
        last_seq=sa.bindparam("seq"),
        detail=sa.bindparam("new_detail"),
    )
)
_END = sa.update(alerts).where(_THIS).values(ended_at=sa.bindparam("at"))
_HANDLED = sa.update(alerts).where(_THIS).values(handled_seq=sa.bindparam("seq"))
_CURSOR = sa.select(alerts.c.last_seq).where(alerts.c.rule == CURSOR)
_MOVE_CURSOR = sa.update(alerts).where(alerts.c.rule == CURSOR).values(last_seq=sa.bindparam("seq"))


def not_ended(trail: Trail) -> dict[tuple[str, str], Alert]:
    """Return what has not ended, by rule and subject."""
    return {(found.rule, found.subject): found for found in map(_alert, trail.run(_NOT_ENDED, {}).fetchall())}


def newest_seq(trail: Trail, rule: str, subject: str) -> int:
    """Return the last entry that any alert of this rule and subject tells of, 0 if none does."""
    return trail.run(_NEWEST_SEQ, {"rule": rule, "subject": subject}).fetchone()[0] or 0


def add_alert(trail: Trail, new: NewAlert) -> Alert:
    """Put a new occurrence and return it."""
    severity = RULES[new.rule].severity.value
    values = {
        "rule": new.rule,
        "subject": new.subject,
        "severity": severity,
        "area_id": new.area_id,
        "equipment_id": new.equipment_id,
        "raised_at": timestamp(new.at),
        "last_at": timestamp(new.at),
        "times": 1,
        "first_seq": new.seq,
        "last_seq": new.seq,
        "detail": _text(new.detail),
    }
    found = trail.run(_ADD, {f"new_{name}": value for name, value in values.items()})
    return Alert(
        id=int(found.lastrowid),
        rule=new.rule,
        subject=new.subject,
        severity=severity,
        area_id=new.area_id,
        equipment_id=new.equipment_id,
        raised_at=new.at,
        last_at=new.at,
        times=1,
        first_seq=new.seq,
        last_seq=new.seq,
        detail=new.detail,
        ended_at=None,
        handled_seq=None,
    )


def count_again(trail: Trail, alert: Alert, at: datetime, seq: int | None, detail: Detail) -> None:
    """Let an occurrence say that it came once more."""
    trail.run(_AGAIN, {"alert": alert.id, "at": timestamp(at), "seq": seq, "new_detail": _text(detail)})


def end_alert(trail: Trail, alert_id: int, at: datetime) -> None:
    """Let an occurrence be over."""
    trail.run(_END, {"alert": alert_id, "at": timestamp(at)})


def mark_handled(trail: Trail, alert_id: int, seq: int) -> None:
    """Let an occurrence name the entry that says who handled it."""
    trail.run(_HANDLED, {"alert": alert_id, "seq": seq})


def alert_of(trail: Trail, alert_id: int) -> Alert | None:
    """Return one occurrence in the open transaction."""
    row = trail.run(_ONE, {"alert": alert_id}).fetchone()
    return _alert(row) if row else None


def looked_at(connection: sa.Connection) -> int | None:
    """Return how far the trail has been looked at, None before the first look."""
    return connection.execute(_CURSOR).scalar()


def looking_since(connection: sa.Connection) -> datetime | None:
    """Return when the very first look was, None before it."""
    found = connection.execute(sa.select(alerts.c.raised_at).where(alerts.c.rule == CURSOR)).scalar()
    return instant(found) if found else None


def set_looked_at(trail: Trail, seq: int, at: datetime) -> None:
    """Remember how far the trail has been looked at."""
    if trail.run(_MOVE_CURSOR, {"seq": seq}).rowcount:
        return
    empty = {"subject": "", "severity": "", "area_id": None, "equipment_id": None, "first_seq": None, "detail": "{}"}
    when = dict.fromkeys(("raised_at", "last_at"), timestamp(at))
    row = {**empty, **when, "rule": CURSOR, "times": 0, "last_seq": seq}
    trail.run(_ADD, {f"new_{name}": value for name, value in row.items()})


def open_alerts(connection: sa.Connection, *, areas: Iterable[str] = (), severity: str = "") -> list[Alert]:
    """Return what still calls for somebody, the gravest first and then the oldest.

    `areas` and `severity` narrow it down; what belongs to no area concerns every area.
    """
    wanted = sa.select(alerts).where(
        _OF_ALERTS,
        alerts.c.handled_seq.is_(None),
        sa.or_(alerts.c.ended_at.is_(None), alerts.c.rule.in_(sorted(TO_HANDLE))),
        *_narrowed(areas, severity),
    )
    found = map(_alert, connection.execute(wanted))
    return sorted(found, key=lambda alert: (RANK[alert.severity], alert.raised_at, alert.id))


def count_open(connection: sa.Connection) -> dict[str, int]:
    """Return how many alerts still call for somebody, by severity."""
    counted = dict.fromkeys(RANK, 0)
    for alert in open_alerts(connection):
        counted[alert.severity] += 1
    return counted


def past_alerts(
    connection: sa.Connection, since: datetime, limit: int, *, areas: Iterable[str] = (), severity: str = ""
) -> list[Alert]:
    """Return what is over or handled since an instant, the newest first."""
    over = sa.or_(
        alerts.c.handled_seq.is_not(None),
        sa.and_(alerts.c.ended_at.is_not(None), alerts.c.rule.not_in(sorted(TO_HANDLE))),
    )
    wanted = (
        sa.select(alerts)
        .where(_OF_ALERTS, over, alerts.c.last_at >= timestamp(since), *_narrowed(areas, severity))
        .order_by(alerts.c.id.desc())
        .limit(limit)
    )
    return [_alert(row) for row in connection.execute(wanted)]


def alerts_between(connection: sa.Connection, since: datetime, until: datetime) -> list[Alert]:
    """Return what was raised from an instant to another, the oldest first."""
    wanted = sa.select(alerts).where(
        _OF_ALERTS, alerts.c.raised_at >= timestamp(since), alerts.c.raised_at < timestamp(until)
    )
    return [_alert(row) for row in connection.execute(wanted.order_by(alerts.c.id))]


def _narrowed(areas: Iterable[str], severity: str) -> list[sa.ColumnElement[bool]]:
    named = sorted(areas)
    found: list[sa.ColumnElement[bool]] = []
    if named:
        found.append(sa.or_(alerts.c.area_id.is_(None), alerts.c.area_id.in_(named)))
    if severity:
        found.append(alerts.c.severity == severity)
    return found


def _alert(row: Any) -> Alert:
    id_, rule, subject, severity, area, equipment, raised, last, *rest = row
    times, first_seq, last_seq, detail, ended, handled = rest
    return Alert(
        id=id_,
        rule=rule,
        subject=subject,
        severity=severity,
        area_id=area,
        equipment_id=equipment,
        raised_at=instant(raised),
        last_at=instant(last),
        times=times,
        first_seq=first_seq,
        last_seq=last_seq,
        detail=json.loads(detail),
        ended_at=instant(ended) if ended else None,
        handled_seq=handled,
    )


def _text(detail: Detail) -> str:
    return json.dumps(dict(detail), ensure_ascii=False, sort_keys=True)
