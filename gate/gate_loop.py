"""The gate thread's loop, one batch at a time: one transaction for all waiting work, then the answers."""

import logging
import queue
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gate.access import Answer, answer_read, refuse
from gate.clock import Clock
from gate.core.audit import Kind
from gate.core.indication import indicate_reason
from gate.core.records import Moment
from gate.core.terms import Mode, Outcome
from gate.desk import Desk
from gate.entries import follow_up, report_entry
from gate.readers.orders import Actuated, Claimant, Order, Read, Report, SetPermissive, Show, Work
from gate.store import uses
from gate.store.database import STORE_FAULTS, DamagedDatabaseError, is_damage
from gate.store.reader_state import set_reader_state
from gate.use_changes import leave_use, permissive_order
from gate.use_watch import reconcile

log = logging.getLogger(__name__)

BATCH = 256
"""Most reads in one transaction: beyond it the first would wait on the last for longer than a commit takes."""

WAIT_S = 0.5
"""The loop comes round this often when idle, so that the watchdog sees it alive."""

UNRECORDED = 1000
"""Reads that could not be recorded and wait for the disk: an hour of one read every four seconds."""

UNUSABLE: tuple[type[BaseException], ...] = (DamagedDatabaseError, *STORE_FAULTS)

READER_STATES = {Kind.READER_ONLINE: "online", Kind.READER_OFFLINE: "offline"}

Task = Callable[[Desk, Moment], Sequence[Order]]
"""Short work of the timetable, run in the gate thread inside a transaction."""


@dataclass(frozen=True, slots=True)
class AnsweredLate:
    """An allow whose reader had already been answered by the deadline."""

    read: Read
    decision_seq: int


