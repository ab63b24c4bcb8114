"""docs/plant-file.md shows every section and key, and its example loads."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from gate.desk_opening import open_desk
from gate.store import plant_file
from gate.store.plant_file import Plant, read_plant
from gate.store.plant_load import load_plant
from gate.wiring import plan_of
from tests.scenarios.plant import P1
from tests.scenarios.world import World, local, moment_now

DOC = (Path(__file__).parents[1] / "docs" / "plant-file.md").read_text(encoding="utf-8")
EXAMPLE = re.findall(r"```toml\n(.*?)```", DOC, re.DOTALL)[0]
ROWS = [row for row in vars(plant_file).values() if isinstance(row, type) and issubclass(row, plant_file._Row)]


@pytest.mark.req("K1")
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.__name__)
def test_every_key_of_the_plant_file_is_documented(row: type[BaseModel]) -> None:
    """Whoever sets up a plant has nothing but this page."""
    for name, field in row.model_fields.items():
        key = field.alias or name
        assert re.search(rf"\b{key}\b", DOC), f"{key} is missing from docs/plant-file.md"


@pytest.mark.req("K1")
def test_the_example_has_every_section() -> None:
    """An example that shows half is copied as half."""
    given = read_plant(EXAMPLE.encode()).model_fields_set
    assert given == set(Plant.model_fields)


@pytest.mark.req("K1")
def test_the_example_loads_and_decides(tmp_path: Path) -> None:
    """What the page shows is what the program takes."""
    world = World(tmp_path, local("2026-11-23T12:00"))
    example = tmp_path / "plant.toml"
    example.write_text(EXAMPLE, encoding="utf-8")
    desk = open_desk(world.settings, plan_of(world.settings))
    load_plant(
        desk.trail, example.read_bytes(), by="doc", why="example", os_user="tester", moment=moment_now(world.clock)
    )
    desk.trail.close()
    world.badge("R1", P1)
    world.edge.gate.close()
    assert "PERSON_SUSPENDED" in world.reasons()
