"""Where new page parts are put up, and where every event stream waits for them."""

import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

KEPT = 400
"""Messages kept for streams that lag; one that lags more is given the full state anew, so memory is bounded."""


@dataclass(frozen=True, slots=True)
class Message:
    """Finished HTML for one element, in each language; `seq` is the trail number that a reconnect names."""

    event: str
    html: Mapping[str, str]
    seq: int | None = None
    topic: str = ""
    """Whose it is: the live page's, or one kiosk's."""


class Board:
    """A short queue with many readers: one Condition, and a position for each of them."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._kept: deque[Message] = deque(maxlen=KEPT)
        self._position = 0
        self._closed = False

    @property
    def position(self) -> int:
        """How many messages were put up so far."""
        return self._position

    @property
    def closed(self) -> bool:
        """Whether nothing more will come."""
        return self._closed

    def put(self, messages: Sequence[Message]) -> None:
        """Put messages up and wake all who wait."""
        with self._changed:
            self._kept.extend(messages)
            self._position += len(messages)
            self._changed.notify_all()

    def since(self, position: int, timeout_s: float) -> list[Message] | None:
        """Return what came after a position, waiting for it; [] when nothing came, None when too much did."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._position > position, timeout_s)
            missing = self._position - position
            if missing > len(self._kept):
                return None
            return list(self._kept)[len(self._kept) - missing :] if missing else []

    def close(self) -> None:
        """Let every stream end."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
