"""One person at one machine: what the gate would answer and on what evidence, by the data of then and of today."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from gate.core.calendar import local_day
from gate.core.matrix import Asked, Crowd, answer, who_can_run
from gate.core.records import Decision, Item, RequirementEvidence, TrainingRecord
from gate.core.terms import Outcome
from gate.store.crowd import CrowdKnown, Knowledge, read_crowd
from gate.store.equipment_facts import instant
from gate.store.instants import seq_at
from gate.store.schema import audit_trail, trail_head, training_records
from gate.web.formats import day_and_offset, utc_offset, visible
from gate.web.matrix_question import Question
from gate.web.matrix_view import look_of, sentence_of
from gate.web.next_steps import next_step
from gate.web.reason_texts import reason_text
from gate.web.view import Viewer

OVERRIDES = frozenset({"ALLOW_OVERRIDE", "ALLOW_EMERGENCY"})


@dataclass(frozen=True, slots=True)
class RequirementView:
    """One requirement: what it is, whether it is met, the record behind it, and whether that came later."""

    item: str
    title: str
    met: bool
    word: str
    note: str
    seq: int | None
    """The entry that brought the record."""
    late: str
    """When it came, if after the instant that is asked about."""


@dataclass(frozen=True, slots=True)
class SideView:
    """The answer by one knowledge."""

    known: str
    """`then` or `today`."""
    seq: int
    look: str
    icon: str
    text: str
    word: str
    allowed: bool
    requirements: tuple[RequirementView, ...]
    conditions: tuple[tuple[str, str], ...]
    """What else stands against it: why, and what to do."""
    override_id: str
    set_version: int | None


@dataclass(frozen=True, slots=True)
class OneView:
    """The person, the machine, and the answers: one, or two where something was recorded since."""

    person: str
    person_id: str
    machine: str
    machine_name: str
    sides: tuple[SideView, ...]
    same: bool
    """Something was recorded since, and the answer is the same."""


def one_view(engine: sa.Engine, zone: ZoneInfo, question: Question, person_id: str, view: Viewer) -> OneView | None:
    """Return the answer for somebody; None: no such person or machine was on record then."""
    with engine.connect() as connection:
        head = connection.execute(sa.select(trail_head.c.seq, trail_head.c.facts_seq)).first()
        last, facts = (head[0], head[1]) if head else (0, 0)
        acts = seq_at(connection, question.at) if question.chosen and not question.ahead else last
    narrow = {"person_id": person_id, "equipment_id": question.machine}
    then = read_crowd(engine, zone, Knowledge(acts, acts), **narrow)
    if not then.crowd.people or not then.crowd.machines:
        return None
    sides = [_side(engine, "then" if acts < last else "today", then, acts, acts, question, view)]
    if acts < facts:
        today = read_crowd(engine, zone, Knowledge(acts, last), **narrow)
        sides.append(_side(engine, "today", today, last, acts, question, view))
    person, machine = then.crowd.people[0].person, then.crowd.machines[0].equipment
    return OneView(
        person=visible(person.name),
        person_id=person.id,
        machine=machine.id,
        machine_name=visible(then.machine_names[machine.id]),
        sides=tuple(sides[:1] if _alike(sides) else sides),
        same=_alike(sides),
    )


def _alike(sides: list[SideView]) -> bool:
    """Whether the second answer rests on the same records as the first."""
    return len(sides) == 2 and (sides[0].word, sides[0].requirements) == (sides[1].word, sides[1].requirements)


def _side(
    engine: sa.Engine, known: str, found: CrowdKnown, seq: int, then: int, question: Question, view: Viewer
) -> SideView:
    crowd = found.crowd
    asked = Asked(crowd, question.at, question.operation)
    ((_, (cell,)),) = who_can_run(asked)
    decision = answer(asked, crowd.people[0], crowd.machines[0])
    look, icon, text = look_of(cell, view)
    set_version = decision.evidence.get("set")
    return SideView(
        known=known,
        seq=seq,
        look=look,
        icon=icon,
        text=text,
        word=sentence_of(cell, view),
        allowed=decision.outcome is Outcome.ALLOW,
        requirements=_requirements(engine, crowd, decision, then, view),
        conditions=_conditions(decision, view),
        override_id=cell.override_id,
        set_version=set_version if isinstance(set_version, int) else None,
    )


def _conditions(decision: Decision, view: Viewer) -> tuple[tuple[str, str], ...]:
    """Return what stands against it besides training: a hold, a suspension, a date of the machine."""
    if decision.outcome is Outcome.ALLOW:
        return ()
    explained = {one.reason for one in decision.requirements}
    return tuple(
        (reason_text(code, view.language), next_step(code, view.language))
        for code in decision.reasons
        if code not in explained
    )


def _requirements(
    engine: sa.Engine, crowd: Crowd, decision: Decision, then: int, view: Viewer
) -> tuple[RequirementView, ...]:
    """Return the requirements, unmet first."""
    records = {record.version: record for mine in crowd.people[0].records.values() for record in mine}
    since = _since(engine, {one.record_version for one in decision.requirements if one.record_version})
    found = [_requirement(one, crowd.items, records, since, then, view) for one in decision.requirements]
    return tuple(sorted(found, key=lambda one: one.met))


def _since(engine: sa.Engine, versions: Iterable[int]) -> Mapping[int, tuple[int, str]]:
    """Return the entry that brought each record, and its time."""
    wanted = (
        sa.select(training_records.c.version, training_records.c.known_from, audit_trail.c.at)
        .select_from(training_records.outerjoin(audit_trail, audit_trail.c.seq == training_records.c.known_from))
        .where(training_records.c.version.in_(list(versions)))
    )
    with engine.connect() as connection:
        return {row[0]: (row[1], row[2] or "") for row in connection.execute(wanted)}


def _requirement(
    one: RequirementEvidence,
    items: Mapping[str, Item],
    records: Mapping[int, TrainingRecord],
    since: Mapping[int, tuple[int, str]],
    then: int,
    view: Viewer,
) -> RequirementView:
    item = items.get(one.item_id)
    record = records.get(one.record_version or 0)
    seq, at = since.get(one.record_version or 0, (None, ""))
    late = seq is not None and seq > then and bool(at)
    return RequirementView(
        item=visible(one.item_id),
        title=visible(item.title) if item else "",
        met=one.reason is None,
        word=view.texts["mx_met"] if one.reason is None else reason_text(one.reason, view.language),
        note=_note(one, item, record, view),
        seq=seq,
        late=day_and_offset(instant(at), view.zone) if late else "",
    )


def _note(one: RequirementEvidence, item: Item | None, record: TrainingRecord | None, view: Viewer) -> str:
    texts = view.texts
    if record is None:
        return texts["mx_no_record"]
    notes = [texts["mx_record"].format(id=visible(record.id))]
    if record.completed_on:
        notes.append(texts["mx_done"].format(day=record.completed_on))
    if record.revision:
        notes.append(texts["mx_revision"].format(revision=visible(record.revision)))
    now = next((known for known in item.revisions if known.version == one.revision_version), None) if item else None
    if now and now.revision != record.revision:
        notes.append(texts["mx_in_force"].format(revision=visible(now.revision)))
    if one.valid_until_at:
        notes.append(_ends(one.valid_until_at, view))
    return ", ".join(notes)


def _ends(until: datetime, view: Viewer) -> str:
    """Return the last day it is valid through, or the instant where it ends within a day."""
    local = until.astimezone(view.zone)
    if (local.hour, local.minute) == (0, 0):
        return view.texts["mx_through"].format(day=local_day(until - datetime.resolution, view.zone))
    return view.texts["mx_until"].format(time=f"{local:%Y-%m-%d %H:%M} {utc_offset(local)}")
