"""What the badge pages read: badges with their holders, one badge's history, who has none, and what was lent."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gate.core.terms import BadgeState
from gate.entries import last_four
from gate.store.equipment_facts import instant
from gate.store.schema import audit_trail, badge_assignments, badges, people

LAST4 = 4


@dataclass(frozen=True, slots=True)
class ListedBadge:
    """A badge as known now, with who has it; a lending that has ended is nobody's."""

    id: str
    last4: str
    state: BadgeState
    pool: bool
    person_id: str | None
    person: str
    until_at: datetime | None
    expires_on: str | None
    typed: bool = False
    """Whether its number was typed when it was given to this person: nobody saw the badge at a reader."""

    @property
    def replaceable(self) -> bool:
        """Whether another badge can take its place for its holder."""
        given = self.person_id is not None and not self.pool
        return given and self.state in {BadgeState.ACTIVE, BadgeState.LOST}

    @property
    def returnable(self) -> bool:
        """Whether somebody can hand it in."""
        if self.pool:
            return self.state is BadgeState.ACTIVE and self.person_id is not None
        return self.state in {BadgeState.ACTIVE, BadgeState.REPLACED}

    @property
    def lendable(self) -> bool:
        """Whether it lies in the drawer and serves."""
        return self.pool and self.state is BadgeState.ACTIVE and self.person_id is None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look for; empty: everything."""

    text: str = ""
    state: str = ""
    pool: bool = False
    typed: bool = False


@dataclass(frozen=True, slots=True)
class ListedPerson:
    """An active person and how many good badges they carry."""

    id: str
    name: str
    badges: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """One snapshot of every badge and person, as the pages need them."""

    badges: Mapping[str, ListedBadge]
    people: Mapping[str, ListedPerson]
    """Active people only."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Of everybody who ever was on record."""

    def found(self, wanted: Wanted) -> list[ListedBadge]:
        """Return the badges that fit, by holder; a number is found by exactly its last 4 and by nothing else."""
        text = folded(wanted.text)
        fits = [badge for badge in self.badges.values() if _fits(badge, wanted, text)]
        return sorted(fits, key=lambda badge: (not badge.person, folded(badge.person), badge.id))

    def pool(self) -> list[ListedBadge]:
        """Return the badges that are lent."""
        return [badge for badge in self.badges.values() if badge.pool and badge.state is BadgeState.ACTIVE]

    def without_badge(self) -> list[ListedPerson]:
        """Return the active people who carry no good badge, by name."""
        return sorted((one for one in self.people.values() if not one.badges), key=_by_name)

    def people_like(self, text: str) -> list[ListedPerson]:
        """Return the active people whose id or name holds this, by name."""
        wanted = folded(text)
        fits = (one for one in self.people.values() if wanted in folded(one.name) or wanted in folded(one.id))
        return sorted(fits, key=_by_name)

    def after(self, person_id: str) -> ListedPerson | None:
        """Return who comes next without a badge, in the order of the list; None behind the last."""
        here = self.names.get(person_id, "")
        later = (one for one in self.without_badge() if _by_name(one) > (folded(here), person_id))
        return next(later, None)


def folded(text: str) -> str:
    """Return the text as it is searched: without case and accents."""
    plain = unicodedata.normalize("NFKD", text.strip().casefold())
    return "".join(char for char in plain if not unicodedata.combining(char))


def known(engine: sa.Engine, now: datetime) -> Known:
    """Read every badge and person in one snapshot."""
    with engine.connect() as connection:
        names = {row.id: row.name for row in connection.execute(_NAMES)}
        typed = {row.id for row in connection.execute(_TYPED)}
        listed = {row.id: _badge(row, names, now, typed=row.id in typed) for row in connection.execute(_BADGES)}
        active = [row.id for row in connection.execute(_ACTIVE)]
    carried: dict[str, int] = {}
    for badge in listed.values():
        if badge.person_id and badge.state is BadgeState.ACTIVE and not badge.pool:
            carried[badge.person_id] = carried.get(badge.person_id, 0) + 1
    persons = {one: ListedPerson(one, names[one], carried.get(one, 0)) for one in active}
    return Known(listed, persons, names)


def one_badge(engine: sa.Engine, badge_id: str, now: datetime) -> ListedBadge | None:
    """Read one badge; a page that looks again every second must not read them all."""
    with engine.connect() as connection:
        row = connection.execute(_BADGES.where(badges.c.id == badge_id)).first()
        if row is None:
            return None
        names = {row.person_id: _name(connection, row.person_id)} if row.person_id else {}
        typed = connection.execute(_TYPED.where(badge_assignments.c.id == badge_id)).first() is not None
        return _badge(row, names, now, typed=typed)


def name_of(engine: sa.Engine, person_id: str) -> str:
    """Return a person's last known name, or the id of somebody unknown."""
    with engine.connect() as connection:
        return _name(connection, person_id)


def _name(connection: sa.Connection, person_id: str) -> str:
    wanted = sa.select(people.c.name).where(people.c.id == person_id).order_by(people.c.version.desc()).limit(1)
    return connection.execute(wanted).scalar() or person_id


def _by_name(person: ListedPerson) -> tuple[str, str]:
    return folded(person.name), person.id


def _fits(badge: ListedBadge, wanted: Wanted, text: str) -> bool:
    if (wanted.pool and not badge.pool) or (wanted.typed and not badge.typed):
        return False
    if wanted.state and badge.state.value != wanted.state:
        return False
    of_number = len(text) == LAST4 and text == folded(badge.last4)
    words = (folded(badge.id), folded(badge.person), folded(badge.person_id or ""))
    return of_number or any(text in word for word in words)


def _badge(row: Any, names: Mapping[str, str], now: datetime, *, typed: bool) -> ListedBadge:
    until = instant(row.until_at) if row.until_at else None
    state = BadgeState(row.state)
    over = (until is not None and now >= until) or state is BadgeState.RETURNED
    person = None if over else row.person_id
    return ListedBadge(
        id=row.id,
        last4=last_four(row.number) or "",
        state=state,
        pool=bool(row.pool),
        person_id=person,
        person=names.get(person, person) if person else "",
        until_at=until if person else None,
        expires_on=row.expires_on,
        typed=typed and person is not None,
    )


_NOW = badge_assignments.c.known_to.is_(None)
_BADGES = (
    sa.select(badges, badge_assignments.c.person_id, badge_assignments.c.until_at)
    .select_from(badges.outerjoin(badge_assignments, sa.and_(badge_assignments.c.id == badges.c.id, _NOW)))
    .where(badges.c.known_to.is_(None))
    .order_by(badges.c.id)
)
_TYPED = (
    sa.select(badge_assignments.c.id)
    .select_from(badge_assignments.join(audit_trail, audit_trail.c.seq == badge_assignments.c.known_from))
    .where(_NOW, audit_trail.c.data.contains('"read":"typed"'))
)
"""The entries are in canonical form: quotes inside a text are escaped, so this is only ever the enrolment's word."""
_NAMES = sa.select(people.c.id, people.c.name).order_by(people.c.version)
_ACTIVE = sa.select(people.c.id).where(people.c.known_to.is_(None), people.c.state != "inactive")
