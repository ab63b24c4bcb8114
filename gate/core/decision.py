"""Decide one badge read: collect every failing reason, see whether an override lifts them all, say until when.

A denial is a value, never an exception. Who may not be identified, and equipment nobody set up, are not checked
any further; everything else is checked in full, so that an operator can mend everything in one trip (L3).
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from gate.core import certification, checks, overrides
from gate.core.calendar import LATEST, end_clock
from gate.core.certification import Standing
from gate.core.reasons import REASONS, Lift, in_display_order
from gate.core.records import Badge, Decision, Equipment, Facts, Moment, Override, Person, RequirementEvidence
from gate.core.terms import Operation, Outcome, OverrideClass

Params = dict[str, Mapping[str, str]]
Evidence = dict[str, int | str | tuple[int | str, ...]]


class _Case(NamedTuple):
    """One read whose badge, person and equipment are known, with how its requirements stand."""

    facts: Facts
    moment: Moment
    badge: Badge
    person: Person
    equipment: Equipment
    operation: Operation
    area: Standing
    training: Standing


def decide(facts: Facts, moment: Moment) -> Decision:
    """Answer a badge read from the facts of one snapshot at one moment."""
    facts = checks.as_carried(facts, moment.at)
    unknown = (*checks.identity(facts, moment), *checks.equipment_known(facts, moment))
    badge, person, equipment = facts.badge, facts.person, facts.equipment
    if unknown or badge is None or person is None or equipment is None:
        return _refused(facts, (*checks.system(facts, moment), *unknown))
    operation, training = certification.chosen_operation(facts, equipment.default_operation, moment.at)
    area = certification.area_standing(facts, moment.at)
    case = _Case(facts, moment, badge, person, equipment, operation, area, training)
    params: Params = {}
    failing, requirements = _failing(case, params)
    if not failing:
        return _allowed(case, requirements)
    return _lifted_or_denied(case, in_display_order(failing), requirements, params)


def _failing(case: _Case, params: Params) -> tuple[tuple[str, ...], tuple[RequirementEvidence, ...]]:
    """Return every failing reason, in no order, with the evidence for each requirement."""
    found, requirements = _requirements(case, params)
    failing = checks.system(case.facts, case.moment) + found
    for check in checks.CHECKS:
        failing += check(case.facts, case.person, case.equipment, case.operation, case.moment.at)
    return failing, requirements


def _refused(facts: Facts, failing: tuple[str, ...]) -> Decision:
    default = facts.equipment.default_operation if facts.equipment else Operation.USE
    return Decision(
        outcome=Outcome.DENY,
        reasons=in_display_order(failing),
        operation=facts.operation or default,
        valid_until_at=None,
        evidence=_identity_evidence(facts),
        requirements=(),
        params={},
    )


# --- requirements ---------------------------------------------------------------------------------------


def _requirements(case: _Case, params: Params) -> tuple[tuple[str, ...], tuple[RequirementEvidence, ...]]:
    """Return the failing reasons of area and operation with the evidence for each group."""
    configured = case.area.configured and case.training.configured
    failing = [] if configured else ["SYS_CONFIG"]
    evidence = []
    for finding in case.area.findings:
        reason = certification.area_reason(finding)
        evidence.append(certification.evidence(finding, reason))
        if reason is not None:
            failing.append(reason)
    for finding in case.training.findings:
        reason = finding.reason
        if reason is not None:
            reason = _of_another_operation(case) if reason == "NOT_CERTIFIED" else reason
            failing.append(reason)
            params.setdefault(reason, finding.params)
        evidence.append(certification.evidence(finding, reason))
    return tuple(failing), tuple(evidence)


def _of_another_operation(case: _Case) -> str:
    """Tell apart who was never certified here from who is certified here for something else (B1)."""
    known = certification.certified_operations(case.facts, case.operation, case.moment.at)
    return "OPERATION_NOT_CERTIFIED" if known else "NOT_CERTIFIED"


# --- allow ------------------------------------------------------------------------------------------------


def _allowed(case: _Case, requirements: tuple[RequirementEvidence, ...]) -> Decision:
    facts, at = case.facts, case.moment.at
    until = min(
        _next_end(case),
        certification.lasts_until(facts.area_sets, case.area, facts, at),
        certification.lasts_until(facts.sets[case.operation], case.training, facts, at),
    )
    params = _sharing(case)
    findings = case.area.findings + case.training.findings
    grace = [finding for finding in findings if finding.in_grace]
    days = certification.expiring_in_days(findings, facts, at)
    if grace:
        params["ALLOW_GRACE"] = min(grace, key=lambda finding: finding.until_at).params
    elif days is not None:
        params["ALLOW_EXPIRING"] = {"n": str(days)}
    if until - at <= timedelta(seconds=facts.shift_s):
        params["ALLOW_ENDS_IN_SHIFT"] = {"hhmm": end_clock(until, facts.zone)}
    return _allow(case, params or {"ALLOW_CERTIFIED": {}}, until, requirements, None)


def _sharing(case: _Case) -> Params:
    """Say who else is at the machine: taken over from them, come back, or joined them."""
    others = checks.others(case.facts, case.person)
    if others and case.equipment.exclusive:
        return {"ALLOW_HANDOVER": {}}
    if case.facts.resuming:
        return {"ALLOW_RESUMED": {}}
    return {"ALLOW_JOIN": {"n": str(others + 1)}} if others else {}


def _allow(
    case: _Case,
    params: Params,
    until: datetime,
    requirements: tuple[RequirementEvidence, ...],
    override: Override | None,
) -> Decision:
    return Decision(
        outcome=Outcome.ALLOW,
        reasons=in_display_order(params),
        operation=case.operation,
        valid_until_at=None if until == LATEST else until,
        evidence=_evidence(case, override),
        requirements=requirements,
        params=params,
        warnings=_warnings(case.facts, case.moment),
    )


def _next_end(case: _Case) -> datetime:
    ends = checks.known_ends(case.facts, case.badge, case.person, case.equipment, case.operation)
    return min([end for end in ends if end > case.moment.at], default=LATEST)


# --- overrides, deny --------------------------------------------------------------------------------------


def _lifted_or_denied(
    case: _Case, failing: tuple[str, ...], requirements: tuple[RequirementEvidence, ...], params: Params
) -> Decision:
    candidates = overrides.active(case.facts.overrides, case.operation, case.moment)
    override = overrides.covering(candidates, failing, case.moment)
    if override is not None:
        return _overridden(case, override, requirements)
    told = list(failing)
    if candidates and not any(REASONS[reason].overridable is Lift.NEVER for reason in failing):
        told.append("OVERRIDE_SCOPE")
    if not any(reason.startswith("SYS_") for reason in failing):
        told += _of_an_ended_override(case, failing, params)
    _own_params(case, told, params)
    return Decision(
        outcome=Outcome.DENY,
        reasons=in_display_order(told),
        operation=case.operation,
        valid_until_at=None,
        evidence=_evidence(case, None),
        requirements=requirements,
        params={reason: params[reason] for reason in told if params.get(reason)},
        warnings=_warnings(case.facts, case.moment),
    )


def _overridden(case: _Case, override: Override, requirements: tuple[RequirementEvidence, ...]) -> Decision:
    """Allow under the override, up to its end or to the first known failure before it that it does not lift."""
    ends_at = overrides.ended_at(override, case.moment)
    emergency = override.override_class is OverrideClass.EMERGENCY
    reason = "ALLOW_EMERGENCY" if emergency else "ALLOW_OVERRIDE"
    params = _sharing(case)
    params[reason] = {"hhmm": end_clock(ends_at, case.facts.zone)}
    return _allow(case, params, _lifted_until(case, override, ends_at), requirements, override)


def _lifted_until(case: _Case, override: Override, ends_at: datetime) -> datetime:
    later = case
    while (turn := _next_turn(later)) < ends_at:
        later = _later(later, turn)
        failing = _failing(later, {})[0] + checks.identity(later.facts, later.moment)
        if not overrides.covers(override, failing):
            return turn
    return ends_at


def _next_turn(case: _Case) -> datetime:
    """Return the next known instant at which a reason may begin to fail or turn into another."""
    facts, at = case.facts, case.moment.at
    findings = case.area.findings + case.training.findings
    turns = [_next_end(case), *(finding.until_at for finding in findings if finding.reason is None)]
    turns += [s.effective_at for s in (*facts.area_sets, *facts.sets.get(case.operation, ())) if s.approved]
    turns += [revision.effective_at for item in facts.items.values() for revision in item.revisions]
    return min(turn for turn in turns if turn > at)


def _later(case: _Case, at: datetime) -> _Case:
    return case._replace(
        moment=replace(case.moment, at=at),
        area=certification.area_standing(case.facts, at),
        training=certification.operation_standing(case.facts, case.operation, at),
    )


def _of_an_ended_override(case: _Case, failing: tuple[str, ...], params: Params) -> list[str]:
    """Name what ended or was revoked within the last 12 h; a system fault is never explained by it (L1)."""
    over = overrides.lately_over(case.facts.overrides, case.operation, failing, case.moment)
    for reason, override in over.items():
        if reason == "OVERRIDE_EXPIRED":
            params[reason] = {"hhmm": end_clock(overrides.ended_at(override, case.moment), case.facts.zone)}
    return list(over)


def _own_params(case: _Case, reasons: list[str], params: Params) -> None:
    """Fill the placeholders that come from the read itself."""
    own = {
        "NOT_CERTIFIED": {"equip": case.equipment.id},
        "OPERATION_NOT_CERTIFIED": {"activity": case.operation.value},
        "BADGE_ELSEWHERE": {"equip": next(iter(case.facts.elsewhere_excluding), "")},
    }
    for reason in reasons:
        if reason in own:
            params[reason] = own[reason]


# --- evidence ---------------------------------------------------------------------------------------------


def _warnings(facts: Facts, moment: Moment) -> tuple[str, ...]:
    """Return, as codes, what does not deny: signed in elsewhere, and data on its way to too old."""
    elsewhere = ("BADGE_ELSEWHERE",) if facts.elsewhere else ()
    as_of = facts.data.as_of
    aging = as_of is None or moment.at - as_of >= timedelta(seconds=facts.data.warn_after_s)
    return (*elsewhere, "SYS_DATA_STALE") if aging else elsewhere


def _identity_evidence(facts: Facts) -> Evidence:
    """Return the versions of who and where, and how old the data was; what there was none of is left out."""
    evidence: Evidence = {}
    if facts.badge is not None:
        evidence["badge"] = facts.badge.version
        if facts.badge.assignment_version is not None:
            evidence["assignment"] = facts.badge.assignment_version
    if facts.person is not None:
        evidence["person"] = facts.person.version
    if facts.equipment is not None:
        evidence["equipment"] = facts.equipment.version
    if facts.data.as_of is not None:
        as_of = facts.data.as_of.astimezone(UTC).replace(tzinfo=None)
        evidence["data_as_of"] = f"{as_of.isoformat(timespec='milliseconds')}Z"
    return evidence


def _evidence(case: _Case, override: Override | None) -> Evidence:
    """Return the versions of everything that decided; the requirements have their own list."""
    facts = case.facts
    evidence = _identity_evidence(facts)
    if case.training.set_version is not None:
        evidence["set"] = case.training.set_version
    if case.area.set_version is not None:
        evidence["area_set"] = case.area.set_version
    if override is not None:
        evidence["override"] = override.version
    if facts.holds:
        evidence["holds"] = tuple(sorted(hold.version for hold in facts.holds))
    if facts.suspensions:
        evidence["suspensions"] = tuple(sorted(suspension.version for suspension in facts.suspensions))
    return evidence
