"""Switch the mode of a machine by signature; before it withholds, who would have been denied is looked at (L1)."""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from gate.act_refusals import (
    NOT_ALLOWED,
    UNKNOWN_EQUIPMENT,
    ActRefusedError,
    of_justification,
    record_refusal,
    standing,
)
from gate.core.audit import Entry, Json, Kind, timestamp
from gate.core.granting import Refusal
from gate.core.records import Moment
from gate.core.roles import Act, Role, may
from gate.core.terms import Mode
from gate.signatures import Signer, signed
from gate.store import registry
from gate.store.audit_trail import Trail
from gate.store.trial_denials import TrialDenials, trial_denials

HAS_IT_ALREADY = Refusal(
    "has_it_already",
    "The machine is in this mode already. Nothing was changed.",
    "La machine est déjà dans ce mode. Rien n’a changé.",
    "mode",
)
NOT_SEEN = Refusal(
    "list_changed",
    "The list of who would have been denied has changed since you opened it. Look at it again, then sign.",
    "La liste des refus qui auraient eu lieu a changé depuis son ouverture. Relisez-la, puis signez.",
    "mode",
)


def switch_mode(
    trail: Trail, equipment: str, mode: Mode, signer: Signer, why: str, moment: Moment, *, seen: int | None = None
) -> int:
    """Set the mode, signed, and return the entry's number.

    To ENFORCE the signature covers how many reads would have been denied, since when; `seen` is the number that the
    signer was shown, and another one on record stops the act: nobody signs for a list that was not on the page.

    Raises:
        ActRefusedError: something stands against it; nothing was changed, and the refusal is on record.
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    seq = None
    with trail.transaction():
        before = registry.current_mode(trail, equipment)
        denials = denials_of(trail, equipment, moment)
        unseen = mode is Mode.ENFORCE and seen != len(denials.found)
        found = standing(
            [
                (UNKNOWN_EQUIPMENT, before is None),
                (NOT_ALLOWED, not may({Role(signer.role)}, Act.SET_MODE)),
                (HAS_IT_ALREADY, before is mode),
                (NOT_SEEN, unseen and before is not None and before is not mode),
                *of_justification(why),
            ]
        )
        if before is None or found:
            asked = {"mode": mode.value, "seen": -1 if seen is None else seen, "why": why}
            what = "change of mode refused"
            record_refusal(trail, found, signer, moment, what=what, equipment=equipment, asked=asked)
        else:
            seq = _switched(trail, equipment, before, mode, denials, signer, why, moment)
    if seq is None:
        raise ActRefusedError(found)
    return seq


def denials_of(trail: Trail, equipment: str, moment: Moment) -> TrialDenials:
    """Return who would have been denied, as the open transaction sees it."""

    def read(statement: sa.sql.ClauseElement, values: Mapping[str, Any]) -> Iterable[Any]:
        rows: list[Any] = trail.run(statement, values).fetchall()
        return rows

    return trial_denials(read, equipment, moment.at)


def _switched(
    trail: Trail,
    equipment: str,
    before: Mode,
    mode: Mode,
    denials: TrialDenials,
    signer: Signer,
    why: str,
    moment: Moment,
) -> int:
    new: dict[str, Json] = {"mode": mode.value}
    if mode is Mode.ENFORCE and denials.since_at is not None:
        new |= {"would_deny": len(denials.found), "would_deny_since": timestamp(denials.since_at)}
    entry = Entry(
        kind=Kind.CHANGE,
        moment=moment,
        role=signer.role,
        equipment=equipment,
        subject=f"equipment:{equipment}",
        old={"mode": before.value},
        new=new,
        by=signer.person_id,
        why=why,
    )
    seq = trail.append(signed(entry, trail.zone, (signer, "changed mode")))
    registry.set_mode(trail, equipment, mode, seq)
    return seq
