"""Machines at every state that a kiosk can show, as a running gate would have put them on record."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from gate.clock import SystemClock
from gate.core.audit import Entry, Kind
from gate.core.clock_trust import Reading
from gate.core.terms import Mode, Operation, Outcome
from gate.store import schema
from gate.store.database import make_engine
from gate.web.kiosk_key import kiosk_key, kiosk_path
from tests.manual_clock import ManualClock
from tests.web.records import GateOnRecord

ENGLISH, FRENCH = "E1", "E4"
FRENCH_NAME = "Jean-François Théière-Gagnon"
ITEM = "SOP-PRD-0388 Conduite de la presse à comprimés"
REFERENCE = "DEV-2026-0318"


class _RealTime(ManualClock):
    """The clock that the page process reads too; nobody moves it."""

    def __init__(self) -> None:
        self._clock = SystemClock()
        super().__init__(self._clock.read().at)

    def read(self) -> Reading:
        return self._clock.read()

    def advance(self, seconds: float) -> None:
        del seconds


class KioskOnRecord(GateOnRecord):
    """A gate whose machines CT-01 (enforced) and TP-01 (in trial) have kiosks."""

    def __init__(self, folder: Path, port: int = 8080, *, real_time: bool = False) -> None:
        super().__init__(folder, port)
        if real_time:
            self.clock = _RealTime()
        self._insert(
            schema.people.insert().values(
                id=FRENCH, known_from=1, name=FRENCH_NAME, kind="employee", state="active", language="fr"
            ),
            schema.items.insert().values(
                id=ITEM.partition(" ")[0], known_from=1, kind="sop", title=ITEM.partition(" ")[2]
            ),
            schema.training_records.insert().values(
                id="T1", known_from=1, person_id=FRENCH, item_id="SOP-PRD-0388", state="passed", expires_on="2026-12-02"
            ),
        )

    def path(self, *equipment: str) -> str:
        return kiosk_path(equipment or ("CT-01",))

    def opened(self, *equipment: str) -> str:
        """The path with its key."""
        equipment = equipment or ("CT-01",)
        return f"{kiosk_path(equipment)}?key={kiosk_key(self.settings, equipment)}"

    def read(
        self,
        person: str | None = FRENCH,
        outcome: Outcome = Outcome.ALLOW,
        *reasons: str,
        equipment: str = "CT-01",
        until_s: float | None = 4 * 3600,
        override: int | None = None,
        at: datetime | None = None,
    ) -> int:
        """Put one decision on record, with one requirement behind it."""
        moment = self.moment() if at is None else replace(self.moment(), at=at)
        evidence: dict[str, object] = {
            "requirements": [[1, 1, 0, *(reasons if person and outcome is Outcome.DENY else ())][:4]]
        }
        if override is not None:
            evidence["override"] = override
        return self.append(
            Entry(
                kind=Kind.DECISION,
                moment=moment,
                person=person,
                badge="B-1" if person else None,
                last4="0C86",
                reader=f"{equipment}-R",
                equipment=equipment,
                mode=Mode.SHADOW if equipment == "TP-01" else Mode.ENFORCE,
                operation=Operation.USE,
                outcome=outcome,
                reasons=reasons or ("ALLOW_CERTIFIED",),
                evidence=evidence,  # type: ignore[arg-type]
                until=moment.at + timedelta(seconds=until_s) if until_s and outcome is Outcome.ALLOW else None,
            )
        )

    def use(
        self,
        *persons: str,
        equipment: str = "CT-01",
        dropped: str = "",
        since_s: float = 18007,
        override: bool = False,
        until_s: float = 3408,
    ) -> None:
        """Put people at a machine, in one use."""
        joined = self.moment().at - timedelta(seconds=since_s)
        reasons = ("ALLOW_OVERRIDE",) if override else ()
        version = self._override(persons[0], equipment, until_s) if override else None
        engine = make_engine(self.settings.database_path, key=None, read_only=False)
        seqs = [
            self.read(who, Outcome.ALLOW, *reasons, equipment=equipment, override=version, at=joined) for who in persons
        ]
        with engine.begin() as connection:
            made = connection.execute(
                schema.equipment_uses.insert().values(equipment_id=equipment, opened_seq=seqs[0])
            ).inserted_primary_key
            for person, seq in zip(persons, seqs, strict=True):
                connection.execute(
                    schema.use_members.insert().values(
                        use_id=made[0] if made else 0,
                        person_id=person,
                        badge_id="B-1",
                        operation="USE",
                        decision_seq=seq,
                        joined_at=_text(joined),
                        valid_until_at=_text(self.moment().at + timedelta(seconds=until_s)),
                        dropped_seq=seq if dropped else None,
                        dropped_cause=dropped or None,
                    )
                )
        engine.dispose()

    def nobody(self) -> None:
        """End every use."""
        self._insert(schema.use_members.update().values(left_seq=1), schema.equipment_uses.update().values(ended_seq=1))

    def _override(self, person: str, equipment: str, until_s: float) -> int:
        now = self.moment().at
        self._insert(
            schema.overrides.insert().values(
                {
                    "id": f"O-{now.isoformat()}",
                    "known_from": 1,
                    "person_id": person,
                    "equipment_id": equipment,
                    "class": "standard",
                    "operations": '["USE"]',
                    "reasons": '["TRAINING_EXPIRED"]',
                    "starts_at": _text(now),
                    "ends_at": _text(now + timedelta(seconds=until_s)),
                    "cosigned": 0,
                    "boot_id": "",
                    "reference": REFERENCE,
                    "justification": "because",
                }
            )
        )
        engine = make_engine(self.settings.database_path, key=None, read_only=True)
        with engine.connect() as connection:
            found = connection.execute(
                schema.overrides.select().order_by(schema.overrides.c.version.desc()).limit(1)
            ).one()
        engine.dispose()
        return int(found.version)

    def _insert(self, *statements: object) -> None:
        engine = make_engine(self.settings.database_path, key=None, read_only=False)
        with engine.begin() as connection:
            for statement in statements:
                connection.execute(statement)  # type: ignore[call-overload]
        engine.dispose()


def _text(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"
