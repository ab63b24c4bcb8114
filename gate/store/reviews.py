"""What is on record about reviews: periods, dispositions, notes, and which entries have been reviewed."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from gate.store.equipment_facts import instant
from gate.store.floor_schema import override_dispositions
from gate.store.granted import Ask
from gate.store.review_schema import review_dispositions, review_notes, reviews
from gate.store.schema import audit_trail
from gate.store.statements import known_at

GATE = "gate"
"""The scope of a review of every entry between two numbers; `gate.core.review_names` has those of a part of them."""

OPEN, SIGNED = "open", "signed"


@dataclass(frozen=True, slots=True)
class Review:
    """One review on record; `signed_at` None: not signed yet."""

    id: str
    scope: str
    first_seq: int
    last_seq: int
    scope_id: str = ""
    from_on: date | None = None
    until_on: date | None = None
    reviewer_id: str = ""
    signed_at: datetime | None = None
    signed_seq: int | None = None
    counts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def signed(self) -> bool:
        """Whether it is signed, so that only notes can follow."""
        return self.signed_at is not None


@dataclass(frozen=True, slots=True)
class Disposed:
    """What a reviewer decided of like exceptions; `marks` name them under the rule."""

    id: str
    review_id: str
    rule: str
    marks: frozenset[str]
    outcome: str
    reference: str
    comment: str
    by: str
    at: datetime
    seq: int


@dataclass(frozen=True, slots=True)
class Note:
    """One note that was added after the signature."""

    note: str
    by: str
    at: datetime
    seq: int


def reviewed_ranges(connection: sa.Connection) -> tuple[tuple[int, int], ...]:
    """Return the entries of signed reviews of the whole gate, as (first, last) numbers, both included, in order."""
    wanted = (
        sa.select(reviews.c.first_seq, reviews.c.last_seq)
        .where(reviews.c.known_to.is_(None), reviews.c.scope == GATE, reviews.c.state == SIGNED)
        .order_by(reviews.c.first_seq)
    )
    return tuple((row.first_seq, row.last_seq) for row in connection.execute(wanted))


def gate_reviews(ask: Ask) -> tuple[Review, ...]:
    """Return the reviews of the whole gate that are on record, in order."""
    return tuple(_review(row) for row in ask(_OF_GATE, {}))


def reviews_of_parts(ask: Ask, scope: str, most: int) -> tuple[Review, ...]:
    """Return the reviews of lots, or of machines, that are on record, the newest first, at most so many."""
    return tuple(_review(row) for row in ask(_OF_PARTS.limit(most), {"scope": scope}))


def review_of(ask: Ask, review_id: str) -> Review | None:
    """Return one review, None if it is not on record yet."""
    rows = ask(_ONE, {"review": review_id})
    return _review(rows[0]) if rows else None


def dispositions_in(ask: Ask, first_seq: int, last_seq: int, *, known: int | None = None) -> tuple[Disposed, ...]:
    """Return the dispositions of exceptions between two entries, of whatever review.

    `known` is the entry as of which they stand; None: those that stand now.
    """
    between = {"first": first_seq, "last": last_seq}
    rows = ask(_DISPOSED, between) if known is None else ask(_DISPOSED_THEN, {**between, "known": known})
    return tuple(_disposed(row) for row in rows)


def notes_of(ask: Ask, review_id: str) -> tuple[Note, ...]:
    """Return the notes of a review, oldest first."""
    rows = ask(_NOTES, {"review": review_id})
    return tuple(Note(row[0], row[1], instant(row[2]), row[3]) for row in rows)


def override_outcomes(ask: Ask, override_ids: Iterable[str]) -> dict[str, Disposed]:
    """Return QA's signed dispositions of these overrides (D9), as what a review decides of them."""
    found: dict[str, Disposed] = {}
    for override_id in override_ids:
        for disposition, statement, seq, at, data in ask(_OVERRIDE, {"override": override_id}):
            by = str(json.loads(data).get("by", ""))
            found[override_id] = Disposed(
                override_id, "", "OVERRIDE", frozenset(), disposition, "", statement, by, instant(at), seq
            )
    return found


