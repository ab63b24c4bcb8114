"""Add what people are trained on and its revisions: a revision is signed, and only QA says that nobody retrains."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gate.core.audit import Entry, Json, Kind, timestamp
from gate.core.granting import Refusal
from gate.core.records import Moment
from gate.core.roles import Role
from gate.core.terms import ItemKind
from gate.sights import Sight, not_as_seen, said
from gate.signatures import Signer, signed
from gate.store import registry
from gate.store.audit_trail import Trail
from gate.store.equipment_facts import instant
from gate.store.registry import Values
from gate.store.schema import item_revisions, items
from gate.training_refusals import (
    ID,
    Asked,
    changed_meanwhile,
    on_record,
    refuse,
    unknown,
    without_why,
    wrong_words,
)


@dataclass(frozen=True, slots=True)
class NewItem:
    """What is to be on record as an item."""

    id: str
    kind: ItemKind
    title: str
    why: str


@dataclass(frozen=True, slots=True)
class NewRevision:
    """A revision as it shall be; `retraining` False: whoever holds the one before needs no training."""

    item_id: str
    revision: str
    effective_at: datetime
    retraining: bool
    why: str

    @property
    def id(self) -> str:
        """The id of the revision, as the plant file gives it."""
        return f"{self.item_id}/{self.revision}"


def add_item(trail: Trail, new: NewItem, author: Signer, moment: Moment) -> int:
    """Put an item on record; nothing asks for it yet. Returns the entry's number.

    Raises:
        TrainingRefusedError: something stands against it; the refusal is on record.
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    values: Values = {"kind": new.kind.value, "title": new.title}
    asked = Asked("new item", author, f"item:{new.id}", {**values, "why": new.why})
    with on_record(trail, asked, moment):
        refuse(
            _bad_id(new.id),
            wrong_words(new.title, "title", "A title", "Un titre"),
            without_why(new.why),
            _known_already(trail, new.id) if ID.fullmatch(new.id) else None,
        )
        entry = Entry(
            kind=Kind.CHANGE,
            moment=moment,
            role=author.role,
            subject=f"item:{new.id}",
            new=dict(values),
            by=author.person_id,
            why=new.why,
        )
        seq = trail.append(entry)
        registry.put(trail, items, new.id, values, seq)
        return seq


def add_revision(trail: Trail, new: NewRevision, sight: Sight, signer: Signer, moment: Moment) -> int:
    """Put a revision on record, signed over what it says and whom it touches. Returns the entry's number.

    Raises:
        TrainingRefusedError: something stands against it; the refusal is on record.
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    with on_record(trail, _asked("new revision", new, signer), moment):
        refuse(
            *_against(trail, new, signer, waives=not new.retraining),
            _named_already(trail, new),
            not_as_seen(trail, sight),
        )
        return _written(trail, new, None, sight, signer, moment)


def change_revision(trail: Trail, new: NewRevision, sight: Sight, signer: Signer, moment: Moment) -> int:
    """Move a revision that is not in force yet, or say anew whether it asks for retraining; signed.

    Raises:
        TrainingRefusedError: something stands against it; the refusal is on record.
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    with on_record(trail, _asked("change of a revision", new, signer), moment):
        before = registry.current(trail, item_revisions, new.id)
        waives = before is not None and bool(before["retraining"]) is not new.retraining
        refuse(
            changed_meanwhile() if before is None else _not_to_be_moved(before, new, moment),
            *_against(trail, new, signer, waives=waives),
            not_as_seen(trail, sight),
        )
        return _written(trail, new, before, sight, signer, moment)


# --- what stands against it -----------------------------------------------------------------------------------


def _bad_id(id_: str) -> Refusal | None:
    if ID.fullmatch(id_):
        return None
    return Refusal(
        "bad_id",
        "An item id has 1 to 80 characters: letters without accents, digits, and . _ : / - after the first.",
        "Un numéro d’élément a de 1 à 80 caractères : lettres sans accent, chiffres, et . _ : / - après le premier.",
        "id",
    )


