"""Badges and whose they are, in the open transaction: by id, by number, by the mark of a number nobody owns."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gate.core.audit import timestamp
from gate.core.terms import BadgeState
from gate.store import registry
from gate.store.audit_trail import Trail
from gate.store.registry import Values
from gate.store.schema import badge_assignments, badges, people, unknown_badges


@dataclass(frozen=True, slots=True)
class HeldBadge:
    """What was last known of a badge; `known` False: it was taken off the records since."""

    id: str
    values: Values
    known: bool
    person_id: str | None
    until_at: datetime | None

    @property
    def number(self) -> str:
        """The lossless number; it leaves the records by its last 4 only."""
        return str(self.values["number"])

    @property
    def state(self) -> BadgeState:
        """What is known of the badge itself."""
        return BadgeState(str(self.values["state"]))

    @property
    def pool(self) -> bool:
        """Whether it is lent for hours at a time."""
        return bool(self.values["pool"])

    def owner(self, at: datetime) -> str | None:
        """Return whose it is at an instant; a lending that has ended and a returned badge are nobody's."""
        over = self.until_at is not None and at >= self.until_at
        return None if over or not self.known or self.state is BadgeState.RETURNED else self.person_id


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Somebody who may carry a badge."""

    id: str
    name: str
    active: bool


def badge_of_id(trail: Trail, badge_id: str) -> HeldBadge | None:
    """Return what was last known of the badge with this id."""
    return _held(trail, trail.run(_BY_ID, {"of_id": badge_id}).fetchone())


def badge_of_number(trail: Trail, number: str) -> HeldBadge | None:
    """Return what was last known of the badge with this number, so that one number keeps one badge id for ever."""
    return _held(trail, trail.run(_BY_NUMBER, {"of_number": number}).fetchone())


def person_of_id(trail: Trail, person_id: str) -> KnownPerson | None:
    """Return somebody as known now."""
    found = registry.current(trail, people, person_id)
    return KnownPerson(person_id, found["name"], found["state"] != "inactive") if found else None


def put_badge(trail: Trail, badge_id: str, values: Values, seq: int) -> None:
    """Make this what is known of the badge from the entry `seq` on."""
    registry.put(trail, badges, badge_id, values, seq)


def give_badge(trail: Trail, badge_id: str, person_id: str, until_at: datetime | None, seq: int) -> None:
    """Let it be this person's from the entry `seq` on; `until_at` (UTC) ends it by itself."""
    until = timestamp(until_at) if until_at else None
    registry.put(trail, badge_assignments, badge_id, {"person_id": person_id, "until_at": until}, seq)


def take_badge(trail: Trail, badge_id: str, seq: int) -> None:
    """Let it be nobody's from the entry `seq` on."""
    registry.close(trail, badge_assignments, badge_id, seq)


def number_of_mark(trail: Trail, mark: str) -> str | None:
    """Return the number behind the mark of an entry, None when it was purged or is somebody's by now."""
    row = trail.run(_NUMBER, {"of_mark": mark}).fetchone()
    return str(row[0]) if row else None


def forget_number(trail: Trail, number: str) -> None:
    """Remove a number from those that nobody owns: it stands with its badge now."""
    trail.run(_FORGET, {"of_number": number})


def _held(trail: Trail, row: Any) -> HeldBadge | None:
    if row is None:
        return None
    names = registry.known_columns(badges)
    given = registry.current(trail, badge_assignments, row[0])
    until = given["until_at"] if given else None
    return HeldBadge(
        id=row[0],
        values=dict(zip(names, row[2:], strict=True)),
        known=row[1] is None,
        person_id=given["person_id"] if given else None,
        until_at=datetime.fromisoformat(until) if until else None,
    )


_LAST = (
    sa.select(badges.c.id, badges.c.known_to, *(badges.c[name] for name in registry.known_columns(badges)))
    .order_by(badges.c.version.desc())
    .limit(sa.literal_column("1"))
)
_BY_ID = _LAST.where(badges.c.id == sa.bindparam("of_id"))
_BY_NUMBER = _LAST.where(badges.c.number == sa.bindparam("of_number"))
_NUMBER = sa.select(unknown_badges.c.number).where(unknown_badges.c.badge_hmac == sa.bindparam("of_mark"))
_FORGET = sa.delete(unknown_badges).where(unknown_badges.c.number == sa.bindparam("of_number"))
