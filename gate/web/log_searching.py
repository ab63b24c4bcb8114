"""The search index of the web process: its file, the thread that keeps it, and what every question needs of it."""

import logging
import threading
from collections.abc import Callable
from typing import TypeVar

from gate.settings import Settings
from gate.store.search_index import SearchIndex
from gate.store.search_reading import Reading
from gate.web.reading import UNREADABLE, Records

log = logging.getLogger(__name__)

Result = TypeVar("Result")

IDLE_S = 2.0
"""What is new is indexed by whoever asks; the thread only has to write it down in time."""

BREATH_S = 0.005
"""Pause between two pieces of work, so that pages are answered while a long trail is indexed."""

LATER_S = 30.0
"""A disk that is full or records that cannot be read are tried again, not hammered."""


class Searching:
    """The index with its thread."""

    def __init__(self, settings: Settings, records: Records, key: str | None) -> None:
        path = settings.gate.state_dir / "search" / "search.db"
        self._stop = threading.Event()
        self.index = SearchIndex(
            path, records.engine, key=key, gate_id=settings.gate.id, pause=lambda: self._stop.wait(BREATH_S)
        )
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to keep the file; called by the server once its worker is there."""
        self._thread = threading.Thread(target=self._work, name="search", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End, and let go of the file."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        self.index.close()

    def ask(self, question: Callable[[Reading], Result]) -> Result:
        """Answer from the index."""
        return self.index.ask(question)

    def _work(self) -> None:
        while not self._stop.is_set():
            try:
                wait = BREATH_S if self.index.step() else LATER_S if self.index.doomed else IDLE_S
            except UNREADABLE as error:
                log.warning("the records cannot be searched: %s", error)
                wait = LATER_S
            self._stop.wait(wait)
