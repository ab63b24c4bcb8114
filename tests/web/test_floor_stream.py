"""The stream of the floor: the whole first, then what changes, to whom may see it and as long as they may."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gate.core.roles import Role
from gate.web.app import create_app
from gate.web.session import IDLE, PARTS
from tests.web.floor_records import FloorOnRecord
from tests.web.people import CHEAP, add_account, signed_in
from tests.web.test_events import until

TORONTO = ZoneInfo("America/Toronto")


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[FloorOnRecord]:
    found = FloorOnRecord(tmp_path)
    for login, role in {"sup": Role.SUPERVISOR, "qa": Role.QA, "op": Role.OPERATOR, "adm": Role.SYSADMIN}.items():
        add_account(found, login, role)
    found.alive()
    yield found
    found.close()


@pytest.fixture
def app(gate: FloorOnRecord) -> Iterator[Flask]:
    made = create_app(gate.settings, gate.clock)
    made.testing = True
    made.extensions[PARTS] = replace(made.extensions[PARTS], passwords=CHEAP)
    yield made
    made.extensions["gate"].close()
    made.extensions[PARTS].writer.close()


def stream_of(client: FlaskClient, query: str = "lang=en") -> Iterator[str]:
    response = client.get(f"/events/floor?{query}")
    assert response.mimetype == "text/event-stream"
    return (part.decode() if isinstance(part, bytes) else part for part in response.response)


@pytest.mark.req("A7")
def test_the_stream_asks_for_the_same_login_as_the_page(gate: FloorOnRecord, app: Flask) -> None:
    """What a page may not show, its stream may not tell."""
    assert app.test_client().get("/events/floor").location.startswith("/login")
    assert signed_in(app, "op").get("/events/floor").status_code == 403
    assert signed_in(app, "sup").get("/events/floor?machine=NONE").status_code == 404


@pytest.mark.req("L3", "A7")
def test_the_stream_tells_the_whole_floor_and_then_only_what_changes(gate: FloorOnRecord, app: Flask) -> None:
    """Finished parts by element, with buttons for a supervisor alone."""
    sup, qa = stream_of(signed_in(app, "sup")), stream_of(signed_in(app, "qa"))
    for stream in (sup, qa):
        assert next(stream).startswith("retry: ")
        state = next(stream)
        for part in ('id="floor-lede"', 'id="floor-map"', 'id="floor-needs"', 'id="m-TP-01"'):
            assert part in state, part
    gate.denied("TP-02", "E1", "TRAINING_EXPIRED")
    until(sup, "was denied at <bdi>TP-02")
    gate.denied("TP-01", "E1", "TRAINING_EXPIRED")
    told = until(sup, "was denied at <bdi>TP-01")
    assert "Grant override" in told
    assert 'id="m-TP-01"' in told
    assert 'id="floor-map"' not in told, "the map stays; only cards change"
    assert 'id="m-TP-02"' not in told
    assert "Grant override" not in until(qa, "was denied at")


def test_a_new_machine_brings_a_new_map(gate: FloorOnRecord, app: Flask) -> None:
    """A card that has no place on the page could not be put there."""
    stream = stream_of(signed_in(app, "sup"))
    next(stream)
    next(stream)
    gate.denied("TP-01", "E1", "TRAINING_EXPIRED")
    until(stream, "was denied at <bdi>TP-01")
    gate.add_machine("TP-99")
    assert 'id="m-TP-99"' in until(stream, 'id="floor-map"').split('id="floor-map"')[1]


@pytest.mark.req("G3")
def test_a_stream_ends_with_its_session_and_keeps_none_alive(gate: FloorOnRecord, app: Flask) -> None:
    """A tablet left on a bench must not tell for ever who is where; watching is no activity."""
    browser = signed_in(app, "sup")
    stream = stream_of(browser)
    next(stream)
    next(stream)
    gate.clock.advance(IDLE.total_seconds() - 60)
    until(stream, "event: ")
    gate.clock.advance(120)
    assert until(stream, "event: over")
    assert list(stream) == []
    assert browser.get("/floor").status_code == 303


def test_a_floor_that_nobody_watches_is_not_looked_at(gate: FloorOnRecord, app: Flask) -> None:
    """Reading the floor at every commit is for those who look."""
    floors = app.extensions["gate"].floors
    browser = signed_in(app, "sup")
    assert not floors.watched
    first, second = browser.get("/events/floor"), browser.get("/events/floor?machine=TP-01")
    assert floors.watched
    first.close()
    first.close()
    assert floors.watched
    second.close()
    assert not floors.watched
