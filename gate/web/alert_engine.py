"""One thread that watches the trail and the gate for what calls for somebody; it is never in the way of a badge read.

It runs in the process of the pages. It reads in short transactions, and writes only when something has changed: a
few rows, in a transaction that another writer waits for no longer than for the commit.
"""

import logging
import shutil
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from gate import alive
from gate.clock import Clock
from gate.core.alert_causes import TRAIL, Denial, changes_of, denial_of, repeated, within
from gate.core.alert_conditions import Source, data_conditions, disk_conditions, gate_conditions
from gate.core.alert_rules import Raised
from gate.core.audit import Kind
from gate.core.shifts import shift_at, shift_before
from gate.settings import Settings
from gate.store.alerts import looked_at, looking_since, set_looked_at
from gate.store.equipment_facts import instant
from gate.store.schema import audit_trail, data_sources, equipment
from gate.store.trail_bytes import Said, said_of
from gate.store.trail_reading import TrailRow, entries, head_seq, reader_rows
from gate.web.alert_book import Book, Happened, Places
from gate.web.alert_writing import AlertWriter
from gate.web.reading import UNREADABLE, Records
from gate.web.shift_mail import queue_summary

log = logging.getLogger(__name__)

POLL_S = 1.0
LOOK_S = 10.0
"""The disk, the data and the gate are looked at this often; an addressee is told within 60 s (A3)."""

PAGE = 500
SAVE_EVERY = 200
"""Entries after which it is remembered how far was looked; after a restart they are looked at again, to no effect."""

PRIMED = 2000
"""Entries before the first that are read at the start for the attempts that still count."""

VERIFIED_WITHIN = 50_000
"""Entries in which the last nightly verify is looked for at the start."""

Condition = Callable[[sa.Connection, datetime], Sequence[Raised]]


@dataclass(frozen=True, slots=True)
class Watched:
    """What the engine works with."""

    settings: Settings
    records: Records
    clock: Clock
    writer: AlertWriter
    alive_path: Path
    more: tuple[Condition, ...] = ()
    """Further conditions that are looked at by the clock, such as an override that waits for QA for too long."""


