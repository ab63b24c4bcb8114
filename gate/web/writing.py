"""The web process's own way to write: one kept trail, used by one request at a time, opened anew after a fault."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple, TypeVar

from gate.clock import Clock
from gate.core.clock_trust import ClockState, moment_of, observe
from gate.core.records import Moment
from gate.head_check import end_fits_checkpoint
from gate.settings import Settings
from gate.store.audit_trail import Trail
from gate.store.database import STORE_FAULTS, DatabaseRefusedError, open_database
from gate.store.trail_reading import last_trusted_reading
from gate.verifying import AT_START, last_given, verify_since_proven

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
        self._sound = False

    @contextmanager
    def desk(self, *, broken: bool = False) -> Iterator[Desk]:
        """Give the trail for one act, which begins and commits by itself; `broken`: also where its end is not sound.

        Raises:
            DatabaseRefusedError: there are no records, or the end of their trail is not sound.
            STORE_FAULTS: they cannot be used now.
        """
        with self._lock:
            trail = self._open()
            if not broken and not self._is_sound(trail):
                raise DatabaseRefusedError("the end of the audit trail is not sound: nothing is signed on it")
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
        """Run a change in a transaction of its own and return what it returns.

        It is for what must be written also where the end of the trail is not sound: who signs in, and what was refused.
        """
        with self.desk(broken=True) as desk, desk.trail.transaction():
            if not self._sound:
                desk.trail.skip_to(last_given(self._settings.gate.state_dir))
            return change(desk)

    def close(self) -> None:
        """Let go of the records."""
        with self._lock:
            self._let_go()

    def _let_go(self) -> None:
        self._sound = False
        if self._trail is not None:
            self._trail.close()
            self._trail = None

    def _open(self) -> Trail:
        if self._trail is None:
            engine = open_database(self._settings.database_path, key=self._key)
            trail = Trail(engine, self._settings.gate.id, self._settings.zone)
            self._state = ClockState(self._settings.clock.trust, None)
            if self._is_sound(trail):
                self._state = ClockState(self._settings.clock.trust, last_trusted_reading(engine))
            self._trail = trail
        return self._trail

    def _is_sound(self, trail: Trail) -> bool:
        """Where it was not it is looked at again: QA may have signed for it."""
        if not self._sound:
            found = verify_since_proven(trail.engine, self._settings.gate.state_dir, most=AT_START)
            self._sound = found.sound and end_fits_checkpoint(trail.engine)
        return self._sound
