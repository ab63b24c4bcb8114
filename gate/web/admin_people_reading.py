"""What the pages of people read: the list, one person with badges, suspensions and where somebody is signed in."""

import unicodedata
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from gate.core.terms import BadgeState, PersonState
from gate.store.schema import badge_assignments, badges, equipment_uses, people, suspensions, use_members

PAGE = 50


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person of the list."""

    id: str
    name: str
    kind: str
    state: str
    language: str
    badges: int
    """Badges that work."""
    suspended: bool


@dataclass(frozen=True, slots=True)
class BadgeRow:
    """A badge that somebody carries; `last4` are all that is shown of its number."""

    id: str
    last4: str
    state: str
    expires_on: str | None


def people_like(engine: sa.Engine, asked: str, state: str) -> list[PersonRow]:
    """Return the people whose id or name holds what is asked, whatever the accents and capitals, in order of names.

    `state` is a person's state, `suspended`, or empty for all.
    """
    with engine.connect() as connection:
        rows = connection.execute(sa.select(people).where(people.c.known_to.is_(None))).all()
        working: dict[str, int] = {row[0]: row[1] for row in connection.execute(_WORKING)}
        barred = set(connection.execute(_BARRED).scalars())
    wanted = plain(asked)
    found = [_row(row, working, barred) for row in rows if wanted in plain(row.id) or wanted in plain(row.name)]
    chosen = [row for row in found if not state or state == row.state or (state == "suspended" and row.suspended)]
    return sorted(chosen, key=lambda row: (plain(row.name), row.id))


def person(engine: sa.Engine, person_id: str) -> Any | None:
    """Return what is known of a person now, None for nobody."""
    with engine.connect() as connection:
        wanted = sa.select(people).where(people.c.id == person_id, people.c.known_to.is_(None))
        return connection.execute(wanted).one_or_none()


def name_of(engine: sa.Engine, person_id: str | None) -> str:
    """Return a person's name, the id where nobody of it is known, empty for None."""
    found = person(engine, person_id) if person_id else None
    return str(found.name) if found else person_id or ""


def badges_of(engine: sa.Engine, person_id: str) -> list[BadgeRow]:
    """Return the badges that a person carries."""
    wanted = (
        sa.select(badges)
        .join(badge_assignments, badge_assignments.c.id == badges.c.id)
        .where(
            badges.c.known_to.is_(None),
            badge_assignments.c.known_to.is_(None),
            badge_assignments.c.person_id == person_id,
        )
        .order_by(badges.c.id)
    )
    with engine.connect() as connection:
        return [BadgeRow(row.id, row.number[-4:], row.state, row.expires_on) for row in connection.execute(wanted)]


def suspensions_of(engine: sa.Engine, person_id: str | None = None) -> list[Any]:
    """Return the suspensions that stand, of one person or of all, the newest first."""
    wanted = sa.select(suspensions).where(suspensions.c.known_to.is_(None)).order_by(suspensions.c.version.desc())
    if person_id is not None:
        wanted = wanted.where(suspensions.c.person_id == person_id)
    with engine.connect() as connection:
        return list(connection.execute(wanted))


def signed_in_at(engine: sa.Engine, person_id: str) -> list[str]:
    """Return the equipment that a person uses now."""
    wanted = (
        sa.select(equipment_uses.c.equipment_id)
        .join(use_members, use_members.c.use_id == equipment_uses.c.id)
        .where(
            use_members.c.person_id == person_id,
            use_members.c.left_seq.is_(None),
            equipment_uses.c.ended_seq.is_(None),
        )
        .order_by(equipment_uses.c.equipment_id)
    )
    with engine.connect() as connection:
        return list(connection.execute(wanted).scalars())


def plain(text: str) -> str:
    """Return the text as it is looked for: without accents and capitals."""
    split = unicodedata.normalize("NFKD", text)
    return "".join(char for char in split if not unicodedata.combining(char)).casefold()


def _row(row: Any, working: dict[str, int], barred: set[str]) -> PersonRow:
    here = row.id in barred and row.state != PersonState.INACTIVE.value
    return PersonRow(row.id, row.name, row.kind, row.state, row.language, working.get(row.id, 0), here)


_WORKING = (
    sa.select(badge_assignments.c.person_id, sa.func.count())
    .join(badges, badges.c.id == badge_assignments.c.id)
    .where(
        badges.c.known_to.is_(None), badge_assignments.c.known_to.is_(None), badges.c.state == BadgeState.ACTIVE.value
    )
    .group_by(badge_assignments.c.person_id)
)
_BARRED = sa.select(suspensions.c.person_id).where(suspensions.c.known_to.is_(None)).distinct()
