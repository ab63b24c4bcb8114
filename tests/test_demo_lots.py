"""The demo's lots: the tour asks who made the running one."""

from pathlib import Path

from gate.demo_lots import MADE, RUNNING, make_lots
from gate.settings import load_settings
from gate.store.audit_trail import Trail
from gate.store.database import create_database, open_database
from gate.store.lots import windows_of
from gate.store.plant_load import load_plant
from tests.scenarios.plant import plant, plant_file
from tests.scenarios.world import HEADER, plain_line
from tests.web.test_badge_process import now


def test_one_lot_is_finished_and_the_next_one_runs(tmp_path: Path) -> None:
    """A tour that finds no lot has no question to ask; the two never overlap on a machine for one operator."""
    config = tmp_path / "gate.toml"
    config.write_text(HEADER + plain_line("here", "text", "R1", "TP-01"), encoding="utf-8")
    settings = load_settings(config)
    create_database(settings.database_path, gate_id=settings.gate.id)
    trail = Trail(open_database(settings.database_path), settings.gate.id, settings.zone)
    load_plant(trail, plant_file(plant()), by="test", why="demo", os_user="tester", moment=now())
    make_lots(config)
    with open_database(settings.database_path).connect() as connection:
        (made,), (running,) = windows_of(connection, MADE), windows_of(connection, RUNNING)
    assert made.until_at == running.from_at
    assert running.until_at is None
    trail.close()
