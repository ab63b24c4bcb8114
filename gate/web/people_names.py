"""Names for the ids of people in the records, newest known name first: somebody who has left is still named."""

from collections.abc import Collection, Mapping

import sqlalchemy as sa

from gate.store.schema import accounts, people
from gate.web.formats import visible

ASKED_AT_ONCE = 400


def names_of_people(connection: sa.Connection, ids: Collection[str]) -> Mapping[str, str]:
    """Return a name for each id that has one: a person's, else the printed name of an account of that person."""
    wanted = sorted(set(ids))
    found: dict[str, str] = {}
    for start in range(0, len(wanted), ASKED_AT_ONCE):
        part = wanted[start : start + ASKED_AT_ONCE]
        for table, key in ((accounts, accounts.c.person_id), (people, people.c.id)):
            rows = connection.execute(sa.select(key, table.c.name).where(key.in_(part)).order_by(table.c.version))
            found |= {row[0]: row[1] for row in rows}
    return found


def said_name(id_: str | None, names: Mapping[str, str]) -> str:
    """Return a name with its id, the id alone where there is no name; empty for nobody."""
    if not id_:
        return ""
    name = names.get(id_)
    return visible(f"{name} ({id_})" if name else id_)
