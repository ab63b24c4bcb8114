"""The nightly verification: what it found is on record and with the pages, sound or not."""

import json
from pathlib import Path

import pytest

from gate.jobs import nightly_verify
from gate.verified import last_verified, verified_path
from tests.scenarios.plant import P1
from tests.scenarios.world import World, local
from tests.store.open_records import run_sql, sql


def night(world: World) -> dict[str, object]:
    """Verify as at 03:00 and return what the entry tells."""
    nightly_verify(world.edge.gate, world.config)
    world.run(1)
    found: dict[str, object] = world.trail("verify")[-1]["detail"]
    return found


@pytest.mark.req("E4")
def test_a_sound_night_is_on_record_with_the_root_of_the_tree(tmp_path: Path) -> None:
    """Whoever asks in two years whether the trail was checked gets an entry, not a line of a log file."""
    world = World(tmp_path, local("2026-11-23T12:00"))
    world.badge("R1", P1)
    found = night(world)
    assert found["sound"] is True
    assert len(str(found["root"])) == 64
    told = last_verified(verified_path(world.settings.gate.state_dir))
    assert told is not None
    assert (told.sound, told.head_seq) == (True, found["head_seq"])
    assert world.sound()


@pytest.mark.req("E4")
def test_a_changed_row_is_on_record_by_its_number_and_badges_go_on(tmp_path: Path) -> None:
    """The night finds what the check at the start, which looks at the end only, does not."""
    world = World(tmp_path, local("2026-11-23T12:00"))
    world.badge("R1", P1)
    seq = world.decisions()[-1]["seq"]
    run_sql(world.settings.database_path, "DROP TRIGGER audit_trail_no_update")
    change = sql("UPDATE audit_trail SET data = replace(data, 'allow', 'deny') WHERE seq =", str(seq))
    run_sql(world.settings.database_path, change)
    found = night(world)
    assert (found["sound"], found["first_bad_seq"]) == (False, seq)
    told = last_verified(verified_path(world.settings.gate.state_dir))
    assert told is not None
    assert (told.sound, told.first_bad_seq) == (False, seq)


def test_records_that_cannot_be_checked_are_told_as_that(tmp_path: Path) -> None:
    """Not knowing is not the same as knowing that nothing is wrong."""
    world = World(tmp_path, local("2026-11-23T12:00"))
    path = verified_path(world.settings.gate.state_dir)
    nightly_verify(world.edge.gate, tmp_path / "nowhere.toml")
    world.run(1)
    assert world.trail("verify")[-1]["detail"] == {"what": "could not check"}
    assert last_verified(path) is None


@pytest.mark.parametrize(
    "left", ["", "{}", "[]", json.dumps({"at": "2026-11-23T12:00:00", "head_seq": 1, "sound": True})]
)
def test_a_hint_that_is_not_usable_is_no_hint(tmp_path: Path, left: str) -> None:
    """The file may be half of what somebody copied."""
    path = tmp_path / "verified.json"
    path.write_text(left, encoding="utf-8")
    assert last_verified(path) is None
