"""Change equipment uses in the open transaction, and say what follows for the start permissive."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from gate.core.audit import Kind
from gate.core.equipment_use import apply_allow
from gate.core.records import Decision, Facts, Member, Moment, Use
from gate.core.terms import Mode
from gate.desk import Desk
from gate.entries import member_entry
from gate.readers.orders import Read, SetPermissive
from gate.store import uses

LIGHT_IDLE = "blue"
LIGHT_STANDING = "green"
LIGHT_TRIAL = "amber"


def change_use(
    desk: Desk, read: Read, facts: Facts, decision: Decision, seq: int, until: datetime | None, moment: Moment
) -> None:
    """Open, join, resume or take over the use that an allow stands for."""
    if facts.person is None or facts.badge is None or facts.equipment is None:
        raise AssertionError("an allow without a person, a badge or an equipment")
    change = apply_allow(facts.use, facts.person.id, decision)
    if facts.use is not None and change.leaving:
        leave_use(desk, facts.use, [m for m in facts.use.members if m.id in change.leaving], change.cause, moment)
    use = uses.current_use(desk.trail, read.equipment)
    use_id = use.id if use else uses.open_use(desk.trail, read.equipment, seq)
    uses.add_member(
        desk.trail,
        use_id=use_id,
        person_id=facts.person.id,
        badge_id=facts.badge.id,
        operation=decision.operation,
        decision_seq=seq,
        joined_at=moment.at,
        valid_until_at=decision.valid_until_at,
        permissive_until_at=until,
        answered=None if read.equipment in desk.plan.outputs else "no_output",
    )


def leave_use(desk: Desk, use: Use, leaving: Sequence[Member], cause: str, moment: Moment) -> None:
    """End memberships, and the use itself with the last of them; each is told of in the trail."""
    left = {member.id for member in leaving}
    remaining = [member for member in use.members if member.id not in left]
    for number, member in enumerate(leaving, start=1):
        last = not remaining and number == len(leaving)
        kind = Kind.USE_ENDED if last else Kind.USE_LEFT
        seq = desk.trail.append(member_entry(kind, moment, use.equipment_id, use.id, member, cause))
        uses.leave_member(desk.trail, member.id, seq)
        if last:
            uses.end_use(desk.trail, use.id, seq)


def drop_permissive(desk: Desk, use: Use, member: Member, cause: str, kind: Kind, moment: Moment) -> None:
    """Take the entitlement from a membership; the person stays on record as using the equipment."""
    seq = desk.trail.append(member_entry(kind, moment, use.equipment_id, use.id, member, cause))
    uses.drop_member(desk.trail, member.id, seq, cause)


def permissive_order(
    desk: Desk, equipment: str, mode: Mode, moment: Moment, decision_seq: int | None = None
) -> tuple[SetPermissive, ...]:
    """Return the order that puts the equipment's permissive where it belongs now, if that is a change."""
    order = _wanted(desk, equipment, mode, moment, decision_seq)
    told = desk.standing.get(equipment)
    if told is not None and decision_seq is None and replace(told, decision_seq=None) == order:
        return ()
    desk.standing[equipment] = order
    return (order,)


def _wanted(desk: Desk, equipment: str, mode: Mode, moment: Moment, decision_seq: int | None) -> SetPermissive:
    if mode is not Mode.ENFORCE:
        return SetPermissive(equipment, on=True, light=LIGHT_TRIAL, decision_seq=decision_seq)
    use = uses.current_use(desk.trail, equipment)
    standing = [member for member in use.members if member.permissive] if use else []
    if not standing:
        return SetPermissive(equipment, on=False, light=LIGHT_IDLE)
    ends = [member.permissive_until_at for member in standing]
    until = None if None in ends else max(end for end in ends if end is not None)
    return SetPermissive(equipment, True, LIGHT_STANDING, desk.until_s(until, moment), decision_seq)
