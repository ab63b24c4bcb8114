"""Tell QA on the floor and on the access log that a review is overdue (requirement H5)."""

from collections.abc import Callable

import sqlalchemy as sa
from flask import request

from gate.core.roles import Act
from gate.store.floor_schema import alerts
from gate.web.pages import site
from gate.web.reading import UNREADABLE
from gate.web.review_blueprint import review_pages
from gate.web.session import current_user

SHOWN = frozenset({"floor.floor", "log_pages.access_log"})
"""The pages where the day of QA begins; the alert itself stands on the page of alerts."""

RULE = "REVIEW_OVERDUE"

_STANDING = sa.select(sa.func.count()).select_from(alerts).where(alerts.c.rule == RULE, alerts.c.ended_at.is_(None))


@review_pages.app_context_processor
def of_every_page() -> dict[str, Callable[[], int]]:
    """Give the templates what tells how many reviews are overdue."""
    return {"overdue_reviews": overdue_reviews}


def overdue_reviews() -> int:
    """Return how many reviews are overdue, on pages that show it and to those who can sign them."""
    user = current_user()
    if request.endpoint not in SHOWN or user is None or not user.may(Act.SIGN_REVIEW):
        return 0
    try:
        with site().records.engine().connect() as connection:
            return connection.execute(_STANDING).scalar_one()
    except UNREADABLE:
        return 0
