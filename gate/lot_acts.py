"""Record, correct and withdraw lot windows: signed, a new version each time (E5; 21 CFR 211.182, 211.188(b))."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gate.act_refusals import ActRefusedError, of_justification, record_refusal, standing
from gate.core.audit import Entry, Json, Kind, timestamp
from gate.core.granting import Refusal
from gate.core.lotting import SAME_LOT_TWICE, LotData, lot_refusals, span_of
from gate.core.records import Moment
from gate.core.roles import Act, Role, may
from gate.core.spans import Span
from gate.override_acts import new_id
from gate.signatures import Signer, signed
from gate.store import registry, schema
from gate.store.audit_trail import Trail
from gate.store.equipment_facts import instant
from gate.store.lots_schema import lot_windows
from gate.store.row_versions import version_of

NOT_BY_YOU = Refusal(
    "not_allowed",
    "Your role does not record lots. Supervisors and QA do.",
    "Votre rôle n’inscrit pas de lots. La supervision et l’AQ le font.",
    "",
)
GONE = Refusal(
    "no_such_window",
    "This record was withdrawn already, or never was. Nothing was changed.",
    "Cette inscription a déjà été retirée, ou n’a jamais existé. Rien n’a changé.",
    "",
)
STALE = Refusal(
    "changed_meanwhile",
    "The record has changed since this form was opened. Look at what it says now, then send the form again.",
    "L’inscription a changé depuis l’ouverture de ce formulaire. Voyez ce qu’elle dit maintenant, puis renvoyez-le.",
    "version",
)
NO_CHANGE = Refusal(
    "no_change",
    "Nothing was changed: everything is on record like this already.",
    "Rien n’a été changé : tout est déjà ainsi au registre.",
    "",
)
OVERLAPS = Refusal(
    "overlaps",
    "Another lot is on record on this machine for some of that time, and the machine is for one operator at a time. "
    "Correct one of the two, or say below that both are right.",
    "Un autre lot est inscrit sur cette machine pour une partie de ce temps, et la machine est à une personne à la "
    "fois. Corrigez l’un des deux, ou dites ci-dessous que les deux sont justes.",
    "overlap",
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """The window that is now on record, and the number of its entry."""

    id: str
    seq: int


@dataclass(frozen=True, slots=True)
class Saying:
    """What somebody says of a lot: `overlap` True says that another lot at that time is right too."""

    data: LotData
    why: str
    overlap: bool = False


def record_lot(trail: Trail, saying: Saying, signer: Signer, moment: Moment, *, pattern: str) -> Recorded:
    """Put a lot on a machine on record, signed.

    Raises:
        ActRefusedError: something stands against it; nothing was recorded, and the refusal is on record.
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    made = None
    with trail.transaction():
        found = _against(trail, saying, signer, moment, pattern, None)
        if found:
            _tell(trail, "lot refused", found, saying, signer, moment)
        else:
            made = _put(trail, new_id(moment.at), None, saying, signer, moment)
    if made is None:
        raise ActRefusedError(found)
    return made


def correct_lot(
    trail: Trail, window_id: str, saying: Saying, signer: Signer, moment: Moment, *, pattern: str, opened: int
) -> Recorded:
    """Give a window a new version, signed; the old one stays to be seen. `opened` is the version that was on the form.

    Raises:
        ActRefusedError: something stands against it; nothing was changed, and the refusal is on record.
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    made = None
    with trail.transaction():
        before = registry.current(trail, lot_windows, window_id)
        found = _against_change(trail, window_id, before, opened, saying) or _against(
            trail, saying, signer, moment, pattern, window_id
        )
        if found:
            _tell(trail, "lot correction refused", found, saying, signer, moment, window_id)
        else:
            made = _put(trail, window_id, before, saying, signer, moment)
    if made is None:
        raise ActRefusedError(found)
    return made


def withdraw_lot(trail: Trail, window_id: str, why: str, signer: Signer, moment: Moment, *, opened: int) -> int:
    """End what is known of a window that never should have been recorded, signed; return the entry's number.

    Raises:
        ActRefusedError: something stands against it; nothing was withdrawn, and the refusal is on record.
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    seq = None
    with trail.transaction():
        before = registry.current(trail, lot_windows, window_id)
        found = standing(
            [
                (GONE, before is None),
                (STALE, before is not None and version_of(trail, lot_windows, window_id) != opened),
                (NOT_BY_YOU, not may({Role(signer.role)}, Act.RECORD_LOT)),
                *of_justification(why),
            ]
        )
        if before is None or found:
            asked: dict[str, Json] = {"window": window_id, "why": why}
            record_refusal(trail, found, signer, moment, what="lot withdrawal refused", equipment=None, asked=asked)
        else:
            entry = _entry(window_id, before["equipment_id"], signer, moment, why, old=_said(before), new=None)
            seq = trail.append(signed(entry, trail.zone, (signer, "lot withdrawn")))
            registry.close(trail, lot_windows, window_id, seq)
    if seq is None:
        raise ActRefusedError(found)
    return seq


