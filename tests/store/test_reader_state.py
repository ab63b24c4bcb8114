"""How readers are now, and numbers that nobody owns: nothing in the trail can be copied onto a badge."""

from pathlib import Path

import pytest

from gate.core.audit import Kind
from gate.store.database import open_database
from gate.store.reader_state import note_unknown_badge, set_reader_state, unknown_badge_mark
from gate.store.schema import unknown_badges
from gate.store.trail_reading import reader_rows
from tests.scenarios.plant import P1
from tests.scenarios.world import World
from tests.store.open_records import NOON, Records, run_sql

SECRET = bytes(range(16))
NUMBER = "w26:0B5872E"


@pytest.mark.req("A8")
def test_the_last_state_of_a_reader_is_the_one_shown(records: Records) -> None:
    """One line a reader; its history is in the trail."""
    records.write(lambda seq: set_reader_state(records.trail, "R1", "online", "", NOON), Kind.READER_ONLINE)
    records.write(lambda seq: set_reader_state(records.trail, "R1", "offline", "no reply", NOON), Kind.READER_OFFLINE)
    records.write(lambda seq: set_reader_state(records.trail, "R2", "online", "", NOON), Kind.READER_ONLINE)
    rows = reader_rows(records.trail._engine)
    assert [(row.reader_id, row.state, row.cause, row.since_at) for row in rows] == [
        ("R1", "offline", "no reply", NOON),
        ("R2", "online", "", NOON),
    ]


@pytest.mark.req("A3")
def test_the_mark_of_a_number_is_the_same_each_time_and_tells_nothing_without_the_key() -> None:
    """The same lost badge tried twice must be seen as the same; its number must not be guessed from the mark."""
    mark = unknown_badge_mark(SECRET, NUMBER)
    assert mark == unknown_badge_mark(SECRET, NUMBER)
    assert mark.startswith("unknown:")
    assert NUMBER not in mark
    assert mark != unknown_badge_mark(SECRET, NUMBER[:-1] + "8")
    assert mark != unknown_badge_mark(bytes(16), NUMBER)


@pytest.mark.req("A3")
def test_the_first_read_of_a_number_is_the_one_noted(records: Records) -> None:
    """For enrolment one row is enough, and it says where in the trail it began."""
    mark = unknown_badge_mark(SECRET, NUMBER)
    for _ in range(3):
        records.trail.begin()
        note_unknown_badge(records.trail, mark, NUMBER)
        records.trail.append(records.entry(Kind.DECISION))
        records.trail.commit()
    assert records.rows("SELECT badge_hmac, number, first_seq FROM unknown_badges") == [(mark, NUMBER, 1)]


@pytest.mark.req("A3")
def test_the_raw_numbers_can_be_purged_and_the_trail_stays_sound(records: Records) -> None:
    """The only personal thing that may be removed stands where no record depends on it."""
    records.write(lambda seq: note_unknown_badge(records.trail, unknown_badge_mark(SECRET, NUMBER), NUMBER))
    run_sql(records.path, "DELETE FROM unknown_badges")
    assert records.rows("SELECT count(*) FROM unknown_badges") == [(0,)]
    assert records.verify().sound


@pytest.mark.req("A3", "E2")
def test_no_raw_number_stands_in_the_trail(tmp_path: Path) -> None:
    """An export of the trail must not be a list to clone badges from: neither of strangers nor of staff."""
    world = World(tmp_path, NOON)
    try:
        for number in (NUMBER, NUMBER, P1):
            assert world.badge("R1", number) is not None
        strangers = [(said["seq"], said["subject"]) for said in world.decisions() if "subject" in said]
        whole = "\n".join(str(said) for said in world.trail())
        assert len(strangers) == 2
        assert len({mark for _, mark in strangers}) == 1
        noted = _noted(world)
        assert noted == [(strangers[0][1], NUMBER, strangers[0][0])]
        for number in (NUMBER, P1):
            assert number not in whole
            assert number.partition(":")[2] not in whole
            assert number[-4:] in whole
        assert world.sound()
    finally:
        world.kill()


def _noted(world: World) -> list[tuple[str, str, int]]:
    engine = open_database(world.settings.database_path, read_only=True)
    try:
        with engine.connect() as connection:
            return [(row.badge_hmac, row.number, row.first_seq) for row in connection.execute(unknown_badges.select())]
    finally:
        engine.dispose()
