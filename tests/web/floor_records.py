"""A plant of four areas with every state of a machine on record, for the tests of the floor in a browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from gate.clock import SystemClock
from gate.core.audit import Entry, Kind, timestamp
from gate.core.terms import HoldKind, Mode, Operation, Outcome
from gate.hold_acts import set_hold
from gate.signatures import Signer
from gate.store import schema
from gate.store.database import make_engine
from gate.store.reader_state import set_reader_state
from tests.web import records
from tests.web.records import HOSTILE, GateOnRecord, machine_row

MACHINES = {
    "HSG-01": ("GRAN", "High-shear granulator", "enforce"),
    "MILL-01": ("GRAN", "Conical mill", "shadow"),
    "TP-01": ("COMP", "Tablet press", "enforce"),
    "TP-02": ("COMP", "Tablet press", "enforce"),
    "CP-02": ("COMP", "Coating pan", "off"),
    "CT-01": ("PACK", "Cartoner", "enforce"),
    "BLI-01": ("PACK", "Blister line with a name that is longer than any card is wide", "enforce"),
    "FIL-01": ("ASEP", "Vial filler", "enforce"),
    "AUT-02": ("ASEP", "Autoclave", "enforce"),
}
AREAS = {"GRAN": "Granulation and drying", "COMP": "Compression and coating", "PACK": "Packaging", "ASEP": HOSTILE}

LINES = "".join(
    f'[[line]]\nname = "{name.lower()}"\npath = "ports/{name}"\nkind = "osdp"\n[[line.reader]]\n'
    f'name = "{name}-R"\nequipment = "{name}"\nsecure = true\n'
    for name in MACHINES
    if name not in {"AUT-02", "CP-02"}
)

SUPERVISOR = Signer("P-sup", "sup", "Nadia Haddad", "supervisor")
OF_QA = Signer("P-qa", "qa", "I. Côté & Associés", "qa")


class FloorOnRecord(GateOnRecord):
    """Nine machines in four areas; `busy` puts something of everything on record."""

    template = records.CONFIG.partition("[[line]]")[0] + LINES

    def __init__(self, folder: Path, port: int = 8080) -> None:
        super().__init__(folder, port)
        self.clock.go_to(SystemClock().read().at)

    def busy(self) -> None:
        """Everything that a floor can show, at once."""
        for name in MACHINES:
            self.reader_of(name, Kind.READER_OFFLINE if name == "CT-01" else Kind.READER_ONLINE)
        now = self.clock.at
        self.at_machine("TP-01", "E1", now - timedelta(minutes=72))
        self.at_machine("HSG-01", "E3", now - timedelta(hours=6, minutes=28))
        self.at_machine("HSG-01", "E2", now - timedelta(hours=14), dropped="longest_use")
        self.at_machine("BLI-01", "E2", now - timedelta(minutes=4))
        self.lifted("BLI-01", "E2", now + timedelta(minutes=11))
        self.denied("TP-02", "E2", "TRAINING_EXPIRED", "GMP_REFRESHER")
        self.denied("FIL-01", "E3", "EQ_QUARANTINE")
        self.denied("FIL-01", None, "BADGE_UNKNOWN")
        for _ in range(3):
            self.denied("MILL-01", "E1", "NOT_CERTIFIED", mode=Mode.SHADOW)
        self.denied("MILL-01", "E3", "SOP_REVISION", "GOWN_EXPIRED", mode=Mode.SHADOW)
        why = "Waiting for the swab results of the last campaign"
        set_hold(self.trail, "AUT-02", HoldKind.QA, ["USE", "SETUP"], OF_QA, why, self.moment())
        set_hold(self.trail, "FIL-01", HoldKind.OUT_OF_SERVICE, ["USE"], SUPERVISOR, why, self.moment())

    def reader_of(self, name: str, kind: Kind) -> None:
        """Tell that the reader of a machine came or went."""
        moment = self.moment()
        self.trail.begin()
        self.trail.append(Entry(kind=kind, moment=moment, reader=f"{name}-R", detail={"line": name, "what": ""}))
        state = "online" if kind is Kind.READER_ONLINE else "offline"
        set_reader_state(self.trail, f"{name}-R", state, "", moment.at)
        self.trail.commit()

    def denied(self, machine: str, person: str | None, *reasons: str, mode: Mode = Mode.ENFORCE) -> int:
        """Deny somebody somewhere, now."""
        self.clock.advance(1)
        return self.decided(machine, person, Outcome.DENY, reasons, mode)

    def decided(
        self, machine: str, person: str | None, outcome: Outcome, reasons: tuple[str, ...], mode: Mode = Mode.ENFORCE
    ) -> int:
        """Put a decision on record."""
        return self.append(
            Entry(
                kind=Kind.DECISION,
                moment=self.moment(),
                person=person,
                badge="B-1" if person else None,
                last4="0C86",
                reader=f"{machine}-R",
                equipment=machine,
                mode=mode,
                operation=Operation.USE,
                outcome=outcome,
                reasons=reasons,
            )
        )

    def at_machine(self, machine: str, person: str, joined_at: datetime, dropped: str = "") -> int:
        """Put somebody at a machine since an instant."""
        seq = self.decided(machine, person, Outcome.ALLOW, ("ALLOW_CERTIFIED",))
        with self.writing() as connection:
            use = connection.execute(schema.equipment_uses.insert().values(equipment_id=machine, opened_seq=seq))
            connection.execute(
                schema.use_members.insert().values(
                    use_id=use.inserted_primary_key[0] if use.inserted_primary_key else 0,
                    person_id=person,
                    badge_id="B-1",
                    operation="USE",
                    decision_seq=seq,
                    joined_at=timestamp(joined_at),
                    dropped_seq=seq if dropped else None,
                    dropped_cause=dropped or None,
                )
            )
        return seq

    def lifted(self, machine: str, person: str, ends_at: datetime) -> None:
        """Let an override stand."""
        seq = self.append(Entry(kind=Kind.OVERRIDE_GRANTED, moment=self.moment(), person=person, equipment=machine))
        with self.writing() as connection:
            connection.execute(
                schema.overrides.insert().values(
                    {
                        "id": f"O-{seq}",
                        "known_from": seq,
                        "person_id": person,
                        "equipment_id": machine,
                        "class": "COVERAGE",
                        "operations": "USE",
                        "reasons": "TRAINING_EXPIRED",
                        "starts_at": timestamp(self.clock.at),
                        "ends_at": timestamp(ends_at),
                        "cosigned": 0,
                        "boot_id": "",
                        "reference": "DEV-2026-0315",
                        "justification": "A test",
                    }
                )
            )

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Give a connection that writes past the acts."""
        engine = make_engine(self.settings.database_path, key=None, read_only=False)
        with engine.begin() as connection:
            yield connection
        engine.dispose()

    def _insert_plant(self) -> None:
        with self.writing() as connection:
            for number, name in records.PEOPLE.items():
                row = {"id": number, "known_from": 1, "name": name, "kind": "employee", "state": "active"}
                connection.execute(schema.people.insert().values({**row, "language": "en"}))
            for area, name in AREAS.items():
                connection.execute(schema.areas.insert().values(id=area, known_from=1, name=name))
            for machine, (area, kind, mode) in MACHINES.items():
                connection.execute(schema.equipment_classes.insert().values(id=machine, known_from=1, name=kind))
                row = machine_row(machine, mode)
                connection.execute(schema.equipment.insert().values({**row, "class_id": machine, "area_id": area}))

    def add_machine(self, name: str) -> None:
        """Put one more machine on record."""
        with self.writing() as connection:
            old = connection.execute(schema.equipment.select().limit(1)).mappings().one()
            connection.execute(schema.equipment.insert().values({**old, "version": None, "id": name}))
