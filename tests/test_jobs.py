"""The nightly verify leaves an entry, whatever it found: an alert and a metric are made of it (requirement E4)."""

from collections.abc import Callable

import pytest

from gate.jobs import Verified, recorded, verify_in_child
from gate.store.database import make_engine
from tests.scenarios.world import World, local

Make = Callable[..., World]


@pytest.mark.req("E4")
@pytest.mark.parametrize(
    ("found", "detail"),
    [
        (Verified(True, "sound"), {"sound": True, "what": "sound"}),
        (Verified(False, "first bad number 3"), {"sound": False, "what": "first bad number 3"}),
        (Verified(None, "no such file"), {"what": "no such file"}),
    ],
)
def test_what_it_found_is_an_entry(make_world: Make, found: Verified, detail: dict[str, object]) -> None:
    """Whoever asks in a year whether the trail was checked that night gets an answer from the trail."""
    world = make_world(local("2026-11-23T03:00"))
    world.edge.gate.submit(recorded(found))
    world.run(0.1)
    assert [entry["detail"] for entry in world.trail("verify")] == [detail]


@pytest.mark.req("E4")
def test_the_child_says_sound_unsound_or_that_it_could_not(make_world: Make) -> None:
    """Not checked is neither sound nor unsound: a wrong configuration must not call QA to the records."""
    world = make_world(local("2026-11-23T03:00"))
    assert verify_in_child(world.config).sound is True
    missing = verify_in_child(world.config.with_name("none.toml"))
    assert (missing.sound, "cannot be read" in missing.what) == (None, True)
    engine = make_engine(world.settings.database_path, key=None, read_only=False)
    with engine.begin() as connection:
        for name in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.exec_driver_sql("UPDATE audit_trail SET reason = 'X' WHERE seq = 2")
    engine.dispose()
    found = verify_in_child(world.config)
    assert found.sound is False
    assert "first bad entry 2" in found.what
    world.settings.database_path.unlink()
    assert verify_in_child(world.config).sound is None
