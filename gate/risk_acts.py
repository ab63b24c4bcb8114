"""Accept by signature, or take back, that a badge alone starts a machine (requirement A5, 21 CFR 11.200)."""

from gate.act_refusals import (
    NOT_ALLOWED,
    UNKNOWN_EQUIPMENT,
    ActRefusedError,
    of_justification,
    record_refusal,
    standing,
)
from gate.core.audit import Entry, Json, Kind
from gate.core.granting import Refusal
from gate.core.records import Moment
from gate.core.roles import Act, Role, may
from gate.signatures import Signer, signed
from gate.store import registry, schema
from gate.store.audit_trail import Trail
from gate.store.risk_schema import risk_acceptances

BADGE_ALONE = "badge_alone"
"""Identification by one thing that is carried: whoever finds the badge has it until it is blocked."""

STANDS_ALREADY = Refusal(
    "accepted_already",
    "This was accepted for this machine already. Nothing was changed.",
    "Ceci a déjà été accepté pour cette machine. Rien n’a changé.",
    "",
)
GONE = Refusal(
    "not_accepted",
    "No acceptance stands for this machine. Nothing was changed.",
    "Aucune acceptation n’est en vigueur pour cette machine. Rien n’a changé.",
    "",
)


def accept_badge_alone(trail: Trail, equipment: str, signer: Signer, why: str, moment: Moment) -> int:
    """Record that the risk of a badge as the only factor is accepted at this machine; return the entry's number.

    Raises:
        ActRefusedError: something stands against it; nothing was recorded but the refusal.
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    return _change(trail, equipment, signer, why, moment, accepting=True)


def take_back(trail: Trail, equipment: str, signer: Signer, why: str, moment: Moment) -> int:
    """Let the acceptance end; the machine is listed as one whose risk nobody has accepted.

    Raises:
        ActRefusedError: something stands against it; nothing was changed but the refusal is on record.
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    return _change(trail, equipment, signer, why, moment, accepting=False)


def _change(trail: Trail, equipment: str, signer: Signer, why: str, moment: Moment, *, accepting: bool) -> int:
    seq = None
    with trail.transaction():
        before = registry.current(trail, risk_acceptances, equipment)
        found = standing(
            [
                (UNKNOWN_EQUIPMENT, registry.current(trail, schema.equipment, equipment) is None),
                (NOT_ALLOWED, not may({Role(signer.role)}, Act.ACCEPT_RISK)),
                (STANDS_ALREADY, accepting and before is not None),
                (GONE, not accepting and before is None),
                *of_justification(why),
            ]
        )
        if found:
            asked: dict[str, Json] = {"accepting": accepting, "why": why}
            record_refusal(trail, found, signer, moment, what="risk refused", equipment=equipment, asked=asked)
        else:
            seq = _signed(trail, equipment, signer, why, moment, accepting)
    if seq is None:
        raise ActRefusedError(found)
    return seq


def _signed(trail: Trail, equipment: str, signer: Signer, why: str, moment: Moment, accepting: bool) -> int:
    stands = {"risk": BADGE_ALONE}
    entry = Entry(
        kind=Kind.CHANGE,
        moment=moment,
        role=signer.role,
        equipment=equipment,
        subject=f"risk:{equipment}",
        old=None if accepting else stands,
        new=stands if accepting else None,
        by=signer.person_id,
        why=why,
    )
    seq = trail.append(signed(entry, trail.zone, (signer, "accepted the risk" if accepting else "took back")))
    if accepting:
        registry.put(trail, risk_acceptances, equipment, stands, seq)
    else:
        registry.close(trail, risk_acceptances, equipment, seq)
    return seq
