"""Read the entries that a review covers: where periods end, and their entries in pages of short transactions."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime

import sqlalchemy as sa

from gate.core.audit import NO_LEAF, Kind
from gate.core.exception_memory import Said
from gate.store.equipment_facts import instant
from gate.store.schema import audit_trail
from gate.store.trail_bytes import said_of

PAGE = 5000
"""Rows in one read transaction: a longer one would let the write-ahead log grow."""

BEFORE = 2000
"""Entries before a period that are read too: what was going on when it began."""

STARTED_WITHIN = 50_000
"""Entries in which the last start before a period is looked for."""

LOOKED_AT = 10
"""Entries that are read at once to find one whose clock was trusted: nearly always the first."""

MEANINGLESS = (Kind.ACTUATED.value,)
"""Kinds that no rule looks at: half of all entries."""

Connect = Callable[[], AbstractContextManager[sa.Connection]]


class UnreadableEntryError(Exception):
    """An entry's stored text is no entry; the trail must be verified before anything is reviewed."""


def entries_between(connect: Connect, first: int, last: int) -> Iterator[Said]:
    """Yield what the entries between two numbers say, both included, in order of number.

    Raises:
        UnreadableEntryError: one of them cannot be read.
    """
    wanted = (
        sa.select(audit_trail.c.seq, audit_trail.c.data)
        .where(audit_trail.c.seq > sa.bindparam("after"), audit_trail.c.seq <= last)
        .where(audit_trail.c.kind.not_in(MEANINGLESS))
        .order_by(audit_trail.c.seq)
        .limit(PAGE)
    )
    after = first - 1
    while True:
        with connect() as connection:
            rows = connection.execute(wanted, {"after": after}).all()
        for row in rows:
            said = said_of(row.data)
            if said is None:
                raise UnreadableEntryError(f"entry {row.seq} cannot be read; run: gate verify --full")
            yield said
        if len(rows) < PAGE:
            return
        after = rows[-1].seq


def count_between(connect: Connect, first: int, last: int) -> int:
    """Return how many entries stand between two numbers, both included."""
    wanted = sa.select(sa.func.count()).select_from(audit_trail)
    found, start = 0, first
    while start <= last:
        end = min(last, start + 100 * PAGE - 1)
        with connect() as connection:
            found += connection.execute(wanted.where(audit_trail.c.seq.between(start, end))).scalar_one()
        start = end + 1
    return found


def leaf_of(connect: Connect, seq: int) -> bytes:
    """Return the leaf of an entry."""
    with connect() as connection:
        found = connection.execute(sa.select(audit_trail.c.leaf).where(audit_trail.c.seq == seq)).scalar()
    return found or NO_LEAF


def config_before(connect: Connect, seq: int) -> str:
    """Return the SHA-256 of the configuration at the last start before an entry, empty where none is found."""
    wanted = (
        sa.select(audit_trail.c.data)
        .where(audit_trail.c.seq < seq, audit_trail.c.seq >= seq - STARTED_WITHIN)
        .where(audit_trail.c.kind == Kind.START.value)
        .order_by(audit_trail.c.seq.desc())
        .limit(1)
    )
    with connect() as connection:
        data = connection.execute(wanted).scalar()
    said = said_of(data) if data else None
    return str((said.get("detail") or {}).get("config_sha256", "")) if said else ""


def first_since(connect: Connect, after: int, head: int, at: datetime) -> int | None:
    """Return the first entry behind `after` that was made at an instant or later, None if there is none up to `head`.

    Looked for by halving, as times follow the numbers but for a clock that was set back. What was recorded while the
    clock was not trusted says nothing about the time, so the next entry with a trusted clock is asked instead.
    """
    low, high = after + 1, head + 1
    while low < high:
        middle = (low + high) // 2
        seq, made_at = _trusted_from(connect, middle, high)
        if made_at is not None and made_at < at:
            low = seq + 1
        else:
            high = middle
    return low if low <= head and _is_since(connect, low, head, at) else None


def _is_since(connect: Connect, seq: int, head: int, at: datetime) -> bool:
    made_at = _trusted_from(connect, seq, head + 1)[1]
    return made_at is not None and made_at >= at


def _trusted_from(connect: Connect, seq: int, before: int) -> tuple[int, datetime | None]:
    """Return the first entry from a number on whose clock was trusted, and its time; None if there is none."""
    wanted = (
        sa.select(audit_trail.c.seq, audit_trail.c.at, audit_trail.c.data)
        .where(audit_trail.c.seq >= sa.bindparam("from"), audit_trail.c.seq < before)
        .order_by(audit_trail.c.seq)
        .limit(LOOKED_AT)
    )
    start = seq
    while True:
        with connect() as connection:
            rows = connection.execute(wanted, {"from": start}).all()
        for row in rows:
            said = said_of(row.data)
            if said is not None and not said["clock"].endswith(":untrusted"):
                return row.seq, instant(row.at)
        if len(rows) < LOOKED_AT:
            return before - 1, None
        start = rows[-1].seq + 1
