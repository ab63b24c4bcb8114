"""Training records by hand: add one from its evidence, withdraw one, each signed, and never one's own."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from gate.core.audit import Entry, Json, Kind
from gate.core.calendar import local_day
from gate.core.granting import Refusal
from gate.core.recording import Days, day_refusals
from gate.core.records import Moment
from gate.core.roles import Role
from gate.core.terms import RecordState
from gate.override_acts import new_id
from gate.signatures import Signer, signed
from gate.store import registry
from gate.store.audit_trail import Trail
from gate.store.registry import Values
from gate.store.row_versions import is_on_record, version_of
from gate.store.schema import items, people, training_records
from gate.training_refusals import (
    Asked,
    TrainingRefusedError,
    changed_meanwhile,
    on_record,
    refuse,
    unknown,
    without_why,
    wrong_words,
)

BY_HAND = (
    RecordState.PASSED,
    RecordState.READ,
    RecordState.FAILED,
    RecordState.UNSIGNED,
    RecordState.UNVERIFIED,
    RecordState.ASSIGNED,
)
"""What can be recorded; a withdrawal is an act of its own."""


class Ending(StrEnum):
    """How a record ends: the person's certification is withdrawn, or the record was never right."""

    WITHDRAWN = "withdrawn"
    MISTAKE = "mistake"


@dataclass(frozen=True, slots=True)
class NewRecord:
    """One training as its evidence shows it; days are the site's."""

    person_id: str
    item_id: str
    state: RecordState
    evidence: str
    revision: str | None = None
    completed_on: date | None = None
    valid_from_on: date | None = None
    expires_on: date | None = None
    due_on: date | None = None

    @property
    def days(self) -> Days:
        """The days that the rules compare."""
        return Days(self.completed_on, self.valid_from_on, self.expires_on, self.due_on)


def add_record(trail: Trail, new: NewRecord, signer: Signer, moment: Moment) -> str:
    """Put a training on record, signed; it counts at the next badge read. Returns the record's id.

    Raises:
        TrainingRefusedError: something stands against it; the refusal is on record.
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    values = record_values(new)
    asked = Asked("training record", signer, f"person:{new.person_id}", _said(values), new.person_id)
    with on_record(trail, asked, moment):
        refuse(
            _own(new.person_id, signer),
            *_unknown_names(trail, new),
            wrong_words(new.evidence, "evidence", "A reference to the evidence", "La référence de la preuve"),
            None if new.revision is None else wrong_words(new.revision, "revision", "A revision", "Une révision"),
            *day_refusals(new.state, new.days, local_day(moment.at, trail.zone)),
            _on_record_already(trail, values),
        )
        record_id = f"HAND-{new_id(moment.at)}"
        entry = Entry(
            kind=Kind.CHANGE,
            moment=moment,
            person=new.person_id,
            role=signer.role,
            subject=f"training_record:{record_id}",
            new=_said(values),
            by=signer.person_id,
        )
        seq = trail.append(signed(entry, trail.zone, (signer, "recorded")))
        registry.put(trail, training_records, record_id, values, seq)
        return record_id


def end_record(
    trail: Trail, record_id: str, version: int, ending: Ending, why: str, signer: Signer, moment: Moment
) -> int:
    """Withdraw what a record certifies, or take back a record that was never right; signed. Returns the entry's number.

    A withdrawal stays as a record of its own: trainings of the item up to the same day count no more, until a later
    one is passed. A mistake leaves nothing but the history, and earlier trainings count again.

    Raises:
        TrainingRefusedError: something stands against it; the refusal is on record.
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    asked = Asked("end of a training record", signer, f"training_record:{record_id}", {"how": ending, "why": why})
    with on_record(trail, asked, moment):
        before = registry.current(trail, training_records, record_id)
        if before is None or version_of(trail, training_records, record_id) != version:
            raise TrainingRefusedError([changed_meanwhile()])
        refuse(
            _own(before["person_id"], signer),
            without_why(why),
            _wrong_ending(before, ending, signer),
        )
        return _ended(trail, record_id, before, ending, why, signer, moment)


