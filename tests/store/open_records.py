"""Records in the test's own folder, and the ways of somebody who may write into the file behind the program's back."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlcipher3.dbapi2 as sqlite

from gate.core.audit import Entry, Kind
from gate.core.records import Moment
from gate.store.audit_trail import Trail
from gate.store.database import make_engine, open_database
from gate.store.plant_load import LoadResult, load_plant
from gate.store.verify import Verification, verify
from tests.manual_clock import ManualClock
from tests.scenarios.plant import Plant, plant_file
from tests.store.fresh import fresh_database

TORONTO = ZoneInfo("America/Toronto")
NOON = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)


class Records:
    """One gate's records with an open trail."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "gate.db"
        self.clock = ManualClock(NOON)
        fresh_database(self.path)
        self._open: list[Trail] = []
        self.trail = self.another_trail()

    def another_trail(self) -> Trail:
        """Open the trail once more, as a second process would."""
        trail = Trail(open_database(self.path), "gate-1", TORONTO)
        self._open.append(trail)
        return trail

    def close(self) -> None:
        for trail in self._open:
            trail.close()

    def moment(self) -> Moment:
        self.clock.advance(1)
        reading = self.clock.read()
        return Moment(reading.at, reading.boot_id, reading.boot_us, trusted=True, clock="asserted")

    def entry(self, kind: Kind = Kind.SECURITY, **more: Any) -> Entry:
        return Entry(kind=kind, moment=self.moment(), **more)

    def append(self, kind: Kind = Kind.SECURITY, **more: Any) -> int:
        """Write one entry in a transaction of its own."""
        return self.write(lambda seq: None, kind, **more)

    def write(self, change: Callable[[int], object], kind: Kind = Kind.CHANGE, **more: Any) -> int:
        """Write one entry with what it changes in the same transaction."""
        self.trail.begin()
        seq = self.trail.append(self.entry(kind, **more))
        change(seq)
        self.trail.commit()
        return seq

    def load(self, plant: Plant | bytes, **more: str) -> LoadResult:
        data = plant if isinstance(plant, bytes) else plant_file(plant)
        said = {"by": "qa", "why": "first load", "os_user": "root", **more}
        return load_plant(self.trail, data, moment=self.moment(), **said)

    def verify(self, *, full: bool = True) -> Verification:
        engine = open_database(self.path, read_only=True)
        try:
            return verify(engine, full=full)
        finally:
            engine.dispose()

    def rows(self, question: str, *values: object) -> list[tuple[Any, ...]]:
        """Return what a plain SQL question finds."""
        connection = sqlite.connect(str(self.path))
        try:
            return list(connection.execute(question, values).fetchall())
        finally:
            connection.close()

    def tamper(self, *statements: tuple[str, tuple[object, ...]] | str) -> None:
        """Change the file as root could: with the refusing triggers dropped."""
        tamper(self.path, *statements)


def tamper(path: Path, *statements: tuple[str, tuple[object, ...]] | str) -> None:
    connection = sqlite.connect(str(path), isolation_level=None)
    try:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        for statement in statements:
            text, values = (statement, ()) if isinstance(statement, str) else statement
            connection.execute(text, values)
    finally:
        connection.close()


def run_sql(path: Path, statement: str) -> None:
    """Run one statement as the program's own service account would: every trigger stands."""
    engine = make_engine(path, key=None, read_only=False)
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql(statement)
    finally:
        engine.dispose()


def sql(*words: str) -> str:
    """Return a statement made of names that only the tests themselves give."""
    return " ".join(words)
