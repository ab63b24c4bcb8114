"""What is asked for when an override is granted, what is known then, and each single check of the two (D1-D5, D8)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from gate.core.calendar import end_clock
from gate.core.overrides import Phase, ended_at, lifts, phase
from gate.core.reasons import REASONS, Lift, in_display_order
from gate.core.records import Decision, Equipment, Moment, Override, Person
from gate.core.roles import Role
from gate.core.terms import Outcome, OverrideClass, PersonKind

HARD_CAP_H = 24
"""No configuration allows a longer override (D3)."""
EMERGENCY_CAP_H = 2
PAST_TOLERANCE = timedelta(minutes=1)
"""Between filling in a form and signing it."""
LEAST_WORDS = 10
"""Letters and digits that a justification has at least."""
SUPERVISOR, QA, SYSADMIN = Role.SUPERVISOR.value, Role.QA.value, Role.SYSADMIN.value
DELEGABLE = frozenset({SUPERVISOR, Role.TRAINER.value})
"""Whoever lost these roles since QA appointed him co-signs no more."""


@dataclass(frozen=True, slots=True)
class SiteRules:
    """What the site has set; the pattern is for the whole deviation or temporary-change reference."""

    reference_pattern: str = r"^(DEV|TC)-\d{4}-\d{4}$"
    default_h: int = 8
    """How long an override lasts unless somebody says otherwise."""
    cap_h: int = HARD_CAP_H
    data_deny_after_s: int = 7 * 24 * 3600
    """From which age training data denies."""
    only_own_reports: bool = False
    """Whether a supervisor grants only to people whose supervisor he is on record (scenario 40)."""


@dataclass(frozen=True, slots=True)
class GrantRequest:
    """What a supervisor asks for; operations and reasons are as given, known or not. Times are aware."""

    person_id: str
    equipment_id: str
    operations: frozenset[str]
    reasons: frozenset[str]
    override_class: OverrideClass
    starts_at: datetime
    ends_at: datetime
    reference: str
    justification: str
    approver_person_id: str
    approver_roles: frozenset[str]
    cosigner_person_id: str | None = None
    second_named_person_id: str | None = None
    """For EMERGENCY: the second person, who knows of it."""
    cosigner_roles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class GrantContext:
    """What is known at the instant of granting; None stands for who or what is not on record."""

    moment: Moment
    zone: ZoneInfo
    rules: SiteRules
    person: Person | None
    equipment: Equipment | None
    suspended: bool
    decisions: tuple[Decision, ...]
    """What the person would be answered now for each known operation asked for, overrides set aside."""
    standing: tuple[Override, ...]
    """Every override of this person on this equipment."""
    earlier: int
    """How many of them started within the last 30 days."""
    signer_person_id: str
    cosigned_by_person_id: str | None
    second_named: Person | None
    supervisor_of: bool | None = None
    """Whether the approver supervises the person; None where the site does not ask."""
    cosigner_delegated: bool = False
    """Whether QA has appointed who co-signs to do so at this time."""


def has_words(text: str) -> bool:
    """Whether a text says something: at least ten letters or digits."""
    return sum(character.isalnum() for character in text) >= LEAST_WORDS


def failing_now(context: GrantContext) -> frozenset[str]:
    """Return every reason that fails now for an operation asked for."""
    denied = [decision for decision in context.decisions if decision.outcome is not Outcome.ALLOW]
    return frozenset(reason for decision in denied for reason in decision.reasons)


# --- the checks: None is fine, a text is what the refusal names ---------------------------------------------


def when(wrong: bool) -> str | None:
    """Return what a check says that names nothing."""
    return "" if wrong else None


def named(codes: Iterable[str]) -> str | None:
    """Return what a check says that names these; nothing stands against the grant if there are none."""
    return ", ".join(sorted(codes)) or None


def _reasons_named(codes: Iterable[str]) -> str | None:
    return ", ".join(in_display_order(codes)) or None


def _is_emergency(request: GrantRequest) -> bool:
    return request.override_class is OverrideClass.EMERGENCY


def visitor(_request: GrantRequest, context: GrantContext) -> str | None:
    """No visitor operates anything."""
    kind = context.person.kind if context.person else None
    return when(kind is PersonKind.VISITOR or "VISITOR" in failing_now(context))


def second_person(request: GrantRequest, context: GrantContext) -> str | None:
    """An emergency override names a second person who is on record."""
    return when(_is_emergency(request) and context.second_named is None)


def second_is_one_of_them(request: GrantRequest, _context: GrantContext) -> str | None:
    """The second person of an emergency is neither of the other two."""
    others = {request.person_id, request.approver_person_id}
    return when(_is_emergency(request) and request.second_named_person_id in others)


def cosigner_is_one_of_them(request: GrantRequest, _context: GrantContext) -> str | None:
    """Who co-signs is neither approver nor beneficiary."""
    return when(request.cosigner_person_id in {request.person_id, request.approver_person_id})


def cosigner_not_qa(request: GrantRequest, context: GrantContext) -> str | None:
    """Who co-signs is of QA or appointed by QA for this time, and never administers the system."""
    roles = request.cosigner_roles
    delegate = context.cosigner_delegated and not roles.isdisjoint(DELEGABLE)
    for_qa = (QA in roles or delegate) and SYSADMIN not in roles
    return when(request.cosigner_person_id is not None and not for_qa)


def needs_cosigner(request: GrantRequest, _context: GrantContext) -> str | None:
    """Reasons marked Q need QA's co-signature; in an emergency QA signs afterwards."""
    if request.cosigner_person_id is not None or _is_emergency(request):
        return None
    return _reasons_named(r for r in request.reasons & REASONS.keys() if REASONS[r].overridable is Lift.COSIGNED)


