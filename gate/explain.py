"""What would happen if this badge were read there: the same rules on the same facts, and nothing is recorded."""

from dataclasses import dataclass
from datetime import datetime

from gate.access import with_plan
from gate.core.audit import Json
from gate.core.checks import as_carried
from gate.core.decision import decide
from gate.core.indication import Indication, indicate
from gate.core.reasons import REASONS
from gate.core.records import Decision, Facts, Moment
from gate.core.terms import Operation
from gate.desk import Desk
from gate.entries import mode_of


@dataclass(frozen=True, slots=True)
class Explanation:
    """A hypothetical decision with the facts it was made of."""

    facts: Facts
    decision: Decision
    indication: Indication


def explain(desk: Desk, badge: str, equipment: str, operation: Operation | None, moment: Moment) -> Explanation:
    """Decide a read that did not happen, in a transaction that writes nothing."""
    desk.trail.begin()
    try:
        facts = as_carried(with_plan(desk, desk.facts.facts(badge, equipment, operation)), moment.at)
    finally:
        desk.trail.rollback()
    decision = decide(facts, moment)
    language = facts.person.language if facts.person else desk.plan.language
    shown = indicate(decision.outcome, decision.reasons, decision.params, mode_of(facts), language)
    return Explanation(facts, decision, shown)


def as_json(explanation: Explanation, at: datetime) -> dict[str, Json]:
    """Return the explanation as plain values."""
    facts, decision, shown = explanation.facts, explanation.decision, explanation.indication
    return {
        "hypothetical": True,
        "at": at.isoformat(),
        "person": facts.person.id if facts.person else None,
        "equipment": facts.equipment.id if facts.equipment else None,
        "mode": mode_of(facts).value,
        "operation": decision.operation.value,
        "outcome": decision.outcome.value,
        "reasons": [{"code": code, "meaning": REASONS[code].meaning} for code in decision.reasons],
        "valid_until": decision.valid_until_at.isoformat() if decision.valid_until_at else None,
        "display": [shown.line1, shown.line2],
        "warnings": list(decision.warnings),
        "requirements": [
            {
                "item": found.item_id,
                "met": found.reason is None,
                "reason": found.reason,
                "record": found.record_version,
                "valid_until": found.valid_until_at.isoformat() if found.valid_until_at else None,
            }
            for found in decision.requirements
        ],
    }


def as_lines(explanation: Explanation, at: datetime) -> list[str]:
    """Return the explanation for people, one line each."""
    facts, decision, shown = explanation.facts, explanation.decision, explanation.indication
    who = f"{facts.person.name} ({facts.person.id})" if facts.person else "nobody known"
    where = facts.equipment.id if facts.equipment else "unknown equipment"
    lines = [
        "Hypothetical, nothing recorded:",
        f"{who}, {decision.operation} on {where} ({mode_of(facts)}) at {at.isoformat()}",
        f"{decision.outcome.upper()}  display: {shown.line1} / {shown.line2}",
        *(f"  {code}: {REASONS[code].meaning}" for code in decision.reasons),
    ]
    for found in decision.requirements:
        state = found.reason or "met"
        until = f" until {found.valid_until_at.isoformat()}" if found.valid_until_at else ""
        lines.append(f"  requirement {found.item_id}: {state}{until}")
    lines += [f"  warning: {warning}" for warning in decision.warnings]
    return lines
