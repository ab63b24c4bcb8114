"""Exports that are made first and fetched afterwards: one at a time, in a thread that gives way to the pages."""

import logging
import os
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from flask import Flask, current_app

from gate.core.report import Report
from gate.export.about import About
from gate.export.formats import Format
from gate.export.making import ExportStoppedError, Means, make_file
from gate.export.shelf import UNDER_WAY, Job, Shelf, State
from gate.export_acts import Taken
from gate.settings import Settings
from gate.web.export_sealing import evidence_of
from gate.web.export_streaming import new_job, settle
from gate.web.numbering import ask_by_number
from gate.web.reading import UNREADABLE
from gate.web.session import PARTS

log = logging.getLogger(__name__)

QUEUE = "gate-exports"

NICE = 10
"""The thread that makes files gives way to the threads that answer pages."""

MOST_WAITING = 20
"""Exports in the queue; a browser that presses forty times must not fill the disk."""


class CancelledError(Exception):
    """Whoever asked for the export does not want it any more."""


class QueueFullError(Exception):
    """So many exports are waiting that no more are taken."""


@dataclass(frozen=True, slots=True)
class Order:
    """One export to be made."""

    job: Job
    report: Report
    about: About
    record: Callable[[Taken], int]


class ExportQueue:
    """The exports of this process; those of an earlier process that were under way are called interrupted."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self._app = app
        self._means = Means(settings.export.paper, evidence_of)
        self.shelf = Shelf(settings.gate.state_dir / "exports", timedelta(hours=settings.export.keep_hours))
        self._orders: deque[Order] = deque()
        self._changed = threading.Condition()
        self._cancelled: set[str] = set()
        self._rows: dict[str, int] = {}
        self._started = self._settled = False

    def ready(self) -> Shelf:
        """Return the shelf; the first time, what an earlier process left is tidied up."""
        with self._changed:
            if not self._started:
                self._started = True
                self.shelf.interrupt()
                threading.Thread(target=self._work, name="exports", daemon=True).start()
            if not self._settled:
                self._settled = self._settle()
        return self.shelf

    def _settle(self) -> bool:
        """Tell whether what an earlier process owed is on record; where the records fail, it is tried again."""
        try:
            settle(self.shelf, self._app.extensions["gate"].records.engine(), self._app.extensions[PARTS].writer)
        except UNREADABLE as error:
            log.warning("downloads that a restart ended are not on record yet: %s", error)
            return False
        return True

    def order(self, report: Report, about: About, wanted: Format, record: Callable[[Taken], int]) -> Job:
        """Put an export into the queue.

        Raises:
            QueueFullError: `MOST_WAITING` are waiting.
        """
        shelf = self.ready()
        with self._changed:
            if len(self._orders) >= MOST_WAITING:
                raise QueueFullError
            job = shelf.put(new_job(report, about, wanted, State.QUEUED))
            self._orders.append(Order(job, report, about, record))
            self._changed.notify_all()
        return job

    def get(self, job_id: str) -> Job | None:
        """Return an export with how far it has come."""
        job = self.ready().get(job_id)
        return replace(job, rows=self._rows.get(job_id, 0)) if job and job.state is State.RUNNING else job

    def ahead(self, job_id: str) -> int:
        """Return how many exports are made before this one."""
        with self._changed:
            waiting = [order.job.id for order in self._orders]
        return waiting.index(job_id) + 1 if job_id in waiting else 0

    def cancel(self, job: Job) -> None:
        """Make it no more; where it is ready already, its file is thrown away."""
        with self._changed:
            self._cancelled.add(job.id)
            self._changed.notify_all()
        if job.state not in UNDER_WAY:
            self.shelf.result(job.id).unlink(missing_ok=True)

    def wait(self, job_id: str, seconds: float) -> Job | None:
        """Return the export when it is no longer under way, or as it is after so many seconds."""
        with self._changed:
            self._changed.wait_for(lambda: not self._under_way(job_id), seconds)
        return self.get(job_id)

    def _under_way(self, job_id: str) -> bool:
        job = self.shelf.get(job_id)
        return job is not None and job.state in UNDER_WAY

    def _work(self) -> None:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._orders))
                order = self._orders.popleft()
            with self._app.app_context():
                ask_by_number(wanted=order.about.by_number)
                done = self._made(order)
            with self._changed:
                self.shelf.put(done)
                self._rows.pop(order.job.id, None)
                self._cancelled.discard(order.job.id)
                self._changed.notify_all()
            self.shelf.sweep(order.about.at)

    def _made(self, order: Order) -> Job:
        job = self.shelf.put(replace(order.job, state=State.RUNNING))
        try:
            return self._finished(order, job)
        except CancelledError:
            return self._failed(job, State.CANCELLED, "")
        except ExportStoppedError as error:
            return self._failed(job, State.FAILED, error.key)
        except UNREADABLE as error:
            log.warning("export %s could not be made: %s", job.id, error)
            return self._failed(job, State.FAILED, "ex_no_records")

    def _finished(self, order: Order, job: Job) -> Job:
        path = self.shelf.result(job.id)
        partial = path.with_suffix(".making")
        try:
            taken = make_file(
                Format(job.format), order.report, order.about, partial, self._means, lambda rows: self._told(job, rows)
            )
            self._told(job, taken.rows)
            seq = order.record(taken)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
        return replace(job, state=State.DONE, rows=taken.rows, size=taken.size, sha256=taken.sha256, seq=seq)

    def _failed(self, job: Job, state: State, trouble: str) -> Job:
        return replace(job, state=state, rows=self._rows.get(job.id, 0), trouble=trouble, file="")

    def _told(self, job: Job, rows: int) -> None:
        self._rows[job.id] = rows
        if job.id in self._cancelled:
            raise CancelledError


def export_queue() -> ExportQueue:
    """Return the exports of this application."""
    found = current_app.extensions[QUEUE]
    if not isinstance(found, ExportQueue):
        raise AssertionError("the application was not made by create_app")
    return found
