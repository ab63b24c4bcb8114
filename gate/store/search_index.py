"""The search index: it never lags behind the trail, never speaks for another trail, and may be lost at any time.

Questions come from many threads, `step` from one. The newest entries are indexed in memory by whoever asks; `step`
writes them into the file (`search_file.py`) and fills what is missing there, the newest entries first. A file that
does not fit the trail is left alone by questions from then on, and made anew by the next step.
"""

import fcntl
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TypeVar

import sqlalchemy as sa

from gate.store.database import STORE_FAULTS
from gate.store.search_file import DamagedIndexError, SearchFile
from gate.store.search_live import PIECE, Part, head_seq, leaf_of, scan
from gate.store.search_reading import Known, Reading
from gate.store.search_spans import SPAN, Volume, hole, mergeable, span_of

log = logging.getLogger(__name__)

Result = TypeVar("Result")

BEHIND = 2 * SPAN
"""Entries that a question indexes itself; where more are missing, it looks at the newest only and says so."""

UNUSABLE: tuple[type[BaseException], ...] = (DamagedIndexError, *STORE_FAULTS)
"""What the file can come to; the trail's own faults are told apart from it."""


class TrailUnreadableError(OSError):
    """The trail cannot be read now; the index is not to blame."""


class SearchIndex:
    """The index of one gate's trail; `records` gives the engine that reads it."""

    def __init__(
        self,
        path: Path,
        records: Callable[[], sa.Engine],
        *,
        key: str | None,
        gate_id: str,
        pause: Callable[[], bool] = lambda: False,
    ) -> None:
        self._path, self._records, self._key, self._gate_id = path, records, key, gate_id
        self._pause = pause
        """Called between the pieces of long work; True: give up for now."""
        self._lock = threading.Lock()
        self._live: Part | None = None
        self._reader: SearchFile | None = None
        self._writer: SearchFile | None = None
        self._mine: IO[bytes] | None = None
        self._known = Known()
        self._opened = False
        self._doomed = False

    # --- questions ------------------------------------------------------------------------------------------------

    def ask(self, question: Callable[[Reading], Result]) -> Result:
        """Answer from everything that is indexed, the newest entry included.

        Raises:
            STORE_FAULTS: the trail itself cannot be read.
        """
        with self._lock:
            self._open_reader()
            live = self._catch_up()
            if self._reader is not None:
                try:
                    return question(self._reading(live))
                except UNUSABLE as error:
                    self._doom(error)
                    live = self._catch_up()
                finally:
                    self._release()
            return question(Reading(live, None, (), self._known))

    def doubt(self, why: str) -> None:
        """Make the index anew: an answer did not fit what the trail says."""
        with self._lock:
            self._doom(why)

    @property
    def doomed(self) -> bool:
        """Whether the file waits to be made anew."""
        return self._doomed

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._let_go()

    def _reading(self, live: Part) -> Reading:
        if self._reader is None:
            return Reading(live, None, (), self._known)
        return Reading(live, self._reader, self._reader.volumes(), self._known)

    def _release(self) -> None:
        if self._reader is not None:
            try:
                self._reader.release()
            except STORE_FAULTS as error:
                self._doom(error)

    def _catch_up(self) -> Part:
        """Index the entries that were added since, and look whether the trail is still the same one."""
        with self._trail() as connection:
            head = head_seq(connection)
            live = self._live
            if live is not None and (head < live.last or leaf_of(connection, live.last) != live.leaf):
                self._doom("the trail is another one now")
                live = None
            if live is None or head - live.last > BEHIND:
                live = Part(self._live_from(head))
                live.leaf = leaf_of(connection, live.last)
            while live.last < head:
                until = min(head, live.last + PIECE)
                live.add(scan(connection, live.last + 1, until))
                live.fill_to(until)
                connection.rollback()
        self._live = live
        return live

    @contextmanager
    def _trail(self) -> Iterator[sa.Connection]:
        try:
            with self._records().connect() as connection:
                yield connection
        except STORE_FAULTS as error:
            raise TrailUnreadableError(str(error)) from error

    def _live_from(self, head: int) -> int:
        last = self._last_in_file()
        if head - last <= BEHIND:
            return max(1, last + 1)
        return max(1, head // SPAN * SPAN - SPAN)

    def _last_in_file(self) -> int:
        if self._reader is None:
            return -1
        try:
            return max((volume.last for volume in self._reader.volumes()), default=-1)
        except UNUSABLE as error:
            self._doom(error)
            return -1
        finally:
            self._release()

    def _open_reader(self) -> None:
        if self._opened or self._doomed or not self._path.exists():
            return
        self._opened = True
        try:
            self._reader = SearchFile(self._path, key=self._key, read_only=True)
            self._reader.check(self._gate_id)
            self._compare(self._reader)
        except TrailUnreadableError:
            self._opened = False
            raise
        except UNUSABLE as error:
            self._doom(error)

    def _compare(self, file: SearchFile) -> None:
        """Look whether each volume ends with the entry that the trail has there."""
        with self._trail() as connection:
            for volume in file.volumes():
                if leaf_of(connection, volume.last) != volume.leaf or head_seq(connection) < volume.last:
                    raise DamagedIndexError(f"the trail is another one at {volume.last}")
        file.release()

    def _doom(self, why: object) -> None:
        log.warning("the search index is made anew: %s", why)
        self._doomed, self._opened, self._known, self._live = True, False, Known(), None
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _let_go(self) -> None:
        for file in (self._reader, self._writer):
            if file is not None:
                file.close()
        self._reader = self._writer = None
        if self._mine is not None:
            self._mine.close()
            self._mine = None

    # --- the file -------------------------------------------------------------------------------------------------

    def step(self) -> bool:
        """Do one piece of work on the file; tell whether there was any.

        Raises:
            STORE_FAULTS: the trail cannot be read.
        """
        if not self._ready():
            return False
        try:
            return self._flush() or self._build() or self._merge()
        except TrailUnreadableError:
            raise
        except UNUSABLE as error:
            with self._lock:
                self._doom(error)
            return False

    def _ready(self) -> bool:
        """Hold the file, made anew where it must be; False while another process holds it."""
        if self._mine is None:
            self._mine = _held(self._path.with_suffix(".lock"))
            if self._mine is None:
                return False
        if self._doomed:
            self._remove()
        if self._writer is None:
            try:
                self._writer = SearchFile(self._path, key=self._key)
                self._writer.prepare(self._gate_id)
                self._compare(self._writer)
            except TrailUnreadableError:
                raise
            except UNUSABLE as error:
                with self._lock:
                    self._doom(error)
                return False
        return True

    def _remove(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        with self._lock:
            for ending in ("", "-wal", "-shm"):
                Path(f"{self._path}{ending}").unlink(missing_ok=True)
            self._live, self._doomed = None, False

    def _flush(self) -> bool:
        """Write the oldest whole span that is only in memory."""
        with self._lock:
            self._open_reader()
            live = self._catch_up()
            last = live.first // SPAN * SPAN + SPAN - 1
            if live.last < last or self._writer is None:
                return False
            with self._trail() as connection:
                leaf = leaf_of(connection, last)
            part = live.taken(last)
            self._writer.write(0, last + 1 - SPAN, leaf, part.held, part.at)
        return True

    def _build(self) -> bool:
        """Index the newest span that neither the file nor the memory has."""
        if self._writer is None or self._live is None:
            return False
        missing = hole(self._volumes(self._writer), self._live.first)
        if missing is None:
            return False
        level, first = missing
        part, last = Part(max(1, first)), first + span_of(level) - 1
        with self._trail() as connection:
            while part.last < last:
                until = min(last, part.last + PIECE)
                part.add(scan(connection, part.last + 1, until))
                part.fill_to(until)
                connection.rollback()
                if self._pause():
                    return False
            leaf = leaf_of(connection, last)
        self._writer.write(level, first, leaf, part.held, part.at)
        return True

    def _merge(self) -> bool:
        """Put one volume in the place of those that fill its span."""
        found = mergeable(self._volumes(self._writer)) if self._writer is not None else None
        if found is not None and self._writer is not None:
            self._writer.merge(*found)
        return found is not None

    @staticmethod
    def _volumes(file: SearchFile) -> list[Volume]:
        found = file.volumes()
        file.release()
        return found


def _held(path: Path) -> IO[bytes] | None:
    """Return the lock of the index, None while another process has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = path.open("ab")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.close()
        return None
    return handle
