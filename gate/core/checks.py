"""The checks of a decision, one small function for each concern, each returning the reasons that fail.

Order does not matter: the reasons are collected and put in order of display afterwards.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

from gate.core.calendar import LATEST, end_of_day, start_of_day
from gate.core.records import Badge, Equipment, Facts, Moment, Person
from gate.core.terms import BadgeState, HoldKind, Operation, PersonKind, PersonState

Reasons = tuple[str, ...]
NONE: Reasons = ()

STARTS = frozenset({Operation.USE, Operation.SETUP})
"""What overdue equipment may not do; maintaining, calibrating and cleaning it stay possible (C5)."""

BADGE_REASONS = {
    BadgeState.LOST: "BADGE_LOST",
    BadgeState.REPLACED: "BADGE_REPLACED",
    BadgeState.RETURNED: "PERSON_UNKNOWN",
}
"""A returned badge has no successor to use instead: it belongs to nobody, whatever an assignment still says."""

HOLD_REASONS = {
    HoldKind.QA: "EQ_QUARANTINE",
    HoldKind.OUT_OF_SERVICE: "EQ_OUT_OF_SERVICE",
    HoldKind.MAINTENANCE: "EQ_MAINTENANCE",
}

STATE_REASONS = {PersonState.INACTIVE: "PERSON_INACTIVE", PersonState.RESTRICTED: "PERSON_RESTRICTED"}


# --- the gate itself ------------------------------------------------------------------------------------


def system(facts: Facts, moment: Moment) -> Reasons:
    """The gate can answer only with fresh data, a trusted clock and a sound trail (I4, F4, E4)."""
    failing = []
    if moment.at >= fresh_until(facts):
        failing.append("SYS_DATA_STALE")
    if not moment.trusted:
        failing.append("SYS_TIME_BAD")
    if not facts.trail_sound:
        failing.append("SYS_INTEGRITY")
    return tuple(failing)


def fresh_until(facts: Facts) -> datetime:
    """Return when the training data becomes too old; QA's "no changes known" may reach further."""
    ends = [facts.data.attested_until_at] if facts.data.attested_until_at else []
    if facts.data.as_of is not None:
        ends.append(facts.data.as_of + timedelta(seconds=facts.data.deny_after_s))
    return max(ends, default=datetime.min.replace(tzinfo=LATEST.tzinfo))


# --- who and where: a failure here stops all further checks ----------------------------------------------


def identity(facts: Facts, moment: Moment) -> Reasons:
    """The badge must be known, good, and carried by somebody."""
    badge = facts.badge
    if badge is None:
        return ("BADGE_UNKNOWN",)
    failing = []
    if badge.state in BADGE_REASONS:
        failing.append(BADGE_REASONS[badge.state])
    if _over(badge.expires_on, facts, moment.at):
        failing.append("BADGE_EXPIRED")
    if facts.person is None or badge.person_id != facts.person.id or is_back(badge, moment.at):
        failing.append("PERSON_UNKNOWN")
    return tuple(failing)


def is_back(badge: Badge, at: datetime) -> bool:
    """Whether a badge that was lent has ended: from that instant on it belongs to nobody."""
    return badge.until_at is not None and at >= badge.until_at


def as_carried(facts: Facts, at: datetime) -> Facts:
    """Return the facts without a person if the badge was lent and that has ended.

    Whoever holds it there now is not known to be the one it was lent to: nothing may be put to that name.
    """
    return replace(facts, person=None) if facts.badge is not None and is_back(facts.badge, at) else facts


def equipment_known(facts: Facts, _moment: Moment) -> Reasons:
    """The reader's equipment must be set up."""
    return NONE if facts.equipment else ("EQ_UNKNOWN",)


# --- person ------------------------------------------------------------------------------------------------

Check = Callable[[Facts, Person, Equipment, Operation, datetime], Reasons]


def person_may_work(facts: Facts, person: Person, _equipment: Equipment, _op: Operation, _at: datetime) -> Reasons:
    """The person is active, not barred, and no visitor (B7, B10); the cause of a restriction is never shown."""
    failing = []
    if person.state in STATE_REASONS:
        failing.append(STATE_REASONS[person.state])
    if facts.suspensions:
        failing.append("PERSON_SUSPENDED")
    if person.kind is PersonKind.VISITOR:
        failing.append("VISITOR")
    return tuple(failing)


def contract_runs(facts: Facts, person: Person, _equipment: Equipment, _op: Operation, at: datetime) -> Reasons:
    """A contractor has a dated contract, and whoever has one works only within it (B10)."""
    undated = person.kind is PersonKind.CONTRACTOR and person.contract_until_on is None
    ahead = person.contract_from_on is not None and at < start_of_day(person.contract_from_on, facts.zone)
    return ("CONTRACT_ENDED",) if undated or ahead or _over(person.contract_until_on, facts, at) else NONE


def not_elsewhere(facts: Facts, _person: Person, equipment: Equipment, _op: Operation, _at: datetime) -> Reasons:
    """Nobody uses two machines at once where both are marked excluding; otherwise it is only a warning."""
    return ("BADGE_ELSEWHERE",) if equipment.excluding and facts.elsewhere_excluding else NONE


# --- equipment ---------------------------------------------------------------------------------------------


def no_hold(facts: Facts, _person: Person, _equipment: Equipment, operation: Operation, _at: datetime) -> Reasons:
    """No hold names the operation."""
    return tuple([HOLD_REASONS[hold.kind] for hold in facts.holds if operation in hold.operations])


def nothing_overdue(facts: Facts, _person: Person, equipment: Equipment, operation: Operation, at: datetime) -> Reasons:
    """Calibration, maintenance and qualification last through the day they are due."""
    if operation not in STARTS:
        return NONE
    return tuple([reason for due_on, reason in dues(equipment) if _over(due_on, facts, at)])


def dues(equipment: Equipment) -> tuple[tuple[date | None, str], ...]:
    """Return what falls due on the equipment and the reason once it has."""
    return (
        (equipment.calibration_due_on, "EQ_CAL_OVERDUE"),
        (equipment.maintenance_due_on, "EQ_PM_OVERDUE"),
        (equipment.qualified_until_on, "EQ_QUAL_LAPSED"),
    )


def not_busy(facts: Facts, person: Person, equipment: Equipment, _op: Operation, _at: datetime) -> Reasons:
    """Exclusive equipment in somebody's use is taken over only by badging again."""
    busy = equipment.exclusive and not facts.taking_over and others(facts, person) > 0
    return ("EQ_BUSY",) if busy else NONE


def others(facts: Facts, person: Person) -> int:
    """Return how many other people use the equipment now."""
    if facts.use is None:
        return 0
    return len({member.person_id for member in facts.use.members} - {person.id})


CHECKS: tuple[Check, ...] = (
    person_may_work,
    contract_runs,
    not_elsewhere,
    no_hold,
    nothing_overdue,
    not_busy,
)


def known_ends(
    facts: Facts, badge: Badge, person: Person, equipment: Equipment, operation: Operation
) -> list[datetime]:
    """Return every instant, past or to come, at which one of these checks begins to fail by itself."""
    days = [badge.expires_on, person.contract_until_on]
    if operation in STARTS:
        days += [due_on for due_on, _reason in dues(equipment)]
    ends = [fresh_until(facts), *(end_of_day(day, facts.zone) for day in days if day is not None)]
    return [*ends, badge.until_at] if badge.until_at is not None else ends


def _over(last_on: date | None, facts: Facts, at: datetime) -> bool:
    return last_on is not None and at >= end_of_day(last_on, facts.zone)