def record_values(new: NewRecord) -> dict[str, str | int | None]:
    """Return the record as the known table has it."""
    return {
        "person_id": new.person_id,
        "item_id": new.item_id,
        "state": new.state.value,
        "revision": new.revision,
        "completed_on": _day(new.completed_on),
        "valid_from_on": _day(new.valid_from_on),
        "expires_on": _day(new.expires_on),
        "due_on": _day(new.due_on),
        "batch_id": None,
        "evidence": new.evidence,
    }


# --- what stands against it -----------------------------------------------------------------------------------


def _own(person_id: str, signer: Signer) -> Refusal | None:
    if signer.person_id != person_id:
        return None
    return Refusal(
        "own_record",
        "Nobody signs a training record of their own. Ask another trainer, or QA.",
        "Personne ne signe son propre dossier de formation. Demandez à une autre personne de la formation ou à l’AQ.",
        "",
    )


def _unknown_names(trail: Trail, new: NewRecord) -> list[Refusal | None]:
    person = registry.current(trail, people, new.person_id)
    item = registry.current(trail, items, new.item_id)
    return [
        None if person else unknown("person", "Person", "La personne", new.person_id),
        None if item else unknown("item", "The item", "L’élément", new.item_id),
        None if new.state in BY_HAND else _refusal("bad_state", "state", "Choose a state.", "Choisissez un état."),
    ]


def _on_record_already(trail: Trail, values: Values) -> Refusal | None:
    """The back button and a double tap are no second training."""
    if not is_on_record(trail, training_records, values):
        return None
    return _refusal(
        "record_known",
        "",
        "This very record is on record already.",
        "Ce dossier est déjà au registre, à l’identique.",
    )


def _wrong_ending(before: dict[str, Any], ending: Ending, signer: Signer) -> Refusal | None:
    if ending is Ending.MISTAKE and signer.role != Role.QA.value:
        return _refusal(
            "only_qa",
            "ending",
            "Only QA takes back a record as a mistake. Withdraw it, or ask QA.",
            "Seule l’AQ reprend un dossier comme une erreur. Retirez-le, ou demandez à l’AQ.",
        )
    if ending is Ending.WITHDRAWN and before["state"] in {RecordState.WITHDRAWN.value, RecordState.ASSIGNED.value}:
        return _refusal(
            "nothing_to_withdraw",
            "ending",
            "It certifies nothing that could be withdrawn. QA can take it back as a mistake.",
            "Il ne certifie rien qui puisse être retiré. L’AQ peut le reprendre comme une erreur.",
        )
    return None


def _refusal(code: str, field: str, en: str, fr: str) -> Refusal:
    return Refusal(code, en, fr, field)


# --- what is written ------------------------------------------------------------------------------------------


def _ended(
    trail: Trail, record_id: str, before: dict[str, Any], ending: Ending, why: str, signer: Signer, moment: Moment
) -> int:
    completed_on = before["completed_on"] or _day(local_day(moment.at, trail.zone))
    after = {**before, "state": RecordState.WITHDRAWN.value, "completed_on": completed_on}
    entry = Entry(
        kind=Kind.CHANGE,
        moment=moment,
        person=before["person_id"],
        role=signer.role,
        subject=f"training_record:{record_id}",
        old=_said(before),
        new=_said(after) if ending is Ending.WITHDRAWN else {"taken_back": True},
        by=signer.person_id,
        why=why,
    )
    meaning = "withdrawn" if ending is Ending.WITHDRAWN else "taken back as a mistake"
    seq = trail.append(signed(entry, trail.zone, (signer, meaning)))
    if ending is Ending.WITHDRAWN:
        registry.put(trail, training_records, record_id, after, seq)
    else:
        registry.close(trail, training_records, record_id, seq)
    return seq


def _said(values: Values) -> dict[str, Json]:
    """Return what a row says, absent values left out; whose it is has a place of its own."""
    return {name: value for name, value in values.items() if value is not None and name != "person_id"}


def _day(on: date | None) -> str | None:
    return on.isoformat() if on else None
