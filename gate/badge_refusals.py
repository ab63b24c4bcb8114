"""Why something is not done with a badge: every refusal in both languages, with what to do next."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, TypeVar

from gate.core.audit import Entry, Kind
from gate.core.records import Moment
from gate.entries import last_four
from gate.signatures import Signer
from gate.store.audit_trail import Trail
from gate.store.badge_rows import HeldBadge, KnownPerson, person_of_id
from gate.supervision import RefusedError

SHORTEST_WHY, LONGEST_WHY = 3, 500
LONGEST_ID = 80

_TEXTS: dict[str, tuple[str, str, str]] = {
    "why": (
        f"Say why, in {SHORTEST_WHY} letters at least and {LONGEST_WHY} characters at most.",
        f"Dites pourquoi, en au moins {SHORTEST_WHY} lettres et au plus {LONGEST_WHY} caractères.",
        "why",
    ),
    "no_badge": (
        "There is no such badge on record. Look it up in the list of badges.",
        "Ce badge n’est pas au registre. Cherchez-le dans la liste des badges.",
        "",
    ),
    "no_person": (
        "There is no person {person} on record. Choose somebody from the list.",
        "La personne {person} n’est pas au registre. Choisissez quelqu’un dans la liste.",
        "person",
    ),
    "person_left": (
        "{person} is not active. A badge is given to active people only; see to the person first.",
        "{person} n’est pas en activité. Un badge se remet seulement à une personne active; voyez d’abord sa fiche.",
        "person",
    ),
    "self": (
        "Nobody does this for oneself. Ask another supervisor or the system administrator.",
        "Personne ne fait cela pour soi-même. Demandez à un autre superviseur ou à l’administration du système.",
        "",
    ),
    "identity": (
        "Say how you checked who the person is, and confirm it.",
        "Indiquez comment vous avez vérifié l’identité de la personne, et confirmez.",
        "how",
    ),
    "number": (
        "This is no badge number. It is typed like w26:2EC0C86, uid:04A1B2C3 or em:0A0078E865.",
        "Ce n’est pas un numéro de badge. Il s’écrit comme w26:2EC0C86, uid:04A1B2C3 ou em:0A0078E865.",
        "badge_code",
    ),
    "tap_again": (
        "What this badge is can no longer be told, or it was enrolled meanwhile. Tap it again.",
        "On ne peut plus dire quel est ce badge, ou il a été enregistré entre-temps. Passez-le de nouveau.",
        "",
    ),
    "has_owner": (
        "Badge {badge} belongs to {person}. A badge never has two owners: it must be returned first.",
        "Le badge {badge} appartient à {person}. Un badge n’a jamais deux titulaires : il doit d’abord être remis.",
        "",
    ),
    "already_theirs": (
        "Badge {badge} belongs to {person} already. Nothing was changed.",
        "Le badge {badge} appartient déjà à {person}. Rien n’a été changé.",
        "",
    ),
    "of_the_pool": (
        "Badge {badge} is a pool badge. A supervisor lends it for a shift; it is given to nobody for good.",
        "Le badge {badge} est un badge de prêt. Un superviseur le prête pour un quart; il n’est à personne.",
        "",
    ),
    "in_the_pool_already": (
        "Badge {badge} is a pool badge already. Nothing was changed.",
        "Le badge {badge} est déjà un badge de prêt. Rien n’a été changé.",
        "",
    ),
    "is_lost": (
        "Badge {badge} was reported lost. QA or the system administrator must record it as found first.",
        "Le badge {badge} est déclaré perdu. L’AQ ou l’administration du système doit d’abord le noter retrouvé.",
        "",
    ),
    "lost_already": (
        "Badge {badge} was reported lost already. It is refused at every reader.",
        "Le badge {badge} est déjà déclaré perdu. Tous les lecteurs le refusent.",
        "",
    ),
    "was_replaced": (
        "Badge {badge} was replaced by another one. Record it as returned first; then it can be given out again.",
        "Le badge {badge} a été remplacé par un autre. Notez-le d’abord remis; il pourra ensuite resservir.",
        "",
    ),
    "returned_already": (
        "Badge {badge} was returned already and belongs to nobody.",
        "Le badge {badge} est déjà remis et n’appartient à personne.",
        "",
    ),
    "not_lost": (
        "Badge {badge} is not reported lost. Nothing was changed.",
        "Le badge {badge} n’est pas déclaré perdu. Rien n’a été changé.",
        "",
    ),
    "not_of_the_pool": (
        "Badge {badge} is not a pool badge. Only pool badges are lent.",
        "Le badge {badge} n’est pas un badge de prêt. Seuls les badges de prêt se prêtent.",
        "",
    ),
    "lent_already": (
        "Badge {badge} is lent to {person}. It can be lent again once it is back or its time is over.",
        "Le badge {badge} est prêté à {person}. Il pourra l’être de nouveau une fois remis ou son temps écoulé.",
        "",
    ),
    "not_usable": (
        "Badge {badge} is out of use. Take another pool badge.",
        "Le badge {badge} ne sert plus. Prenez un autre badge de prêt.",
        "",
    ),
    "until": (
        "A pool badge is lent for 12 hours at most, and its end must be ahead.",
        "Un badge de prêt se prête pour 12 heures au plus, et la fin doit être à venir.",
        "hours",
    ),
    "not_the_same": (
        "Badge {badge} is not one that can be replaced for this person. Open the badge and start from there.",
        "Le badge {badge} ne peut pas être remplacé pour cette personne. Ouvrez le badge et repartez de là.",
        "",
    ),
    "reader_busy": (
        "This reader waits for a badge on somebody else’s page. Take another reader, or try again in 30 seconds.",
        "Ce lecteur attend un badge pour la page de quelqu’un d’autre. Prenez un autre lecteur ou réessayez dans "
        "30 secondes.",
        "reader",
    ),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What stands against an act; `code` goes on record, the text to the page."""

    code: str
    badge: str = ""
    person: str = ""