def critical(request: GrantRequest, context: GrantContext) -> str | None:
    """Equipment of high criticality and sterile areas need QA's co-signature; in an emergency QA signs afterwards."""
    alone = request.cosigner_person_id is None and not _is_emergency(request)
    return when(alone and context.equipment is not None and (context.equipment.critical or context.equipment.sterile))


def second_in_30_days(request: GrantRequest, context: GrantContext) -> str | None:
    """The second override within 30 days needs QA's co-signature; in an emergency QA signs afterwards."""
    alone = request.cosigner_person_id is None and not _is_emergency(request)
    return str(context.earlier) if context.earlier and alone else None


def never_lifted(request: GrantRequest, context: GrantContext) -> str | None:
    """Nothing that no override lifts may be named, nor may it fail now."""
    told_elsewhere = {"PERSON_SUSPENDED", "VISITOR", "PERSON_UNKNOWN", "EQ_UNKNOWN"} - request.reasons
    named = (request.reasons & REASONS.keys()) | failing_now(context)
    liftable = {Lift.SUPERVISOR, Lift.COSIGNED}
    return _reasons_named(r for r in named - told_elsewhere if REASONS[r].overridable not in liftable)


def not_needed(_request: GrantRequest, context: GrantContext) -> str | None:
    """Whoever is certified by now needs no override."""
    return named(d.operation.value for d in context.decisions if d.outcome is Outcome.ALLOW)


def not_failing(request: GrantRequest, context: GrantContext) -> str | None:
    """Each reason that is named must fail now."""
    failing = failing_now(context)
    checked = failing and context.person and context.equipment
    return _reasons_named((request.reasons & REASONS.keys()) - failing) if checked else None


def left_over(request: GrantRequest, context: GrantContext) -> str | None:
    """Each reason that fails now must be named: an override lifts all or nothing."""
    liftable = {Lift.SUPERVISOR, Lift.COSIGNED}
    left = failing_now(context) - request.reasons if request.reasons else ()
    return _reasons_named(r for r in left if REASONS[r].overridable in liftable)


def covered(request: GrantRequest, context: GrantContext) -> str | None:
    """No second override beside one that does the same."""
    ends = [ended_at(o, context.moment) for o in context.standing if _does_the_same(o, request, context.moment)]
    return end_clock(max(ends), context.zone) if ends else None


def _does_the_same(override: Override, request: GrantRequest, moment: Moment) -> bool:
    """Whether an override that counts at some time of the request's lifts all that the request would."""
    if phase(override, moment) not in {Phase.AHEAD, Phase.ACTIVE}:
        return False
    meets = override.starts_at < request.ends_at and request.starts_at < ended_at(override, moment)
    return meets and request.operations <= override.operations and all(lifts(override, r) for r in request.reasons)


def too_long(request: GrantRequest, context: GrantContext) -> str | None:
    """The site's cap, and never more than 24 h."""
    cap_h = min(context.rules.cap_h, HARD_CAP_H)
    return str(cap_h) if request.ends_at - request.starts_at > timedelta(hours=cap_h) else None


def emergency_too_long(request: GrantRequest, _context: GrantContext) -> str | None:
    """An emergency override lasts 2 h at most."""
    return when(_is_emergency(request) and request.ends_at - request.starts_at > timedelta(hours=EMERGENCY_CAP_H))


def ends_early(request: GrantRequest, context: GrantContext) -> str | None:
    """It ends after it starts, and not before now."""
    return when(request.ends_at <= max(request.starts_at, context.moment.at))


def reference(request: GrantRequest, context: GrantContext) -> str | None:
    """The reference has the site's form; in an emergency it is due within 24 h."""
    if _is_emergency(request) and not request.reference:
        return None
    pattern = context.rules.reference_pattern
    return None if re.fullmatch(pattern, request.reference, re.ASCII) else pattern
