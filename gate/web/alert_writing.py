"""The alerts' own way to write: tables beside the trail, never an entry of it, so an unsound trail can be told of."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from gate.settings import Settings
from gate.store.audit_trail import Trail
from gate.store.database import STORE_FAULTS, open_database


class AlertWriter:
    """One kept connection, used by one thread at a time, opened anew after a fault."""

    def __init__(self, settings: Settings, key: str | None) -> None:
        self._settings = settings
        self._key = key
        self._lock = threading.Lock()
        self._trail: Trail | None = None

    @contextmanager
    def transaction(self) -> Iterator[Trail]:
        """Give the records for a few statements; nothing slow is done inside.

        Raises:
            DatabaseRefusedError: there are no records, or they are not for this program.
            STORE_FAULTS: they cannot be written now; nothing was changed.
        """
        with self._lock:
            trail = self._open()
            try:
                with trail.transaction():
                    yield trail
            except STORE_FAULTS:
                self._let_go()
                raise

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
            self._trail = Trail(engine, self._settings.gate.id, self._settings.zone)
        return self._trail
