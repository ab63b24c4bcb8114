"""The table of saved views: filters of the access log that somebody keeps under a name."""

import sqlalchemy as sa

from gate.store.schema import known_table


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


saved_views = known_table("saved_views", _text("account_id"), _text("name"), _text("query"))
"""`query` is what the address of the log asks, without its question mark."""

LOG_TABLES = (saved_views,)
