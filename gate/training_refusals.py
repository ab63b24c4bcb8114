"""Refused acts about requirements and training: all that stands against one is said at once, and put on record."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from gate.core.audit import Entry, Json, Kind
from gate.core.granting import Refusal
from gate.core.records import Moment
from gate.signatures import Signer
from gate.store.audit_trail import Trail
from gate.supervision import RefusedError

TOLD = 200
"""Characters of one asked value in the entry of a refusal: enough to see what was tried, too few to fill a disk."""

LONGEST_WHY = 2000
LONGEST_WORDS = 120
"""Characters of a title, a revision, a reference to evidence; as in the plant file."""

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,79}")


class TrainingRefusedError(RefusedError):
    """An act about requirements or training is refused; the text holds every refusal in English."""

    def __init__(self, found: Sequence[Refusal]) -> None:
        english, french = (
            "\n".join(refusal.text_en for refusal in found),
            "\n".join(refusal.text_fr for refusal in found),
        )
        super().__init__(english, french, found[0].field)
        self.refusals = tuple(found)

    def sentences(self, language: str) -> tuple[str, ...]:
        """Return every refusal in one language."""
        return tuple(refusal.text_fr if language == "fr" else refusal.text_en for refusal in self.refusals)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for what: `what` is the act in words, `subject` what it is about, as entries name it."""

    what: str
    signer: Signer
    subject: str
    values: Mapping[str, Json]
    person: str | None = None


@contextmanager
def on_record(trail: Trail, asked: Asked, moment: Moment) -> Iterator[None]:
    """Do what is inside in one transaction; a refusal takes it back and is told by an entry of its own.

    Raises:
        TrainingRefusedError: what the inside refused.
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    try:
        with trail.transaction():
            yield
    except TrainingRefusedError as error:
        with trail.transaction():
            trail.append(_told(asked, error, moment))
        raise


def refuse(*found: Refusal | None) -> None:
    """Refuse if anything stands against it.

    Raises:
        TrainingRefusedError: with everything that does.
    """
    against = [refusal for refusal in found if refusal is not None]
    if against:
        raise TrainingRefusedError(against)


def without_why(why: str) -> Refusal | None:
    """Ask for a justification that says something and that somebody can read."""
    if not any(char.isalnum() for char in why):
        return Refusal(
            "no_why",
            "A justification is needed. Say why, in your words.",
            "Une justification est nécessaire. Dites pourquoi, dans vos mots.",
            "why",
        )
    if len(why) > LONGEST_WHY:
        return Refusal(
            "long_why",
            f"The justification has {len(why)} characters, at most {LONGEST_WHY}. Shorten it.",
            f"La justification a {len(why)} caractères, au plus {LONGEST_WHY}. Abrégez-la.",
            "why",
        )
    return None


def wrong_words(text: str, field: str, en: str, fr: str) -> Refusal | None:
    """Ask for one line of words that can be seen; `en` and `fr` name the field with its article."""
    if 0 < len(text) <= LONGEST_WORDS and text.isprintable() and any(char.isalnum() for char in text):
        return None
    return Refusal(
        f"bad_{field}",
        f"{en} has 1 to {LONGEST_WORDS} characters on one line, all of them visible.",
        f"{fr} : de 1 à {LONGEST_WORDS} caractères visibles, sur une seule ligne.",
        field,
    )


def changed_meanwhile(field: str = "") -> Refusal:
    """Say that somebody else was faster."""
    return Refusal(
        "changed",
        "This has changed since the page was opened. Look at it as it stands now, then decide again.",
        "Cela a changé depuis l’ouverture de la page. Voyez ce qu’il en est, puis décidez à nouveau.",
        field,
    )


def unknown(field: str, en: str, fr: str, id_: str) -> Refusal:
    """Say that something named is not on record."""
    shown = id_[:TOLD]
    return Refusal(
        f"no_{field}",
        f"{en} {shown} is not on record. Choose one that is.",
        f"{fr} {shown} n’est pas au registre. Choisissez ce qui s’y trouve.",
        field,
    )


def _told(asked: Asked, error: TrainingRefusedError, moment: Moment) -> Entry:
    return Entry(
        kind=Kind.SECURITY,
        moment=moment,
        person=asked.person[:TOLD] if asked.person else None,
        role=asked.signer.role,
        subject=asked.subject[:TOLD],
        by=asked.signer.person_id,
        detail={
            "what": f"{asked.what} refused",
            "refused": [refusal.code for refusal in error.refusals],
            "asked": {name: _short(value) for name, value in asked.values.items() if value is not None},
        },
    )


def _short(value: Json) -> Json:
    return value[:TOLD] if isinstance(value, str) else value