def _against(
    trail: Trail, saying: Saying, signer: Signer, moment: Moment, pattern: str, window_id: str | None
) -> tuple[Refusal, ...]:
    data = saying.data
    machine = registry.current(trail, schema.equipment, data.equipment_id)
    meeting = _meeting(trail, data.equipment_id, span_of(data), window_id)
    others = any(lot != data.lot for _, lot in meeting)
    return (
        *standing([(NOT_BY_YOU, not may({Role(signer.role)}, Act.RECORD_LOT))]),
        *lot_refusals(data, moment.at, pattern=pattern, known_machine=machine is not None),
        *standing(
            [
                (SAME_LOT_TWICE, any(lot == data.lot for _, lot in meeting)),
                (OVERLAPS, others and bool(machine and machine["exclusive"]) and not saying.overlap),
                *of_justification(saying.why),
            ]
        ),
    )


def _against_change(
    trail: Trail, window_id: str, before: Mapping[str, Any] | None, opened: int, saying: Saying
) -> tuple[Refusal, ...]:
    if before is None:
        return (GONE,)
    return standing(
        [
            (STALE, version_of(trail, lot_windows, window_id) != opened),
            (NO_CHANGE, saying.data.from_at is not None and before == _values(saying.data)),
        ]
    )


_ON_MACHINE = sa.select(lot_windows.c.id, lot_windows.c.lot, lot_windows.c.from_at, lot_windows.c.until_at).where(
    lot_windows.c.equipment_id == sa.bindparam("machine"),
    lot_windows.c.known_to.is_(None),
    sa.or_(lot_windows.c.until_at.is_(None), lot_windows.c.until_at > sa.bindparam("begin")),
)


def _meeting(trail: Trail, equipment_id: str, span: Span | None, but: str | None) -> list[tuple[str, str]]:
    """Return id and lot of the other windows on the machine that have an instant in common with this span."""
    if span is None:
        return []
    rows = trail.run(_ON_MACHINE, {"machine": equipment_id, "begin": timestamp(span.from_at)}).fetchall()
    return [
        (id_, lot)
        for id_, lot, from_at, until_at in rows
        if id_ != but and span.meets(Span(instant(from_at), instant(until_at) if until_at else None))
    ]


def _put(
    trail: Trail,
    window_id: str,
    before: Mapping[str, Any] | None,
    saying: Saying,
    signer: Signer,
    moment: Moment,
) -> Recorded:
    values = _values(saying.data)
    beside = [id_ for id_, _ in _meeting(trail, saying.data.equipment_id, span_of(saying.data), window_id)]
    new: dict[str, Json] = {**_said(values), **({"beside": sorted(beside)} if beside else {})}
    old = _said(before) if before is not None else None
    entry = _entry(window_id, saying.data.equipment_id, signer, moment, saying.why, old=old, new=new)
    meaning = "lot recorded" if before is None else "lot corrected"
    seq = trail.append(signed(entry, trail.zone, (signer, meaning)))
    registry.put(trail, lot_windows, window_id, values, seq)
    return Recorded(window_id, seq)


def _entry(
    window_id: str, equipment_id: str, signer: Signer, moment: Moment, why: str, *, old: Json, new: Json
) -> Entry:
    return Entry(
        kind=Kind.CHANGE,
        moment=moment,
        role=signer.role,
        equipment=equipment_id,
        subject=f"lot:{window_id}",
        old=old,
        new=new,
        by=signer.person_id,
        why=why,
    )


def _values(data: LotData) -> dict[str, str | int | None]:
    return {
        "equipment_id": data.equipment_id,
        "lot": data.lot,
        "product": data.product,
        "from_at": _time(data.from_at),
        "until_at": _time(data.until_at),
    }


def _said(values: Mapping[str, Any]) -> dict[str, Json]:
    return {name: value for name, value in values.items() if value is not None}


def _time(at: datetime | None) -> str | None:
    return timestamp(at) if at is not None else None


def _tell(
    trail: Trail,
    what: str,
    found: tuple[Refusal, ...],
    saying: Saying,
    signer: Signer,
    moment: Moment,
    window_id: str | None = None,
) -> None:
    asked: dict[str, Json] = {**_said(_values(saying.data)), "why": saying.why}
    if window_id is not None:
        asked["window"] = window_id
    known = registry.current(trail, schema.equipment, saying.data.equipment_id) is not None
    equipment = saying.data.equipment_id if known else None
    record_refusal(trail, found, signer, moment, what=what, equipment=equipment, asked=asked)
