"""What is owed after an override: the reference of an emergency, and QA's disposition (D8, D9)."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from gate.core.granting import Refusal
from gate.core.granting_checks import has_words
from gate.core.overrides import Phase, phase
from gate.core.records import Moment, Override
from gate.core.roles import ROLES_OF, Act
from gate.core.terms import OverrideClass

REFERENCE_DUE = timedelta(hours=24)
"""After an emergency was granted without its reference (D8)."""


class Disposition(StrEnum):
    """What QA decides of an override afterwards."""

    ACCEPTABLE = "acceptable"
    WITH_ACTION = "acceptable_with_action"
    NOT_ACCEPTABLE = "not_acceptable"


@dataclass(frozen=True, slots=True)
class Granted:
    """An override as it is judged afterwards, and who had a part in it; None stands for nobody, or not on record."""

    override: Override
    person_id: str
    granted_at: datetime
    reference: str
    """Empty: it is owed."""
    approver_id: str | None
    cosigner_id: str | None
    second_id: str | None
    disposed: bool
    removed: bool = False
    """Taken off the records by a load: it counts no more."""

    @property
    def takers(self) -> frozenset[str]:
        """Everybody who had a part in it: none of them judges it."""
        everybody = (self.person_id, self.approver_id, self.cosigner_id, self.second_id)
        return frozenset(person for person in everybody if person is not None)


def reference_due_at(granted: Granted) -> datetime | None:
    """Return when the reference that an emergency lacks is due; None if nothing is owed."""
    owed = granted.override.override_class is OverrideClass.EMERGENCY and not granted.reference
    return granted.granted_at + REFERENCE_DUE if owed else None


def disposition_due_at(granted: Granted, days: int) -> datetime:
    """Return when QA's disposition is due."""
    return granted.granted_at + timedelta(days=days)


def reference_refusals(
    granted: Granted | None, reference: str, why: str, signer: tuple[str, str], pattern: str
) -> tuple[Refusal, ...]:
    """Return everything that stands against adding the reference; `signer` is (person id, role)."""
    person, role = signer
    wrong = {
        "unknown_override": granted is None,
        "nothing_owed": granted is not None and reference_due_at(granted) is None,
        "own_override": granted is not None and person == granted.person_id,
        "not_for_this_role": role not in ROLES_OF[Act.ADD_REFERENCE],
        "reference_form": re.fullmatch(pattern, reference, re.ASCII) is None,
        "no_justification": not has_words(why),
    }
    return _told(wrong, what=pattern)


def disposition_refusals(
    granted: Granted | None, disposition: str, statement: str, signer: tuple[str, str], moment: Moment
) -> tuple[Refusal, ...]:
    """Return everything that stands against QA's disposition; `signer` is (person id, role)."""
    person, role = signer
    wrong = {
        "unknown_override": granted is None,
        "disposed_already": granted is not None and granted.disposed,
        "still_stands": granted is not None and still_stands(granted, moment),
        "reference_owed": granted is not None and reference_due_at(granted) is not None,
        "not_independent": granted is not None and person in granted.takers,
        "only_qa": role not in ROLES_OF[Act.DISPOSE_OVERRIDE],
        "unknown_disposition": disposition not in set(Disposition),
        "no_statement": not has_words(statement),
    }
    return _told(wrong)


def still_stands(granted: Granted, moment: Moment) -> bool:
    """Whether the override counts now or later: it is judged when it is over."""
    return not granted.removed and phase(granted.override, moment) in {Phase.AHEAD, Phase.ACTIVE}


def _told(wrong: dict[str, bool], what: str = "") -> tuple[Refusal, ...]:
    found = [refusal for refusal in TABLE if wrong.get(refusal.code)]
    return tuple(
        Refusal(r.code, r.text_en.replace("{what}", what), r.text_fr.replace("{what}", what), r.field) for r in found
    )


TABLE = (
    Refusal(
        "unknown_override",
        "This override is not on record. Choose one that is.",
        "Cette dérogation n’est pas au registre. Choisissez-en une qui y est.",
        "override_id",
    ),
    Refusal(
        "nothing_owed",
        "This override has its reference. Nothing was changed.",
        "Cette dérogation a sa référence. Rien n’a changé.",
        "reference",
    ),
    Refusal(
        "own_override",
        "This override was granted to you. Let another supervisor or QA add the reference.",
        "Cette dérogation vous a été accordée. Faites ajouter la référence par la supervision ou l’AQ.",
        "reference",
    ),
    Refusal(
        "not_for_this_role",
        "Only a supervisor or QA adds a reference. Ask one of them.",
        "Seuls un superviseur ou l’AQ ajoutent une référence. Demandez à l’un d’eux.",
        "role",
    ),
    Refusal(
        "reference_form",
        "The deviation or temporary-change reference does not have the site's form {what}. Correct it.",
        "La référence de déviation ou de changement temporaire n’a pas la forme du site {what}. Corrigez-la.",
        "reference",
    ),
    Refusal(
        "disposed_already",
        "QA has signed a disposition of this override already. Nothing was changed.",
        "L’AQ a déjà signé une disposition pour cette dérogation. Rien n’a changé.",
        "override_id",
    ),
    Refusal(
        "still_stands",
        "This override still stands. Sign when it has ended, or revoke it first.",
        "Cette dérogation est encore en vigueur. Signez après sa fin, ou révoquez-la d’abord.",
        "override_id",
    ),
    Refusal(
        "reference_owed",
        "The reference of this emergency is missing. Have it added first.",
        "La référence de cette urgence manque. Faites-la ajouter d’abord.",
        "override_id",
    ),
    Refusal(
        "not_independent",
        "You had a part in this override. Ask somebody else of QA.",
        "Vous avez eu part à cette dérogation. Demandez à quelqu’un d’autre de l’AQ.",
        "override_id",
    ),
    Refusal(
        "only_qa",
        "Only QA signs a disposition. Ask somebody of QA.",
        "Seule l’AQ signe une disposition. Demandez à quelqu’un de l’AQ.",
        "role",
    ),
    Refusal(
        "unknown_disposition",
        "Choose one of the dispositions offered.",
        "Choisissez une des dispositions offertes.",
        "disposition",
    ),
    Refusal(
        "no_justification",
        "A justification in words is missing. Say why, with 10 letters or more.",
        "Il manque une justification en mots. Dites pourquoi, en 10 lettres ou plus.",
        "justification",
    ),
    Refusal(
        "no_statement",
        "A statement in words is missing. Say what you looked at and why, with 10 letters or more.",
        "Il manque un énoncé en mots. Dites ce que vous avez examiné et pourquoi, en 10 lettres ou plus.",
        "statement",
    ),
)
