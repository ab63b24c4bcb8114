"""Watch equipment uses that nobody badges at: what has ended drops the permissive, never the machine."""

import logging
from collections.abc import Set

from gate.access import with_plan
from gate.core.audit import Entry, Kind
from gate.core.decision import decide
from gate.core.equipment_use import DropCause, recheck, resumes_after_blind
from gate.core.indication import indicate_reason
from gate.core.records import Facts, Member, Moment, Use
from gate.core.terms import Mode
from gate.desk import Desk
from gate.entries import follow_up, mode_of
from gate.readers.orders import Order, Show
from gate.store import uses
from gate.use_changes import LIGHT_STANDING, drop_permissive, leave_use, permissive_order

log = logging.getLogger(__name__)

KIND_OF_DROP = {DropCause.CERTIFICATION_ENDED: Kind.USE_EXPIRED, DropCause.OVERRIDE_ENDED: Kind.USE_EXPIRED}
"""A certification or override that ends in the run is EVT_EXPIRED_IN_RUN; every other cause is a plain drop."""


def watch(desk: Desk, moment: Moment) -> list[Order]:
    """Re-decide every standing membership; drop what no longer holds, within one round of the timetable."""
    orders: list[Order] = []
    held = set()
    for use in uses.open_uses(desk.trail):
        standing = [member for member in use.members if member.permissive]
        dropped = [member for member in standing if _dropped(desk, use, member, moment)]
        if dropped:
            orders += _told(desk, use, dropped, moment)
        if standing:
            held.add(use.equipment_id)
    return [*orders, *_closed_elsewhere(desk, held, moment), *_changed_modes(desk, moment)]


def start_up(desk: Desk, moment: Moment, started: Entry, blind_s: float) -> list[Order]:
    """Record the start, settle what the last run left open, and put every permissive where it belongs.

    An allow of which nobody knows whether it was shown enables nothing: its person badges again.
    """
    desk.started_seq = desk.trail.append(started)
    unknown = uses.unanswered_allows(desk.trail)
    for seq in unknown:
        desk.trail.append(follow_up(Kind.OUTCOME_UNKNOWN, moment, seq))
        uses.mark_answered(desk.trail, seq, "unknown")
    for use in uses.open_uses(desk.trail):
        for member in use.members:
            if member.permissive and not _dropped(desk, use, member, moment):
                answered = member.joined_seq not in unknown
                _carry_over(desk, use, member, moment, answered and resumes_after_blind(blind_s))
    orders: list[Order] = []
    for equipment in sorted(desk.plan.outputs):
        orders += permissive_order(desk, equipment, _mode(desk, equipment), moment)
    desk.seen_facts_seq = desk.trail.head.facts_seq
    return orders


def reconcile(desk: Desk, moment: Moment, known_seq: int) -> list[Order]:
    """After a failed commit: an allow that came back with the disk was never actuated, and its use ends."""
    for seq in uses.unanswered_allows(desk.trail):
        if seq > known_seq:
            desk.trail.append(follow_up(Kind.OUTCOME_UNKNOWN, moment, seq, {"never_actuated": True}))
            uses.mark_answered(desk.trail, seq, "unknown")
            for use in uses.open_uses(desk.trail):
                leave_use(desk, use, [m for m in use.members if m.joined_seq == seq], "never_actuated", moment)
    return []


def _carry_over(desk: Desk, use: Use, member: Member, moment: Moment, resumes: bool) -> None:
    if resumes:
        desk.trail.append(follow_up(Kind.USE_RESUMED, moment, member.joined_seq))
    else:
        drop_permissive(desk, use, member, DropCause.BLIND, Kind.USE_WAITING, moment)


def _dropped(desk: Desk, use: Use, member: Member, moment: Moment) -> bool:
    """Re-decide one membership; record and return whether its entitlement has ended."""
    facts = member_facts(desk, use, member)
    if facts.equipment is None or facts.equipment.mode is not Mode.ENFORCE:
        return False
    cause = recheck(facts.equipment, member, decide(facts, moment), moment.at)
    if cause is None:
        return False
    drop_permissive(desk, use, member, cause, KIND_OF_DROP.get(cause, Kind.PERMISSIVE_DROPPED), moment)
    log.warning("permissive dropped", extra={"equipment": use.equipment_id, "cause": cause.value})
    return True


def member_facts(desk: Desk, use: Use, member: Member) -> Facts:
    """Return the facts as if the member badged again now."""
    facts = desk.facts.facts_of_person(member.person_id, member.badge_id, use.equipment_id, member.operation)
    return with_plan(desk, facts)


def _told(desk: Desk, use: Use, dropped: list[Member], moment: Moment) -> list[Order]:
    """Show at the equipment's readers that there is no restart, in the language of the person it happened to."""
    facts = member_facts(desk, use, dropped[0])
    language = facts.person.language if facts.person else desk.plan.language
    shown = indicate_reason("EVT_EXPIRED_IN_RUN", language)
    readers = [name for name, equipment in desk.plan.readers.items() if equipment == use.equipment_id]
    order = permissive_order(desk, use.equipment_id, mode_of(facts), moment)
    return [*(Show(name, shown) for name in readers), *order]


def _closed_elsewhere(desk: Desk, held: Set[str], moment: Moment) -> list[Order]:
    """A use that was closed on a page has left open uses without a word to this process: its permissive drops too."""
    orders: list[Order] = []
    for equipment, told in list(desk.standing.items()):
        if told.on and told.light == LIGHT_STANDING and equipment not in held:
            orders += permissive_order(desk, equipment, _mode(desk, equipment), moment)
    return orders


def _changed_modes(desk: Desk, moment: Moment) -> list[Order]:
    """A mode changed by signature takes effect without waiting for a badge."""
    if desk.seen_facts_seq == desk.trail.head.facts_seq:
        return []
    desk.seen_facts_seq = desk.trail.head.facts_seq
    orders: list[Order] = []
    for equipment in sorted(desk.plan.outputs):
        orders += permissive_order(desk, equipment, _mode(desk, equipment), moment)
    return orders


def _mode(desk: Desk, equipment: str) -> Mode:
    return desk.facts.mode(equipment) or Mode.ENFORCE
