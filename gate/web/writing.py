"""The web process's own way to write: one kept trail, used by one request at a time, opened anew after a fault."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple, TypeVar

from gate.clock import Clock
from gate.core.clock_trust import ClockState, moment_of, observe
from gate.core.records import Moment
from gate.settings import Settings
from gate.store.audit_trail import Trail
from gate.store.database import STORE_FAULTS, DatabaseRefusedError, open_database
from gate.store.trail_reading import last_trusted_reading
from gate.store.verify import verify

Result = TypeVar("Result")


class Desk(NamedTuple):
    """What an act needs: the open end of the trail, and the instant with the clock's standing."""

    trail: Trail
    moment: Moment


class Writer:
    """Hands the trail to one request after the other; the transactions are the acts' own."""

    def __init__(self, settings: Settings, clock: Clock, key: str | None) -> None:
        self._settings = settings
        self._clock = clock
        self._key = key
        self._lock = threading.Lock()
        self._trail: Trail | None = None
        self._state = ClockState(settings.clock.trust, None)

    @contextmanager
    def desk(self) -> Iterator[Desk]:
        """Give the trail for one act, which begins and commits by itself.

        Raises:
            DatabaseRefusedError: there are no records, or the end of their trail is not sound.
            STORE_FAULTS: they cannot be used now.
        """
        with self._lock:
            trail = self._open()
            reading = self._clock.read()
            self._state = observe(self._state, reading).state
            try:
                yield Desk(trail, moment_of(self._state, reading))
            except STORE_FAULTS:
                self._let_go()
                raise
            if trail.poisoned:
                self._let_go()

    def write(self, change: Callable[[Desk], Result]) -> Result:
        """Run a change in a transaction of its own and return what it returns."""
        with self.desk() as desk, desk.trail.transaction():
            return change(desk)

    def close(self) -> None:
        """Let go of the records."""
        with self._lock:
            self._let_go()

    def _let_go(self) -> None:
        if self._trail is not None:
            self._trail.close()
            self._trail = None

    def _open(self) -> Trail:
        if self._trail is None:
            engine = open_database(self._settings.database_path, key=self._key)
            if not verify(engine, full=False).sound:
                engine.dispose()
                raise DatabaseRefusedError("the end of the audit trail is not sound: nothing is signed on it")
            self._state = ClockState(self._settings.clock.trust, last_trusted_reading(engine))
            self._trail = Trail(engine, self._settings.gate.id, self._settings.zone)
        return self._trail
