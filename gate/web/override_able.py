"""Who may run a machine now: the rules asked for the people who ran it last, then for others with a badge; bounded."""

from dataclasses import dataclass, replace

import sqlalchemy as sa

from gate.core.decision import decide
from gate.core.records import Badge, Facts, Moment
from gate.core.terms import BadgeState, Operation, Outcome
from gate.settings import Settings
from gate.store.audit_trail import Trail
from gate.store.facts import FactReader
from gate.store.schema import audit_trail, badge_assignments

LOOKED_AT = 60
"""People decided for one page, at about a millisecond each."""
NAMED = 5
LAST_READS = 200


@dataclass(frozen=True, slots=True)
class Able:
    """Somebody who would be allowed now; `elsewhere` is the machine where this person is signed in."""

    name: str
    elsewhere: str


def able_now(engine: sa.Engine, settings: Settings, equipment_id: str, operation: str, moment: Moment) -> list[Able]:
    """Return at most five people whom the machine would allow now, overrides set aside; nothing is recorded."""
    with engine.connect() as connection:
        candidates = _candidates(connection, equipment_id)
    trail = Trail(engine, settings.gate.id, settings.zone)
    found: list[Able] = []
    try:
        trail.look()
        reader = FactReader(trail, settings.zone)
        for person_id in candidates[:LOOKED_AT]:
            facts = _facts(reader, person_id, equipment_id, operation, settings)
            if facts.person and decide(facts, moment).outcome is Outcome.ALLOW:
                found.append(Able(facts.person.name, facts.elsewhere[0] if facts.elsewhere else ""))
            if len(found) == NAMED:
                break
    finally:
        trail.rollback()
        trail.close()
    return found


def _facts(reader: FactReader, person_id: str, equipment_id: str, operation: str, settings: Settings) -> Facts:
    """Return the facts as if the person came with a good badge while nobody used the machine."""
    facts = reader.facts_of_person(person_id, "", equipment_id, Operation(operation))
    badge = Badge(version=0, id="", state=BadgeState.ACTIVE, person_id=person_id)
    data = replace(facts.data, deny_after_s=settings.training.deny_after_hours * 3600)
    return replace(facts, badge=badge, use=None, overrides=(), data=data)


def _candidates(connection: sa.Connection, equipment_id: str) -> list[str]:
    """Return people ids: who was allowed there last comes first, then who has a badge."""
    last = (
        sa.select(audit_trail.c.person_id)
        .where(audit_trail.c.equipment_id == equipment_id, audit_trail.c.outcome == Outcome.ALLOW.value)
        .order_by(audit_trail.c.seq.desc())
        .limit(LAST_READS)
    )
    badged = (
        sa.select(badge_assignments.c.person_id)
        .where(badge_assignments.c.known_to.is_(None))
        .order_by(badge_assignments.c.person_id)
        .limit(LAST_READS)
    )
    found = [*connection.execute(last).scalars(), *connection.execute(badged).scalars()]
    return [person for person in dict.fromkeys(found) if person]
