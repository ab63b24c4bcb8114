"""Enter what the gate did not see, and verify it: two people, two signatures, a scan of the paper (C10)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gate.act_refusals import ActRefusedError, record_refusal
from gate.core.audit import Entry, Json, Kind, timestamp
from gate.core.granting import Refusal
from gate.core.late_entry import Claim, LateState, Waiting, claim_refusals, verifying_refusals
from gate.core.records import Moment
from gate.core.roles import Role
from gate.core.scans import MediaType, file_name
from gate.override_acts import new_id
from gate.signatures import Signer, signed
from gate.store import registry, schema
from gate.store.attachments import put_scan, store_parts
from gate.store.audit_trail import Trail
from gate.store.lots_schema import late_entries


@dataclass(frozen=True, slots=True)
class Paper:
    """The scan that proves a claim: its bytes, what they are, and how the file was called."""

    data: bytes
    media_type: MediaType
    name: str


@dataclass(frozen=True, slots=True)
class Entered:
    """The late entry that is now on record, and the number of its entry."""

    id: str
    seq: int


def enter_late(trail: Trail, claim: Claim, paper: Paper, signer: Signer, moment: Moment, *, pattern: str) -> Entered:
    """Enter a use that the gate did not see, signed, at the end of the trail; it waits for somebody else.

    Raises:
        ActRefusedError: something stands against it; nothing was entered, and the refusal is on record.
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    with trail.transaction():
        found = _against(trail, claim, signer, moment, pattern)
        if found:
            _tell(trail, found, claim, signer, moment)
    if found:
        raise ActRefusedError(found)
    digest = store_parts(trail, paper.data)
    with trail.transaction():
        return _enter(trail, claim, paper, digest, signer, moment)


def verify_late(trail: Trail, late_id: str, answer: str, words: str, signer: Signer, moment: Moment) -> int:
    """Say, signed, whether paper and entry agree; return the entry's number.

    Raises:
        ActRefusedError: something stands against it; nothing was changed, and the refusal is on record.
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    seq = None
    with trail.transaction():
        before = registry.current(trail, late_entries, late_id)
        waiting = Waiting(before["entered_by"], before["person_id"], LateState(before["state"])) if before else None
        found = verifying_refusals(waiting, answer, words, signer.person_id, Role(signer.role))
        if before is None or found:
            asked: dict[str, Json] = {"late_entry": late_id, "answer": answer, "why": words}
            equipment = before["equipment_id"] if before else None
            what = "verifying a late entry refused"
            record_refusal(trail, found, signer, moment, what=what, equipment=equipment, asked=asked)
        else:
            seq = _verify(trail, late_id, before, LateState(answer), words, signer, moment)
    if seq is None:
        raise ActRefusedError(found)
    return seq


def _against(trail: Trail, claim: Claim, signer: Signer, moment: Moment, pattern: str) -> tuple[Refusal, ...]:
    return claim_refusals(
        claim,
        Role(signer.role),
        moment.at,
        pattern=pattern,
        known_machine=registry.current(trail, schema.equipment, claim.equipment_id) is not None,
        known_person=registry.current(trail, schema.people, claim.person_id) is not None,
    )


def _enter(trail: Trail, claim: Claim, paper: Paper, digest: str, signer: Signer, moment: Moment) -> Entered:
    late_id = new_id(moment.at)
    values = _values(claim, file_name(paper.name, paper.media_type), digest, signer, moment)
    told = ("cause", "lot", "scan_name", "scan_sha256", "state")
    claimed: dict[str, Json] = {
        "claimed_from_at": values["from_at"],
        "claimed_until_at": values["until_at"],
        **{name: values[name] for name in told if values[name] is not None},
    }
    entry = Entry(
        kind=Kind.LATE_ENTRY,
        moment=moment,
        person=claim.person_id,
        role=signer.role,
        equipment=claim.equipment_id,
        operation=claim.operation,
        subject=f"late:{late_id}",
        new=claimed,
        by=signer.person_id,
        why=claim.why,
    )
    seq = trail.append(signed(entry, trail.zone, (signer, "late entry made")))
    put_scan(trail, digest, paper.media_type, len(paper.data), seq)
    registry.put(trail, late_entries, late_id, values, seq)
    return Entered(late_id, seq)


def _values(claim: Claim, name: str, digest: str, signer: Signer, moment: Moment) -> dict[str, str | None]:
    if claim.from_at is None or claim.until_at is None:
        raise AssertionError("a claim that nothing stands against has both times")
    return {
        "equipment_id": claim.equipment_id,
        "person_id": claim.person_id,
        "operation": claim.operation,
        "lot": claim.lot or None,
        "from_at": timestamp(claim.from_at),
        "until_at": timestamp(claim.until_at),
        "cause": claim.cause,
        "why": claim.why,
        "scan_sha256": digest,
        "scan_name": name,
        "state": LateState.ENTERED.value,
        "entered_by": signer.person_id,
        "entered_at": timestamp(moment.at),
        "verified_by": None,
        "verified_at": None,
    }


def _verify(
    trail: Trail,
    late_id: str,
    before: Mapping[str, Any],
    state: LateState,
    words: str,
    signer: Signer,
    moment: Moment,
) -> int:
    entry = Entry(
        kind=Kind.LATE_ENTRY,
        moment=moment,
        person=before["person_id"],
        role=signer.role,
        equipment=before["equipment_id"],
        operation=before["operation"],
        subject=f"late:{late_id}",
        old={"state": before["state"], "scan_sha256": before["scan_sha256"]},
        new={"state": state.value},
        by=signer.person_id,
        why=words,
    )
    seq = trail.append(signed(entry, trail.zone, (signer, f"late entry {state.value}")))
    values = {
        **before,
        "state": state.value,
        "verified_by": signer.person_id,
        "verified_at": timestamp(moment.at),
    }
    registry.put(trail, late_entries, late_id, values, seq)
    return seq


def _tell(trail: Trail, found: tuple[Refusal, ...], claim: Claim, signer: Signer, moment: Moment) -> None:
    asked: dict[str, Json] = {
        "equipment": claim.equipment_id,
        "person": claim.person_id,
        "operation": claim.operation,
        "lot": claim.lot,
        "cause": claim.cause,
        "why": claim.why,
    }
    record_refusal(trail, found, signer, moment, what="late entry refused", equipment=None, asked=asked)
