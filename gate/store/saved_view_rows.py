"""What is known of saved views: each belongs to one account and is seen by nobody else."""

from dataclasses import dataclass

import sqlalchemy as sa

from gate.store.log_schema import saved_views


@dataclass(frozen=True, slots=True)
class SavedView:
    """Filters of the access log under a name."""

    id: str
    name: str
    query: str


def views_of(connection: sa.Connection, account_id: str) -> list[SavedView]:
    """Return the views that an account has saved and not ended, in the order of saving."""
    wanted = (
        sa.select(saved_views.c.id, saved_views.c.name, saved_views.c.query)
        .where(saved_views.c.account_id == account_id, saved_views.c.known_to.is_(None))
        .order_by(saved_views.c.version)
    )
    return [SavedView(*row) for row in connection.execute(wanted)]
