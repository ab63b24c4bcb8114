"""The history of one thing from its versions: what changed, by which entry, and where it ended."""

from functools import partial

import pytest

from gate.store.database import open_database
from gate.store.history import changes_of, current_version, ids_like
from gate.store.registry import close, put
from gate.store.schema import areas
from tests.store.open_records import Records


@pytest.mark.req("E5", "A1")
def test_each_version_says_what_it_changed_and_by_whom(records: Records) -> None:
    """Also what was ended and came back: history has no hole that looks like a change."""
    for name, sterile, why in (("Old", None, "first"), ("New", None, "renamed"), ("New", 1, "reclassified")):
        put_it = partial(put, records.trail, areas, "A", {"name": name, "sterile": sterile})
        records.write(put_it, by="it", why=why)
    records.write(lambda seq: close(records.trail, areas, "A", seq), by="it", why="torn down")
    records.write(lambda seq: put(records.trail, areas, "A", {"name": "New"}, seq), by="hq", why="built again")
    engine = open_database(records.path, read_only=True)
    with engine.connect() as connection:
        found = changes_of(connection, areas, "A")
        assert changes_of(connection, areas, "B") == []
    engine.dispose()
    assert [(change.seq, dict(change.fields), change.ended, change.by, change.why) for change in found] == [
        (5, {"name": (None, "New")}, False, "hq", "built again"),
        (4, {}, True, "it", "torn down"),
        (3, {"sterile": (None, 1)}, False, "it", "reclassified"),
        (2, {"name": ("Old", "New")}, False, "it", "renamed"),
        (1, {"name": (None, "Old")}, False, "it", "first"),
    ]


@pytest.mark.req("A1")
def test_an_id_that_was_ever_given_is_known_whatever_its_capitals(records: Records) -> None:
    """Also when nothing is known of it now; the version is that of now or none."""
    records.write(lambda seq: put(records.trail, areas, "Comp", {"name": "Old"}, seq))
    with records.trail.transaction():
        assert current_version(records.trail, areas, "Comp") == 1
        assert current_version(records.trail, areas, "comp") is None
    records.write(lambda seq: close(records.trail, areas, "Comp", seq))
    with records.trail.transaction():
        assert current_version(records.trail, areas, "Comp") is None
        assert ids_like(records.trail, areas, "cOMP") == "Comp"
        assert ids_like(records.trail, areas, "Com") is None
