"""Fresh records for every test of this folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.open_records import Records


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    """Records with an empty trail."""
    found = Records(tmp_path)
    yield found
    found.close()
