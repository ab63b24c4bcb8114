"""What one decision rested on, requirement by requirement, as known then and as known now (requirements E7, E8).

For every page and report that must answer "was this person certified at that moment, as known then":

    with EvidenceReader(engine, zone, late_after_days=3) as reader:
        found = reader.of(seq)      # DecisionEvidence, or None where the entry is no decision

Known then is what the gate knew just before it decided. Known now is what today's training records, items, revisions
and requirement sets say of the same person at the same moment; what has no date of its own (a badge, a hold, a
suspension, a mode) stays as it was then.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from types import TracebackType
from typing import Any, NamedTuple, Self
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
from gate.store.equipment_facts import instant
from gate.store.facts import day
from gate.store.past_facts import PastFacts, uses_told_at
from gate.store.schema import audit_trail, batches, item_revisions, items, people, training_records
from gate.store.trail_bytes import Said, said_of


@dataclass(frozen=True, slots=True)
class RecordVersion:
    """One version of a training record, with when the record first appeared here."""

    version: int
    id: str
    state: str
    revision: str
    completed_on: date | None
    valid_from_on: date | None
    expires_on: date | None
    due_on: date | None
    source: str
    """Where its signed paper or file is, for a record typed in by hand."""
    first_seq: int
    first_at: datetime
    standing: bool
    """Whether this very version is what is known now."""


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
_RECORD_COLUMNS = ("version", "id", "state", "revision", "completed_on", "valid_from_on", "expires_on", "due_on")
_RECORD = sa.select(
    *(training_records.c[name] for name in _RECORD_COLUMNS), training_records.c.evidence, training_records.c.known_to
).where(training_records.c.version == _VERSION)
_FIRST = (
    sa.select(sa.func.coalesce(batches.c.published_seq, training_records.c.known_from), audit_trail.c.at)
    .select_from(
        training_records.outerjoin(batches, batches.c.id == training_records.c.batch_id).outerjoin(
            audit_trail,
            audit_trail.c.seq == sa.func.coalesce(batches.c.published_seq, training_records.c.known_from),
        )
    )
    .where(training_records.c.id == sa.bindparam("record"))
    .order_by(training_records.c.version)
)


class EvidenceReader:
    """Reads evidence through a connection of its own; each question is one short read transaction."""

    def __init__(self, engine: sa.Engine, zone: ZoneInfo, *, late_after_days: int = 3) -> None:
        self._trail = Trail(engine, "", zone)
        self._zone = zone
        self._late_after_days = late_after_days
        self._records: dict[int, RecordVersion] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._trail.rollback()
        self._trail.close()

    def of(self, seq: int) -> DecisionEvidence | None:
        """Return what the decision `seq` rested on; None where that entry is no decision.

        Raises:
            STORE_FAULTS: the records cannot be read.
        """
        self._trail.look()
        self._records.clear()
        try:
            row = self._trail.run(_ENTRY, {"seq": seq}).fetchone()
            said = said_of(row[0]) if row else None
            return self._evidence(said) if said is not None and said["kind"] == Kind.DECISION else None
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
        """A record that serves as known now is what counts; else the one that served then."""
        judged = now if now is not None and now.reason is None else then
        if judged.reason is not None or judged.record is None:
            return None
        record = judged.record
        first_on = local_day(record.first_at, self._zone)
        return lateness(record.completed_on, first_on, record.first_seq, seq, self._late_after_days)

    def _record(self, version: int) -> RecordVersion | None:
        if version and version not in self._records:
            row = self._trail.run(_RECORD, {"version": version}).fetchone()
            if row is None:
                return None
            first = self._trail.run(_FIRST, {"record": row[1]}).fetchone()
            self._records[version] = _record_version(row, first)
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


def _record_version(row: Any, first: Any) -> RecordVersion:
    version, id_, state, revision, *days, source, known_to = row
    completed_on, valid_from_on, expires_on, due_on = map(day, days)
    return RecordVersion(
        version=version,
        id=id_,
        state=state,
        revision=revision or "",
        completed_on=completed_on,
        valid_from_on=valid_from_on,
        expires_on=expires_on,
        due_on=due_on,
        source=source or "",
        first_seq=first[0],
        first_at=instant(first[1]),
        standing=known_to is None,
    )
