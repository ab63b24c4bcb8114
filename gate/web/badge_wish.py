"""What a page asked a reader for: whose badge is to come; it stands with the request, so no form can change it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

import sqlalchemy as sa

from gate.badge_enrolment import Identity, NewBadge
from gate.store.reader_requests import ReaderRequest, RequestKind, read_request


@dataclass(frozen=True, slots=True)
class Wish:
    """One enrolment: for whom (empty: the pool), how identity is checked, what it replaces, and whether to go on."""

    reader: str
    person: str = ""
    how: str = ""
    replaces: str = ""
    going_on: bool = False

    def text(self) -> str:
        """Return it as it stands with the request; the reader stands there anyway."""
        return json.dumps(asdict(replace(self, reader="")))

    def new_badge(self, result: Mapping[str, object], *, confirmed: bool) -> NewBadge:
        """Return what is to be enrolled for the badge that was held out."""
        return NewBadge(
            person_id=self.person,
            identity=self.how if confirmed and self.person else "",
            reader=self.reader,
            badge=str(result.get("badge") or ""),
            mark=str(result.get("mark") or ""),
            replaces=self.replaces,
            why="replacement" if self.replaces else "enrolment",
        )


def wish_of(engine: sa.Engine, request_id: int, account_id: str) -> tuple[ReaderRequest, Wish] | None:
    """Return a request of this account with what it is for; None: it is another's, forgotten, or no enrolment."""
    with engine.connect() as connection:
        found = read_request(connection, request_id)
    if found is None or found.kind is not RequestKind.IDENTIFY or found.asked_by != account_id:
        return None
    try:
        said = json.loads(found.about)
    except ValueError:
        return None
    if not isinstance(said, dict) or said.keys() != asdict(Wish("")).keys():
        return None
    return found, Wish(**{**said, "reader": found.reader})


def is_way(how: str) -> bool:
    """Whether this is one of the ways to check an identity."""
    return how in frozenset(Identity)
