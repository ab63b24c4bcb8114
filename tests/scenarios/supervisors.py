"""Grants and revocations from a connection of their own, as the pages make them while the gate runs."""

from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

from gate.core.granting import GrantRequest
from gate.core.terms import OverrideClass
from gate.override_acts import GrantedOverride, grant_override, revoke_override
from gate.signatures import Signer
from gate.store.audit_trail import Trail
from gate.store.database import open_database
from gate.store.facts import FactReader
from tests.scenarios.world import World, moment_now

SUPERVISOR = Signer(person_id="E3", account_id="A3", printed_name="Cy Three", role="supervisor")
OF_QA = Signer(person_id="Q1", account_id="AQ", printed_name="Quinn One", role="qa")


def asking(at: datetime, **more: Any) -> GrantRequest:
    """Return a request for E1 on TP-01 to which nothing stands against while his training is expired."""
    values: dict[str, Any] = {
        "person_id": "E1",
        "equipment_id": "TP-01",
        "operations": frozenset({"USE"}),
        "reasons": frozenset({"TRAINING_EXPIRED"}),
        "override_class": OverrideClass.COVERAGE,
        "starts_at": at,
        "ends_at": at + timedelta(hours=8),
        "reference": "DEV-2026-0042",
        "justification": "retraining is booked for Friday",
        "approver_person_id": "E3",
        "approver_roles": frozenset({"supervisor"}),
    }
    return GrantRequest(**{**values, **more})


def grant(world: World, signer: Signer = SUPERVISOR, **more: Any) -> GrantedOverride:
    settings = world.settings
    with closing(Trail(open_database(settings.database_path), settings.gate.id, settings.zone)) as trail:
        return grant_override(
            trail,
            FactReader(trail, settings.zone),
            asking(world.clock.at, **more),
            signer,
            moment=moment_now(world.clock),
            rules=settings.granting,
        )


def revoke(world: World, override_id: str, why: str = "retrained this morning") -> GrantedOverride:
    settings = world.settings
    with closing(Trail(open_database(settings.database_path), settings.gate.id, settings.zone)) as trail:
        return revoke_override(trail, override_id, SUPERVISOR, why, moment_now(world.clock))
