"""The pages of who can run what and of trends over the `plant` of the module that takes these fixtures."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gate.web.app import create_app
from gate.web.session import PARTS
from tests.web.matrix_records import MatrixOnRecord
from tests.web.people import CHEAP, signed_in


@pytest.fixture(scope="module")
def pages(plant: MatrixOnRecord) -> Iterator[Flask]:
    """The pages, open while the module's tests run."""
    made = create_app(plant.settings, plant.clock)
    made.testing = True
    made.extensions[PARTS] = replace(made.extensions[PARTS], passwords=CHEAP)
    yield made
    made.extensions["gate"].close()
    made.extensions[PARTS].writer.close()


@pytest.fixture(scope="module")
def auditor(pages: Flask) -> FlaskClient:
    """Reading is enough for all of it."""
    return signed_in(pages, "aud")
