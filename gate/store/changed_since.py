"""Find the entries that later ones changed, by the table of `core/changed_since.py`, in short read transactions.

What is kept is two numbers and a word for each change, so a trail of a million entries costs what was changed in it.
"""

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

import sqlalchemy as sa
from pyroaring import BitMap64

from gate.core.audit import Kind
from gate.core.changed_since import REFERRING, VERSIONED, What, change_by_reference, change_of_version
from gate.store.entry_reading import ANSWERED_WITHIN, EntryRow
from gate.store.lots_schema import LOT_TABLES
from gate.store.schema import KNOWN_TABLES, audit_trail
from gate.store.trail_bytes import said_of
from gate.store.trail_lines import NAMED, lines_of

VERSIONS = 5000
"""Versions of a table looked at in one read transaction."""

Pair = tuple[int, int, What]
"""The entry that was changed, the one that changed it, and what that did."""

By = tuple[int, What]

TABLES = tuple(table for table in (*KNOWN_TABLES, *LOT_TABLES) if table.name in VERSIONED)
_WHATS = tuple(What)


class Changes:
    """Which entries were changed by which later ones; asked by number, a million times without growing."""

    def __init__(self, pairs: Iterable[Pair]) -> None:
        found = sorted(set(pairs))
        self.changed = BitMap64(seq for seq, _, _ in found)
        """The numbers of the entries that were changed."""
        self._seqs = array("q", (seq for seq, _, _ in found))
        self._by = array("q", (by for _, by, _ in found))
        self._what = bytes(_WHATS.index(what) for _, _, what in found)

    def of(self, seq: int) -> Sequence[By]:
        """Return what changed an entry, oldest first; empty: nothing did."""
        if seq not in self.changed:
            return ()
        place = bisect_left(self._seqs, seq)
        found: list[By] = []
        while place < len(self._seqs) and self._seqs[place] == seq:
            found.append((self._by[place], _WHATS[self._what[place]]))
            place += 1
        return found


def changes_until(
    engine: sa.Engine, head: int, referring: Iterable[int] = (), *, from_seq: int | None = None
) -> Changes:
    """Return every change up to the entry `head`; what came later is none.

    `referring` are the numbers of the entries from `from_seq` on that are of the kinds in `REFERRING`, in order, as the
    search index has them; the entries before it are looked at one by one. None: all of them are.
    """
    unknown = _of_kinds(engine, head if from_seq is None else min(head, from_seq - 1))
    return Changes([*_by_version(engine, head), *_by_reference(engine, head, chain(unknown, referring))])


def changes_to(connection: sa.Connection, entry: EntryRow, head: int) -> Sequence[By]:
    """Return what changed one entry, up to the entry `head`, oldest first."""
    versions = {
        (entry.seq, to, table.name)
        for table in TABLES
        for (to,) in connection.execute(
            sa.select(table.c.known_to).where(table.c.known_from == entry.seq, table.c.known_to <= head).distinct()
        )
    }
    wanted = sa.select(audit_trail.c.seq, audit_trail.c.data)
    later = {to for _, to, _ in versions}
    lines = connection.execute(wanted.where(audit_trail.c.seq.in_(sorted(later)))).all()
    referring = wanted.where(audit_trail.c.seq > entry.seq, audit_trail.c.seq <= head, _kinds(REFERRING))
    follow = referring.where(audit_trail.c.ref_seq == entry.seq)
    near = follow.where(audit_trail.c.seq <= entry.seq + ANSWERED_WITHIN)
    rows = [*connection.execute(near)]
    if isinstance(person := entry.said.get("person"), str):
        rows += connection.execute(follow.where(audit_trail.c.person_id == person))
    told = ((seq, change_by_reference(said_of(data) or {})) for seq, data in rows)
    found = [*_told(versions, ((seq, data) for seq, data in lines))]
    return Changes([*found, *((entry.seq, seq, what) for seq, what in told if what is not None)]).of(entry.seq)


def _kinds(kinds: Iterable[Kind]) -> sa.ColumnElement[bool]:
    return audit_trail.c.kind.in_(sorted(kind.value for kind in kinds))


def _by_version(engine: sa.Engine, head: int) -> Iterator[Pair]:
    found = {(begin, to, table.name) for table in TABLES for begin, to in _ended(engine, table, head)}
    yield from _told(found, lines_of(engine, sorted({to for _, to, _ in found})))


def _of_kinds(engine: sa.Engine, last: int) -> Iterator[int]:
    """Yield the entries up to `last` that may refer to one that they change; only their kinds are read."""
    with engine.connect() as connection:
        for after in range(0, last, VERSIONS):
            here = audit_trail.c.seq.between(after + 1, min(last, after + VERSIONS))
            rows = connection.execute(sa.select(audit_trail.c.seq).where(here, _kinds(REFERRING))).scalars().all()
            connection.rollback()
            yield from rows


def _ended(engine: sa.Engine, table: sa.Table, head: int) -> Iterator[tuple[int, int]]:
    """Yield since when and until when each version was known that ended by `head`."""
    wanted = sa.select(table.c.known_from, table.c.known_to).where(table.c.known_to <= head).distinct()
    with engine.connect() as connection:
        last = connection.execute(sa.select(sa.func.max(table.c.version))).scalar() or 0
        connection.rollback()
        for after in range(0, last, VERSIONS):
            here = table.c.version.between(after + 1, after + VERSIONS)
            rows = connection.execute(wanted.where(here)).all()
            connection.rollback()
            yield from ((begin, to) for begin, to in rows)


def _told(versions: Iterable[tuple[int, int, str]], lines: Iterable[tuple[int, str]]) -> Iterator[Pair]:
    """Yield what the entries that ended these versions did, as they say themselves."""
    ended = defaultdict(list)
    for begin, to, table in versions:
        ended[to].append((begin, table))
    for to, data in lines:
        said = said_of(data) or {}
        for begin, table in ended[to]:
            what = change_of_version(said, table)
            if what is not None and begin < to:
                yield begin, to, what


_ONLY_SIGNED = sa.case((audit_trail.c.kind == Kind.SIGN.value, audit_trail.c.data))
_REFERRING = sa.select(audit_trail.c.seq, audit_trail.c.kind, audit_trail.c.ref_seq, _ONLY_SIGNED)


def _by_reference(engine: sa.Engine, head: int, referring: Iterable[int]) -> Iterator[Pair]:
    waiting = iter(referring)
    with engine.connect() as connection:
        while some := list(islice(waiting, NAMED)):
            here = audit_trail.c.seq.in_([seq for seq in some if seq <= head])
            rows = connection.execute(_REFERRING.where(here, audit_trail.c.ref_seq.is_not(None))).all()
            connection.rollback()
            for seq, kind, ref, data in rows:
                what = change_by_reference((said_of(data) or {}) if data else {"kind": kind})
                if what is not None and ref < seq:
                    yield ref, seq, what
