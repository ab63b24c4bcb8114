"""What may be decided in a review and by whom: dispositions, the signature, and later notes (requirement H5)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gate.core.granting import Refusal
from gate.core.granting_checks import has_words
from gate.core.roles import ROLES_OF, Act

LONGEST_COMMENT = 2000
"""Characters; what is longer belongs in the quality system, with its reference here."""

MOST_AT_ONCE = 200
"""Groups that one act gives an outcome."""


class ReviewOutcome(StrEnum):
    """What a reviewer decides of an exception."""

    EXPLAINED = "explained"
    DEVIATION = "deviation"
    TRAINING = "training_action"
    TECHNICAL = "technical_follow_up"


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Who reviews, under every name that entries know the person by."""

    person_id: str
    account_id: str
    role: str

    def had_a_part(self, parts: frozenset[str]) -> bool:
        """Whether the person took part in what these people did."""
        return bool({self.person_id, self.account_id} & parts)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What an outcome is given to: how many groups, how many of them are none of this review, and who took part."""

    groups: int
    unknown: int
    overrides: int
    """Overrides among them, which have a disposition of their own (D9)."""
    parts: Mapping[str, frozenset[str]]
    """Headline or id of each group -> who had a part in it."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What a reviewer decides, as typed."""

    outcome: str
    reference: str
    comment: str


