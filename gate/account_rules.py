"""What an account may be: names that are one person's, roles that go together, an end where there must be one."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from gate.core.records import Moment
from gate.core.roles import Role, refusal_of_roles
from gate.supervision import RefusedError

LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
PERSON = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
LONGEST_NAME = 80

LONGEST_END = timedelta(days=366)
"""An end further away is no end."""


@dataclass(frozen=True, slots=True)
class NewAccount:
    """Whose account is to be made; `identity` says who verified the person's identity and how."""

    account_id: str
    person_id: str
    name: str
    roles: frozenset[Role]
    identity: str = ""
    expires_at: datetime | None = None
    """When the account ends (UTC); an auditor's must."""


def name_problem(new: NewAccount) -> str | None:
    """Return which of `login`, `person` and `name` cannot be taken, or None."""
    if not LOGIN.fullmatch(new.account_id):
        return "login"
    if not PERSON.fullmatch(new.person_id):
        return "person"
    name = new.name
    plain = name.isprintable() and name == " ".join(name.split()) and unicodedata.is_normalized("NFC", name)
    if not plain or len(name) > LONGEST_NAME or not any(char.isalpha() for char in name):
        return "name"
    return None


_NAME_RULES = {
    "login": (
        "A login name has 2 to 40 characters: small letters a to z, digits, dot, hyphen, underscore.",
        "Un nom d’utilisateur a de 2 à 40 caractères : lettres minuscules a à z, chiffres, point, tiret, souligné.",
    ),
    "person": (
        "A person id has 1 to 40 characters: letters, digits, dot, hyphen, underscore.",
        "Un numéro de personne a de 1 à 40 caractères : lettres, chiffres, point, tiret, souligné.",
    ),
    "name": (
        "A printed name has 1 to 80 characters that can be seen, with single blanks between words.",
        "Un nom complet a de 1 à 80 caractères visibles, avec une seule espace entre les mots.",
    ),
}


def refuse_names(new: NewAccount) -> None:
    """Refuse names that are not one person's alone.

    Raises:
        RefusedError: a name cannot be taken.
    """
    problem = name_problem(new)
    if problem:
        raise RefusedError(*_NAME_RULES[problem], problem)


def refuse_own(account_id: str, by: str) -> None:
    """Nobody changes the own account.

    Raises:
        RefusedError: it is the own account.
    """
    if by == account_id:
        raise RefusedError(
            "Nobody changes the roles of the own account or closes it; ask somebody else.",
            "Personne ne change les rôles de son propre compte ni ne le ferme; demandez à quelqu’un d’autre.",
        )


def refuse_roles(roles: frozenset[Role]) -> None:
    """Refuse roles that one person must not hold together.

    Raises:
        RefusedError: they do not go together.
    """
    refusal = refusal_of_roles(roles)
    if refusal:
        raise RefusedError(refusal.text_en, refusal.text_fr, "roles")


def refuse_end(roles: frozenset[Role], until: datetime | None, moment: Moment) -> None:
    """Ask for the end of an auditor's account, and for an end that lies ahead where there is one.

    Raises:
        RefusedError: there is none, or it is not within reach.
    """
    if until is None and Role.AUDITOR not in roles:
        return
    if until is None or not moment.at < until <= moment.at + LONGEST_END:
        raise RefusedError(
            f"An auditor's account needs an end; every end lies ahead, within {LONGEST_END.days} days. Give the day.",
            f"Un compte d’audit demande une fin; la fin est à venir, d’ici {LONGEST_END.days} jours. Dites le jour.",
            "until",
        )
