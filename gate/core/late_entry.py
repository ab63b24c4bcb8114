"""What a late entry must be: a use that the gate did not see, told by one person and verified by another (C10).

It is a new entry at the end of the trail with claimed times in it; nothing is put between older rows (21 CFR 211.182,
211.188; contemporaneous records).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from gate.core.granting import Refusal
from gate.core.granting_checks import has_words
from gate.core.lotting import NO_BEGIN, is_lot
from gate.core.roles import Act, Role, may
from gate.core.terms import Operation

LONGEST_CLAIM = timedelta(hours=24)
"""A person's use of a machine is shorter; a longer one is entered in parts."""

LONGEST_WHY = 2000


class LateCause(StrEnum):
    """Why the gate did not see it: a closed list, so that late entries can be counted by cause."""

    GATE_DOWN = "gate_down"
    READER_DOWN = "reader_down"
    MANUAL_START = "manual_start"
    NO_BADGE = "no_badge"
    OTHER = "other"


class LateState(StrEnum):
    """How far a late entry is."""

    ENTERED = "entered"
    VERIFIED = "verified"
    REJECTED = "rejected"


NOT_YOU = Refusal(
    "not_allowed",
    "Your role does not sign late entries. Supervisors and QA do.",
    "Votre rôle ne signe pas les saisies tardives. La supervision et l’AQ le font.",
    "",
)
UNKNOWN_MACHINE = Refusal(
    "unknown_equipment",
    "This machine is not on record. Choose one of the list.",
    "Cette machine n’est pas au registre. Choisissez-en une de la liste.",
    "equipment_id",
)
UNKNOWN_PERSON = Refusal(
    "unknown_person",
    "Nobody has this number. Type the number of the person who used the machine.",
    "Personne n’a ce numéro. Tapez le numéro de la personne qui a utilisé la machine.",
    "person_id",
)
BAD_OPERATION = Refusal(
    "bad_operation",
    "Choose what the person did.",
    "Choisissez ce que la personne a fait.",
    "operation",
)
BAD_LOT = Refusal(
    "bad_lot",
    "This is no lot number of this site. Type it as it stands in the batch record, or leave it empty.",
    "Ceci n’est pas un numéro de lot du site. Tapez-le comme au dossier de lot, ou laissez vide.",
    "lot",
)
BAD_CAUSE = Refusal(
    "bad_cause",
    "Choose why the gate did not see it.",
    "Choisissez pourquoi le système ne l’a pas vu.",
    "cause",
)
STILL_TO_COME = Refusal(
    "still_to_come",
    "A time is still to come. A late entry tells of what has been.",
    "Une heure est encore à venir. Une saisie tardive raconte ce qui a été.",
    "until_time",
)
NO_END = Refusal(
    "no_end",
    "The end is missing. Type when the person left the machine, as the paper says.",
    "Il manque la fin. Tapez quand la personne a quitté la machine, selon le papier.",
    "until_time",
)
END_FIRST = Refusal(
    "end_first",
    "The end does not lie after the begin. Look at both times again.",
    "La fin n’est pas après le début. Revoyez les deux heures.",
    "until_time",
)
TOO_LONG = Refusal(
    "claim_too_long",
    "Nobody uses a machine for more than 24 hours. Make one entry for each person and shift.",
    "Personne n’utilise une machine plus de 24 heures. Faites une saisie par personne et par quart.",
    "until_time",
)
NO_WORDS = Refusal(
    "no_justification",
    "Words are missing. Say what happened, with 10 letters or more.",
    "Il manque des mots. Dites ce qui s’est passé, en 10 lettres ou plus.",
    "justification",
)
LONG_WORDS = Refusal(
    "long_justification",
    f"The text is too long. Say it in {LONGEST_WHY} characters or less.",
    f"Le texte est trop long. Dites-le en {LONGEST_WHY} caractères ou moins.",
    "justification",
)
NOT_WAITING = Refusal(
    "not_waiting",
    "This late entry was verified or rejected already, or never was. Nothing was changed.",
    "Cette saisie tardive a déjà été vérifiée ou rejetée, ou n’a jamais existé. Rien n’a changé.",
    "",
)
OWN_ENTRY = Refusal(
    "own_entry",
    "You made this entry. Another person verifies it.",
    "Vous avez fait cette saisie. Une autre personne la vérifie.",
    "",
)
OWN_USE = Refusal(
    "own_use",
    "The entry is about you. Another person verifies it.",
    "La saisie est à votre sujet. Une autre personne la vérifie.",
    "",
)
BAD_ANSWER = Refusal(
    "bad_answer",
    "Say whether paper and entry agree.",
    "Dites si le papier et la saisie concordent.",
    "answer",
)


@dataclass(frozen=True, slots=True)
class Claim:
    """Who used which machine for what, from when until when, as a paper says it; times in UTC."""

    equipment_id: str
    person_id: str
    operation: str
    lot: str
    from_at: datetime | None
    until_at: datetime | None
    cause: str
    why: str


def claim_refusals(
    claim: Claim, role: Role, now: datetime, *, pattern: str, known_machine: bool, known_person: bool
) -> tuple[Refusal, ...]:
    """Return everything that stands against entering a claim."""
    begin, end = claim.from_at, claim.until_at
    return _standing(
        [
            (NOT_YOU, not may({role}, Act.ENTER_LATE)),
            (UNKNOWN_MACHINE, not known_machine),
            (UNKNOWN_PERSON, not known_person),
            (BAD_OPERATION, claim.operation not in set(Operation)),
            (BAD_LOT, bool(claim.lot) and not is_lot(claim.lot, pattern)),
            (BAD_CAUSE, claim.cause not in set(LateCause)),
            (NO_BEGIN, begin is None),
            (NO_END, end is None),
            (STILL_TO_COME, any(at is not None and at > now for at in (begin, end))),
            (END_FIRST, begin is not None and end is not None and end <= begin),
            (TOO_LONG, begin is not None and end is not None and end - begin > LONGEST_CLAIM),
            *_of_words(claim.why),
        ]
    )


@dataclass(frozen=True, slots=True)
class Waiting:
    """What verifying looks at: who entered it, whom it is about, and how far it is."""

    entered_by: str
    person_id: str
    state: LateState


def verifying_refusals(
    waiting: Waiting | None, answer: str, words: str, verifier_id: str, role: Role
) -> tuple[Refusal, ...]:
    """Return everything that stands against this person's verification."""
    gone = waiting is None or waiting.state is not LateState.ENTERED
    return _standing(
        [
            (NOT_WAITING, gone),
            (NOT_YOU, not may({role}, Act.VERIFY_LATE)),
            (OWN_ENTRY, waiting is not None and waiting.entered_by == verifier_id),
            (OWN_USE, waiting is not None and waiting.person_id == verifier_id),
            (BAD_ANSWER, answer not in {LateState.VERIFIED, LateState.REJECTED}),
            *_of_words(words),
        ]
    )


def _of_words(text: str) -> list[tuple[Refusal, bool]]:
    return [(NO_WORDS, not has_words(text)), (LONG_WORDS, len(text) > LONGEST_WHY)]


def _standing(table: list[tuple[Refusal, bool]]) -> tuple[Refusal, ...]:
    return tuple(refusal for refusal, stands in table if stands)