class GateLoop:
    """The sole writer of the reader process; one thread calls `step`, any thread may `submit`."""

    def __init__(
        self, open_desk: Callable[[], Desk], clock: Clock, post: Callable[[Sequence[Order]], None], language: str
    ) -> None:
        self._open_desk = open_desk
        self._clock = clock
        self._post = post
        self._language = language
        self._inbox: queue.SimpleQueue[Work | AnsweredLate | Task] = queue.SimpleQueue()
        self._unrecorded: deque[Read] = deque(maxlen=UNRECORDED)
        self._deferred: deque[Work | AnsweredLate | Task] = deque(maxlen=UNRECORDED)
        self._desk: Desk | None = None
        self._committed_seq: int | None = None
        self._started_seq = 0
        self._failing = False
        self._reason = "SYS_LOG_FAIL"
        self._first: Task | None = None
        self.heartbeat = clock.monotonic()
        """Monotonic seconds of the last sign of life of the thread, for the watchdog."""
        self.proven = self.heartbeat
        """Monotonic seconds until which the records were known to work: without them no permissive is kept up."""
        self.commit_started: float | None = None
        """Monotonic seconds since when a batch has been at work; waiting inside commit counts as progress."""

    def submit(self, work: Work | AnsweredLate | Task) -> None:
        """Hand work to the gate thread; callable from any thread."""
        self._inbox.put(work)

    def step(self, timeout: float = WAIT_S) -> int:
        """Wait for work, do all that waits in one transaction, hand back the answers; return how many there were."""
        batch = self._collect(timeout)
        self.heartbeat = self._clock.monotonic()
        if batch:
            self.commit_started = self.heartbeat
            self._work(batch)
            self.commit_started = None
            self.heartbeat = self._clock.monotonic()
        if not self._failing:
            self.proven = self.heartbeat
        return len(batch)

    @property
    def committed_seq(self) -> int | None:
        """The last entry that this process has made durable."""
        return self._committed_seq

    def begin(self, task: Task) -> None:
        """Run the first task; where the records cannot be used deny every read, and run it when they can be.

        Raises:
            DatabaseRefusedError: the records are not for this program, or there are none yet.
        """
        try:
            self.do_now(task)
        except UNUSABLE as error:
            self._first, self._failing = task, True
            self._reason = "SYS_INTEGRITY" if is_damage(error) else "SYS_LOG_FAIL"
            log.critical("the records cannot be used: every read is denied", extra={"error": str(error)})
            self.close()

    def do_now(self, task: Task) -> None:
        """Run one task in the caller's thread, before the loop runs or after it has ended.

        Raises:
            STORE_FAULTS: the records cannot be opened or written.
        """
        self._desk = self._desk or self._open_desk()
        for result in self._transact(self._desk, [task]):
            self._hand_back(self._desk, result)

    def close(self) -> None:
        """Close the records."""
        if self._desk is not None:
            self._desk.trail.close()
            self._desk = None

    def _collect(self, timeout: float) -> list[Work | AnsweredLate | Task]:
        batch: list[Work | AnsweredLate | Task] = []
        try:
            batch.append(self._inbox.get(timeout=timeout) if timeout else self._inbox.get_nowait())
            while len(batch) < BATCH:
                batch.append(self._inbox.get_nowait())
        except queue.Empty:
            pass
        return batch

    def _work(self, batch: list[Work | AnsweredLate | Task]) -> None:
        deferred = list(self._deferred)
        self._deferred.clear()
        try:
            desk = self._desk or self._reopen()
            results = self._transact(desk, [*deferred, *batch])
        except UNUSABLE as error:
            self._failed([*deferred, *batch], error)
            return
        self._failing = False
        for result in results:
            self._hand_back(desk, result)

    def _reopen(self) -> Desk:
        """Open the records afresh; an allow that a failed commit left behind is settled before anything else."""
        desk = self._desk = self._open_desk()
        desk.started_seq = self._started_seq
        known = self._committed_seq
        if self._first is not None:
            for result in self._transact(desk, [self._first]):
                self._hand_back(desk, result)
            self._first, self._reason = None, "SYS_LOG_FAIL"
        if known is not None:
            self._transact(desk, [lambda desk, moment: reconcile(desk, moment, known)])
        return desk

    def _transact(self, desk: Desk, batch: list[Work | AnsweredLate | Task]) -> list[Answer | list[Order]]:
        before = desk.remembered()
        desk.now_s = self._clock.monotonic()
        try:
            desk.trail.begin()
            moment = desk.moment(self._clock.read())
            late = list(self._unrecorded)
            for read in late:
                refuse(desk, read, "SYS_LOG_FAIL", moment, why="answered at the reader, recorded late")
            results = [self._guarded(desk, work, moment) for work in batch]
            desk.trail.commit()
        except BaseException:
            desk.put_back(before)
            desk.trail.rollback()
            raise
        for _ in late:
            self._unrecorded.popleft()
        self._committed_seq = desk.trail.head.seq
        self._started_seq = desk.started_seq
        return results

    def _guarded(self, desk: Desk, work: Work | AnsweredLate | Task, moment: Moment) -> Answer | list[Order]:
        """Do one piece of work in a savepoint: whatever goes wrong in it is a recorded deny, the rest stands."""
        try:
            with desk.trail.savepoint():
                return _do(desk, work, moment)
        except STORE_FAULTS:
            raise
        except Exception:
            log.exception("work failed", extra={"work": type(work).__name__})
            if isinstance(work, Read):
                desk.forget(work.equipment)
                return refuse(desk, work, "SYS_ERROR", moment)
            return []

    def _hand_back(self, desk: Desk, result: Answer | list[Order]) -> None:
        if isinstance(result, list):
            self._post(result)
            return
        if result.read.race.claim(Claimant.DECISION):
            self._post(result.orders)
            return
        desk.forget(result.read.equipment)
        if result.decision_seq is not None:
            self.submit(AnsweredLate(result.read, result.decision_seq))
        else:
            self._post([order for order in result.orders if isinstance(order, SetPermissive)])

    def _failed(self, batch: list[Work | AnsweredLate | Task], error: BaseException) -> None:
        """Nothing of the batch is durable: deny what waits, keep it to be recorded, and start afresh."""
        self._failing = True
        log.error("records not writable: every read is denied until they are", extra={"error": str(error)})
        if self._desk is not None and self._desk.trail.poisoned:
            self.close()
        shown = indicate_reason(self._reason, self._language)
        for work in batch:
            if isinstance(work, Read):
                self._unrecorded.append(work)
                if work.race.claim(Claimant.DECISION):
                    self._post([Show(work.reader, shown, work)])
            elif not callable(work):
                self._deferred.append(work)


def _do(desk: Desk, work: Work | AnsweredLate | Task, moment: Moment) -> Answer | list[Order]:
    match work:
        case Read():
            return answer_read(desk, work, moment)
        case Report():
            _record_report(desk, work, moment)
            return []
        case Actuated(seq):
            desk.trail.append(follow_up(Kind.ACTUATED, moment, seq))
            uses.mark_answered(desk.trail, seq, "actuated")
            return []
        case AnsweredLate(read, seq):
            return _answered_late(desk, read, seq, moment)
        case _:
            return list(work(desk, moment))


def _record_report(desk: Desk, report: Report, moment: Moment) -> None:
    desk.trail.append(report_entry(report, moment))
    state = READER_STATES.get(report.kind)
    if state is not None and report.reader is not None:
        set_reader_state(desk.trail, report.reader, state, report.what, report.at.at)


def _answered_late(desk: Desk, read: Read, seq: int, moment: Moment) -> list[Order]:
    """The reader said no before the record was durable: the use that the allow opened ends with that."""
    desk.trail.append(follow_up(Kind.ANSWERED_LATE, moment, seq, {"answered": Outcome.DENY.value}))
    uses.mark_answered(desk.trail, seq, "late")
    use = uses.current_use(desk.trail, read.equipment)
    if use is not None:
        leave_use(desk, use, [m for m in use.members if m.joined_seq == seq], "answered_late", moment)
    return list(permissive_order(desk, read.equipment, desk.facts.mode(read.equipment) or Mode.ENFORCE, moment))
