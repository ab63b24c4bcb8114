"""A plant on record with somebody in every state that who can run what can show; some training came late."""

import csv
import io
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlite
from flask.testing import FlaskClient

from gate.core.audit import Entry, Kind, timestamp
from gate.core.records import Moment
from gate.core.terms import Mode, Operation, Outcome
from gate.store import registry
from gate.store.lots_schema import lot_windows
from gate.store.plant_load import load_plant
from gate.store.schema import overrides
from tests.scenarios.plant import Plant, plant_file, record, requirement, requirement_set
from tests.web.people import send
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

    def denied(self, at: datetime, person: str, *reasons: str, item: str = "", machine: str = "TP-01") -> int:
        """Put a denied decision of any time on record, with the item that was missing."""
        versions = self.rows("SELECT version FROM items WHERE id = ? AND known_to IS NULL", item)
        evidence = {"requirements": ((versions[0][0], 0, 0, reasons[0]),)} if versions else {}
        return self.decided(at, person, Outcome.DENY, reasons, machine, evidence)

    def decided(
        self,
        at: datetime,
        person: str,
        outcome: Outcome,
        reasons: tuple[str, ...],
        machine: str = "TP-01",
        evidence: Mapping[str, Any] | None = None,
        mode: Mode = Mode.ENFORCE,
    ) -> int:
        reading = self.clock.read()
        return self.append(
            Entry(
                kind=Kind.DECISION,
                moment=Moment(at, reading.boot_id, reading.boot_us, trusted=True, clock="asserted"),
                person=person,
                badge="B-1",
                last4="0C86",
                reader="TP-01-R",
                equipment=machine,
                mode=mode,
                operation=Operation.USE,
                outcome=outcome,
                reasons=reasons,
                evidence=evidence or {},
            )
        )

    def granted(self, at: datetime, machine: str, by: str | None, number: int) -> None:
        """Put an override on record as granting one would."""
        values: dict[str, Any] = {
            "person_id": "E4",
            "equipment_id": machine,
            "class": "COVERAGE",
            "operations": "USE",
            "reasons": "TRAINING_EXPIRED",
            "starts_at": timestamp(at),
            "ends_at": timestamp(at + timedelta(hours=1)),
            "cosigned": 0,
            "boot_id": "",
            "reference": "DEV-2026-0001",
            "justification": "test",
            "granted_by": by,
        }
        optional = dict.fromkeys(("revoked_at", "ends_boot_us", "second_person_id"))
        self.trail.begin()
        seq = self.trail.append(Entry(kind=Kind.OVERRIDE_GRANTED, moment=self.moment(), equipment=machine))
        registry.put(self.trail, overrides, f"OV-T{number}", {**optional, **values}, seq)
        self.trail.commit()

    def lot(self, lot: str, machine: str, from_at: datetime) -> None:
        """Put a window of a lot on record, as signing one would."""
        values = {"lot": lot, "equipment_id": machine, "product": "Product", "from_at": timestamp(from_at)}
        self.trail.begin()
        seq = self.trail.append(Entry(kind=Kind.CHANGE, moment=self.moment(), equipment=machine))
        registry.put(self.trail, lot_windows, f"{lot}-{machine}", {**values, "until_at": None}, seq)
        self.trail.commit()

    def rows(self, question: str, *values: object) -> list[tuple[Any, ...]]:
        connection = sqlite.connect(str(self.settings.database_path))
        try:
            return list(connection.execute(question, values).fetchall())
        finally:
            connection.close()


def exported(browser: FlaskClient, name: str, query: str = "") -> list[dict[str, str]]:
    """Return the rows of a report as its CSV has them."""
    answer = send(browser, f"/export/{name}?lang=en&{query}", format="csv")
    assert answer.status_code == 200, answer.text[:500]
    return list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
