"""What the gate writes into the audit trail for each thing that happens: one function per kind of happening."""

from collections.abc import Mapping
from datetime import datetime

from gate.core.audit import Entry, Json, Kind
from gate.core.clock_trust import Step
from gate.core.records import Decision, Facts, Member, Moment, RequirementEvidence
from gate.core.terms import Mode, Operation, Outcome
from gate.readers.orders import Read, Report


def decision_entry(
    read: Read,
    facts: Facts,
    decision: Decision,
    moment: Moment,
    *,
    until: datetime | None,
    subject: str | None,
    started_seq: int = 0,
    after_seq: int | None = None,
) -> Entry:
    """Tell of one decision with everything that decided it (requirement E2).

    What no row of the records says is carried by the entry itself, so that it can be decided again (E7): the start it
    was made under, the operation if one was chosen, the EQ_BUSY that a hand-over answers, an unsound trail.
    """
    return Entry(
        kind=Kind.DECISION,
        moment=moment,
        person=facts.person.id if facts.person else None,
        badge=facts.badge.id if facts.badge else None,
        last4=last_four(read.number),
        reader=read.reader,
        equipment=read.equipment,
        mode=mode_of(facts),
        operation=decision.operation,
        outcome=decision.outcome,
        reasons=decision.reasons,
        evidence={**decision_evidence(decision), **_carried(facts, started_seq, after_seq)},
        data_as_of=facts.data.as_of,
        until=until,
        subject=subject,
        detail={"warnings": list(decision.warnings)} if decision.warnings else None,
    )


def _carried(facts: Facts, started_seq: int, after_seq: int | None) -> dict[str, Json]:
    carried: dict[str, Json] = {"start": started_seq} if started_seq else {}
    if facts.operation is not None:
        carried["asked"] = facts.operation.value
    if after_seq is not None:
        carried["after"] = after_seq
    if not facts.trail_sound:
        carried["unsound"] = 1
    return carried


def decision_evidence(decision: Decision) -> dict[str, Json]:
    """Return the versions that decided, as the entry has them."""
    evidence: dict[str, Json] = {name: _plain(value) for name, value in decision.evidence.items()}
    evidence["requirements"] = [_requirement(found) for found in decision.requirements]
    return evidence


def refusal_entry(
    read: Read, reason: str, moment: Moment, *, facts: Facts | None, why: str = "", subject: str | None = None
) -> Entry:
    """Tell of a read that was refused before the rules were asked: unreadable, late, or a fault."""
    return Entry(
        kind=Kind.DECISION,
        moment=moment,
        person=facts.person.id if facts and facts.person else None,
        badge=facts.badge.id if facts and facts.badge else None,
        last4=last_four(read.number),
        reader=read.reader,
        equipment=read.equipment,
        mode=mode_of(facts),
        operation=read.operation or Operation.USE,
        outcome=Outcome.DENY,
        reasons=(reason,),
        subject=subject,
        detail={"why": why} if why else None,
    )


def member_entry(kind: Kind, moment: Moment, equipment: str, use: int, member: Member, cause: str) -> Entry:
    """Tell what became of one person's part in an equipment use."""
    return Entry(
        kind=kind,
        moment=moment,
        person=member.person_id,
        badge=member.badge_id,
        equipment=equipment,
        use=use,
        operation=member.operation,
        ref=member.joined_seq,
        reasons=("EVT_EXPIRED_IN_RUN",) if kind is Kind.USE_EXPIRED else (),
        detail={"cause": cause},
    )


def report_entry(report: Report, moment: Moment) -> Entry:
    """Tell what happened to a reader or its line."""
    return Entry(
        kind=report.kind, moment=moment, reader=report.reader, detail={"line": report.line, "what": report.what}
    )


def step_entry(step: Step, moment: Moment) -> Entry:
    """Tell that the wall clock was set (requirement F3): what it should have shown, and what it showed."""
    return Entry(kind=Kind.CLOCK_STEP, moment=moment, old=_time(step.before), new=_time(step.after))


def follow_up(kind: Kind, moment: Moment, decision_seq: int, detail: Mapping[str, Json] | None = None) -> Entry:
    """Tell what became of an earlier decision: actuated, answered late, outcome unknown."""
    return Entry(kind=kind, moment=moment, ref=decision_seq, detail=detail)


def mode_of(facts: Facts | None) -> Mode:
    """Return the equipment's mode; what is not known is enforced."""
    return facts.equipment.mode if facts and facts.equipment else Mode.ENFORCE


def last_four(number: str | None) -> str | None:
    """Return the last 4 characters of a badge number: all that is ever shown of it."""
    return number[-4:] if number else None


def _requirement(found: RequirementEvidence) -> Json:
    """Shortest form that still names every version: item, record, revision, and the reason if it failed."""
    row: list[Json] = [found.item_version, found.record_version or 0, found.revision_version or 0]
    return [*row, found.reason] if found.reason else row


def _plain(value: int | str | tuple[int | str, ...]) -> Json:
    return list(value) if isinstance(value, tuple) else value


def _time(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"
