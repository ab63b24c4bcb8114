"""Read the trail row by row as fast as this language can, and say of each row what is wrong with it.

A row that looks right at a glance is right; any other is read in full, and only then called wrong.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any, NamedTuple

import sqlalchemy as sa

from gate.core.audit import NO_LEAF, leaf_hash
from gate.store.schema import audit_trail
from gate.store.statements import Statement
from gate.store.trail_bytes import column_mismatch, plain_form, said_of

PAGE = 1000
"""Rows in one read transaction: a longer one would let the write-ahead log grow, and hold more in memory."""

_T = audit_trail.c
_BEHIND = sa.and_(_T.seq > sa.bindparam("after"), _T.seq <= sa.bindparam("until"))
_WHOLE_ROW = (
    *(_T.seq, _T.data, _T.leaf),
    *(_T.at, _T.badge_id, _T.equipment_id, _T.kind, _T.outcome, _T.person_id),
    *(_T.reader_id, _T.reason),
    *(_T.ref_seq,),
)
"""In the order of the groups of `plain_form`."""

_HASHED = (_T.seq, _T.data, _T.leaf)


class Bad(NamedTuple):
    """An entry that does not hold, and why."""

    seq: int
    what: str


class Page(NamedTuple):
    """Rows in order, and the first number behind them whose row is there but cannot be read."""

    rows: list[Any]
    unreadable: int | None


def pages(engine: sa.Engine, after: int, until: int, *, hash_only: bool) -> Iterator[Page]:
    """Yield the rows behind one entry up to another, each page in a read transaction of its own."""
    columns = _HASHED if hash_only else _WHOLE_ROW
    limited = sa.select(*columns).where(_BEHIND).order_by(_T.seq).limit(sa.bindparam("most"))
    statement = Statement(limited, engine.dialect)
    with closing(engine.raw_connection()) as connection:
        cursor: Any = connection.cursor()
        while after < until:
            try:
                values = {"after": after, "until": until, "most": PAGE}
                page = Page(statement.run(cursor, values).fetchall(), None)
            except engine.dialect.loaded_dbapi.Error:
                page = _one_by_one(engine, columns, after, until)
            yield page
            if page.unreadable is None and not page.rows:
                return
            after = page.unreadable if page.unreadable is not None else page.rows[-1][0]


def _one_by_one(engine: sa.Engine, columns: tuple[sa.Column[Any], ...], after: int, until: int) -> Page:
    """One row whose text is no text, or a page of the file that is no page, makes all rows unreadable: look for it."""
    rows: list[Any] = []
    with engine.connect() as connection:
        for number in _numbers(connection, after, until):
            try:
                row = connection.execute(sa.select(*columns).where(_T.seq == number)).first()
            except sa.exc.DBAPIError:
                return Page(rows, number)
            if row is None:
                break
            rows.append(tuple(row))
    return Page(rows, None)


def _numbers(connection: sa.Connection, after: int, until: int) -> Sequence[int]:
    wanted = sa.select(_T.seq).where(_T.seq > after, _T.seq <= until).order_by(_T.seq).limit(PAGE)
    try:
        return connection.scalars(wanted).all()
    except sa.exc.DBAPIError:
        return range(after + 1, min(after + PAGE, until) + 1)


def fault(row: Any, seq: int, previous: bytes, digest: bytes) -> str | None:
    """Return what is wrong with a row that should be entry `seq` and continue `previous`; `digest` is of its bytes."""
    data, leaf = row[1], row[2]
    if row[0] != seq:
        return "it is missing"
    found = plain_form(data)
    if found is not None and digest == leaf:
        at_glance = found.groups()
        if (
            at_glance[:6] == row[3:9]
            and at_glance[6] == previous.hex()
            and at_glance[7:9] == row[9:11]
            and at_glance[9] == (None if row[11] is None else str(row[11]))
            and at_glance[10] == str(seq)
        ):
            return None
    return _slowly(row, seq, previous, digest)


def holds_by_itself(row: Any) -> bool:
    """Whether a row's number, bytes, hash and columns agree, whatever it continues."""
    said = said_of(row[1])
    if said is None or said["seq"] != row[0] or digest_of(row[1]) != row[2]:
        return False
    return column_mismatch(_Columns(*row), said) is None


def next_row(engine: sa.Engine, seq: int) -> tuple[int, Any] | None:
    """Return the number of the first row from `seq` on, and the row; None for one that cannot be read."""
    with engine.connect() as connection:
        number = connection.execute(sa.select(sa.func.min(_T.seq)).where(_T.seq >= seq)).scalar()
        if number is None:
            return None
        try:
            return number, tuple(connection.execute(sa.select(*_WHOLE_ROW).where(_T.seq == number)).one())
        except sa.exc.DBAPIError:
            return number, None


def _slowly(row: Any, seq: int, previous: bytes, digest: bytes) -> str | None:
    said = said_of(row[1])
    if said is None:
        return "its bytes are not an entry"
    if said["seq"] != seq:
        return f"its bytes are those of entry {said['seq']}"
    if said["prev"] != previous.hex():
        return "it does not continue the chain: the entry before it is not the one it was written after"
    if digest != row[2]:
        return "its bytes do not match its hash"
    mismatch = column_mismatch(_Columns(*row), said)
    return f"its column {mismatch} does not say what its bytes say" if mismatch else None


class _Columns(NamedTuple):
    seq: int
    data: str
    leaf: bytes
    at: str
    badge_id: str | None
    equipment_id: str | None
    kind: str
    outcome: str | None
    person_id: str | None
    reader_id: str | None
    reason: str | None
    ref_seq: int | None


def chain_fault(row: Any, seq: int, previous: bytes, digest: bytes) -> str | None:
    """Return what is wrong with the hash and the place of a row, without looking at what it says."""
    if row[0] != seq:
        return "it is missing"
    if digest != row[2]:
        return "its bytes do not match its hash"
    if f'"prev":"{previous.hex()}"' not in row[1]:
        return "it does not continue the chain: the entry before it is not the one it was written after"
    return None


def leaf_of(engine: sa.Engine, seq: int) -> bytes:
    """Return the stored leaf of an entry; of what is not there, the leaf of nothing."""
    if seq == 0:
        return NO_LEAF
    with engine.connect() as connection:
        return connection.execute(sa.select(_T.leaf).where(_T.seq == seq)).scalar() or NO_LEAF


def digest_of(data: str) -> bytes:
    """Return the leaf that the bytes of a row come to."""
    return leaf_hash(data.encode())
