"""The form of a lot sent twice, and left while a session ended."""

import re

import sqlalchemy as sa
from flask.testing import FlaskClient

from gate.store import lots
from tests.web.people import WORD, token
from tests.web.test_lot_pages import RIGHT, connection, record, recorded, sup

__all__ = ["connection", "sup"]


def test_a_form_sent_twice_records_one_lot(sup: FlaskClient, connection: sa.Connection) -> None:
    """A double click, or the back button and again."""
    recorded(sup)
    assert record(sup).status_code == 422
    assert lots.count_windows(connection, lots.WindowFilter()) == 1


def test_a_session_that_ended_loses_nothing_typed(sup: FlaskClient, connection: sa.Connection) -> None:
    """The form comes back filled after signing in, and nothing was done meanwhile."""
    fields = {"csrf_token": token(sup, "/lots/new"), **RIGHT}
    sup.delete_cookie("gate_session")
    waiting = sup.post("/lots/new?lang=en", data=fields)
    assert waiting.status_code == 401
    kept = dict(re.findall(r'name="(kept_[^"]+)" value="([^"]*)"', waiting.text))
    assert kept["kept_lot"] == "24K1187"
    assert "kept_password" not in kept
    signed = sup.post(
        "/login?lang=en", data={"csrf_token": token(sup, "/login"), "user": "sup", "password": WORD, **kept}
    )
    assert 'value="24K1187"' in signed.text
    assert lots.count_windows(connection, lots.WindowFilter()) == 0
