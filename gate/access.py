"""Answer badge reads: facts, decision, record, and only then light and relay (law 1)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from gate.core.checks import as_carried
from gate.core.decision import decide
from gate.core.equipment_use import Answered, Interpretation, Meaning, interpret, permissive_until
from gate.core.indication import Indication, indicate, indicate_reason
from gate.core.records import Decision, Facts, Moment
from gate.core.terms import BadgeState, Outcome
from gate.desk import Desk
from gate.entries import decision_entry, mode_of, refusal_entry
from gate.reader_requests import hold_out, requested
from gate.readers.orders import Order, Read, Show
from gate.store.reader_state import note_unknown_badge, unknown_badge_mark
from gate.use_changes import change_use, leave_use, permissive_order

READ_LATE_S = 2.0
"""A read that waited longer than this says nothing about who stands at the machine now."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a read comes to once its record is durable; `decision_seq` names an allow that may enable."""

    read: Read
    orders: tuple[Order, ...]
    decision_seq: int | None = None


def answer_read(desk: Desk, read: Read, moment: Moment) -> Answer:
    """Decide one read and record it in the open transaction; nothing is shown before the commit."""
    facts = _facts(desk, read, moment)
    if read.number is None:
        return refuse(desk, read, "BADGE_UNREADABLE", moment, facts=None, why=read.cause)
    if read.late or desk.now_s - read.received_s > READ_LATE_S:
        return refuse(desk, read, "READ_LATE", moment, facts=facts)
    request, chosen = requested(desk, read, moment)
    if request is not None:
        return Answer(read, hold_out(desk, request, read, facts, moment))
    if chosen is not None and read.operation is None:
        read = replace(read, operation=chosen)
        facts = _facts(desk, read, moment)
    meaning = _meaning(desk, read, facts)
    match meaning.meaning:
        case Meaning.REPEAT:
            return _repeat(desk, read, facts)
        case Meaning.BADGE_OUT:
            return _badge_out(desk, read, facts, meaning, moment)
        case _:
            if meaning.resuming or meaning.taking_over:
                facts = replace(facts, resuming=meaning.resuming, taking_over=meaning.taking_over)
            return _decide(desk, read, facts, meaning, moment)


def refuse(desk: Desk, read: Read, reason: str, moment: Moment, *, facts: Facts | None = None, why: str = "") -> Answer:
    """Record and answer a deny that needs no rules: unreadable, late, or a fault of the system."""
    subject = _unknown(desk, read, facts) if facts else None
    desk.trail.append(refusal_entry(read, reason, moment, facts=facts, why=why, subject=subject))
    language = facts.person.language if facts and facts.person else desk.plan.language
    return Answer(read, (Show(read.reader, indicate_reason(reason, language), read),))


def _facts(desk: Desk, read: Read, moment: Moment) -> Facts:
    facts = desk.facts.facts(read.number or "", read.equipment, read.operation)
    return as_carried(with_plan(desk, facts), moment.at)


def with_plan(desk: Desk, facts: Facts) -> Facts:
    """Add what the configuration and the state of the trail say to what the database says."""
    plan = desk.plan
    data = replace(facts.data, warn_after_s=plan.warn_after_s, deny_after_s=plan.deny_after_s)
    return replace(facts, data=data, trail_sound=desk.trail_sound, shift_s=plan.shift_s)


def _meaning(desk: Desk, read: Read, facts: Facts) -> Interpretation:
    """Badge-again rules are for the holder of a good badge; any other badge is always decided."""
    holder = facts.person.id if facts.person and facts.badge and facts.badge.state is BadgeState.ACTIVE else None
    return interpret(holder, facts.use, desk.last.get(read.equipment), round(desk.now_s * 1_000_000))


def _repeat(desk: Desk, read: Read, facts: Facts) -> Answer:
    """Show the answer of a moment ago once more; the record of it stands already."""
    last = desk.last[read.equipment]
    return Answer(read, (Show(read.reader, _indication(desk, facts, last.outcome, last.reasons, last.params), read),))


def _badge_out(desk: Desk, read: Read, facts: Facts, meaning: Interpretation, moment: Moment) -> Answer:
    if meaning.member is None or facts.use is None:
        raise AssertionError("a badge-out without a membership")
    leave_use(desk, facts.use, [meaning.member], "badge_out", moment)
    language = facts.person.language if facts.person else desk.plan.language
    shown = Show(read.reader, indicate_reason("USE_ENDED", language), read)
    desk.last.pop(read.equipment, None)
    return Answer(read, (shown, *permissive_order(desk, read.equipment, mode_of(facts), moment)))


def _decide(desk: Desk, read: Read, facts: Facts, meaning: Interpretation, moment: Moment) -> Answer:
    decision = decide(facts, moment)
    allowed = decision.outcome is Outcome.ALLOW
    until = _until(facts, decision, meaning, moment) if allowed else None
    subject = _unknown(desk, read, facts)
    after = desk.last[read.equipment].decision_seq if facts.taking_over else None
    entry = decision_entry(
        read, facts, decision, moment, until=until, subject=subject, started_seq=desk.started_seq, after_seq=after
    )
    seq = desk.trail.append(entry)
    _remember(desk, facts, decision, seq)
    if allowed:
        change_use(desk, read, facts, decision, seq, until, moment)
    elif meaning.member is not None and facts.use is not None:
        leave_use(desk, facts.use, [meaning.member], "denied", moment)
    shown = Show(read.reader, _indication(desk, facts, decision.outcome, decision.reasons, decision.params), read)
    orders = permissive_order(desk, read.equipment, mode_of(facts), moment, seq if allowed else None)
    return Answer(read, (shown, *orders), seq if allowed else None)


def _unknown(desk: Desk, read: Read, facts: Facts) -> str | None:
    """Return the mark of a number that nobody owns, and keep the number itself where it can be purged."""
    if facts.badge is not None or read.number is None:
        return None
    mark = unknown_badge_mark(desk.plan.badge_secret, read.number)
    note_unknown_badge(desk.trail, mark, read.number)
    return mark


def _until(facts: Facts, decision: Decision, meaning: Interpretation, moment: Moment) -> datetime | None:
    if facts.equipment is None:
        return None
    joined_at = meaning.member.joined_at if meaning.member and not meaning.resuming else moment.at
    return permissive_until(facts.equipment, decision, joined_at, moment.at)


def _remember(desk: Desk, facts: Facts, decision: Decision, seq: int) -> None:
    """Keep the answer for the badge-again rules; an answer to nobody leaves nothing to repeat."""
    if facts.equipment is None:
        return
    if facts.person is None:
        desk.last.pop(facts.equipment.id, None)
        return
    desk.last[facts.equipment.id] = Answered(
        person_id=facts.person.id,
        outcome=decision.outcome,
        reasons=decision.reasons,
        at_us=round(desk.now_s * 1_000_000),
        operation=decision.operation,
        decision_seq=seq,
        params=decision.params,
    )


def _indication(
    desk: Desk, facts: Facts, outcome: Outcome, reasons: tuple[str, ...], params: Mapping[str, Mapping[str, str]]
) -> Indication:
    language = facts.person.language if facts.person else desk.plan.language
    return indicate(outcome, reasons, params, mode_of(facts), language)
