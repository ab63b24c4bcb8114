"""What is signed after a grant: the reference an emergency owed, and QA's disposition (D8, D9)."""

from collections.abc import Mapping
from dataclasses import replace

from gate.core.audit import Entry, Json, Kind
from gate.core.disposing import disposition_refusals, reference_refusals
from gate.core.granting import Refusal
from gate.core.records import Moment
from gate.override_acts import OverrideRefusedError, refused_entry
from gate.signatures import Signer, signed
from gate.store import registry
from gate.store.audit_trail import Trail
from gate.store.floor_schema import override_dispositions
from gate.store.granted import FOLLOW_UP, Story, asking_trail, story


def add_reference(
    trail: Trail, override_id: str, reference: str, why: str, signer: Signer, *, moment: Moment, pattern: str
) -> int:
    """Add the reference that an emergency lacked, signed; the override's row is never edited.

    Returns the entry's number.

    Raises:
        OverrideRefusedError: it owes none, the form is wrong, or the signer may not; the refusal is on record.
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    with trail.transaction():
        found = story(asking_trail(trail), override_id)
        granted = found.granted if found else None
        wrong = reference_refusals(granted, reference, why, (signer.person_id, signer.role), pattern)
        if found is None or wrong:
            asked = {"override": override_id, "reference": reference, "why": why}
            seq = _refused(trail, found, signer, moment, wrong, asked)
        else:
            entry = replace(_about(found, signer, moment), new={FOLLOW_UP: reference}, why=why)
            seq = trail.append(signed(entry, trail.zone, (signer, "reference added")))
    if wrong:
        raise OverrideRefusedError(wrong)
    return seq


def dispose_override(
    trail: Trail, override_id: str, disposition: str, statement: str, signer: Signer, *, moment: Moment
) -> int:
    """Sign what QA decides of an override that is over; there is one disposition, for good. Returns the entry's number.

    Raises:
        OverrideRefusedError: it still stands, has one, or the signer had a part in it; the refusal is on record.
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    with trail.transaction():
        found = story(asking_trail(trail), override_id)
        granted = found.granted if found else None
        wrong = disposition_refusals(granted, disposition, statement, (signer.person_id, signer.role), moment)
        if found is None or wrong:
            asked = {"override": override_id, "disposition": disposition, "statement": statement}
            seq = _refused(trail, found, signer, moment, wrong, asked)
        else:
            entry = replace(_about(found, signer, moment), new={"disposition": disposition}, why=statement)
            seq = trail.append(signed(entry, trail.zone, (signer, f"disposition: {disposition}")))
            values = {"disposition": disposition, "statement": statement}
            registry.put(trail, override_dispositions, override_id, values, seq)
    if wrong:
        raise OverrideRefusedError(wrong)
    return seq


def _about(found: Story, signer: Signer, moment: Moment) -> Entry:
    return Entry(
        kind=Kind.SIGN,
        moment=moment,
        person=found.granted.person_id,
        role=signer.role,
        equipment=found.equipment_id,
        ref=found.first_seq,
        subject=f"override:{found.override.id}",
        by=signer.person_id,
    )


def _refused(
    trail: Trail,
    found: Story | None,
    signer: Signer,
    moment: Moment,
    wrong: tuple[Refusal, ...],
    asked: Mapping[str, Json],
) -> int:
    person, equipment = (found.granted.person_id, found.equipment_id) if found else (None, None)
    return trail.append(refused_entry(person, equipment, signer, moment, wrong, asked))
