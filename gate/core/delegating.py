"""QA's delegate on call: who may be appointed to co-sign for QA, for how long, and when it counts (settled)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from gate.core.granting import Refusal
from gate.core.granting_checks import PAST_TOLERANCE, has_words
from gate.core.roles import ROLES_OF, Act, Role

LONGEST = timedelta(days=31)
"""An appointment without a near end would be a role given by nobody who gives roles."""

ABLE = frozenset({Role.SUPERVISOR, Role.TRAINER, Role.QA})
BARRED = frozenset({Role.SYSADMIN, Role.AUDITOR})


@dataclass(frozen=True, slots=True)
class Delegation:
    """Somebody who may co-sign for QA from one instant until before another (aware)."""

    id: str
    person_id: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Appointment:
    """What QA asks for; `roles` None: the person has no active account."""

    person_id: str
    roles: frozenset[Role] | None
    starts_at: datetime
    ends_at: datetime
    why: str


def runs(delegation: Delegation, at: datetime) -> bool:
    """Whether the delegate may co-sign at this instant."""
    return delegation.starts_at <= at < delegation.ends_at


def appointment_refusals(
    asked: Appointment, signer: tuple[str, str], now: datetime, others: tuple[Delegation, ...]
) -> tuple[Refusal, ...]:
    """Return everything that stands against it; `signer` is (person id, role), `others` the same person's."""
    person, role = signer
    roles = asked.roles or frozenset()
    wrong = {
        "only_qa": role not in ROLES_OF[Act.APPOINT_DELEGATE],
        "no_account": not roles & ABLE or bool(roles & BARRED),
        "oneself": person == asked.person_id,
        "starts_in_past": asked.starts_at < now - PAST_TOLERANCE,
        "ends_early": asked.ends_at <= max(asked.starts_at, now),
        "too_long": asked.ends_at - asked.starts_at > LONGEST,
        "appointed_already": any(d.starts_at < asked.ends_at and asked.starts_at < d.ends_at for d in others),
        "no_justification": not has_words(asked.why),
    }
    return tuple(refusal for refusal in TABLE if wrong.get(refusal.code))


def ending_refusals(delegation: Delegation | None, role: str, why: str, now: datetime) -> tuple[Refusal, ...]:
    """Return everything that stands against ending an appointment now."""
    wrong = {
        "unknown_delegation": delegation is None,
        "over": delegation is not None and delegation.ends_at <= now,
        "only_qa": role not in ROLES_OF[Act.APPOINT_DELEGATE],
        "no_justification": not has_words(why),
    }
    return tuple(refusal for refusal in TABLE if wrong.get(refusal.code))


TABLE = (
    Refusal(
        "unknown_delegation",
        "This appointment is not on record. Choose one that is.",
        "Cette délégation n’est pas au registre. Choisissez-en une qui y est.",
        "delegate_id",
    ),
    Refusal(
        "over",
        "This appointment is over already. Nothing was changed.",
        "Cette délégation est déjà terminée. Rien n’a changé.",
        "delegate_id",
    ),
    Refusal(
        "only_qa",
        "Only QA appoints a delegate. Ask somebody of QA.",
        "Seule l’AQ nomme une personne déléguée. Demandez à quelqu’un de l’AQ.",
        "role",
    ),
    Refusal(
        "no_account",
        "A delegate has an active account as supervisor, trainer or QA. Choose one of these.",
        "La personne déléguée a un compte actif de supervision, de formation ou de l’AQ. Choisissez-en une.",
        "account",
    ),
    Refusal(
        "oneself",
        "Nobody appoints himself. Choose somebody else.",
        "Nul ne se nomme soi-même. Choisissez quelqu’un d’autre.",
        "account",
    ),
    Refusal(
        "starts_in_past",
        "It would start in the past. Nothing is appointed afterwards; choose today or later.",
        "Elle commencerait dans le passé. Rien ne se délègue après coup; choisissez aujourd’hui ou plus tard.",
        "from",
    ),
    Refusal(
        "ends_early",
        "It would end before it starts, or is over already. Choose a later day.",
        "Elle finirait avant de commencer, ou est déjà finie. Choisissez un jour plus tardif.",
        "until",
    ),
    Refusal(
        "too_long",
        "It would last longer than 31 days. Choose an earlier end.",
        "Elle durerait plus de 31 jours. Choisissez une fin plus proche.",
        "until",
    ),
    Refusal(
        "appointed_already",
        "This person is appointed for some of these days already. Choose other days, or end that one first.",
        "Cette personne a déjà une délégation pour certains de ces jours. Changez les jours, ou terminez l’autre.",
        "from",
    ),
    Refusal(
        "no_justification",
        "A justification in words is missing. Say why, with 10 letters or more.",
        "Il manque une justification en mots. Dites pourquoi, en 10 lettres ou plus.",
        "justification",
    ),
)
