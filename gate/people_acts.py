"""Add and change people: rules, record and audit entry in one transaction; refusals on record too."""

import re
from dataclasses import dataclass
from datetime import date

from gate.core.audit import Entry, Kind
from gate.core.records import Moment
from gate.core.terms import PersonKind, PersonState
from gate.refusals import Asked, on_record_if_refused, refuse_odd_name, refuse_stale, refuse_without_why
from gate.store import registry
from gate.store.audit_trail import Trail
from gate.store.history import current_version, ids_like
from gate.store.registry import Values
from gate.store.schema import people
from gate.supervision import RefusedError

PERSON_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
LONGEST_NAME = 80
LANGUAGES = ("en", "fr")


@dataclass(frozen=True, slots=True)
class PersonData:
    """What is to be known of a person from now on; `supervisor_id` is the person whose report this one is."""

    name: str
    kind: PersonKind
    state: PersonState
    language: str
    contract_from_on: date | None = None
    contract_until_on: date | None = None
    supervisor_id: str | None = None


def add_person(trail: Trail, person_id: str, data: PersonData, *, by: str, why: str, moment: Moment) -> int:
    """Put somebody new on record and return the entry's number.

    Raises:
        RefusedError: the id is or was somebody's, a value cannot be, or no justification is given; it is on record.
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    asked = Asked("adding a person", by, f"person:{person_id}", {**_values(data), "why": why}, person_id)
    with on_record_if_refused(trail, asked, moment):
        refuse_without_why(why)
        if not PERSON_ID.fullmatch(person_id):
            raise RefusedError(
                "A person id has 1 to 40 characters: letters, digits, dot, hyphen, underscore.",
                "Un numéro de personne a de 1 à 40 caractères : lettres, chiffres, point, tiret, souligné.",
                "id",
            )
        taken = ids_like(trail, people, person_id)
        if taken is not None:
            raise RefusedError(
                f"The id {taken} is or was somebody's; ids are never given twice.",
                f"Le numéro {taken} est ou a été celui de quelqu’un; un numéro n’est jamais donné deux fois.",
                "id",
            )
        return _put(trail, person_id, None, data, by, why, moment)


def change_person(
    trail: Trail, person_id: str, data: PersonData, *, opened: int, by: str, why: str, moment: Moment
) -> int:
    """Change what is known of a person; `opened` is the version that the change was made from.

    Somebody who becomes inactive or restricted gets no start any more within seconds, also in the middle of a use;
    the use itself stays on record.

    Raises:
        RefusedError: the record changed meanwhile, nothing would change, a value cannot be, or no justification is
            given; it is on record.
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    asked = Asked("changing a person", by, f"person:{person_id}", {**_values(data), "why": why}, person_id)
    with on_record_if_refused(trail, asked, moment):
        refuse_without_why(why)
        before = registry.current(trail, people, person_id)
        refuse_stale(opened, current_version(trail, people, person_id))
        return _put(trail, person_id, before, data, by, why, moment)


def _put(
    trail: Trail, person_id: str, before: Values | None, data: PersonData, by: str, why: str, moment: Moment
) -> int:
    values = _values(data)
    if before == values:
        raise RefusedError("Nothing was changed: everything is on record like this already.", _NOTHING_FR)
    _refuse_values(trail, person_id, data, before)
    entry = Entry(
        kind=Kind.CHANGE,
        moment=moment,
        person=person_id,
        subject=f"person:{person_id}",
        old=_said(before) if before else None,
        new=_said(values),
        by=by,
        why=why,
    )
    seq = trail.append(entry)
    registry.put(trail, people, person_id, values, seq)
    return seq


_NOTHING_FR = "Rien n’a été changé : tout est déjà ainsi au registre."


def _refuse_values(trail: Trail, person_id: str, data: PersonData, before: Values | None) -> None:
    if before is None or before["name"] != data.name:
        refuse_odd_name(data.name, LONGEST_NAME)
    if data.language not in LANGUAGES:
        raise RefusedError("The language is English or French.", "La langue est le français ou l’anglais.", "language")
    first, last = data.contract_from_on, data.contract_until_on
    if first and last and last < first:
        raise RefusedError(
            "The contract ends before it begins. Correct one of the dates.",
            "Le contrat finit avant de commencer. Corrigez une des dates.",
            "contract_until_on",
        )
    if data.kind is PersonKind.CONTRACTOR and last is None:
        raise RefusedError(
            "A contractor needs the last day of the contract; without one no machine can be started.",
            "Un contractuel demande le dernier jour du contrat; sans lui, aucun démarrage n’est permis.",
            "contract_until_on",
        )
    _refuse_supervisor(trail, person_id, data.supervisor_id, before)


def _refuse_supervisor(trail: Trail, person_id: str, supervisor_id: str | None, before: Values | None) -> None:
    if supervisor_id is None or (before is not None and before["supervisor_id"] == supervisor_id):
        return
    if supervisor_id == person_id:
        raise RefusedError(
            "Nobody is the own supervisor.", "Personne n’est sous sa propre supervision.", "supervisor_id"
        )
    found = registry.current(trail, people, supervisor_id)
    if found is None or found["state"] != PersonState.ACTIVE.value:
        raise RefusedError(
            "There is no active person of this number. Give the number of the supervisor.",
            "Il n’y a pas de personne active de ce numéro. Donnez le numéro du superviseur.",
            "supervisor_id",
        )


def _values(data: PersonData) -> dict[str, str | int | None]:
    return {
        "name": data.name,
        "kind": data.kind.value,
        "state": data.state.value,
        "language": data.language,
        "contract_from_on": data.contract_from_on.isoformat() if data.contract_from_on else None,
        "contract_until_on": data.contract_until_on.isoformat() if data.contract_until_on else None,
        "supervisor_id": data.supervisor_id,
    }


def _said(values: Values) -> dict[str, str | int]:
    return {name: value for name, value in values.items() if value is not None}
