"""A gate with a story: denied, overridden, trained late, an unknown badge, an unread one, a revocation, a hold."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, timedelta
from pathlib import Path

from gate.core.terms import HoldKind
from gate.hold_acts import set_hold
from gate.signatures import Signer
from gate.store.audit_trail import Trail
from gate.store.database import open_database
from tests.scenarios.plant import P1, P2, P3, Plant, plant, record, requirement, requirement_set
from tests.scenarios.supervisors import grant, revoke
from tests.scenarios.world import World, local, moment_now
from tests.web.floor_site import FloorSite, floor_site
from tests.web.records import HOSTILE

STRANGER = "w26:0000001"


def story_plant() -> Plant:
    """Two requirements; E1's training has expired, E2 has everything, E3 nothing and an unpleasant name."""
    found = plant()
    people = [{**row, "name": HOSTILE} if row["id"] == "E3" else row for row in found["person"]]
    return {
        **found,
        "person": people,
        "requirement_set": [
            requirement_set([requirement("SOP-1")], [requirement("GMP", interval_months=12)]),
            {"area": "COMP", "effective_at": date(2020, 1, 1), "approved": True, "groups": [[requirement("GOWN")]]},
        ],
        "training_record": [
            *(record(person, "GOWN") for person in ("E1", "E2", "E3")),
            *(record(person, "GMP", date(2026, 2, 3)) for person in ("E1", "E2")),
            record("E1", expires_on=date(2026, 11, 20)),
            record("E2", expires_on=date(2026, 12, 4)),
        ],
    }


def tell(world: World) -> None:
    """Let it happen."""
    world.badge("R1", P1)
    given = grant(world, ends_at=world.clock.at + timedelta(hours=2))
    world.badge("R1", P1)
    world.badge("R2", P2)
    world.badge("R2", P3)
    world.badge("R2", STRANGER)
    world.readers["R2"].present(26, b"\x00\x00\x00\x01")
    world.run(2)
    world.run(12)
    revoke(world, given.id)
    world.run(6)
    world.badge("R2", P2)
    _hold(world)
    late = record("E3", completed_on=date(2026, 11, 10))
    found = story_plant()
    world.load({**found, "training_record": [*found["training_record"], late]})


def _hold(world: World) -> None:
    settings = world.settings
    with closing(Trail(open_database(settings.database_path), "gate-1", settings.zone)) as trail:
        signer = Signer("P-qa", "qa", "Name of qa", "qa")
        why = "<b>Deviation</b> DEV-2026-0042 \u202eseen"
        set_hold(trail, "TP-02", HoldKind.QA, ["USE"], signer, why, moment_now(world.clock))


@contextmanager
def told_site(folder: Path) -> Iterator[FloorSite]:
    """Open the pages over the story."""
    world = World(folder, local("2026-11-23T12:00"), story_plant())
    tell(world)
    world.edge.gate.close()
    with floor_site(world) as site:
        yield site