class BadgeRefusedError(RefusedError):
    """The act is refused; `code` says which refusal it is."""

    def __init__(self, problem: Problem) -> None:
        english, french, field = _TEXTS[problem.code]
        words = {"badge": problem.badge, "person": problem.person}
        super().__init__(english.format(**words), french.format(**words), field)
        self.code = problem.code


def why_problem(why: str) -> Problem | None:
    """A reason of a few letters, not a page of a pasted document."""
    letters = sum(character.isalnum() for character in why)
    return None if letters >= SHORTEST_WHY and len(why) <= LONGEST_WHY else Problem("why")


Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Case:
    """One badge and one person that something is to be done with, and what stands against it."""

    act: str
    held: HeldBadge | None
    person: KnownPerson | None
    problem: Problem | None


class Doer(NamedTuple):
    """Who does something with a badge, when, and where it is recorded."""

    trail: Trail
    who: Signer
    moment: Moment


def carried_out(doer: Doer, look: Callable[[], Case], do: Callable[[Case], Result]) -> Result:
    """Look and do in one transaction; what stands against it is put on record instead.

    Raises:
        BadgeRefusedError: something stands against it; nothing was changed, and the refusal is on record.
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    with doer.trail.transaction():
        case = look()
        if case.problem is None:
            return do(case)
        doer.trail.append(_refusal(doer, case, case.problem.code))
    raise BadgeRefusedError(case.problem)


def _refusal(doer: Doer, case: Case, code: str) -> Entry:
    """Tell of a refused act: who asked for what, and which refusal it met."""
    held, detail = case.held, {"what": "badge_act_refused", "act": case.act, "refused": code}
    return Entry(
        kind=Kind.SECURITY,
        moment=doer.moment,
        person=case.person.id if case.person else None,
        role=doer.who.role,
        badge=held.id if held else None,
        last4=last_four(held.number) if held else None,
        subject=f"badge:{held.id}" if held else None,
        by=doer.who.person_id,
        detail={**detail, "account": doer.who.account_id},
    )


def owner_name(trail: Trail, held: HeldBadge, at: datetime) -> str:
    """Return who has it, by name and id."""
    owner = held.owner(at) or ""
    found = person_of_id(trail, owner)
    return f"{found.name} ({found.id})" if found else owner


def person_problem(trail: Trail, person_id: str, who: Signer) -> tuple[KnownPerson | None, Problem | None]:
    """Return who is to get a badge: on record, active, and not the one who gives it."""
    found = person_of_id(trail, person_id)
    if found is None:
        return None, Problem("no_person", person=person_id[:LONGEST_ID])
    if not found.active:
        return found, Problem("person_left", person=found.name)
    return found, Problem("self") if found.id == who.person_id else None
