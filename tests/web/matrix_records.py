"""A plant on record with somebody in every state that who can run what can show; some training came late."""

from datetime import date, datetime, timedelta
from pathlib import Path

from gate.core.records import Moment
from gate.store.plant_load import load_plant
from tests.scenarios.plant import Plant, plant_file, record, requirement, requirement_set
from tests.web.records import HOSTILE, NOON, GateOnRecord

FIRST_LOAD = NOON - timedelta(days=20)
SECOND_LOAD = NOON - timedelta(days=5)

PEOPLE = {
    "E1": "Ada One",
    "E2": "Élise Deux",
    "E3": HOSTILE,
    "E4": "Gil Lapsed",
    "E5": "Hal Override",
    "E6": "Ida Barred",
    "E7": "Jo Untrained",
    "E8": "Eli Late",
}


def matrix_plant(*, late: bool) -> Plant:
    """Two presses, one of them on hold, a mill that needs a refresher, and a new machine without requirements."""
    refresher = [requirement("GMP", interval_months=12)]
    machines = (
        ("TP-01", "PRESS", "COMP"),
        ("TP-02", "PRESS", "COMP"),
        ("ML-01", "MILL", "GRAN"),
        ("NW-01", "NEW", "GRAN"),
    )
    return {
        "area": [{"id": "COMP", "name": "Compression"}, {"id": "GRAN", "name": "Granulation"}],
        "equipment_class": [
            {"id": "PRESS", "name": "Tablet press"},
            {"id": "MILL", "name": "Mill"},
            {"id": "NEW", "name": "New"},
        ],
        "equipment": [
            {"id": id_, "name": f"Name of {id_}", "class": of, "area": area, "mode": "enforce"}
            for id_, of, area in machines
        ],
        "item": [SOP, {"id": "GMP", "kind": "gmp", "title": "GMP refresher"}],
        "requirement_set": [
            requirement_set([requirement("SOP-1")]),
            requirement_set(refresher, class_id="MILL"),
            requirement_set(refresher, operation="CLEAN"),
        ],
        "person": [{"id": id_, "name": name} for id_, name in PEOPLE.items()],
        "badge": [],
        "training_record": [*TRAINED, *([record("E8")] if late else [])],
        "suspension": [{"id": "S1", "person": "E6", "scope": "everywhere"}],
        "hold": [{"id": "H1", "equipment": "TP-02", "kind": "qa"}],
        "override": [OVERRIDE],
    }


SOP = {
    "id": "SOP-1",
    "kind": "sop",
    "title": "Press operation",
    "revisions": [
        {"revision": "R6", "effective_at": date(2020, 1, 1)},
        {"revision": "R7", "effective_at": date(2027, 2, 1)},
    ],
}
TRAINED = (
    record("E1"),
    record("E2", expires_on=date(2026, 12, 2)),
    record("E3", expires_on=date(2027, 1, 20)),
    record("E4", expires_on=date(2026, 11, 20)),
    record("E5", expires_on=date(2026, 11, 20)),
    record("E6"),
    record("E1", "GMP", date(2026, 1, 10), revision="1"),
)
OVERRIDE = {
    "id": "OV-1",
    "person": "E5",
    "equipment": "TP-01",
    "class": "COVERAGE",
    "operations": ["USE"],
    "reasons": ["TRAINING_EXPIRED"],
    "starts_at": NOON - timedelta(hours=1),
    "ends_at": NOON + timedelta(hours=3),
    "reference": "DEV-2026-0001",
    "justification": "test",
}


class MatrixOnRecord(GateOnRecord):
    """The first load 20 days ago, the second, with the late record, 5 days ago."""

    def __init__(self, folder: Path, port: int = 8080) -> None:
        super().__init__(folder, port)
        for late, at in ((False, FIRST_LOAD), (True, SECOND_LOAD)):
            self.load(matrix_plant(late=late), at)

    def load(self, plant: Plant, at: datetime) -> int:
        reading = self.clock.read()
        moment = Moment(at, reading.boot_id, reading.boot_us, trusted=True, clock="asserted")
        said = {"by": "qa", "why": "load", "os_user": "root"}
        return load_plant(self.trail, plant_file(plant), moment=moment, **said).seq

    def _insert_plant(self) -> None:
        """The plant comes by loads, which are entries."""
