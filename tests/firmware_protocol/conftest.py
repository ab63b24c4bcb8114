"""Ports, clock and transports for the tests of this folder."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.firmware_protocol.bench import Bench
from tests.firmware_protocol.ports import Made, Port, Time


@pytest.fixture
def port(tmp_path: Path) -> Iterator[Port]:
    plugged = Port(tmp_path / "reader-1")
    yield plugged
    plugged.unplug()


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Port]:
    plugged = Port(tmp_path / "reader-2")
    yield plugged
    plugged.unplug()


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def made(time: Time, tmp_path: Path) -> Iterator[Made]:
    making = Made(time, tmp_path / "run" / "locks")
    yield making
    for transport in making.all:
        transport.close()


@pytest.fixture
def bench(tmp_path: Path, time: Time) -> Iterator[Callable[..., Bench]]:
    made: list[Bench] = []

    def make(*specs: str) -> Bench:
        made.append(Bench(*(spec.replace("@", f"{tmp_path}/") for spec in specs), time=time))
        return made[-1]

    yield make
    for one in made:
        one.close()
