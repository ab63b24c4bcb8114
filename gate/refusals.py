"""Refused acts stay on record: who asked for what, and every reason why it was not done; and what all texts must be."""

import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from gate.core.audit import Entry, Json, Kind
from gate.core.records import Moment
from gate.store.audit_trail import Trail
from gate.supervision import RefusedError

TOLD = 200
"""Characters of one asked value that a refusal's entry holds: enough to see what was tried, too few to fill a disk."""

LONGEST_WHY = 2000


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for what: `by` is a person id or a login name, `what` the act in words, `subject` as entries name it."""

    what: str
    by: str
    subject: str
    values: Mapping[str, Json]
    person: str | None = None
    equipment: str | None = None
    role: str | None = None


@contextmanager
def on_record_if_refused(trail: Trail, asked: Asked, moment: Moment) -> Iterator[None]:
    """Do what is inside in one transaction; a refusal takes it back and is told by an entry of its own.

    Raises:
        RefusedError: what the inside refused.
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    try:
        with trail.transaction():
            yield
    except RefusedError as error:
        with trail.transaction():
            trail.append(_told(asked, error, moment))
        raise


def _told(asked: Asked, error: RefusedError, moment: Moment) -> Entry:
    values = {name: _short(value) for name, value in asked.values.items() if value is not None}
    return Entry(
        kind=Kind.SECURITY,
        moment=moment,
        person=asked.person[:TOLD] if asked.person else None,
        role=asked.role,
        equipment=asked.equipment[:TOLD] if asked.equipment else None,
        subject=asked.subject[:TOLD],
        by=asked.by,
        detail={"what": f"{asked.what} refused", "refused": list(error.sentences("en")), "asked": values},
    )


def _short(value: Json) -> Json:
    return value[:TOLD] if isinstance(value, str) else value


def refuse_without_why(why: str) -> None:
    """Ask for a justification that says something.

    Raises:
        RefusedError: there is none, or it is longer than a person reads.
    """
    if not any(char.isalnum() for char in why):
        raise RefusedError(
            "A change needs a justification. Say why.",
            "Un changement demande une justification. Dites pourquoi.",
            "why",
        )
    if len(why) > LONGEST_WHY:
        raise RefusedError(
            f"The justification has {len(why)} characters, at most {LONGEST_WHY}. Shorten it.",
            f"La justification a {len(why)} caractères, au plus {LONGEST_WHY}. Abrégez-la.",
            "why",
        )


def refuse_stale(opened: int, now: int | None) -> None:
    """Refuse a change to what has changed since its form was opened; `now` None: there is no such thing.

    Raises:
        RefusedError: another version is on record; field `version`.
    """
    if now != opened:
        raise RefusedError(
            "The record has changed since this form was opened. Look at what it says now, then send the form again.",
            "La fiche a changé depuis l’ouverture de ce formulaire. Voyez ce qu’elle dit maintenant, puis renvoyez-le.",
            "version",
        )


def refuse_odd_name(name: str, longest: int, field: str = "name") -> None:
    """Ask for a name that can be read: visible characters, single blanks, Unicode's composed form (NFC).

    Raises:
        RefusedError: it is not one.
    """
    plain = name.isprintable() and name == " ".join(name.split()) and unicodedata.is_normalized("NFC", name)
    if not plain or len(name) > longest or not any(char.isalnum() for char in name):
        raise RefusedError(
            f"A name has 1 to {longest} characters that can be seen, with single blanks between words.",
            f"Un nom a de 1 à {longest} caractères visibles, avec une seule espace entre les mots.",
            field,
        )
