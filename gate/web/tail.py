"""One thread that watches the records for all event streams: a look when something was committed, not a poll each."""

import logging
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from gate import alive
from gate.clock import Clock
from gate.web.board import Board
from gate.web.floor_messages import Floors
from gate.web.kiosk_messages import Kiosks
from gate.web.parts import Parts
from gate.web.reading import UNREADABLE, ReaderNow, Records
from gate.web.view import is_alive

log = logging.getLogger(__name__)

POLL_S = 0.1
"""`PRAGMA data_version` costs microseconds; this is how long a decision waits for its place on the page."""

TELL_S = 5.0
"""The state of the gate is told at least this often: the page takes 10 s of silence for a broken stream."""

AT_ONCE = 20
"""Entries put up in one round; the page shows no more, so older ones of a burst would only push each other out."""


class Tail:
    """Puts on the board what changed in the records."""

    def __init__(
        self,
        records: Records,
        parts: Parts,
        board: Board,
        clock: Clock,
        alive_path: Path,
        kiosks: Kiosks,
        floors: Floors,
    ) -> None:
        self._records = records
        self._parts = parts
        self._board = board
        self._clock = clock
        self._alive_path = alive_path
        self._kiosks = kiosks
        self._floors = floors
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._seq = 0
        self._told_at = float("-inf")
        self._readers: Mapping[str, ReaderNow] = {}
        self._gate_alive: bool | None = None

    def ensure_started(self) -> None:
        """Start watching with the first stream: a process that shows no live page watches nothing."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="tail", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Stop watching and let the streams end."""
        self._stop.set()
        self._board.close()
        if self._thread is not None:
            self._thread.join()

    def _work(self) -> None:
        while not self._stop.is_set():
            try:
                with self._records.version_watch() as version:
                    self._watch(version)
            except UNREADABLE as error:
                log.warning("the records cannot be read: %s", error)
                self._stop.wait(TELL_S)

    def _watch(self, version: Callable[[], int]) -> None:
        seen = None
        while not self._stop.is_set():
            now = version()
            if now != seen:
                self._look()
                seen = now
            elif self._clock.monotonic() - self._told_at >= TELL_S:
                self._look()
            elif self._kiosks.due(self._clock.read().at):
                self._board.put(self._kiosks.changes(self._clock.read().at, alive=bool(self._gate_alive)))
            self._stop.wait(POLL_S)

    def _look(self) -> None:
        look = self._records.look(self._seq, AT_ONCE)
        last_alive, now = alive.last_alive(self._alive_path), self._clock.read().at
        gate_alive = is_alive(last_alive, now)
        turned = gate_alive is not self._gate_alive
        changed = [name for name, state in look.readers.items() if turned or self._readers.get(name) != state]
        messages = self._parts.entry_messages(look)
        if changed:
            messages += self._parts.reader_messages(look, changed, alive=gate_alive)
        messages.append(self._parts.gate_message(look, last_alive, now))
        self._seq, self._readers, self._gate_alive = look.seq, look.readers, gate_alive
        self._told_at = self._clock.monotonic()
        if self._floors.watched:
            messages += self._floors.changes(now, alive=gate_alive)
        self._board.put([*self._kiosks.changes(now, alive=gate_alive), *messages])
