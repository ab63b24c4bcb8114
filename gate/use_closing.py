"""Close a forgotten equipment use: who left without badging out, when as far as is known, signed (C7, C10)."""

from datetime import datetime

from gate.act_refusals import NOT_ALLOWED, ActRefusedError, of_justification, record_refusal, standing
from gate.core.audit import Entry, Json, Kind, timestamp
from gate.core.granting import Refusal
from gate.core.records import Member, Moment, Use
from gate.core.roles import Act, Role, may
from gate.signatures import Signer, signed
from gate.store import uses
from gate.store.audit_trail import Trail

CLOSED_ALREADY = Refusal(
    "closed_already",
    "This person is not signed in there any more. Nothing was changed.",
    "Cette personne n’est plus en poste à cet endroit. Rien n’a changé.",
    "",
)
NO_TIME = Refusal(
    "no_time",
    "The time of leaving is missing. Type the day as 2026-11-23 and the time as 13:40.",
    "Il manque l’heure de départ. Tapez le jour comme 2026-11-23 et l’heure comme 13:40.",
    "left_time",
)
BEFORE_JOINING = Refusal(
    "before_joining",
    "The time of leaving lies before the time of badging in. Type a later one.",
    "L’heure de départ précède le passage du badge. Tapez-en une plus tardive.",
    "left_time",
)
IN_THE_FUTURE = Refusal(
    "in_the_future",
    "The time of leaving is still to come. Type when the person left, as far as you know.",
    "L’heure de départ est encore à venir. Tapez quand la personne est partie, autant que vous sachiez.",
    "left_time",
)


def close_membership(
    trail: Trail, member_id: int, left_at: datetime | None, signer: Signer, why: str, moment: Moment
) -> int:
    """End one person's part in a use, signed, and return the entry's number.

    `left_at` (UTC) is claimed, not seen: it stands in the entry beside the entry's own time, which is now.
    The gate process sees within a second that nobody is entitled any more, and drops the permissive.

    Raises:
        ActRefusedError: something stands against it; nothing was closed, and the refusal is on record.
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    seq = None
    with trail.transaction():
        use, member = _present(trail, member_id)
        found = _against(member, left_at, signer, why, moment)
        if use is None or member is None or left_at is None or found:
            asked: dict[str, Json] = {"member": member_id, "left_at": timestamp(left_at) if left_at else "", "why": why}
            equipment, person = (use.equipment_id if use else None), (member.person_id if member else None)
            what = "closing a use refused"
            record_refusal(trail, found, signer, moment, what=what, equipment=equipment, asked=asked, person=person)
        else:
            seq = _close(trail, use, member, left_at, signer, why, moment)
    if seq is None:
        raise ActRefusedError(found)
    return seq


def _present(trail: Trail, member_id: int) -> tuple[Use | None, Member | None]:
    for use in uses.open_uses(trail):
        for member in use.members:
            if member.id == member_id:
                return use, member
    return None, None


def _against(
    member: Member | None, left_at: datetime | None, signer: Signer, why: str, moment: Moment
) -> tuple[Refusal, ...]:
    return standing(
        [
            (CLOSED_ALREADY, member is None),
            (NOT_ALLOWED, not may({Role(signer.role)}, Act.CLOSE_USE)),
            (NO_TIME, left_at is None),
            (BEFORE_JOINING, member is not None and left_at is not None and left_at < member.joined_at),
            (IN_THE_FUTURE, left_at is not None and left_at > moment.at),
            *of_justification(why),
        ]
    )


def _close(trail: Trail, use: Use, member: Member, left_at: datetime, signer: Signer, why: str, moment: Moment) -> int:
    last = all(other.id == member.id for other in use.members)
    entry = Entry(
        kind=Kind.USE_CLOSED,
        moment=moment,
        person=member.person_id,
        role=signer.role,
        badge=member.badge_id,
        equipment=use.equipment_id,
        operation=member.operation,
        use=use.id,
        ref=member.joined_seq,
        subject=f"use:{use.id}",
        new={"claimed_left_at": timestamp(left_at), "use_ended": last},
        by=signer.person_id,
        why=why,
    )
    seq = trail.append(signed(entry, trail.zone, (signer, "closed")))
    uses.leave_member(trail, member.id, seq)
    if last:
        uses.end_use(trail, use.id, seq)
    return seq