class AlertEngine:
    """Raises and ends alerts; one thread calls `step`."""

    def __init__(self, watched: Watched) -> None:
        self._watched = watched
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._seen: int | None = None
        self._saved = 0
        self._window: tuple[Denial, ...] = ()
        self._timed: frozenset[tuple[str, str]] | None = None
        self._quiet_at: datetime | None = None
        self._look_at_s = float("-inf")
        self._shift_told: datetime | None = None
        self._began_s = watched.clock.monotonic()
        self.decided: Counter[tuple[str, str]] = Counter()
        """Decisions since this process has begun to look, by outcome and mode."""
        self.verified: tuple[datetime, bool] | None = None
        """When the whole trail was last verified, and whether it was sound."""
        self.looked_s: float | None = None
        """Monotonic seconds of the last whole look."""

    def start(self) -> None:
        """Begin to watch, in a thread of its own."""
        self._thread = threading.Thread(target=self._work, name="alerts", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop watching."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=POLL_S)
        self._watched.writer.close()

    def _work(self) -> None:
        while not self._stop.wait(POLL_S):
            try:
                self.step()
            except UNREADABLE as error:
                log.warning("alerts: the records cannot be used now: %s", error)
            except ValueError as error:
                log.critical("alerts: an entry of the trail cannot be read: %s; run: gate verify --full", error)

    def step(self) -> None:
        """Look once at everything that is new.

        Raises:
            UNREADABLE: the records cannot be read or written now; nothing is lost, the next step looks again.
        """
        if self._seen is None:
            self._first_look()
        while True:
            rows = entries(self._watched.records.engine(), after_seq=self._seen or 0, limit=PAGE)
            self._round(rows, last=len(rows) < PAGE)
            if len(rows) < PAGE:
                break
        self._tell_of_shift()
        self.looked_s = self._watched.clock.monotonic()

    def _first_look(self) -> None:
        """Go on where the last process stopped; before the very first look lies history that calls for nobody now."""
        engine = self._watched.records.engine()
        with engine.connect() as connection:
            known = looked_at(connection)
        seen = head_seq(engine) if known is None else known
        now = self._watched.clock.read().at
        before = entries(engine, after_seq=max(0, seen - PRIMED), limit=PRIMED)
        said = [found for row in before if row.seq <= seen and (found := said_of(row.data))]
        window = within((denial for one in said if (denial := denial_of(one))), now)
        if known is None:
            self._write(self._standing_now(said), None, seen)
        self._seen, self._window, self.verified = seen, window, _last_verified(engine, seen)

    def _standing_now(self, said: Sequence[Said]) -> list[Happened]:
        """Return what is out of order as the alerts begin to be used."""
        now = self._watched.clock.read().at
        lost = [row for row in reader_rows(self._watched.records.engine()) if row.state == "offline"]
        found = [
            Happened(Raised("READER_LOST", row.reader_id, reader=row.reader_id, detail={"what": row.cause}), now, None)
            for row in lost
        ]
        if said and str(said[-1].get("clock", "")).endswith(":untrusted"):
            found.append(Happened(Raised("CLOCK_UNTRUSTED", "clock"), now, None))
        return found

    def _round(self, rows: Sequence[TrailRow], *, last: bool) -> None:
        window, happened, decided = self._judged(rows)
        seen = rows[-1].seq if rows else self._seen or 0
        conditions = self._conditions() if last and self._looks_now() else None
        if self._must_write(happened, conditions, seen):
            self._write(happened, conditions, seen)
        self._window, self._seen = window, seen
        self.decided += decided
        if conditions is not None:
            self._look_at_s = self._watched.clock.monotonic() + LOOK_S

    def _judged(self, rows: Sequence[TrailRow]) -> tuple[tuple[Denial, ...], list[Happened], Counter[tuple[str, str]]]:
        window, decided = self._window, Counter[tuple[str, str]]()
        happened: list[Happened] = []
        for row in rows:
            said = said_of(row.data)
            found = changes_of(said) if said else [Raised("TRAIL_UNSOUND", TRAIL, detail={"what": f"#{row.seq}"})]
            denial = denial_of(said) if said else None
            if denial is not None:
                window = (*within(window, denial.at), denial)
                found = [*found, *repeated(window, denial, self._watched.settings.alerts.denials)]
            happened += [Happened(change, row.at, row.seq) for change in found]
            if said and row.kind == Kind.VERIFY:
                self.verified = (row.at, _sound(said))
            elif said and row.kind == Kind.DECISION:
                decided[str(said.get("outcome")), str(said.get("mode"))] += 1
        return window, happened, decided

    def _looks_now(self) -> bool:
        due = self._quiet_at is not None and self._watched.clock.read().at >= self._quiet_at
        return due or self._watched.clock.monotonic() >= self._look_at_s

    def _must_write(self, happened: Sequence[Happened], conditions: Sequence[Raised] | None, seen: int) -> bool:
        """Most rounds write nothing: every write is one that a badge read may wait for."""
        if happened or seen - self._saved >= SAVE_EVERY:
            return True
        if conditions is None:
            return False
        found = frozenset((one.rule, one.subject) for one in conditions)
        quiet = self._quiet_at is not None and self._watched.clock.read().at >= self._quiet_at
        return quiet or found != self._timed

    def _write(self, happened: Sequence[Happened], conditions: Sequence[Raised] | None, seen: int) -> None:
        watched, now = self._watched, self._watched.clock.read().at
        places = self._places()
        with watched.writer.transaction() as trail:
            book = Book(trail, places, now)
            book.note(happened)
            if conditions is not None:
                book.settle(conditions, frozenset() if self._awake() else frozenset({"GATE_SILENT"}))
            quiet_at = book.quiet()
            book.send([route.route for route in watched.settings.alerts.route], watched.settings)
            set_looked_at(trail, seen, now)
        self._saved, self._quiet_at, self._timed = seen, quiet_at, book.timed

    def _tell_of_shift(self) -> None:
        """Send the summary of the shift that has ended, once; not of one that was over before the very first look."""
        watched, now = self._watched, self._watched.clock.read().at
        if not watched.settings.alerts.shift_summary_to:
            return
        starts = [shift.start for shift in watched.settings.shift]
        shift = shift_at(starts, now, watched.settings.zone)
        if shift.starts_at != self._shift_told:
            with watched.records.engine().connect() as connection:
                since = looking_since(connection)
            if since is not None and since < shift.starts_at:
                ended = shift_before(starts, shift, watched.settings.zone)
                queue_summary(watched.records, watched.writer, watched.settings, ended, now)
            self._shift_told = shift.starts_at

    def _places(self) -> Places:
        readers = [reader for line in self._watched.settings.line for reader in line.reader]
        known = sa.select(equipment.c.id, equipment.c.area_id).where(equipment.c.known_to.is_(None))
        with self._watched.records.engine().connect() as connection:
            areas = {row.id: row.area_id for row in connection.execute(known)}
        return Places({reader.name: reader.equipment for reader in readers}, areas)

    def _conditions(self) -> list[Raised]:
        watched, now = self._watched, self._watched.clock.read().at
        settings = watched.settings
        usage = shutil.disk_usage(settings.gate.state_dir)
        found = disk_conditions(usage.free, usage.total, settings.alerts.disk_limits)
        with watched.records.engine().connect() as connection:
            age = settings.training
            found += data_conditions(_sources(connection), now, age.warn_after_hours, age.deny_after_hours)
            for look in watched.more:
                found += look(connection, now)
        return found + gate_conditions(alive.last_alive(watched.alive_path), now, settings.alerts.gate_silent_s)

    def _awake(self) -> bool:
        """After a start of the machine the pages may be up before the readers; that is not silence yet."""
        return self._watched.clock.monotonic() - self._began_s >= self._watched.settings.alerts.gate_silent_s


def _sources(connection: sa.Connection) -> list[Source]:
    wanted = sa.select(data_sources).where(data_sources.c.known_to.is_(None)).order_by(data_sources.c.id)
    return [
        Source(row.id, instant(row.last_good_at), instant(row.attested_until_at) if row.attested_until_at else None)
        for row in connection.execute(wanted)
    ]


def _last_verified(engine: sa.Engine, seen: int) -> tuple[datetime, bool] | None:
    wanted = (
        sa.select(audit_trail.c.at, audit_trail.c.data)
        .where(audit_trail.c.seq > seen - VERIFIED_WITHIN, audit_trail.c.seq <= seen)
        .where(audit_trail.c.kind == Kind.VERIFY.value)
        .order_by(audit_trail.c.seq.desc())
        .limit(1)
    )
    with engine.connect() as connection:
        row = connection.execute(wanted).first()
    said = said_of(row.data) if row else None
    return (instant(row.at), _sound(said)) if row and said else None


def _sound(said: Said) -> bool:
    detail = said.get("detail")
    return isinstance(detail, dict) and detail.get("sound") is True
