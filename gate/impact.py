"""What relied on something that is in doubt now: every decision, use and lot, and what each would be without it (E11).

The log is walked once, in pages of short read transactions and flat memory. A decision relied on the subject if its
evidence names it, or if it comes out differently without it. Evidence holds version ids, so nothing is guessed.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from gate.core.audit import Kind
from gate.core.decision import decide
from gate.core.spans import Span
from gate.core.terms import Outcome
from gate.core.uses_told import LEFT, TOLD, UsesTold
from gate.impact_subjects import Candidate, Subject
from gate.replay import Replayed, Replayer, Verdict
from gate.store.audit_trail import Trail
from gate.store.decision_shape import is_decision
from gate.store.equipment_facts import instant
from gate.store.lots import lots_at, windows_on
from gate.store.past_facts import PastFacts, changes_of_equipment
from gate.store.schema import audit_trail
from gate.store.trail_bytes import Said, said_of

PAGE = 1000
"""Entries in one read transaction, as in a replay."""

Progress = Callable[[int, int], None]


class Without(StrEnum):
    """What the answer would be without the subject."""

    STILL_ALLOWED = "still_allowed"
    WOULD_BE_DENIED = "would_be_denied"
    STILL_DENIED = "still_denied"
    WOULD_BE_ALLOWED = "would_be_allowed"
    NOT_KNOWN = "not_known"
    """An earlier release kept too little to decide it again, or it comes out differently as it stands."""


@dataclass(frozen=True, slots=True)
class Relied:
    """One decision that relied on the subject, with the use and the lots it touched."""

    seq: int
    at: datetime
    person_id: str
    equipment_id: str
    operation: str
    outcome: str
    reasons: tuple[str, ...]
    mode: str
    named: bool
    """Whether the evidence names the subject; False: it comes out differently without it all the same."""
    without: Without
    reasons_without: tuple[str, ...]
    left_at: datetime | None
    """When the membership that an allow began has ended."""
    lots: tuple[str, ...]


@dataclass(slots=True)
class Tally:
    """Counts over everything found so far."""

    until_seq: int = 0
    decisions: int = 0
    uses: int = 0
    without: dict[Without, int] = field(default_factory=lambda: dict.fromkeys(Without, 0))
    lots: dict[str, None] = field(default_factory=dict)
    people: dict[str, None] = field(default_factory=dict)

    def take(self, one: Relied) -> None:
        """Count one decision."""
        self.decisions += 1
        self.uses += one.outcome == Outcome.ALLOW
        self.without[one.without] += 1
        self.lots |= dict.fromkeys(one.lots)
        self.people[one.person_id] = None


def impact(engine: sa.Engine, zone: ZoneInfo, subject: Subject, progress: Progress | None = None) -> Iterator[Relied]:
    """Yield every decision that relied on the subject, oldest first.

    Raises:
        STORE_FAULTS: the records cannot be read.
    """
    trail = Trail(engine, "", zone)
    try:
        yield from _Walk(engine, trail, zone, subject).all(progress)
    finally:
        trail.rollback()
        trail.close()


_PAGE = (
    sa.select(
        audit_trail.c.seq,
        audit_trail.c.kind,
        audit_trail.c.at,
        audit_trail.c.person_id,
        audit_trail.c.equipment_id,
        audit_trail.c.badge_id,
        audit_trail.c.outcome,
        audit_trail.c.ref_seq,
        audit_trail.c.data,
    )
    .where(
        audit_trail.c.seq > sa.bindparam("after", type_=sa.Integer),
        audit_trail.c.seq <= sa.bindparam("until", type_=sa.Integer),
        audit_trail.c.kind.in_([sa.literal_column(f"'{kind}'") for kind in sorted(TOLD)]),
    )
    .order_by(audit_trail.c.seq)
    .limit(sa.literal_column(str(PAGE)))
)
_LEFT = (
    sa.select(audit_trail.c.at)
    .where(
        audit_trail.c.person_id == sa.bindparam("person"),
        audit_trail.c.seq > sa.bindparam("seq", type_=sa.Integer),
        audit_trail.c.ref_seq == sa.bindparam("seq", type_=sa.Integer),
        audit_trail.c.kind.in_([sa.literal_column(f"'{kind}'") for kind in sorted(LEFT)]),
    )
    .order_by(audit_trail.c.seq)
    .limit(sa.literal_column("1"))
)


class _Walk:
    def __init__(self, engine: sa.Engine, trail: Trail, zone: ZoneInfo, subject: Subject) -> None:
        self._engine = engine
        self._trail = trail
        self._subject = subject
        self._uses = UsesTold()
        trail.look()
        self._head, changed = trail.head.seq, changes_of_equipment(trail)
        trail.rollback()
        self._replayer = Replayer(trail, PastFacts(trail, zone, self._uses, changed))

    def all(self, progress: Progress | None) -> Iterator[Relied]:
        after = 0
        while rows := self._page(after):
            found = [one for row in rows if (one := self._step(row)) is not None]
            self._trail.rollback()
            if found:
                with self._engine.connect() as connection:
                    found = [_with_lots(connection, one) for one in found]
            yield from found
            after = rows[-1][0]
            if progress:
                progress(after, self._head)

    def _page(self, after: int) -> Sequence[Any]:
        self._trail.look()
        rows: Sequence[Any] = self._trail.run(_PAGE, {"after": after, "until": self._head}).fetchall()
        if not rows:
            self._trail.rollback()
        return rows

    def _step(self, row: Any) -> Relied | None:
        """Judge one entry, then let it count for the uses; what decides nothing is left out of these."""
        seq, kind, at, person, equipment, badge, outcome, ref, data = row
        found = None
        if kind == Kind.DECISION and self._subject.may_rest(Candidate(seq, at, person, badge)):
            found = self._judged(said_of(data))
        told = {"kind": kind, "seq": seq, "at": at, "outcome": outcome, "ref": ref, "operation": "USE"}
        if person is not None and equipment is not None:
            told |= {"person": person, "equipment": equipment, "badge": badge or ""}
        self._uses.take(told)
        return found

    def _judged(self, said: Said | None) -> Relied | None:
        if said is None or not is_decision(said) or "evidence" not in said or not isinstance(said.get("person"), str):
            return None
        named = self._subject.is_named(said)
        if not named and not self._subject.seeks_unnamed:
            return None
        again = self._replayer.again(said)
        without, reasons = self._without(said, again)
        if not named and (without is Without.NOT_KNOWN or reasons == tuple(said["reasons"])):
            return None
        return self._relied(said, named, without, reasons)

    def _without(self, said: Said, again: Replayed) -> tuple[Without, tuple[str, ...]]:
        if again.verdict is not Verdict.SAME or again.facts is None or again.moment is None:
            return Without.NOT_KNOWN, ()
        decision = decide(*self._subject.without(again.facts, again.moment))
        was, would = said["outcome"] == Outcome.ALLOW, decision.outcome is Outcome.ALLOW
        if was:
            return (Without.STILL_ALLOWED if would else Without.WOULD_BE_DENIED), decision.reasons
        return (Without.WOULD_BE_ALLOWED if would else Without.STILL_DENIED), decision.reasons

    def _relied(self, said: Said, named: bool, without: Without, reasons: tuple[str, ...]) -> Relied:
        left = None
        if said["outcome"] == Outcome.ALLOW:
            left = self._trail.run(_LEFT, {"person": said["person"], "seq": said["seq"]}).fetchone()
        return Relied(
            seq=said["seq"],
            at=instant(said["at"]),
            person_id=said["person"],
            equipment_id=str(said.get("equipment", "")),
            operation=said["operation"],
            outcome=said["outcome"],
            reasons=tuple(said["reasons"]),
            mode=said["mode"],
            named=named,
            without=without,
            reasons_without=reasons,
            left_at=instant(left[0]) if left else None,
            lots=(),
        )


def _with_lots(connection: sa.Connection, one: Relied) -> Relied:
    """Add the lots that were on the machine at a denial, or at any time of the use that an allow began."""
    lots = lots_at(connection, one.equipment_id, one.at)
    if one.outcome == Outcome.ALLOW:
        during = windows_on(connection, one.equipment_id, Span(one.at, one.left_at))
        lots = tuple(dict.fromkeys((*lots, *(window.lot for window in during))))
    return replace(one, lots=lots)