def disposal_refusals(
    chosen: Chosen, decided: Decided, reviewer: Reviewer, pattern: str, *, signed: bool
) -> tuple[Refusal, ...]:
    """Return everything that stands against giving an outcome."""
    own = [name for name, parts in chosen.parts.items() if reviewer.had_a_part(parts)]
    deviation = decided.outcome == ReviewOutcome.DEVIATION
    form = re.fullmatch(pattern, decided.reference, re.ASCII)
    return _told(
        {
            "only_qa": reviewer.role not in ROLES_OF[Act.SIGN_REVIEW],
            "review_signed": signed,
            "none_chosen": not chosen.groups,
            "too_many": chosen.groups > MOST_AT_ONCE,
            "not_of_this_review": bool(chosen.unknown),
            "override_elsewhere": bool(chosen.overrides),
            "had_a_part": bool(own),
            "unknown_outcome": decided.outcome not in set(ReviewOutcome),
            "reference_form": (deviation or bool(decided.reference)) and form is None,
            "no_comment": not has_words(decided.comment),
            "long_comment": len(decided.comment) > LONGEST_COMMENT,
        },
        {"had_a_part": ", ".join(own[:3]), "reference_form": pattern, "too_many": str(MOST_AT_ONCE)},
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """How a review stands when somebody would sign it."""

    signed: bool
    over: bool
    chain_whole: bool
    undecided: int
    """Groups without an outcome."""
    own: Sequence[str]
    """Groups in which the signer had a part."""
    second: Reviewer | None
    second_own: Sequence[str] = ()
    """Those of the signer's own groups in which the second reviewer had a part too."""
    earlier: int = 0
    """Earlier periods that are not signed yet."""


def signing_refusals(found: Standing, reviewer: Reviewer) -> tuple[Refusal, ...]:
    """Return everything that stands against signing the review."""
    second = found.second
    return _told(
        {
            "only_qa": reviewer.role not in ROLES_OF[Act.SIGN_REVIEW],
            "review_signed": found.signed,
            "period_runs": not found.over,
            "chain_broken": not found.chain_whole,
            "undecided": bool(found.undecided),
            "needs_second": bool(found.own) and second is None,
            "second_is_you": second is not None and second.person_id == reviewer.person_id,
            "second_only_qa": second is not None and second.role not in ROLES_OF[Act.SIGN_REVIEW],
            "second_had_a_part": second is not None and bool(found.second_own),
        },
        {
            "undecided": str(found.undecided),
            "needs_second": ", ".join(found.own[:3]),
            "second_had_a_part": ", ".join(found.second_own[:3]),
        },
    )


def note_refusals(note: str, reviewer: Reviewer, *, signed: bool) -> tuple[Refusal, ...]:
    """Return everything that stands against a later note."""
    return _told(
        {
            "only_qa": reviewer.role not in ROLES_OF[Act.SIGN_REVIEW],
            "not_signed_yet": not signed,
            "no_note": not has_words(note),
            "long_comment": len(note) > LONGEST_COMMENT,
        },
        {},
    )


def _told(wrong: Mapping[str, bool], named: Mapping[str, str]) -> tuple[Refusal, ...]:
    return tuple(_filled(refusal, named.get(refusal.code, "")) for refusal in TABLE if wrong.get(refusal.code))


def _filled(refusal: Refusal, what: str) -> Refusal:
    english, french = (text.replace("{what}", what) for text in (refusal.text_en, refusal.text_fr))
    return Refusal(refusal.code, english, french, refusal.field)


def codes(found: Iterable[Refusal]) -> list[str]:
    """Return the codes of refusals, as an entry tells them."""
    return [refusal.code for refusal in found]


TABLE = (
    Refusal(
        "only_qa",
        "Only QA reviews. Ask somebody of QA.",
        "Seule l’AQ fait les revues. Demandez à quelqu’un de l’AQ.",
        "",
    ),
    Refusal(
        "review_signed",
        "This review is signed, and stays as it is. Add a note instead.",
        "Cette revue est signée et reste telle quelle. Ajoutez plutôt une note.",
        "",
    ),
    Refusal(
        "not_signed_yet",
        "This review is not signed yet. Give outcomes and comments instead of a note.",
        "Cette revue n’est pas encore signée. Donnez des issues et des commentaires plutôt qu’une note.",
        "note",
    ),
    Refusal(
        "period_runs",
        "This period is not over yet. Sign when it is.",
        "Cette période n’est pas encore terminée. Signez quand elle le sera.",
        "",
    ),
    Refusal(
        "chain_broken",
        "The record chain is not whole, or not verified up to the end of this period. Have it verified in full first.",
        "La chaîne d’enregistrements n’est pas entière, ou pas vérifiée jusqu’à la fin de cette période. "
        "Faites-la d’abord vérifier au complet.",
        "",
    ),
    Refusal(
        "undecided",
        "{what} without an outcome. Give each exception one first.",
        "{what} sans issue. Donnez d’abord une issue à chaque exception.",
        "",
    ),
    Refusal(
        "needs_second",
        "You had a part in: {what}. A second reviewer of QA must sign beside you.",
        "Vous avez eu part à : {what}. Une deuxième personne de l’AQ doit signer avec vous.",
        "cosign_user",
    ),
    Refusal(
        "second_is_you",
        "The second reviewer is you. Ask somebody else of QA.",
        "La deuxième personne, c’est vous. Demandez à quelqu’un d’autre de l’AQ.",
        "cosign_user",
    ),
    Refusal(
        "second_only_qa",
        "The second reviewer is not of QA. Ask somebody of QA.",
        "La deuxième personne n’est pas de l’AQ. Demandez à quelqu’un de l’AQ.",
        "cosign_user",
    ),
    Refusal(
        "second_had_a_part",
        "The second reviewer had a part too in: {what}. Ask somebody else of QA.",
        "La deuxième personne a aussi eu part à : {what}. Demandez à quelqu’un d’autre de l’AQ.",
        "cosign_user",
    ),
    Refusal(
        "none_chosen",
        "No exception is ticked. Tick one or more.",
        "Aucune exception n’est cochée. Cochez-en une ou plusieurs.",
        "ticks",
    ),
    Refusal(
        "too_many",
        "More than {what} are ticked at once. Tick fewer.",
        "Plus de {what} sont cochées à la fois. Cochez-en moins.",
        "ticks",
    ),
    Refusal(
        "not_of_this_review",
        "Something ticked is not an exception of this review. Open the review again.",
        "Un élément coché n’est pas une exception de cette revue. Rouvrez la revue.",
        "ticks",
    ),
    Refusal(
        "override_elsewhere",
        "An override gets its signed disposition on its own page. Untick it here.",
        "Une dérogation reçoit sa disposition signée sur sa propre page. Décochez-la ici.",
        "ticks",
    ),
    Refusal(
        "had_a_part",
        "You had a part in: {what}. Somebody else of QA decides it.",
        "Vous avez eu part à : {what}. Quelqu’un d’autre de l’AQ en décide.",
        "ticks",
    ),
    Refusal(
        "unknown_outcome",
        "Choose one of the outcomes offered.",
        "Choisissez une des issues offertes.",
        "outcome",
    ),
    Refusal(
        "reference_form",
        "The deviation reference does not have the site's form {what}. Correct it.",
        "La référence de déviation n’a pas la forme du site {what}. Corrigez-la.",
        "reference",
    ),
    Refusal(
        "no_comment",
        "A comment in words is missing. Say what you looked at, with 10 letters or more.",
        "Il manque un commentaire en mots. Dites ce que vous avez examiné, en 10 lettres ou plus.",
        "comment",
    ),
    Refusal(
        "no_note",
        "The note says nothing. Write 10 letters or more.",
        "La note ne dit rien. Écrivez 10 lettres ou plus.",
        "note",
    ),
    Refusal(
        "long_comment",
        f"The text is too long. Say it in {LONGEST_COMMENT} characters or less.",
        f"Le texte est trop long. Dites-le en {LONGEST_COMMENT} caractères ou moins.",
        "comment",
    ),
)
