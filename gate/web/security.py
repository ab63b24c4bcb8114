"""Tell the trail of refused requests, in short and without letting anybody flood it."""

import logging
import threading

from flask import g, request

from gate.clock import Clock
from gate.core.audit import Entry, Json, Kind
from gate.web.reading import UNREADABLE
from gate.web.writing import Desk, Writer

log = logging.getLogger(__name__)

WINDOW_S = 60.0
ENTRIES_A_WINDOW = 5
"""Of one cause at one page about one account; what is left out is counted and told by the next entry."""
ALL_ENTRIES_A_WINDOW = 60
"""Whoever goes through all pages and accounts fills one entry a second at most."""

Key = tuple[str, str, str | None]


class Security:
    """The security entries of the pages; a password or what was typed never gets into one."""

    def __init__(self, writer: Writer, clock: Clock) -> None:
        self._writer = writer
        self._clock = clock
        self._lock = threading.Lock()
        self._since_s = 0.0
        self._written: dict[Key, int] = {}
        self._left_out = 0

    def refused(self, cause: str, account_id: str | None = None) -> None:
        """Record that this request was refused; where the records cannot take it, it stays refused and is logged."""
        g.refusal_told = True
        route = request.url_rule.rule if request.url_rule else "no such page"
        log.warning("refused: %s at %s %s", cause, request.method, route)
        if not self._counts((cause, route, account_id)):
            return
        detail: dict[str, Json] = {"what": "refused", "cause": cause, "route": route, "method": request.method}
        self.tell(detail, account_id)

    def tell(self, detail: dict[str, Json], account_id: str | None) -> None:
        """Record something about signing in, for the account where it is known."""

        def append(desk: Desk) -> int:
            left_out = self._take_left_out()
            said = {**detail, **({"left_out": left_out} if left_out else {})}
            subject = f"account:{account_id}" if account_id else None
            return desk.trail.append(Entry(kind=Kind.SECURITY, moment=desk.moment, subject=subject, detail=said))

        try:
            self._writer.write(append)
        except UNREADABLE as error:
            log.warning("a security entry could not be written: %s", error)

    def _counts(self, key: Key) -> bool:
        """Whether this one is written; else it is counted."""
        now = self._clock.monotonic()
        with self._lock:
            if now - self._since_s >= WINDOW_S:
                self._since_s, self._written = now, {}
            found = self._written.get(key, 0)
            if found >= ENTRIES_A_WINDOW or sum(self._written.values()) >= ALL_ENTRIES_A_WINDOW:
                self._left_out += 1
                return False
            self._written[key] = found + 1
            return True

    def _take_left_out(self) -> int:
        with self._lock:
            found, self._left_out = self._left_out, 0
        return found
