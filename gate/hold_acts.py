"""Set and release holds: named operations are stopped on a machine until a signed release (C5)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gate.act_refusals import (
    NOT_ALLOWED,
    UNKNOWN_EQUIPMENT,
    ActRefusedError,
    of_justification,
    record_refusal,
    standing,
)
from gate.core.audit import Entry, Kind
from gate.core.granting import Refusal
from gate.core.records import Moment
from gate.core.roles import Act, Role, may
from gate.core.terms import HoldKind, Operation
from gate.override_acts import new_id
from gate.signatures import Signer, signed
from gate.store import registry, schema
from gate.store.audit_trail import Trail

SETTING: Mapping[HoldKind, Act] = {
    HoldKind.OUT_OF_SERVICE: Act.SET_OUT_OF_SERVICE,
    HoldKind.QA: Act.SET_QA_HOLD,
}
"""Who sets which hold; a maintenance hold comes with the data of the plant and is set by nobody here."""

RELEASING: Mapping[HoldKind, Act] = {
    HoldKind.OUT_OF_SERVICE: Act.RELEASE_OUT_OF_SERVICE,
    HoldKind.MAINTENANCE: Act.RELEASE_OUT_OF_SERVICE,
    HoldKind.QA: Act.RELEASE_QA_HOLD,
}

NO_OPERATION = Refusal(
    "no_operation",
    "No operation is named. Choose one or more that the hold stops.",
    "Aucune opération n’est nommée. Choisissez ce que la mesure arrête.",
    "operations",
)
STANDS_ALREADY = Refusal(
    "stands_already",
    "Such a hold stands on this machine already. Nothing was changed.",
    "Une telle mesure est déjà en vigueur sur cette machine. Rien n’a changé.",
    "",
)
GONE = Refusal(
    "not_standing",
    "This hold was released already, or never set. Nothing was changed.",
    "Cette mesure a déjà été levée, ou n’a jamais existé. Rien n’a changé.",
    "",
)


@dataclass(frozen=True, slots=True)
class HoldSet:
    """The hold that now stands, and the number of its entry."""

    id: str
    seq: int


def set_hold(
    trail: Trail, equipment: str, kind: HoldKind, operations: Iterable[str], signer: Signer, why: str, moment: Moment
) -> HoldSet:
    """Stop the operations on the machine from now on, signed; whatever runs there runs on.

    Raises:
        ActRefusedError: something stands against it; nothing was set, and the refusal is on record.
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    wanted = frozenset(operations)
    hold = None
    with trail.transaction():
        found = _against_setting(trail, equipment, kind, wanted, signer, why)
        if found:
            asked = {"kind": kind.value, "operations": " ".join(sorted(wanted)), "why": why}
            what = "hold refused"
            record_refusal(trail, found, signer, moment, what=what, equipment=equipment, asked=asked)
        else:
            hold = _set(trail, equipment, kind, wanted, signer, why, moment)
    if hold is None:
        raise ActRefusedError(found)
    return hold


def release_hold(trail: Trail, equipment: str, hold_id: str, signer: Signer, why: str, moment: Moment) -> int:
    """Release the hold, signed, and return the entry's number; of two who release, the second is told.

    Raises:
        ActRefusedError: something stands against it; nothing was released, and the refusal is on record.
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    seq = None
    with trail.transaction():
        hold = registry.current(trail, schema.holds, hold_id)
        if hold is not None and hold["equipment_id"] != equipment:
            hold = None
        found = _against_releasing(hold["kind"] if hold else None, signer, why)
        if hold is None or found:
            asked = {"release": hold_id, "why": why}
            what = "hold release refused"
            record_refusal(trail, found, signer, moment, what=what, equipment=equipment, asked=asked)
        else:
            seq = _released(trail, hold_id, hold, signer, why, moment)
    if seq is None:
        raise ActRefusedError(found)
    return seq


def _against_setting(
    trail: Trail, equipment: str, kind: HoldKind, wanted: frozenset[str], signer: Signer, why: str
) -> tuple[Refusal, ...]:
    known = registry.current(trail, schema.equipment, equipment) is not None
    named = bool(wanted) and wanted <= {operation.value for operation in Operation}
    return standing(
        [
            (UNKNOWN_EQUIPMENT, not known),
            (NOT_ALLOWED, kind not in SETTING or not may({Role(signer.role)}, SETTING[kind])),
            (NO_OPERATION, not named),
            (STANDS_ALREADY, named and _stands(trail, equipment, kind, wanted)),
            *of_justification(why),
        ]
    )


def _against_releasing(kind: str | None, signer: Signer, why: str) -> tuple[Refusal, ...]:
    entitled = kind is None or may({Role(signer.role)}, RELEASING[HoldKind(kind)])
    return standing([(GONE, kind is None), (NOT_ALLOWED, not entitled), *of_justification(why)])


def _stands(trail: Trail, equipment: str, kind: HoldKind, wanted: frozenset[str]) -> bool:
    """Whether holds of this kind stop all of these operations already: a form sent twice sets one hold."""
    rows = registry.current_rows(trail, schema.holds).values()
    same = [row for row in rows if row["equipment_id"] == equipment and row["kind"] == kind.value]
    return wanted <= {name for row in same for name in str(row["operations"]).split()}


def _set(
    trail: Trail,
    equipment: str,
    kind: HoldKind,
    wanted: frozenset[str],
    signer: Signer,
    why: str,
    moment: Moment,
) -> HoldSet:
    hold_id = new_id(moment.at)
    values = {"equipment_id": equipment, "kind": kind.value, "operations": " ".join(sorted(wanted))}
    entry = Entry(
        kind=Kind.HOLD_SET,
        moment=moment,
        role=signer.role,
        equipment=equipment,
        subject=f"hold:{hold_id}",
        new={"kind": values["kind"], "operations": values["operations"]},
        by=signer.person_id,
        why=why,
    )
    seq = trail.append(signed(entry, trail.zone, (signer, "set")))
    registry.put(trail, schema.holds, hold_id, values, seq)
    return HoldSet(hold_id, seq)


def _released(trail: Trail, hold_id: str, hold: Mapping[str, str], signer: Signer, why: str, moment: Moment) -> int:
    entry = Entry(
        kind=Kind.HOLD_RELEASED,
        moment=moment,
        role=signer.role,
        equipment=hold["equipment_id"],
        subject=f"hold:{hold_id}",
        old={"kind": hold["kind"], "operations": hold["operations"]},
        by=signer.person_id,
        why=why,
    )
    seq = trail.append(signed(entry, trail.zone, (signer, "released")))
    registry.close(trail, schema.holds, hold_id, seq)
    return seq
