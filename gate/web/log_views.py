"""Saved views of the access log: what is asked now under a name of one's own, as a tab, until it is ended."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

import sqlalchemy as sa
from flask import url_for

from gate.log_acts import end_view, save_view
from gate.store.saved_view_rows import views_of
from gate.web.formats import visible
from gate.web.log_asked import FILTERS, Asked
from gate.web.session import User
from gate.web.view import Viewer
from gate.web.writing import Desk

KEPT = ("view", *FILTERS)


def query_of(asked: Asked) -> str:
    """Return what is asked as an address holds it."""
    view = {} if asked.view == "everything" else {"view": asked.view.value}
    return urlencode({**view, **asked.given})


def saved_tabs(connection: sa.Connection, user: User | None, asked: Asked, view: Viewer) -> list[dict[str, object]]:
    """Return the views that the user has saved, each with its address."""
    if user is None:
        return []
    now = query_of(asked)
    return [
        {
            "id": found.id,
            "word": visible(found.name),
            "url": url_for("log_pages.access_log", **_arguments(found.query), lang=view.language),
            "here": bool(now) and found.query == now,
        }
        for found in views_of(connection, user.account_id)
    ]


def _arguments(query: str) -> dict[str, Any]:
    return {name: value for name, value in parse_qsl(query) if name in KEPT}


def save(desk: Desk, user: User, name: str, query: str) -> str:
    """Keep what is asked under a name and return the id of the view."""
    return save_view(desk.trail, name, query, by=user.account_id, moment=desk.moment)


def end(desk: Desk, user: User, view_id: str) -> int:
    """End a view and return the entry's number."""
    return end_view(desk.trail, view_id, by=user.account_id, moment=desk.moment)
