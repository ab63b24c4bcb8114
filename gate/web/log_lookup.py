"""What the access log looks up in the records: people by name, overrides by reference, what there is to choose from."""

from collections.abc import Iterable
from typing import NamedTuple

import sqlalchemy as sa

from gate.core.log_terms import Field, Term
from gate.store.schema import accounts, equipment, overrides, people

MOST_PEOPLE = 50
"""People that one name may stand for."""
MOST_MACHINES = 1000


class People(NamedTuple):
    """Whom a typed name or id may mean: ids of people and of their accounts; `many`: more than are looked up."""

    ids: frozenset[str]
    accounts: frozenset[str]
    many: bool = False

    @property
    def terms(self) -> frozenset[Term]:
        """Return what finds the entries about them and by them."""
        about = {Term(Field.PERSON, id_) for id_ in self.ids}
        return frozenset(about | {Term(Field.BY, id_) for id_ in (*self.ids, *self.accounts)})


def people_like(connection: sa.Connection, text: str) -> People:
    """Return the people who have this id, or whose name, now or once, holds the text."""
    wanted = sa.select(people.c.id).where(sa.func.lower(people.c.id) == text.lower()).distinct()
    ids = set(connection.execute(wanted).scalars())
    if not ids:
        named = sa.select(people.c.id, people.c.name).where(people.c.name.icontains(text, autoescape=True))
        ids = {row.id for row in connection.execute(named.limit(20 * MOST_PEOPLE))}
    owned = sa.select(accounts.c.id, accounts.c.person_id).where(
        sa.or_(
            accounts.c.person_id.in_(sorted(ids)[: MOST_PEOPLE + 1]),
            sa.func.lower(accounts.c.id) == text.lower(),
            accounts.c.name.icontains(text, autoescape=True),
        )
    )
    rows = connection.execute(owned.limit(20 * MOST_PEOPLE)).all()
    found = ids | {row.person_id for row in rows}
    return People(frozenset(found), frozenset(row.id for row in rows), len(found) > MOST_PEOPLE)


def override_terms(connection: sa.Connection, text: str) -> frozenset[Term]:
    """Return what finds the entries about an override and by it, from its id or its reference; empty: there is none."""
    wanted = sa.select(overrides.c.id).where(
        sa.or_(sa.func.lower(overrides.c.id) == text.lower(), sa.func.lower(overrides.c.reference) == text.lower())
    )
    ids = sorted(set(connection.execute(wanted.limit(200)).scalars()))
    versions = sa.select(overrides.c.version).where(overrides.c.id.in_(ids))
    by = {Term(Field.OVERRIDE, str(version)) for version in connection.execute(versions).scalars()}
    return frozenset(by | {Term(Field.SUBJECT, f"override:{id_}") for id_ in ids})


def machines(connection: sa.Connection) -> list[tuple[str, str]]:
    """Return id and newest name of every machine there ever was."""
    wanted = sa.select(equipment.c.id, equipment.c.name).order_by(equipment.c.version).limit(20 * MOST_MACHINES)
    return sorted({row.id: row.name for row in connection.execute(wanted)}.items())


def names_of_accounts(connection: sa.Connection, ids: Iterable[str]) -> dict[str, str]:
    """Return the newest printed names of accounts."""
    wanted = sa.select(accounts.c.id, accounts.c.name).where(accounts.c.id.in_(sorted(set(ids))))
    return {row.id: row.name for row in connection.execute(wanted.order_by(accounts.c.version))}


def names_of_persons(connection: sa.Connection, ids: Iterable[str]) -> dict[str, str]:
    """Return the newest names of people; who has an account and is no person on record has the account's."""
    asked = sorted(set(ids))
    of_accounts = sa.select(accounts.c.person_id, accounts.c.name).where(accounts.c.person_id.in_(asked))
    of_people = sa.select(people.c.id, people.c.name).where(people.c.id.in_(asked)).order_by(people.c.version)
    found = {row[0]: row[1] for row in connection.execute(of_accounts.order_by(accounts.c.version))}
    return found | {row.id: row.name for row in connection.execute(of_people)}
