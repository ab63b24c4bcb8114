"""What one decision rested on, requirement by requirement, as known then and as known now (requirements E7, E8).

For every page and report that must answer "was this person certified at that moment, as known then":

    with EvidenceReader(engine, zone, late_after_days=3) as reader:
        found = reader.of(seq)      # DecisionEvidence, or None where the entry is no decision

Known then is what the gate knew just before it decided. Known now is what today's training records, items, revisions
and requirement sets say of the same person at the same moment; what has no date of its own (a badge, a hold, a
suspension, a mode) stays as it was then.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from types import TracebackType
from typing import NamedTuple, Self
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from gate.core.audit import Kind
from gate.core.calendar import local_day
from gate.core.decision import decide
from gate.core.lateness import Lateness, lateness
from gate.core.records import Decision, Facts
from gate.core.records import RequirementEvidence as Judgement
from gate.replay import Replayed, Replayer, Verdict
from gate.store.audit_trail import Trail
from gate.store.decision_shape import is_decision
from gate.store.equipment_facts import instant
from gate.store.past_facts import PastFacts, uses_told_at
from gate.store.record_versions import RecordVersion, record_version, taken_over_seq
from gate.store.schema import audit_trail, item_revisions, items, people
from gate.store.trail_bytes import Said, said_of


class Judged(NamedTuple):
    """How a requirement stood: `reason` None is met."""

    reason: str | None
    record: RecordVersion | None
    revision: str
    valid_until_at: datetime | None


@dataclass(frozen=True, slots=True)
class RequirementHeld:
    """One requirement of a decision; `now` None: it cannot be told, or is not demanded as known now."""

    item_id: str
    title: str
    kind: str
    then: Judged
    now: Judged | None
    late: Lateness | None
    """LATE_RECORD (E8): the record that met it, or would meet it as known now, came late."""


@dataclass(frozen=True, slots=True)
class DecisionEvidence:
    """One decision with what it rested on."""

    seq: int
    at: datetime
    person_id: str | None
    person_name: str
    """As known then; empty where nobody is known."""
    badge_id: str | None
    equipment_id: str
    operation: str
    outcome: str
    reasons: tuple[str, ...]
    mode: str
    clock: str
    requirements: tuple[RequirementHeld, ...]
    replayed: Replayed
    """The decision made again with what was known then; `replayed.verdict` says whether it is the same."""
    outcome_now: str | None
    """What the answer would be as known now; None where it cannot be told."""
    reasons_now: tuple[str, ...]
    said: Said
    """The whole entry."""

    @property
    def late(self) -> bool:
        """Whether a record behind it is a LATE_RECORD."""
        return any(requirement.late for requirement in self.requirements)

    @property
    def differs_now(self) -> bool:
        """Whether what is known now would have come to another outcome."""
        return self.outcome_now is not None and self.outcome_now != self.outcome


_SEQ = sa.bindparam("seq", type_=sa.Integer)
_VERSION = sa.bindparam("version", type_=sa.Integer)
_ENTRY = sa.select(audit_trail.c.data).where(audit_trail.c.seq == _SEQ)
_ITEM = sa.select(items.c.id, items.c.title, items.c.kind).where(items.c.version == _VERSION)
_REVISION = sa.select(item_revisions.c.revision).where(item_revisions.c.version == _VERSION)
_NAME = (
    sa.select(people.c.name)
    .where(people.c.id == sa.bindparam("person"), people.c.known_from <= _SEQ)
    .order_by(people.c.version.desc())
)


class EvidenceReader:
    """Reads evidence through a connection of its own; each question is one short read transaction."""

    def __init__(self, engine: sa.Engine, zone: ZoneInfo, *, late_after_days: int = 3) -> None:
        self._trail = Trail(engine, "", zone)
        self._zone = zone
        self._late_after_days = late_after_days
        self._records: dict[int, RecordVersion | None] = {}
        self._taken_over: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._trail.rollback()
        self._trail.close()

    def of(self, seq: int) -> DecisionEvidence | None:
        """Return what the decision `seq` rested on; None where that entry is no decision, or none that a gate writes.

        Raises:
            STORE_FAULTS: the records cannot be read.
        """
        self._trail.look()
        self._records.clear()
        try:
            row = self._trail.run(_ENTRY, {"seq": seq}).fetchone()
            said = said_of(row[0]) if row else None
            if said is None or said["kind"] != Kind.DECISION or not is_decision(said):
                return None
            return self._evidence(said)
        finally:
            self._trail.rollback()

    def _evidence(self, said: Said) -> DecisionEvidence:
        seq, person = said["seq"], said.get("person")
        uses = uses_told_at(self._trail, seq - 1, str(said.get("equipment", "")), person)
        past = PastFacts(self._trail, self._zone, uses)
        replayed = Replayer(self._trail, past).again(said)
        now = self._as_known_now(past, replayed)
        name = self._trail.run(_NAME, {"person": person, "seq": seq}).fetchone() if person else None
        return DecisionEvidence(
            seq=seq,
            at=instant(said["at"]),
            person_id=person,
            person_name=name[0] if name else "",
            badge_id=said.get("badge"),
            equipment_id=str(said.get("equipment", "")),
            operation=str(said.get("operation", "")),
            outcome=str(said.get("outcome", "")),
            reasons=tuple(said.get("reasons") or ()),
            mode=str(said.get("mode", "")),
            clock=str(said["clock"]),
            requirements=self._requirements(said, replayed, now),
            replayed=replayed,
            outcome_now=now.outcome.value if now else None,
            reasons_now=now.reasons if now else (),
            said=said,
        )

    def _as_known_now(self, past: PastFacts, replayed: Replayed) -> Decision | None:
        facts, moment = replayed.facts, replayed.moment
        if facts is None or moment is None or facts.person is None or facts.badge is None or facts.equipment is None:
            return None
        head = self._trail.head.seq
        fresh = past.facts_of_person(facts.person.id, facts.badge.id, facts.equipment.id, facts.operation, head)
        return decide(_known_now(facts, fresh), moment)

    def _requirements(self, said: Said, replayed: Replayed, now: Decision | None) -> tuple[RequirementHeld, ...]:
        rows = (said.get("evidence") or {}).get("requirements") or []
        again = replayed.decision.requirements if replayed.decision else ()
        ends = [one.valid_until_at for one in again] if replayed.verdict is Verdict.SAME else [None] * len(rows)
        today = _by_item(now)
        found = []
        for row, until_at in zip(rows, ends, strict=True):
            id_, title, kind = self._trail.run(_ITEM, {"version": row[0]}).fetchone() or ("", "", "")
            then = Judged(row[3] if len(row) > 3 else None, self._record(row[1]), self._revision(row[2]), until_at)
            later = self._judged(today[id_].pop(0)) if today.get(id_) else None
            found.append(RequirementHeld(id_, title, kind, then, later, self._late(said["seq"], then, later)))
        return tuple(found)

    def _judged(self, found: Judgement) -> Judged:
        record, revision = self._record(found.record_version or 0), self._revision(found.revision_version or 0)
        return Judged(found.reason, record, revision, found.valid_until_at)

    def _late(self, seq: int, then: Judged, now: Judged | None) -> Lateness | None:
        """A record that serves as known now is what counts; else the one that served then.

        What was taken over when the gate was set up cannot have appeared here earlier, and is never late.
        """
        judged = now if now is not None and now.reason is None else then
        if judged.reason is not None or judged.record is None:
            return None
        record = judged.record
        if self._taken_over is None:
            self._taken_over = taken_over_seq(self._trail)
        if record.first_seq <= self._taken_over:
            return None
        first_on = local_day(record.first_at, self._zone)
        return lateness(record.completed_on, first_on, record.first_seq, seq, self._late_after_days)

    def _record(self, version: int) -> RecordVersion | None:
        if version and version not in self._records:
            self._records[version] = record_version(self._trail, version)
        return self._records.get(version)

    def _revision(self, version: int) -> str:
        row = self._trail.run(_REVISION, {"version": version}).fetchone() if version else None
        return row[0] if row else ""


def _known_now(then: Facts, fresh: Facts) -> Facts:
    """Return the facts of then with what has dates of its own as known now."""
    if then.equipment is None or fresh.equipment is None:
        return then
    same_class = then.equipment.class_id == fresh.equipment.class_id
    same_area = then.equipment.area_id == fresh.equipment.area_id
    return replace(
        then,
        sets=fresh.sets if same_class else then.sets,
        area_sets=fresh.area_sets if same_area else then.area_sets,
        items={**then.items, **fresh.items},
        records={**then.records, **dict.fromkeys(fresh.items, ()), **fresh.records},
    )


def _by_item(decision: Decision | None) -> dict[str, list[Judgement]]:
    found: dict[str, list[Judgement]] = {}
    for one in decision.requirements if decision else ():
        found.setdefault(one.item_id, []).append(one)
    return found