def review_values(review: Review) -> dict[str, str | int | None]:
    """Return the row of a review as `registry.put` takes it."""
    return {
        "scope": review.scope,
        "scope_id": review.scope_id or None,
        "from_on": review.from_on.isoformat() if review.from_on else None,
        "until_on": review.until_on.isoformat() if review.until_on else None,
        "first_seq": review.first_seq,
        "last_seq": review.last_seq,
        "state": SIGNED if review.signed else OPEN,
        "reviewer_id": review.reviewer_id or None,
        "signed_at": _stamp(review.signed_at),
        "counts": json.dumps(review.counts, sort_keys=True) if review.counts else None,
    }


def _stamp(at: datetime | None) -> str | None:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z") if at else None


_COLUMNS = (
    reviews.c.id,
    reviews.c.scope,
    reviews.c.scope_id,
    reviews.c.from_on,
    reviews.c.until_on,
    reviews.c.first_seq,
    reviews.c.last_seq,
    reviews.c.state,
    reviews.c.reviewer_id,
    reviews.c.signed_at,
    reviews.c.counts,
    reviews.c.known_from,
)
_OF_GATE = (
    sa.select(*_COLUMNS).where(reviews.c.known_to.is_(None), reviews.c.scope == GATE).order_by(reviews.c.first_seq)
)
_OF_PARTS = (
    sa.select(*_COLUMNS)
    .where(reviews.c.known_to.is_(None), reviews.c.scope == sa.bindparam("scope"))
    .order_by(reviews.c.known_from.desc())
)
_ONE = sa.select(*_COLUMNS).where(reviews.c.known_to.is_(None), reviews.c.id == sa.bindparam("review"))
_EVERY_DISPOSED = (
    sa.select(
        review_dispositions.c.id,
        review_dispositions.c.review_id,
        review_dispositions.c.rule,
        review_dispositions.c.marks,
        review_dispositions.c.outcome,
        review_dispositions.c.reference,
        review_dispositions.c.comment,
        review_dispositions.c.disposed_by,
        review_dispositions.c.disposed_at,
        review_dispositions.c.known_from,
    )
    .where(
        review_dispositions.c.last_seq >= sa.bindparam("first"),
        review_dispositions.c.first_seq <= sa.bindparam("last"),
    )
    .order_by(review_dispositions.c.known_from)
)
_DISPOSED = _EVERY_DISPOSED.where(review_dispositions.c.known_to.is_(None))
_DISPOSED_THEN = _EVERY_DISPOSED.where(known_at(review_dispositions, sa.bindparam("known", type_=sa.Integer)))
_NOTES = (
    sa.select(review_notes.c.note, review_notes.c.written_by, review_notes.c.written_at, review_notes.c.known_from)
    .where(review_notes.c.known_to.is_(None), review_notes.c.review_id == sa.bindparam("review"))
    .order_by(review_notes.c.known_from)
)

_OVERRIDE = (
    sa.select(
        override_dispositions.c.disposition,
        override_dispositions.c.statement,
        override_dispositions.c.known_from,
        audit_trail.c.at,
        audit_trail.c.data,
    )
    .join(audit_trail, audit_trail.c.seq == override_dispositions.c.known_from)
    .where(override_dispositions.c.known_to.is_(None), override_dispositions.c.id == sa.bindparam("override"))
)


def _review(row: Sequence[Any]) -> Review:
    id_, scope, scope_id, from_on, until_on, first, last, state, reviewer, signed_at, counts, known_from = row
    return Review(
        id=id_,
        scope=scope,
        first_seq=first,
        last_seq=last,
        scope_id=scope_id or "",
        from_on=date.fromisoformat(from_on) if from_on else None,
        until_on=date.fromisoformat(until_on) if until_on else None,
        reviewer_id=reviewer or "",
        signed_at=instant(signed_at) if signed_at else None,
        signed_seq=known_from if state == SIGNED else None,
        counts=json.loads(counts) if counts else {},
    )


def _disposed(row: Sequence[Any]) -> Disposed:
    id_, review_id, rule, marks, outcome, reference, comment, by, at, seq = row
    found = frozenset(marks.split())
    return Disposed(id_, review_id, rule, found, outcome, reference or "", comment, by, instant(at), seq)
