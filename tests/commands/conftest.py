"""Sites without records, with a loaded plant to look at, and with one to change."""

from datetime import date
from pathlib import Path

import pytest

from gate.settings import Settings, load_settings
from tests.commands.site import HOSTILE, Site, new_site
from tests.manual_clock import ManualClock
from tests.scenarios.plant import plant, plant_file, record
from tests.store.open_records import NOON


@pytest.fixture
def empty(tmp_path: Path) -> Site:
    """A configuration and nothing else."""
    return new_site(tmp_path)


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A loaded plant, for commands that change nothing."""
    site = new_site(tmp_path_factory.mktemp("site"))
    site.gate("init")
    bounded = [record("E1", expires_on=date(2027, 3, 31)), record("E2")]
    site.load(plant_file({**plant(), "training_record": bounded}), why=HOSTILE)
    return site


@pytest.fixture
def fresh(loaded: Site, tmp_path: Path) -> Site:
    """A copy of the loaded plant, for commands that change something."""
    site = new_site(tmp_path)
    site.database.parent.mkdir()
    site.database.write_bytes(loaded.database.read_bytes())
    return site


@pytest.fixture
def site(fresh: Site) -> Site:
    """A loaded plant that may be changed."""
    return fresh


@pytest.fixture
def settings(site: Site) -> Settings:
    return load_settings(site.folder / "gate.toml")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)
