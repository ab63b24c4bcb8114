"""The overrides of a made history: row, entry and the rules' view of each."""

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from gate.core.audit import Entry, Kind, timestamp
from gate.core.records import Moment, Override
from gate.core.terms import Operation, OverrideClass
from gate.signatures import Signer, signed
from gate.store.registry import Values
from tests.bench import plant

SUPERVISORS = tuple(Signer(plant.person_id(n), f"supervisor{n}", f"Person {n}", "supervisor") for n in range(3))
QUALITY = Signer(plant.person_id(3), "quality3", "Person 3", "qa")
LASTS = timedelta(hours=4)
OWN_PLACE = ("person_id", "equipment_id", "justification", "granted_by", "second_person_id")
"""What the entry says elsewhere than in `new`."""


@dataclass(frozen=True, slots=True)
class Granted:
    """One override in its three forms."""

    values: Values
    entry: Entry
    override: Override


def grant(number: int, person: int, machine: int, signer: Signer, moment: Moment, zone: ZoneInfo) -> Granted:
    """Return the override that a supervisor grants and QA co-signs for somebody who is not certified."""
    id_ = f"01BENCH{number:019d}"
    values: dict[str, str | int | None] = {
        "person_id": plant.person_id(person),
        "equipment_id": plant.equipment_id(machine),
        "class": OverrideClass.COVERAGE.value,
        "operations": Operation.USE.value,
        "reasons": "NOT_CERTIFIED",
        "starts_at": timestamp(moment.at),
        "ends_at": timestamp(moment.at + LASTS),
        "revoked_at": None,
        "cosigned": 1,
        "boot_id": moment.boot_id,
        "ends_boot_us": moment.boot_us + LASTS // timedelta(microseconds=1),
        "reference": f"DEV-2026-{number:04d}",
        "justification": "the certified operator is ill",
        "granted_by": signer.person_id,
        "second_person_id": None,
    }
    entry = Entry(
        kind=Kind.OVERRIDE_GRANTED,
        moment=moment,
        person=plant.person_id(person),
        role=signer.role,
        equipment=plant.equipment_id(machine),
        subject=f"override:{id_}",
        new={name: value for name, value in values.items() if value is not None and name not in OWN_PLACE},
        by=signer.person_id,
        why=str(values["justification"]),
    )
    return Granted(values, signed(entry, zone, (signer, "granted"), (QUALITY, "co-signed")), _rule(number, id_, moment))


def _rule(number: int, id_: str, moment: Moment) -> Override:
    return Override(
        version=number,
        id=id_,
        override_class=OverrideClass.COVERAGE,
        operations=frozenset({Operation.USE}),
        reasons=frozenset({"NOT_CERTIFIED"}),
        starts_at=moment.at,
        ends_at=moment.at + LASTS,
        cosigned=True,
    )
