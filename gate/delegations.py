"""Appoint QA's delegate on call and end the appointment: signed, in one transaction, refusals on record too."""

from dataclasses import replace

from gate.core.audit import Entry, Kind
from gate.core.delegating import Appointment, Delegation, appointment_refusals, ending_refusals
from gate.core.granting import Refusal
from gate.core.records import Moment
from gate.override_acts import OverrideRefusedError, new_id, refused_entry
from gate.signatures import Signer, signed
from gate.store import delegates
from gate.store.audit_trail import Trail


def appoint_delegate(trail: Trail, asked: Appointment, signer: Signer, moment: Moment) -> str:
    """Appoint somebody who may co-sign for QA between two instants; return the appointment's id.

    Raises:
        OverrideRefusedError: something stands against it; nothing was changed, and the refusal is on record.
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    appointed = Delegation(new_id(moment.at), asked.person_id, asked.starts_at, asked.ends_at)
    with trail.transaction():
        others = delegates.delegations_of(trail, asked.person_id)
        wrong = appointment_refusals(asked, (signer.person_id, signer.role), moment.at, others)
        if wrong:
            said = {**delegates.values_of(appointed), "why": asked.why}
            trail.append(_refused(asked.person_id, signer, moment, wrong, said))
        else:
            entry = Entry(
                kind=Kind.CHANGE,
                moment=moment,
                person=asked.person_id,
                role=signer.role,
                subject=f"delegate:{appointed.id}",
                new=delegates.values_of(appointed),
                by=signer.person_id,
                why=asked.why,
            )
            seq = trail.append(signed(entry, trail.zone, (signer, "appointed QA delegate")))
            delegates.write(trail, appointed, seq)
    if wrong:
        raise OverrideRefusedError(wrong)
    return appointed.id


def end_delegation(trail: Trail, delegation_id: str, why: str, signer: Signer, moment: Moment) -> int:
    """End an appointment now; return the entry's number.

    Raises:
        OverrideRefusedError: it is unknown or over, or no justification is given; the refusal is on record.
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    with trail.transaction():
        found = delegates.delegation(trail, delegation_id)
        wrong = ending_refusals(found, signer.role, why, moment.at)
        if found is None or wrong:
            person = found.person_id if found else None
            seq = trail.append(_refused(person, signer, moment, wrong, {"delegate": delegation_id, "why": why}))
        else:
            ended = replace(found, ends_at=max(moment.at, found.starts_at))
            entry = Entry(
                kind=Kind.CHANGE,
                moment=moment,
                person=found.person_id,
                role=signer.role,
                subject=f"delegate:{found.id}",
                old=delegates.values_of(found),
                new=delegates.values_of(ended),
                by=signer.person_id,
                why=why,
            )
            seq = trail.append(signed(entry, trail.zone, (signer, "ended QA delegation")))
            delegates.write(trail, ended, seq)
    if wrong:
        raise OverrideRefusedError(wrong)
    return seq


def _refused(
    person: str | None, signer: Signer, moment: Moment, wrong: tuple[Refusal, ...], asked: dict[str, str]
) -> Entry:
    return refused_entry(person, None, signer, moment, wrong, asked, what="delegation refused")
