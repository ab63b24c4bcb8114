"""The tables of reviews: which entries a review covers, what was decided of each exception, and later notes.

Known tables are bitemporal like those of `schema.py`.
"""

import sqlalchemy as sa

from gate.store.schema import Number, known_table


def _text(name: str, *, optional: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=optional)


def _number(name: str, *, optional: bool = False) -> sa.Column[int]:
    return sa.Column(name, Number, nullable=optional)


reviews = known_table(
    "reviews",
    _text("scope"),
    _text("scope_id", optional=True),
    _text("from_on", optional=True),
    _text("until_on", optional=True),
    _number("first_seq"),
    _number("last_seq"),
    _text("state"),
    _text("reviewer_id", optional=True),
    _text("signed_at", optional=True),
    _text("counts", optional=True),
)
"""The entries `first_seq` to `last_seq`, both included; `scope` is `gate` (all of them), or `lot` or `machine` (those
that touch the one that `scope_id` names). `from_on` and `until_on` (exclusive) are the site's days; `counts` is
what the signature says was counted, as JSON."""

review_dispositions = known_table(
    "review_dispositions",
    _text("review_id"),
    _text("rule"),
    _number("first_seq"),
    _number("last_seq"),
    _text("marks"),
    _text("outcome"),
    _text("reference", optional=True),
    _text("comment"),
    _text("disposed_by"),
    _text("disposed_at"),
)
"""One row a group of like exceptions: `marks` name each exception of it under the rule, with blanks."""

review_notes = known_table("review_notes", _text("review_id"), _text("note"), _text("written_by"), _text("written_at"))
"""What was added to a review after its signature."""

REVIEW_TABLES = (reviews, review_dispositions, review_notes)
