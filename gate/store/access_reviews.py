"""Reviews of access on record, and what became of what they wanted revoked."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gate.store.equipment_facts import instant
from gate.store.lots_schema import access_reviews
from gate.store.schema import accounts, audit_trail
from gate.store.trail_bytes import said_of


@dataclass(frozen=True, slots=True)
class AccessReview:
    """One signed review; `decided` is login name -> keep, revoke or own."""

    id: str
    seq: int
    at: datetime
    as_of_seq: int
    reviewed: int
    decided: Mapping[str, str]
    statement: str
    reviewer: str
    """The printed name of the signature."""
    reviewer_id: str

    @property
    def to_revoke(self) -> tuple[str, ...]:
        """The accounts that the reviewer wants revoked."""
        return tuple(sorted(login for login, what in self.decided.items() if what == "revoke"))


_REVIEWS = (
    sa.select(access_reviews, audit_trail.c.data)
    .select_from(access_reviews.join(audit_trail, audit_trail.c.seq == access_reviews.c.known_from))
    .where(access_reviews.c.known_to.is_(None))
    .order_by(access_reviews.c.known_from.desc())
)
MOST = 200
"""Reviews shown: with four a year, fifty years."""


def reviews(connection: sa.Connection, *, upto_seq: int | None = None) -> tuple[AccessReview, ...]:
    """Return the signed reviews, the last one first; `upto_seq`: those known at that entry."""
    statement = _REVIEWS.limit(MOST)
    if upto_seq is not None:
        statement = statement.where(access_reviews.c.known_from <= upto_seq)
    return tuple(_review(row) for row in connection.execute(statement))


def revoked_since(connection: sa.Connection, review: AccessReview) -> Mapping[str, bool]:
    """Return for each account that was to be revoked whether it was closed or lost roles after the review."""
    found = {}
    for login in review.to_revoke:
        mine = sa.and_(accounts.c.id == login, accounts.c.known_from > review.seq)
        changed = connection.execute(sa.select(accounts.c.version).where(mine).limit(1)).first()
        found[login] = changed is not None
    return found


def _review(row: Any) -> AccessReview:
    said = said_of(row.data) or {}
    signatures = (said.get("detail") or {}).get("signatures") or [{}]
    return AccessReview(
        id=row.id,
        seq=row.known_from,
        at=instant(row.as_of_at),
        as_of_seq=row.as_of_seq,
        reviewed=row.reviewed,
        decided=json.loads(row.decided),
        statement=row.statement,
        reviewer=str(signatures[0].get("name", "")),
        reviewer_id=str(said.get("by", "")),
    )
