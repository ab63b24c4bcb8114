"""A site whose pages are to be served with TLS, and a plant with an authority."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.fresh import fresh_database
from tests.tls.plant_ca import PlantCa
from tests.tls.site import TlsSite


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("records") / "gate.db"
    fresh_database(path)
    return path


@pytest.fixture
def site(tmp_path: Path, records: Path) -> Iterator[TlsSite]:
    made = TlsSite(tmp_path, records)
    yield made
    made.close()


@pytest.fixture(scope="module")
def plant() -> PlantCa:
    return PlantCa()
