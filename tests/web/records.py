"""A small gate with real records for the tests of the pages: two readers, people with friendly and hostile names."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from gate import alive
from gate.core.audit import Entry, Kind
from gate.core.records import Moment
from gate.core.terms import Mode, Operation, Outcome
from gate.gate_loop import READER_STATES
from gate.settings import Settings, load_settings
from gate.store import schema
from gate.store.audit_trail import Trail
from gate.store.database import make_engine, open_database
from gate.store.reader_state import set_reader_state
from tests.manual_clock import ManualClock
from tests.store.fresh import fresh_database

NOON = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)

CONFIG = """
[site]
name = "Plant <1>"
zone = "America/Toronto"
[gate]
id = "gate-1"
state_dir = "state"
[clock]
trust = "asserted"
[web]
port = {port}
[[line]]
name = "line-1"
path = "ports/line-1"
kind = "osdp"
[[line.reader]]
name = "TP-01-R"
equipment = "TP-01"
secure = true
output = 0
[[line]]
name = "line-2"
path = "ports/line-2"
kind = "text"
supervision = "port-only"
[[line.reader]]
name = "CT-01-R"
equipment = "CT-01"
"""

HOSTILE = "<script>alert(1)</script>\u202egro.live\x1b[31m"

PEOPLE = {"E1": "Robin Teakettle", "E2": "Camille O’Lanterne & Fils", "E3": HOSTILE}


class GateOnRecord:
    """Writes what a running gate would write."""

    template = CONFIG

    def __init__(self, folder: Path, port: int = 8080) -> None:
        self.folder = folder
        self.config = folder / "gate.toml"
        self.config.write_text(self.template.format(port=port), encoding="utf-8")
        self.settings: Settings = load_settings(self.config)
        self.clock = ManualClock(NOON)
        fresh_database(self.settings.database_path)
        self._insert_plant()
        self.trail = Trail(open_database(self.settings.database_path), "gate-1", self.settings.zone)

    def close(self) -> None:
        self.trail.close()

    def alive(self) -> None:
        """Tell that the gate is at work now."""
        path = self.settings.gate.state_dir / "run" / "alive.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        alive.tell_alive(path, self.clock.read())

    def moment(self) -> Moment:
        reading = self.clock.read()
        return Moment(reading.at, reading.boot_id, reading.boot_us, trusted=True, clock="asserted")

    def append(self, entry: Entry) -> int:
        self.trail.begin()
        seq = self.trail.append(entry)
        self.trail.commit()
        return seq

    def decision(
        self,
        person: str | None = "E1",
        outcome: Outcome = Outcome.ALLOW,
        reasons: tuple[str, ...] = ("ALLOW_CERTIFIED",),
        *,
        last4: str | None = "0C86",
        mode: Mode = Mode.ENFORCE,
    ) -> int:
        entry = Entry(
            kind=Kind.DECISION,
            moment=self.moment(),
            person=person,
            badge="B-1" if person else None,
            last4=last4,
            reader="TP-01-R",
            equipment="TP-01",
            mode=mode,
            operation=Operation.USE,
            outcome=outcome,
            reasons=reasons,
        )
        self.clock.advance(1)
        return self.append(replace(entry, moment=self.moment()))

    def reader(self, kind: Kind, what: str, reader: str = "TP-01-R") -> int:
        moment = self.moment()
        self.trail.begin()
        seq = self.trail.append(Entry(kind=kind, moment=moment, reader=reader, detail={"line": "line-1", "what": what}))
        if kind in READER_STATES:
            set_reader_state(self.trail, reader, READER_STATES[kind], what, moment.at)
        self.trail.commit()
        return seq

    def badge_out(self, cause: str = "badge_out") -> int:
        return self.append(
            Entry(kind=Kind.USE_ENDED, moment=self.moment(), person="E1", equipment="TP-01", detail={"cause": cause})
        )

    def sign_in(self, person: str, decision_seq: int, *, entitled: bool = True) -> None:
        """Put somebody at TP-01, in a use of their own."""
        engine = make_engine(self.settings.database_path, key=None, read_only=False)
        with engine.begin() as connection:
            use = connection.execute(
                schema.equipment_uses.insert().values(equipment_id="TP-01", opened_seq=decision_seq)
            ).inserted_primary_key
            connection.execute(
                schema.use_members.insert().values(
                    use_id=use[0] if use else 0,
                    person_id=person,
                    badge_id="B-1",
                    operation="USE",
                    decision_seq=decision_seq,
                    joined_at="2026-11-23T17:00:00.000Z",
                    dropped_seq=None if entitled else decision_seq,
                )
            )
        engine.dispose()

    def _insert_plant(self) -> None:
        engine = make_engine(self.settings.database_path, key=None, read_only=False)
        with engine.begin() as connection:
            for number, name in PEOPLE.items():
                connection.execute(
                    schema.people.insert().values(
                        id=number, known_from=1, name=name, kind="employee", state="active", language="en"
                    )
                )
            connection.execute(schema.equipment_classes.insert().values(id="PRESS", known_from=1, name="Tablet press"))
            for machine, mode in (("TP-01", "shadow"), ("CT-01", "enforce")):
                connection.execute(sa.insert(schema.equipment).values(machine_row(machine, mode)))
        engine.dispose()


def machine_row(machine: str, mode: str) -> dict[str, object]:
    """Return a row of equipment as `gate load` would write it."""
    return {
        "id": machine,
        "known_from": 1,
        "name": machine,
        "class_id": "PRESS",
        "area_id": "COMP",
        "mode": mode,
        "permissive": "held",
        "window_s": 60,
        "exclusive": 0,
        "excluding": 0,
        "longest_use_s": 46800,
        "default_operation": "USE",
    }
