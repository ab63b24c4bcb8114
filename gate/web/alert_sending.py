"""Send what waits in the records, one thread a channel: a mail server that hangs is in nobody's way but its own."""

import logging
import threading
from collections.abc import Callable
from datetime import timedelta

from gate.clock import Clock
from gate.core.alert_routes import wait_s
from gate.store.alert_deliveries import Delivery, due, mark_not_sent, mark_sent
from gate.web.alert_writing import AlertWriter
from gate.web.formats import visible
from gate.web.reading import UNREADABLE, Records

log = logging.getLogger(__name__)

POLL_S = 2.0
AT_ONCE = 20
LONGEST_WHY = 300

OVER = "over before it was sent"
"""Stands where a failure would: nothing more is to be done."""

Send = Callable[[Delivery], None]


class SendingError(Exception):
    """A message could not be handed over; the text says why and what to look at."""


class Sender:
    """Sends what is due over one channel; one thread calls `step`."""

    def __init__(self, channel: str, send: Send, records: Records, writer: AlertWriter, clock: Clock) -> None:
        self._channel = channel
        self._send = send
        self._records = records
        self._writer = writer
        self._clock = clock
        self._stop = threading.Event()

    def start(self) -> None:
        """Begin to send, in a thread of its own; it holds no lock while it waits for a server."""
        threading.Thread(target=self._work, name=f"alerts-{self._channel}", daemon=True).start()

    def close(self) -> None:
        """Send nothing more; what is on its way is not waited for, and is tried again after the next start."""
        self._stop.set()

    def _work(self) -> None:
        while not self._stop.wait(POLL_S):
            try:
                self.step()
            except UNREADABLE as error:
                log.warning("alerts: the records cannot be used now: %s", error)

    def step(self) -> None:
        """Try once everything that is due.

        Raises:
            UNREADABLE: the records cannot be used; what was handed over meanwhile may be sent a second time.
        """
        with self._records.engine().connect() as connection:
            waiting = due(connection, self._channel, self._clock.read().at, AT_ONCE)
        for delivery in waiting:
            if self._stop.is_set():
                return
            self._try(delivery)

    def _try(self, delivery: Delivery) -> None:
        if delivery.over and not delivery.tries:
            self._not_sent(delivery, 0, None, OVER)
            return
        try:
            self._send(delivery)
        except SendingError as error:
            tries = delivery.tries + 1
            log.warning("alerts: %s to %s: %s", delivery.channel, delivery.target, error)
            self._not_sent(delivery, tries, wait_s(tries), str(error))
        else:
            with self._writer.transaction() as trail:
                mark_sent(trail, delivery.id, self._clock.read().at)

    def _not_sent(self, delivery: Delivery, tries: int, wait: int | None, why: str) -> None:
        at = None if wait is None else self._clock.read().at + timedelta(seconds=wait)
        with self._writer.transaction() as trail:
            mark_not_sent(trail, delivery.id, tries, at, visible(why)[:LONGEST_WHY])
