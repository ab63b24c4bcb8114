"""Whether a person is certified: requirement sets of all-of groups, each met by any one of its members (B1, B2).

Certification is derived at the instant of the read. An area that has no set at all demands nothing; an operation,
and an area that has one, must have an approved and effective version with no empty group, else it is SYS_CONFIG.
"""

from datetime import datetime
from typing import NamedTuple

from gate.core.calendar import LATEST, local_day
from gate.core.records import Facts, Requirement, RequirementEvidence, RequirementSet
from gate.core.terms import ItemKind, Operation
from gate.core.training import Finding, assess

NEAREST = (
    "NOT_YET_VALID",
    "SOP_REVISION",
    "GMP_REFRESHER",
    "GOWN_EXPIRED",
    "TRAINING_EXPIRED",
    "OJT_OPEN",
    "RECORD_UNVERIFIED",
    "ASSESSMENT_FAILED",
    "CERTIFICATION_WITHDRAWN",
    "NOT_CERTIFIED",
    "SYS_CONFIG",
)
"""How near a failing member is to being met: a group reports its nearest one."""

_DISTANCE = {reason: distance for distance, reason in enumerate(NEAREST)}


class Standing(NamedTuple):
    """How a requirement set stands at an instant: one finding for each group."""

    set_version: int | None
    configured: bool
    findings: tuple[Finding, ...]

    @property
    def met(self) -> bool:
        """Whether every group is met by one of its members."""
        return self.configured and all(finding.reason is None for finding in self.findings)


NOT_CONFIGURED = Standing(None, False, ())
NOTHING_DEMANDED = Standing(None, True, ())


def standing(sets: tuple[RequirementSet, ...], facts: Facts, at: datetime) -> Standing:
    """Judge the version in effect at an instant."""
    version = effective_set(sets, at)
    if version is None:
        return NOT_CONFIGURED
    if not version.groups or not all(version.groups):
        return Standing(version.version, False, ())
    return Standing(version.version, True, tuple([_group(group, facts, at) for group in version.groups]))


def area_standing(facts: Facts, at: datetime) -> Standing:
    """Judge the equipment's area."""
    return standing(facts.area_sets, facts, at) if facts.area_sets else NOTHING_DEMANDED


def operation_standing(facts: Facts, operation: Operation, at: datetime) -> Standing:
    """Judge one operation on the equipment's class."""
    return standing(facts.sets.get(operation, ()), facts, at)


def effective_set(sets: tuple[RequirementSet, ...], at: datetime) -> RequirementSet | None:
    """Return the approved version with the latest effective instant that has come."""
    chosen: RequirementSet | None = None
    for candidate in sets:
        counts = candidate.approved and candidate.effective_at <= at
        if counts and (chosen is None or _age(candidate) > _age(chosen)):
            chosen = candidate
    return chosen


def lasts_until(sets: tuple[RequirementSet, ...], now: Standing, facts: Facts, at: datetime) -> datetime:
    """Return the first instant at which a set that is met will not be, approved later versions included."""
    until = _until(now)
    for instant in sorted({s.effective_at for s in sets if s.approved and s.effective_at > at}):
        if until < instant:
            break
        then = standing(sets, facts, instant)
        if not then.met:
            return instant
        until = _until(then)
    return until


def expiring_in_days(findings: tuple[Finding, ...], facts: Facts, at: datetime) -> int | None:
    """Return the fewest days left of a training inside its warning time, 0 on its last day; None if there is none."""
    today = local_day(at, facts.zone)
    fewest: int | None = None
    for finding in findings:
        warning_days = finding.requirement.warning_days
        if finding.expires_at > at and (finding.expires_at - at).days <= warning_days + 2:
            days = (local_day(finding.expires_at - datetime.resolution, facts.zone) - today).days
            if days <= warning_days and (fewest is None or days < fewest):
                fewest = days
    return fewest


def chosen_operation(facts: Facts, default: Operation, at: datetime) -> tuple[Operation, Standing]:
    """Return the chosen operation, else the default, else the only one the person is certified for; and how it stands.

    Somebody certified for the default needs no look at the others: it is the only one, or one of several.
    """
    operation = facts.operation or default
    now = operation_standing(facts, operation, at)
    if facts.operation is None and not now.met:
        certified = certified_operations(facts, default, at)
        if len(certified) == 1:
            return certified[0], operation_standing(facts, certified[0], at)
    return operation, now


def certified_operations(facts: Facts, besides: Operation, at: datetime) -> tuple[Operation, ...]:
    """Return the other operations of this equipment that the person is certified for."""
    return tuple(o for o in Operation if o is not besides and operation_standing(facts, o, at).met)


def area_reason(finding: Finding) -> str | None:
    """Return what a failing finding means in an area: gowning by its own name, everything else AREA_DENIED."""
    if finding.reason is None or finding.reason == "SYS_CONFIG":
        return finding.reason
    return "GOWN_EXPIRED" if finding.item and finding.item.kind is ItemKind.GOWNING else "AREA_DENIED"


def evidence(finding: Finding, reason: str | None) -> RequirementEvidence:
    """Return the versions behind a finding."""
    return RequirementEvidence(
        finding.requirement.item_id,
        finding.item.version if finding.item else 0,
        reason,
        finding.record.version if finding.record else None,
        finding.revision.version if finding.revision else None,
        None if reason or finding.until_at == LATEST else finding.until_at,
    )


def _age(version: RequirementSet) -> tuple[datetime, int]:
    return version.effective_at, version.version


def _until(now: Standing) -> datetime:
    return min([finding.until_at for finding in now.findings], default=LATEST)


def _group(group: tuple[Requirement, ...], facts: Facts, at: datetime) -> Finding:
    """Return the nearest member; a group that is met ends with the last of the members that meet it."""
    if len(group) == 1:
        return _member(group[0], facts, at)
    members = [_member(requirement, facts, at) for requirement in group]
    nearest = max(members, key=_nearness)
    if nearest.reason is not None:
        return nearest
    return nearest._replace(until_at=max(finding.until_at for finding in members if finding.reason is None))


def _member(requirement: Requirement, facts: Facts, at: datetime) -> Finding:
    item = facts.items.get(requirement.item_id)
    if item is None:
        return Finding("SYS_CONFIG", requirement, None, None)
    return assess(requirement, item, facts.records.get(item.id, ()), at, facts.zone)


def _nearness(finding: Finding) -> tuple[bool, int, datetime]:
    """Met before unmet, not in grace before in grace, then the longest."""
    if finding.reason is None:
        return True, -int(finding.in_grace), finding.until_at
    return False, -_DISTANCE[finding.reason], LATEST
