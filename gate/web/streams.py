"""One event stream: the full state first, then what is put on the board, each entry exactly once."""

import threading
from collections.abc import Callable, Iterator, Sequence

from gate.web.board import Board, Message

MOST = 20
"""Streams at once: each holds a server thread, and four must stay free for pages and health checks."""

HEARTBEAT_S = 5.0
"""A comment at least this often, so that a broken connection is noticed on both ends."""

RECONNECT_MS = 1000

LIVE_PAGE = frozenset({""})

FullState = Callable[[int], Sequence[Message] | None]
"""What is on the page behind an entry; None when the records cannot be read, which ends the stream."""


class Streams:
    """Counts the open streams and makes new ones."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._slots = threading.BoundedSemaphore(MOST)
        self._counting = threading.Lock()
        self.open_now = 0
        """How many streams are open."""

    def open(
        self, language: str, after: int, full_state: FullState, topics: frozenset[str] = LIVE_PAGE
    ) -> "Stream | None":
        """Return a new stream, or None when too many are open; the slot is given back when it ends."""
        if not self._slots.acquire(blocking=False):
            return None
        with self._counting:
            self.open_now += 1
        return Stream(_lines(self._board, language, after, full_state, topics), self._release)

    def _release(self) -> None:
        with self._counting:
            self.open_now -= 1
        self._slots.release()

    def close(self) -> None:
        """Let every stream end, and every later one at once."""
        self._board.close()


class Stream:
    """An iterator that gives its slot back once, however it ends (a generator never started runs no `finally`)."""

    def __init__(self, lines: Iterator[str], release: Callable[[], None]) -> None:
        self._lines = lines
        self._release: Callable[[], None] | None = release

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        try:
            return next(self._lines)
        except StopIteration:
            self.close()
            raise

    def close(self) -> None:
        """Give the slot back; the server calls this when the browser has gone."""
        release, self._release = self._release, None
        if release is not None:
            release()


def _lines(board: Board, language: str, after: int, full_state: FullState, topics: frozenset[str]) -> Iterator[str]:
    """Yield event-stream text until the board closes.

    The position is taken before the state is read: what comes between is in both, and told once.
    """
    yield f"retry: {RECONNECT_MS}\n\n"
    while not board.closed:
        position = board.position
        messages = full_state(after)
        if messages is None:
            return
        while messages is not None and not board.closed:
            mine = [message for message in messages if message.topic in topics]
            fresh = [message for message in mine if message.seq is None or message.seq > after]
            after = max([after, *(message.seq for message in fresh if message.seq is not None)])
            yield "".join(event_text(message, language) for message in fresh) or ": alive\n\n"
            messages = board.since(position, HEARTBEAT_S)
            position += len(messages or ())


def event_text(message: Message, language: str) -> str:
    """Return one message in the form of the event stream (WHATWG HTML, 9.2)."""
    lines = [f"event: {message.event}"]
    if message.seq is not None:
        lines.append(f"id: {message.seq}")
    lines += [f"data: {line}" for line in message.html[language].splitlines() if line.strip()]
    return "\n".join(lines) + "\n\n"
