"""Suspend a person and lift the suspension: signed by QA, at once, with every refusal on record (requirement B7)."""

from gate.core.audit import Entry, Json, Kind
from gate.core.records import Moment
from gate.override_acts import new_id
from gate.refusals import Asked, on_record_if_refused, refuse_odd_name, refuse_without_why
from gate.signatures import Signer, signed
from gate.store import registry
from gate.store.audit_trail import Trail
from gate.store.registry import Values
from gate.store.schema import equipment, equipment_classes, people, suspensions
from gate.supervision import RefusedError

EVERYWHERE = "everywhere"
SCOPES = (EVERYWHERE, "class", "equipment")
_TABLE_OF = {"class": equipment_classes, "equipment": equipment}
LONGEST_REFERENCE = 80


def set_suspension(
    trail: Trail,
    person_id: str,
    scope: str,
    scope_id: str | None,
    *,
    reference: str,
    why: str,
    signer: Signer,
    moment: Moment,
) -> str:
    """Bar a person, signed, and return the suspension's id; no override lifts it.

    `scope` is one of SCOPES, `scope_id` the class or the equipment, None for everywhere. `reference` names the record
    that holds the ground: medical or disciplinary detail has no place here (requirement L1).

    Raises:
        RefusedError: nobody or nothing of that id is known, it stands already, it is the signer's own person, or the
            reference or the justification is missing; it is on record.
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    values: dict[str, str | int | None] = {"person_id": person_id, "scope": scope, "scope_id": scope_id}
    asked = _asked("suspending", f"person:{person_id}", person_id, signer, {**values, "reference": reference})
    with on_record_if_refused(trail, asked, moment):
        refuse_without_why(why)
        _refuse_reference(reference)
        _refuse_own(person_id, signer)
        _refuse_unknown(trail, person_id, scope, scope_id)
        if values in registry.current_rows(trail, suspensions).values():
            raise RefusedError(
                "This suspension stands already. Nothing was changed.",
                "Cette suspension est déjà en vigueur. Rien n’a été changé.",
            )
        suspension_id = new_id(moment.at)
        entry = _entry(suspension_id, values, signer, why, moment, new={**_said(values), "reference": reference})
        seq = trail.append(signed(entry, trail.zone, (signer, "suspended")))
        registry.put(trail, suspensions, suspension_id, values, seq)
    return suspension_id


def lift_suspension(
    trail: Trail, suspension_id: str, *, reference: str, why: str, signer: Signer, moment: Moment
) -> int:
    """Lift a suspension, signed, and return the entry's number; `reference` names the record of the recertification.

    Raises:
        RefusedError: it is unknown or lifted already, it is the signer's own, or the reference or the justification is
            missing; it is on record.
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    asked = _asked(
        "lifting a suspension", f"suspension:{suspension_id}", None, signer, {"reference": reference, "why": why}
    )
    with on_record_if_refused(trail, asked, moment):
        refuse_without_why(why)
        _refuse_reference(reference)
        values = registry.current(trail, suspensions, suspension_id)
        if values is None:
            raise RefusedError(
                "This suspension is unknown or was lifted already. Nothing was changed.",
                "Cette suspension est inconnue ou déjà levée. Rien n’a été changé.",
            )
        _refuse_own(values["person_id"], signer)
        entry = _entry(suspension_id, values, signer, why, moment, old=_said(values), new={"reference": reference})
        seq = trail.append(signed(entry, trail.zone, (signer, "lifted")))
        registry.close(trail, suspensions, suspension_id, seq)
    return seq


def _asked(what: str, subject: str, person: str | None, signer: Signer, values: dict[str, str | int | None]) -> Asked:
    return Asked(what, signer.person_id, subject, values, person=person, role=signer.role)


def _refuse_reference(reference: str) -> None:
    if not reference:
        raise RefusedError(
            "A suspension needs the reference of the record behind it. Give its number.",
            "Une suspension demande la référence du dossier qui la fonde. Donnez son numéro.",
            "reference",
        )
    refuse_odd_name(reference, LONGEST_REFERENCE, "reference")


def _refuse_own(person_id: str, signer: Signer) -> None:
    if person_id == signer.person_id:
        raise RefusedError(
            "Nobody suspends himself or lifts his own suspension; ask somebody else from QA.",
            "Personne ne se suspend ni ne lève sa propre suspension; demandez à une autre personne de l’AQ.",
        )


def _refuse_unknown(trail: Trail, person_id: str, scope: str, scope_id: str | None) -> None:
    if registry.current(trail, people, person_id) is None:
        raise RefusedError(
            "There is no person of this id on record. Look the person up under People.",
            "Aucune personne de ce numéro au registre. Cherchez-la sous Personnes.",
            "person",
        )
    named = scope_id is not None and scope in _TABLE_OF and registry.current(trail, _TABLE_OF[scope], scope_id)
    if scope not in SCOPES or (scope == EVERYWHERE) is not (scope_id is None) or (scope != EVERYWHERE and not named):
        raise RefusedError(
            "Choose where the suspension holds: everywhere, for one equipment class, or for one machine on record.",
            "Choisissez où vaut la suspension : partout, pour une classe, ou pour une machine au registre.",
            "scope",
        )


def _entry(
    suspension_id: str,
    values: Values,
    signer: Signer,
    why: str,
    moment: Moment,
    *,
    new: Json,
    old: Json = None,
) -> Entry:
    scope_id = values["scope_id"]
    return Entry(
        kind=Kind.CHANGE,
        moment=moment,
        person=str(values["person_id"]),
        role=signer.role,
        equipment=str(scope_id) if values["scope"] == "equipment" else None,
        subject=f"suspension:{suspension_id}",
        old=old,
        new=new,
        by=signer.person_id,
        why=why,
    )


def _said(values: Values) -> dict[str, str | int]:
    return {name: value for name, value in values.items() if value is not None and name != "person_id"}
