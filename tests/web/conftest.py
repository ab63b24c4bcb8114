"""The gate on record, and the pages over it, for every test of this folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gate.web.app import create_app
from tests.web.records import GateOnRecord


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
    yield made
    made.extensions["gate"].close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without JavaScript."""
    return app.test_client()
