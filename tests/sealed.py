"""A gate whose head is signed: a key beside its records, and checkpoints when the clock says so."""

from pathlib import Path

import sqlalchemy as sa

from gate.core.audit import Entry, Kind
from gate.core.checkpoint import NEW_S
from gate.core.records import Moment
from gate.core.signed_note import Note, parse_note
from gate.desk import Desk
from gate.seal import Checkpoint, latest_checkpoint
from gate.seal_files import key_in_force, make_key
from gate.sealing import Sealer
from gate.settings import Settings
from gate.store.database import open_database
from gate.store.seal_schema import checkpoints
from tests.scenarios.world import World, local

NOON = local("2026-11-23T12:00")


class SealedWorld(World):
    """A world with a key; the timetable's question is asked by `seal`."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, NOON)
        self.key = make_key(self.settings)
        self.sealer = Sealer(lambda in_use: key_in_force(self.settings, in_use))

    def ask_sealer(self) -> None:
        """Let the gate thread look whether a checkpoint is due."""
        self.edge.gate.submit(self.sealer.seal)
        self.turn()

    def add(self, count: int) -> None:
        """Put entries on record."""

        def entries(desk: Desk, moment: Moment) -> tuple[()]:
            for _ in range(count):
                desk.trail.append(Entry(kind=Kind.CLOCK_TRUSTED, moment=moment))
            return ()

        self.edge.gate.submit(entries)
        self.turn()

    def seal(self) -> Checkpoint:
        """Let as much time pass as a checkpoint needs when something is new, and return the newest."""
        self.ask_sealer()
        self.clock.advance(NEW_S)
        self.ask_sealer()
        found = latest(self.settings)
        assert found is not None
        return found


def latest(settings: Settings) -> Checkpoint | None:
    engine = open_database(settings.database_path, read_only=True)
    try:
        return latest_checkpoint(engine)
    finally:
        engine.dispose()


def notes(settings: Settings) -> list[tuple[int, Note]]:
    """Return every checkpoint as stored, oldest first."""
    engine = open_database(settings.database_path, read_only=True)
    with engine.connect() as connection:
        rows = connection.execute(sa.select(checkpoints).order_by(checkpoints.c.id)).all()
    engine.dispose()
    return [(row.size, parse_note(row.note)) for row in rows]
