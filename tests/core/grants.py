"""A grant to which nothing stands against, for tests to change one thing of it."""

from dataclasses import replace

from gate.core.decision import decide
from gate.core.granting import GrantContext, GrantRequest, SiteRules, refusals
from gate.core.records import Facts, Person
from gate.core.terms import OverrideClass
from tests.core.facts_builder import (
    AN_HOUR,
    CERTIFIED,
    GMP,
    NOON,
    OTHER,
    RECORDS,
    TORONTO,
    moment,
    record,
    with_item,
)

GMP_OVER = with_item(CERTIFIED, GMP, record(GMP, "2025-01-10"))
"""Fails with GMP_REFRESHER, which a supervisor may lift."""
BOTH_OVER = with_item(GMP_OVER, OTHER, record(OTHER, "2024-01-10"))
"""Fails with GMP_REFRESHER and TRAINING_EXPIRED."""
NEVER_TRAINED = replace(CERTIFIED, records={**RECORDS, "SOP-114": ()})
"""Fails with NOT_CERTIFIED, which needs QA's co-signature."""
SECOND = Person(version=15, id="E7", name="Bo Kay")

REQUEST = GrantRequest(
    person_id="E1",
    equipment_id="TP-01",
    operations=frozenset({"USE"}),
    reasons=frozenset({"GMP_REFRESHER"}),
    override_class=OverrideClass.COVERAGE,
    starts_at=NOON,
    ends_at=NOON + 8 * AN_HOUR,
    reference="DEV-2026-0042",
    justification="refresher is booked for Friday",
    approver_person_id="E9",
    approver_roles=frozenset({"supervisor"}),
)
EMERGENCY = replace(
    REQUEST,
    override_class=OverrideClass.EMERGENCY,
    ends_at=NOON + 2 * AN_HOUR,
    reference="",
    second_named_person_id="E7",
)
COSIGNED = replace(REQUEST, cosigner_person_id="Q1", cosigner_roles=frozenset({"qa"}))


def context(facts: Facts = GMP_OVER, **more: object) -> GrantContext:
    found = GrantContext(
        moment=moment(),
        zone=TORONTO,
        rules=SiteRules(),
        person=facts.person,
        equipment=facts.equipment,
        suspended=bool(facts.suspensions),
        decisions=(decide(facts, moment()),),
        standing=(),
        earlier=0,
        signer_person_id="E9",
        cosigned_by_person_id=None,
        second_named=SECOND,
    )
    return replace(found, **more)  # type: ignore[arg-type]


SIGNED_BY_QA = context(cosigned_by_person_id="Q1")


def codes(request: GrantRequest = REQUEST, known: GrantContext | None = None) -> tuple[str, ...]:
    return tuple(refusal.code for refusal in refusals(request, known or context()))
