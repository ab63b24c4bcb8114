"""Who operated a machine while a lot was made: every start with its evidence, and everything else that belongs to it.

The answer to the question the product exists for (requirement H1; 21 CFR 211.188(b)(11), 211.25).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from gate.core.audit import Kind
from gate.core.log_terms import Field, Result
from gate.core.spans import Span, shared, uncovered
from gate.evidence import DecisionEvidence, EvidenceReader
from gate.store.late_entries import LateEntry, LateFilter, find_late
from gate.store.lots import Window, windows_of
from gate.store.schema import equipment
from gate.store.use_parts import Part, parts_in
from gate.web.asking import Told, query_of, seqs_of, terms, told
from gate.web.pages import site

BESIDE = (
    Kind.START,
    Kind.STOP,
    Kind.READER_OFFLINE,
    Kind.READER_ONLINE,
    Kind.READER_UNKNOWN,
    Kind.READER_TAMPER,
    Kind.CLOCK_STEP,
    Kind.CLOCK_UNTRUSTED,
    Kind.CLOCK_TRUSTED,
    Kind.HOLD_SET,
    Kind.HOLD_RELEASED,
)
"""What else happened while the lot was made that says how far the answer reaches."""

MOST_DENIED, MOST_BESIDE = 200, 200
"""Shown on the page; the counts are exact, and the rest is in the access log."""


@dataclass(frozen=True, slots=True)
class Start:
    """One person's part while the lot was made; `shown` is the part of it that lies in the window."""

    part: Part
    shown: Span
    evidence: DecisionEvidence | None

    @property
    def certified_then(self) -> bool | None:
        """Whether every requirement was met as known then; None: the entry cannot be read."""
        if self.evidence is None:
            return None
        return self.part.override is None and all(one.then.reason is None for one in self.evidence.requirements)

    @property
    def certified_now(self) -> bool | None:
        """Whether every requirement was met at that moment as known now; None: it cannot be told."""
        if self.evidence is None or self.evidence.outcome_now is None:
            return None
        if any(one.now is None for one in self.evidence.requirements):
            return None
        return all(one.now is not None and one.now.reason is None for one in self.evidence.requirements)

    @property
    def late(self) -> bool:
        """Whether it rests on a LATE_RECORD (E8)."""
        return self.evidence is not None and self.evidence.late


@dataclass(frozen=True, slots=True)
class Made:
    """One window of the lot, and who was at the machine meanwhile."""

    window: Window
    starts: tuple[Start, ...]
    late: tuple[LateEntry, ...]
    gaps: tuple[Span, ...]
    """When nobody was signed in by badge."""
    denied: tuple[Told, ...]
    denied_total: int
    beside: tuple[Told, ...]
    beside_total: int
    modes: frozenset[str]
    """The modes the machine was in."""

    @property
    def people(self) -> frozenset[str]:
        """Everybody who took part, by badge or by late entry."""
        entered = {late.person_id for late in self.late if late.state != "rejected"}
        return frozenset({start.part.person_id for start in self.starts} | entered)


def made(lot: str, equipment_id: str) -> tuple[Made, ...]:
    """Return where the lot was made as known now, narrowed to one machine if one is named.

    Raises:
        STORE_FAULTS: the records cannot be read.
    """
    with site().records.engine().connect() as connection:
        windows = [one for one in windows_of(connection, lot) if equipment_id in ("", one.equipment_id)]
    return tuple(_made(window) for window in windows)


def _made(window: Window) -> Made:
    starts = tuple(_starts(window))
    denied = seqs_of(
        query_of(
            terms(Field.EQUIPMENT, [window.equipment_id]),
            terms(Field.RESULT, [Result.DENIED, Result.WOULD_DENY]),
            span=window.span,
        )
    )
    beside = _beside(window)
    return Made(
        window=window,
        starts=starts,
        late=_late(window),
        gaps=uncovered(window.span, [start.part.span for start in starts], site().clock.read().at),
        denied=tuple(told(denied[:MOST_DENIED])),
        denied_total=len(denied),
        beside=tuple(beside[:MOST_BESIDE]),
        beside_total=len(beside),
        modes=_modes(window, starts),
    )


def _starts(window: Window) -> Iterator[Start]:
    engine, settings = site().records.engine(), site().settings
    parts = list(parts_in(engine, window.span, equipment_id=window.equipment_id))
    with EvidenceReader(engine, settings.zone, late_after_days=settings.training.late_after_days) as reader:
        for part in parts:
            yield Start(part, shared(part.span, window.span) or part.span, reader.of(part.decision_seq))


def _late(window: Window) -> tuple[LateEntry, ...]:
    """Late entries whose claimed time meets the window, and those that name the lot on this machine."""
    with site().records.engine().connect() as connection:
        there = find_late(connection, LateFilter(equipment_id=window.equipment_id, span=window.span))
        named = find_late(connection, LateFilter(equipment_id=window.equipment_id, lot=window.lot))
    return tuple(sorted({one.id: one for one in (*there, *named)}.values(), key=lambda one: one.from_at))


def _beside(window: Window) -> list[Told]:
    readers = {one.name for line in site().settings.line for one in line.reader if one.equipment == window.equipment_id}
    found = told(seqs_of(query_of(terms(Field.KIND, BESIDE), span=window.span)))
    return [one for one in found if _is_about(one, readers, window.equipment_id)]


def _is_about(one: Told, readers: set[str], equipment_id: str) -> bool:
    if "reader" in one.said:
        return one.said["reader"] in readers
    return bool(one.said.get("equipment", equipment_id) == equipment_id)


def _modes(window: Window, starts: Sequence[Start]) -> frozenset[str]:
    """Return every mode that the machine was in at an instant of the window, from the versions known then."""
    with site().records.engine().connect() as connection:
        rows = connection.execute(
            sa.select(equipment.c.mode, equipment.c.known_from, equipment.c.known_to).where(
                equipment.c.id == window.equipment_id
            )
        ).all()
    bounds = seqs_of(query_of(span=window.span))
    first, last = (bounds[0], bounds[-1]) if bounds else (0, 0)
    known = {row.mode for row in rows if row.known_from <= last and (row.known_to is None or row.known_to > first)}
    return frozenset(known | {str(start.part.said["mode"]) for start in starts if "mode" in start.part.said})
