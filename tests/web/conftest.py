"""The gate on record, and the pages over it, for every test of this folder."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gate.core.audit import Kind
from gate.web.app import create_app
from gate.web.session import PARTS
from tests.web.kiosk_records import KioskOnRecord
from tests.web.people import CHEAP
from tests.web.receivers import MailServer, receiving
from tests.web.records import GateOnRecord
from tests.web.tls_served import beyond_loopback


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[GateOnRecord]:
    """A gate that has told that it is alive and has nothing else on record."""
    found = GateOnRecord(tmp_path)
    found.alive()
    yield found
    found.close()


@pytest.fixture
def app(gate: GateOnRecord) -> Iterator[Flask]:
    """The pages over these records."""
    made = create_app(gate.settings, gate.clock)
    made.testing = True
    made.extensions[PARTS] = replace(made.extensions[PARTS], passwords=CHEAP)
    yield made
    made.extensions["gate"].close()
    made.extensions[PARTS].writer.close()


@pytest.fixture
def beyond(gate: GateOnRecord) -> Iterator[Flask]:
    """The same pages as they are served to tablets: with TLS, under a name."""
    made = create_app(beyond_loopback(gate.settings), gate.clock)
    made.testing = True
    made.extensions[PARTS] = replace(made.extensions[PARTS], passwords=CHEAP)
    yield made
    made.extensions["gate"].close()
    made.extensions[PARTS].writer.close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without JavaScript."""
    return app.test_client()


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[KioskOnRecord]:
    """A gate at work whose machines have kiosks."""
    found = KioskOnRecord(tmp_path)
    found.alive()
    found.reader(Kind.READER_ONLINE, "", reader="CT-01-R")
    yield found
    found.close()


@pytest.fixture
def pages(kiosk: KioskOnRecord) -> Iterator[Flask]:
    """The pages over its records."""
    made = create_app(kiosk.settings, kiosk.clock)
    made.testing = True
    yield made
    made.extensions["gate"].close()


@pytest.fixture
def screen(kiosk: KioskOnRecord, pages: Flask) -> FlaskClient:
    """A browser that has the cookie of the kiosk of CT-01."""
    opened = pages.test_client()
    assert opened.get(kiosk.opened()).status_code == 303
    return opened


@pytest.fixture
def mail() -> Iterator[MailServer]:
    """A mail server on this machine."""
    server = MailServer()
    with receiving(server):
        yield server
