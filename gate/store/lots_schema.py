"""The tables of lots: which machine made which lot when, what was entered late, scans, and reviews of access.

Known tables are bitemporal like those of `schema.py`; scans and their parts only grow.
"""

import sqlalchemy as sa

from gate.store.schema import Number, known_table, metadata


def _text(name: str, *, optional: bool = False, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=optional, primary_key=key)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, Number, nullable=False)


lot_windows = known_table(
    "lot_windows",
    _text("equipment_id"),
    _text("lot"),
    _text("product"),
    _text("from_at"),
    _text("until_at", optional=True),
)
"""A lot on a machine (21 CFR 211.182, 211.188(b)); `until_at` NULL: it still runs there."""

late_entries = known_table(
    "late_entries",
    _text("equipment_id"),
    _text("person_id"),
    _text("operation"),
    _text("lot", optional=True),
    _text("from_at"),
    _text("until_at", optional=True),
    _text("cause"),
    _text("why"),
    _text("scan_sha256"),
    _text("scan_name"),
    _text("state"),
    _text("entered_by"),
    _text("entered_at"),
    _text("verified_by", optional=True),
    _text("verified_at", optional=True),
)
"""A use that the gate did not see, entered afterwards (C10): `from_at` and `until_at` are claimed, `entered_at` is when
it was entered; `state` is `entered`, `verified` or `rejected`."""

access_reviews = known_table(
    "access_reviews",
    _text("as_of_at"),
    _number("as_of_seq"),
    _number("reviewed"),
    _text("decided"),
    _text("statement"),
)
"""Who reviewed which accounts held which roles (A9); `decided` is JSON: account id -> keep or revoke."""

LOT_TABLES = (lot_windows, late_entries, access_reviews)

attachments = sa.Table(
    "attachments",
    metadata,
    _text("sha256", key=True),
    _text("media_type"),
    _number("size"),
    _number("parts"),
    _number("stored_seq"),
    sqlite_strict=True,
)
"""A scan by the SHA-256 of its bytes; `stored_seq` is the entry that first showed it."""

attachment_parts = sa.Table(
    "attachment_parts",
    metadata,
    sa.Column("id", Number, primary_key=True, autoincrement=True),
    _text("sha256"),
    _number("part"),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.Index("ix_attachment_parts_sha256", "sha256", "part"),
    sqlite_strict=True,
)
"""The bytes in parts that are written one by one, so that a scan never holds the write lock for long."""
