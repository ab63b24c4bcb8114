"""What a review of access must be: every account decided about, by QA, and nobody decides about himself (A9)."""

from collections.abc import Collection, Mapping
from enum import StrEnum

from gate.core.granting import Refusal
from gate.core.granting_checks import has_words
from gate.core.roles import Act, Role, may

LONGEST_STATEMENT = 2000


class Decided(StrEnum):
    """What the reviewer says of one account."""

    KEEP = "keep"
    REVOKE = "revoke"
    OWN = "own"
    """The reviewer's own: somebody else reviews it."""


NOT_YOU = Refusal(
    "not_allowed",
    "Your role does not review access. QA does.",
    "Votre rôle ne revoit pas les accès. L’AQ le fait.",
    "",
)
LIST_CHANGED = Refusal(
    "list_changed",
    "The accounts have changed since this page was opened. Look at them again, then sign.",
    "Les comptes ont changé depuis l’ouverture de cette page. Relisez-les, puis signez.",
    "accounts",
)
NOT_DECIDED = Refusal(
    "not_decided",
    "An account is not decided about. Choose keep or revoke for each.",
    "Un compte reste sans décision. Choisissez conserver ou révoquer pour chacun.",
    "accounts",
)
NO_WORDS = Refusal(
    "no_statement",
    "The statement is missing. Say what was compared, with 10 letters or more.",
    "Il manque la déclaration. Dites ce qui a été comparé, en 10 lettres ou plus.",
    "justification",
)
LONG_WORDS = Refusal(
    "long_statement",
    f"The statement is too long. Say it in {LONGEST_STATEMENT} characters or less.",
    f"La déclaration est trop longue. Dites-la en {LONGEST_STATEMENT} caractères ou moins.",
    "justification",
)


def review_refusals(
    decided: Mapping[str, str], accounts: Mapping[str, str], statement: str, reviewer: str, role: Role
) -> tuple[Refusal, ...]:
    """Return everything that stands against a review; `accounts` is login name -> person id of every active account."""
    table = [
        (NOT_YOU, not may({role}, Act.REVIEW_ACCESS)),
        (LIST_CHANGED, decided.keys() != accounts.keys()),
        (NOT_DECIDED, not _all_decided(decided, accounts, reviewer)),
        (NO_WORDS, not has_words(statement)),
        (LONG_WORDS, len(statement) > LONGEST_STATEMENT),
    ]
    return tuple(refusal for refusal, stands in table if stands)


def _all_decided(decided: Mapping[str, str], accounts: Mapping[str, str], reviewer: str) -> bool:
    return all(value in _choices(accounts.get(login) == reviewer) for login, value in decided.items())


def _choices(own: object) -> Collection[str]:
    return (Decided.OWN,) if own else (Decided.KEEP, Decided.REVOKE)
