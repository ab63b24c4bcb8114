"""What every folder of tests may use: a whole gate on an injected clock."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from gate.replay import Verdict
from tests.kept import keep_compiled
from tests.scenarios.world import World

settings.register_profile("gate", deadline=None)
settings.load_profile("gate")
"""Machines are shared: a slow example is no failure."""

keep_compiled()


@pytest.fixture
def make_world(tmp_path: Path) -> Iterator[Callable[..., World]]:
    """Return a function that takes what World takes, without the folder."""
    made: list[World] = []

    def make(*args: object, **more: object) -> World:
        world = World(tmp_path, *args, **more)  # type: ignore[arg-type]
        made.append(world)
        return world

    yield make
    for world in made:
        world.edge.gate.close()
        assert_replays(world)


def assert_replays(world: World) -> None:
    """Every log that a test of a whole gate leaves decides again to the same answers (scenario 30)."""
    if world.replays:
        replayed = world.replay()
        assert replayed.all_same, replayed.in_words()
        assert replayed.counts[Verdict.NOT_REPLAYABLE] == 0, replayed.in_words()
        assert not world.replayed_otherwise_alone()
