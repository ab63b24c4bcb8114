"""Refuse a signed act of the floor: everything that stands against it, in both languages, and on record."""

from collections.abc import Iterable, Mapping

from gate.core.audit import Entry, Json, Kind
from gate.core.granting import Refusal
from gate.core.granting_checks import has_words
from gate.core.records import Moment
from gate.signatures import Signer
from gate.store.audit_trail import Trail
from gate.supervision import RefusedError

LONGEST_WHY = 2000
"""Characters of a justification; what is longer belongs in the quality system, with its reference here."""

KEPT_OF_A_REFUSAL = 200
"""Characters of each value that the record keeps of what was asked for and refused."""

NO_WORDS = Refusal(
    "no_justification",
    "A justification in words is missing. Say why, with 10 letters or more.",
    "Il manque une justification en mots. Dites pourquoi, en 10 lettres ou plus.",
    "justification",
)
TOO_LONG = Refusal(
    "long_justification",
    f"The justification is too long. Say it in {LONGEST_WHY} characters or less.",
    f"La justification est trop longue. Dites-la en {LONGEST_WHY} caractères ou moins.",
    "justification",
)
NOT_ALLOWED = Refusal(
    "not_allowed",
    "Your role does not sign this. Supervisors sign for out of service and forgotten uses, QA for QA holds and modes.",
    "Votre rôle ne signe pas ceci. La supervision signe hors service et utilisations oubliées, l’AQ retenues et modes.",
    "",
)
UNKNOWN_EQUIPMENT = Refusal(
    "unknown_equipment",
    "This machine is not on record. Go back to the floor and choose one.",
    "Cette machine n’est pas au registre. Revenez au plancher et choisissez-en une.",
    "",
)


class ActRefusedError(RefusedError):
    """The act is refused; `refusals` holds everything that stands against it."""

    def __init__(self, found: tuple[Refusal, ...]) -> None:
        english, french = ("\n".join(texts) for texts in zip(*((r.text_en, r.text_fr) for r in found), strict=True))
        super().__init__(english, french, next((refusal.field for refusal in found if refusal.field), ""))
        self.refusals = found

    def sentences(self, language: str) -> tuple[str, ...]:
        """Return every refusal in one language."""
        return tuple(refusal.text_fr if language == "fr" else refusal.text_en for refusal in self.refusals)


def standing(table: Iterable[tuple[Refusal, bool]]) -> tuple[Refusal, ...]:
    """Return the refusals that stand."""
    return tuple(refusal for refusal, stands in table if stands)


def of_justification(why: str) -> list[tuple[Refusal, bool]]:
    """Return what may stand against a justification."""
    return [(NO_WORDS, not has_words(why)), (TOO_LONG, len(why) > LONGEST_WHY)]


def record_refusal(
    trail: Trail,
    found: tuple[Refusal, ...],
    signer: Signer,
    moment: Moment,
    *,
    what: str,
    equipment: str | None,
    asked: Mapping[str, Json],
    person: str | None = None,
) -> int:
    """Tell of the refused act in the open transaction; `what` names it, `asked` says what was wanted."""
    shortened = {name: value[:KEPT_OF_A_REFUSAL] if isinstance(value, str) else value for name, value in asked.items()}
    return trail.append(
        Entry(
            kind=Kind.SECURITY,
            moment=moment,
            person=person,
            role=signer.role,
            equipment=equipment,
            by=signer.person_id,
            detail={"what": what, "refused": [refusal.code for refusal in found], "asked": shortened},
        )
    )
