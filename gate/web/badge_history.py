"""What happened to badges, out of their versions and the entries that made them: one badge's story, the lendings."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gate.core.audit import Kind
from gate.entries import last_four
from gate.store.equipment_facts import instant
from gate.store.schema import accounts, audit_trail, badge_assignments, badges, people

MOST = 100
"""Lendings on the page: more than a month of a plant that lends three a day."""

WORDS = {
    "badge_enrolled": "badge_h_enrolled",
    "badge_lost": "badge_h_lost",
    "badge_returned": "badge_h_returned",
    "badge_replaced": "badge_h_replaced",
}


@dataclass(frozen=True, slots=True)
class Happening:
    """One change of a badge: `what` is the key of its word, `person` whose it was or became."""

    seq: int
    at: datetime
    what: str
    person_id: str
    person: str
    by: str
    why: str
    until_at: datetime | None
    identity: str
    typed: bool
    signed: bool


@dataclass(frozen=True, slots=True)
class Lending:
    """One lending of a pool badge; `back_at` is when it was handed in before its end."""

    badge_id: str
    last4: str
    person_id: str
    person: str
    by: str
    from_at: datetime
    until_at: datetime
    back_at: datetime | None
    seq: int


def history(engine: sa.Engine, badge_id: str) -> list[Happening]:
    """Return everything that was changed about a badge, newest first."""
    with engine.connect() as connection:
        states = connection.execute(sa.select(badges).where(badges.c.id == badge_id)).all()
        given = connection.execute(sa.select(badge_assignments).where(badge_assignments.c.id == badge_id)).all()
        entries = _entries(connection, _numbers((*states, *given)))
        names = _names(connection)
    return [_happening(seq, entries[seq], given, names) for seq in sorted(entries, reverse=True)]


def last_four_of(engine: sa.Engine, badge_id: str) -> str | None:
    """Return the last 4 of a badge that is or was on record, None for no badge."""
    wanted = sa.select(badges.c.number).where(badges.c.id == badge_id).order_by(badges.c.version.desc()).limit(1)
    with engine.connect() as connection:
        number = connection.execute(wanted).scalar()
    return last_four(number) if number else None


def lendings(engine: sa.Engine) -> list[Lending]:
    """Return what was lent, newest first."""
    lent = (
        sa.select(badge_assignments)
        .where(badge_assignments.c.until_at.is_not(None))
        .order_by(badge_assignments.c.version.desc())
        .limit(MOST)
    )
    with engine.connect() as connection:
        rows = connection.execute(lent).all()
        entries = _entries(connection, _numbers(rows))
        names = _names(connection)
        last4 = {row.id: last_four(row.number) or "" for row in connection.execute(_NUMBERS)}
    return [_lending(row, entries, names, last4) for row in rows if row.known_from in entries]


def _lending(
    row: Any, entries: Mapping[int, dict[str, Any]], names: Mapping[str, str], last4: Mapping[str, str]
) -> Lending:
    until_at, said = instant(row.until_at), entries[row.known_from]
    ended = instant(entries[row.known_to]["at"]) if row.known_to in entries else None
    return Lending(
        badge_id=row.id,
        last4=last4.get(row.id, ""),
        person_id=row.person_id,
        person=names.get(row.person_id, row.person_id),
        by=names.get(said.get("by", ""), said.get("by", "")),
        from_at=instant(said["at"]),
        until_at=until_at,
        back_at=ended if ended and ended < until_at else None,
        seq=row.known_from,
    )


def _happening(seq: int, said: dict[str, Any], given: Iterable[Any], names: Mapping[str, str]) -> Happening:
    new = said["new"] if isinstance(said.get("new"), dict) else {}
    there = [row for row in given if row.known_from <= seq and (row.known_to is None or row.known_to >= seq)]
    person = said.get("person") or (there[-1].person_id if there else "")
    by = said.get("by", "")
    return Happening(
        seq=seq,
        at=instant(said["at"]),
        what=_what(said, new),
        person_id=person,
        person=names.get(person, person),
        by=names.get(by, by),
        why=said.get("why", ""),
        until_at=instant(new["until_at"]) if "until_at" in new else None,
        identity=new.get("identity", ""),
        typed=new.get("read") == "typed",
        signed="signatures" in (said.get("detail") or {}),
    )


def _what(said: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """A signed entry says by what it changes; the others by their own word; a load by its kind."""
    if said["kind"] != Kind.CHANGE.value:
        return "badge_h_loaded"
    if "until_at" in new:
        return "badge_h_lent"
    word = WORDS.get((said.get("detail") or {}).get("what", ""))
    if word is None:
        found = (said.get("old") or {}).get("state") == "lost"
        return "badge_h_found" if found else "badge_h_changed"
    return word


def _numbers(rows: Iterable[Any]) -> set[int]:
    return {seq for row in rows for seq in (row.known_from, row.known_to) if seq is not None}


def _entries(connection: sa.Connection, seqs: set[int]) -> dict[int, dict[str, Any]]:
    if not seqs:
        return {}
    wanted = sa.select(audit_trail.c.seq, audit_trail.c.data).where(audit_trail.c.seq.in_(sorted(seqs)))
    return {row.seq: json.loads(row.data) for row in connection.execute(wanted)}


def _names(connection: sa.Connection) -> dict[str, str]:
    """Return names by person id; whoever has an account and no badge has a name too."""
    of_accounts = connection.execute(sa.select(accounts.c.person_id, accounts.c.name).order_by(accounts.c.version))
    of_people = connection.execute(sa.select(people.c.id, people.c.name).order_by(people.c.version))
    return {row[0]: row[1] for rows in (of_accounts, of_people) for row in rows}


_NUMBERS = sa.select(badges.c.id, badges.c.number).order_by(badges.c.version)
