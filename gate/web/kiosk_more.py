"""What a kiosk reads beside the state of its machines: what can be chosen, who can help, what was asked and granted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from gate.core.roles import Role
from gate.core.terms import Operation
from gate.settings import Settings
from gate.store import kiosk_rows
from gate.store.duty_rows import Duty, areas_with_duties, delegates_now, on_duty


@dataclass(frozen=True, slots=True)
class More:
    """Beside one machine; times in UTC."""

    others: tuple[Operation, ...] = ()
    """What can be chosen besides the usual operation."""
    usual: Operation = Operation.USE
    chosen: tuple[Operation, datetime] | None = None
    """What the next badge is for, until when."""
    supervisors: tuple[str, ...] = ()
    qa: tuple[str, ...] = ()
    """Who is on duty for the area; delegates of QA are everywhere."""
    has_duties: bool = False
    """Whether this site keeps duties for the area: else nobody on duty says nothing."""
    asked_at: datetime | None = None
    told: tuple[str, ...] = ()
    granted_until: datetime | None = None
    granted_at: datetime | None = None


NOTHING_MORE = More()

Answered = tuple[int, str | None]
"""Number and person of the last answer at a machine."""


def more_of(
    connection: sa.Connection, settings: Settings, answers: Mapping[str, Answered | None], now: datetime
) -> dict[str, More]:
    """Return what there is beside each machine, in a handful of short reads for all of them together."""
    places = kiosk_rows.places(connection, now)
    waiting = kiosk_rows.operations_waiting(connection, now)
    duties, delegates = on_duty(connection, now), delegates_now(connection, now)
    used = areas_with_duties(connection)
    found = {}
    for name, answer in answers.items():
        place = places.get(name)
        if place is None:
            continue
        mine = [duty for duty in duties if duty.area_id == place.area_id]
        asked = kiosk_rows.asked_since(connection, name, answer[0]) if answer else None
        granted = _granted(connection, name, answer, now)
        found[name] = More(
            others=place.others,
            usual=place.usual,
            chosen=_chosen(settings, name, waiting),
            supervisors=_names(mine, Role.SUPERVISOR),
            qa=(*_names(mine, Role.QA), *delegates),
            has_duties=place.area_id in used,
            asked_at=asked.at if asked else None,
            told=tuple(dict.fromkeys(duty.name for duty in duties if asked and duty.person_id in asked.told)),
            granted_until=granted[0] if granted else None,
            granted_at=granted[1] if granted else None,
        )
    return found


def _granted(
    connection: sa.Connection, name: str, answer: Answered | None, now: datetime
) -> tuple[datetime, datetime] | None:
    if answer is None or answer[1] is None:
        return None
    return kiosk_rows.granted_since(connection, answer[1], name, answer[0], now)


def _chosen(
    settings: Settings, name: str, waiting: Mapping[str, tuple[Operation, datetime]]
) -> tuple[Operation, datetime] | None:
    mine = (reader.name for line in settings.line for reader in line.reader if reader.equipment == name)
    return next((waiting[reader] for reader in mine if reader in waiting), None)


def _names(duties: Iterable[Duty], role: Role) -> tuple[str, ...]:
    return tuple(dict.fromkeys(duty.name for duty in duties if role in duty.roles))
