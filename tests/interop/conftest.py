"""Lines with libosdp's reader online."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.interop.lines import KEY, Line, line


@pytest.fixture(params=["secure", "plain"])
def both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Line]:
    key = KEY if request.param == "secure" else None
    with line(tmp_path, key, key) as made:
        made.online()
        yield made


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[Line]:
    with line(tmp_path, KEY, KEY) as made:
        made.online()
        yield made