def _known_already(trail: Trail, id_: str) -> Refusal | None:
    if registry.current(trail, items, id_) is None:
        return None
    return Refusal("item_known", f"{id_} is on record already.", f"{id_} est déjà au registre.", "id")


def _against(trail: Trail, new: NewRevision, signer: Signer, *, waives: bool) -> list[Refusal | None]:
    known = registry.current(trail, items, new.item_id)
    return [
        None if known else unknown("item", "The item", "L’élément", new.item_id),
        wrong_words(new.revision, "revision", "A revision", "Une révision"),
        without_why(new.why),
        _only_qa(signer) if waives else None,
        _same_instant(trail, new),
    ]


def _only_qa(signer: Signer) -> Refusal | None:
    if signer.role == Role.QA.value:
        return None
    return Refusal(
        "only_qa",
        "Only QA signs that a revision needs no retraining, or that it does after all.",
        "Seule l’AQ signe qu’une révision ne demande aucune formation, ou qu’elle en demande une finalement.",
        "retraining",
    )


def _named_already(trail: Trail, new: NewRevision) -> Refusal | None:
    if registry.current(trail, item_revisions, new.id) is None:
        return None
    return Refusal(
        "revision_known",
        f"{new.item_id} has a revision {new.revision} already. Change that one, or give the new one its own name.",
        f"{new.item_id} a déjà une révision {new.revision}. Modifiez-la, ou donnez son nom à la nouvelle.",
        "revision",
    )


def _same_instant(trail: Trail, new: NewRevision) -> Refusal | None:
    """Revisions are in order of their instants, so two cannot share one."""
    for id_, values in registry.current_rows(trail, item_revisions).items():
        if values["item_id"] == new.item_id and id_ != new.id and values["effective_at"] == timestamp(new.effective_at):
            return Refusal(
                "instant_taken",
                f"Revision {values['revision']} takes effect at that very instant. Choose another time.",
                f"La révision {values['revision']} entre en vigueur à ce moment précis. Choisissez-en un autre.",
                "effective_on",
            )
    return None


def _not_to_be_moved(before: dict[str, Any], new: NewRevision, moment: Moment) -> Refusal | None:
    """What is in force stays so: a later decision cannot un-ask it; and nothing comes into force in the past."""
    held = instant(before["effective_at"])
    if timestamp(new.effective_at) == before["effective_at"] or (held > moment.at and new.effective_at >= moment.at):
        return None
    return Refusal(
        "in_force",
        "The instant moves only while it is still to come, and only to one to come.",
        "Le moment ne change que s’il est encore à venir, et seulement pour un moment à venir.",
        "effective_on",
    )


# --- what is written ------------------------------------------------------------------------------------------


def _asked(what: str, new: NewRevision, signer: Signer) -> Asked:
    values: dict[str, Json] = {
        "revision": new.revision,
        "effective_at": timestamp(new.effective_at),
        "retraining": int(new.retraining),
        "why": new.why,
    }
    return Asked(what, signer, f"item:{new.item_id}", values)


def _written(
    trail: Trail, new: NewRevision, before: dict[str, Any] | None, sight: Sight, signer: Signer, moment: Moment
) -> int:
    values: dict[str, str | int | None] = {
        "item_id": new.item_id,
        "revision": new.revision,
        "effective_at": timestamp(new.effective_at),
        "retraining": int(new.retraining),
    }
    entry = Entry(
        kind=Kind.CHANGE,
        moment=moment,
        role=signer.role,
        subject=f"item_revision:{new.id}",
        old=before,
        new={**values, **said(sight.effect)},
        by=signer.person_id,
        why=new.why,
    )
    meaning = "changed" if before else "recorded"
    if not new.retraining and (before is None or before["retraining"]):
        meaning = "no retraining needed"
    seq = trail.append(signed(entry, trail.zone, (signer, meaning)))
    registry.put(trail, item_revisions, new.id, values, seq)
    return seq
