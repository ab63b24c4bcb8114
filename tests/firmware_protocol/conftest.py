"""Ports, clock and transports for the tests of this folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

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
