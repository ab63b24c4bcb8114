"""Whose badge was held out to a kiosk, and what stands against using it there: each refusal is on record."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from gate.core.audit import Entry, Json, Kind
from gate.core.records import Moment
from gate.core.roles import Role
from gate.core.terms import BadgeState, PersonState
from gate.store import accounts as stored
from gate.store import registry
from gate.store.accounts import Account
from gate.store.audit_trail import Trail
from gate.store.held_badges import HeldBadge, held_badge
from gate.store.schema import badges, people
from gate.supervision import RefusedError

SERVES_FOR = timedelta(minutes=2)
"""After the end of the request: time to type a PIN, not to walk away."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which badge is asked for: the request, where, what for, and of whom."""

    request_id: int
    asked_by: str
    readers: tuple[str, ...]
    roles: frozenset[Role]
    not_person: str | None = None
    """The person who must not be the one: nobody signs for themselves."""
    about: int | None = None
    """The entry that it is about."""


@dataclass(frozen=True, slots=True)
class Presented:
    """A good badge of somebody who may do this, with the person's active account."""

    held: HeldBadge
    person_id: str
    account: Account


class BadgeRefusedError(RefusedError):
    """The badge cannot be used; `waits` among the codes: none was presented yet."""

    def __init__(self, codes: Sequence[str]) -> None:
        super().__init__(*("\n".join(texts) for texts in zip(*(_SAID[code] for code in codes), strict=True)))
        self.codes = tuple(codes)

    def sentences(self, language: str) -> tuple[str, ...]:
        """Return every refusal in one language."""
        return tuple(_SAID[code][language == "fr"] for code in self.codes)

    @property
    def again(self) -> bool:
        """Whether a badge must be presented anew; false only while one is still waited for."""
        return "waits" not in self.codes


def presented(trail: Trail, wanted: Wanted, moment: Moment) -> Presented:
    """Return who presented the badge; the identity is the reader's, never a form's. Has its own transaction.

    Raises:
        BadgeRefusedError: it cannot be used; where a badge was presented the refusal is on record.
    """
    with trail.transaction():
        found, codes = look(trail, wanted, moment)
        if isinstance(found, HeldBadge) and found.seq:
            trail.append(_refused(found, wanted, codes, moment))
    if not isinstance(found, Presented):
        raise BadgeRefusedError(codes)
    return found


def look(trail: Trail, wanted: Wanted, moment: Moment) -> tuple[Presented | HeldBadge | None, tuple[str, ...]]:
    """Return the badge and what stands against it, inside the open transaction; a Presented has nothing against it."""
    held = held_badge(trail, wanted.request_id)
    if held is None or held.asked_by != wanted.asked_by or held.reader not in wanted.readers:
        return None, ("over",)
    if not held.seq and not held.taken_back and moment.at < held.expires_at:
        return None, ("waits",)
    account_id = stored.active_account_of_person(trail, held.person_id) if held.person_id else None
    account = stored.account_of(trail, account_id) if account_id else None
    case = _Case(held, account, _good_now(trail, held, moment), _works_here(trail, held), wanted, moment)
    unusable = [check.code for check in _USABLE if check.against(case)][:1]
    codes = tuple(unusable or [check.code for check in _WHOSE if check.against(case)])
    if codes or account is None or held.person_id is None:
        return held, codes
    return Presented(held, held.person_id, account), ()


def _good_now(trail: Trail, held: HeldBadge, moment: Moment) -> bool:
    """Whether the badge is active now, too: it may be reported lost between the reader and the PIN."""
    row = registry.current(trail, badges, held.badge_id) if held.badge_id else None
    if row is None or held.state != BadgeState.ACTIVE or row["state"] != BadgeState.ACTIVE:
        return False
    return not row["expires_on"] or moment.at.astimezone(trail.zone).date().isoformat() <= row["expires_on"]


def _works_here(trail: Trail, held: HeldBadge) -> bool:
    row = registry.current(trail, people, held.person_id) if held.person_id else None
    return row is not None and row["state"] != PersonState.INACTIVE


def _refused(held: HeldBadge, wanted: Wanted, codes: Sequence[str], moment: Moment) -> Entry:
    detail: dict[str, Json] = {"what": "badge_refused", "refused": list(codes)}
    if wanted.about is not None:
        detail["about"] = wanted.about
    return Entry(
        kind=Kind.SECURITY,
        moment=moment,
        person=held.person_id,
        badge=held.badge_id,
        reader=held.reader,
        equipment=wanted.asked_by.partition(":")[2].partition(" ")[0],
        ref=held.seq,
        by=wanted.asked_by,
        detail=detail,
    )


class _Case(NamedTuple):
    held: HeldBadge
    account: Account | None
    good: bool
    works_here: bool
    wanted: Wanted
    moment: Moment


class _Check(NamedTuple):
    code: str
    against: Callable[[_Case], bool]


_USABLE = (
    _Check("over", lambda c: not c.held.seq),
    _Check("used", lambda c: c.held.used),
    _Check("late", lambda c: not c.moment.at <= c.held.expires_at + SERVES_FOR),
    _Check("unknown", lambda c: c.held.badge_id is None),
)
"""The first of them says it all: there is no badge to speak of."""

_WHOSE = (
    _Check("not_active", lambda c: not c.good),
    _Check("nobody", lambda c: c.held.person_id is None),
    _Check("inactive", lambda c: c.held.person_id is not None and not c.works_here),
    _Check("himself", lambda c: c.held.person_id is not None and c.held.person_id == c.wanted.not_person),
    _Check("no_account", lambda c: c.held.person_id is not None and c.account is None),
    _Check("role", lambda c: c.account is not None and not _has_role(c.account, c.wanted)),
)


def _has_role(account: Account, wanted: Wanted) -> bool:
    return bool(account.roles & wanted.roles) and Role.SYSADMIN not in account.roles


_SAID: dict[str, tuple[str, str]] = {
    "waits": (
        "No badge was presented yet. Hold the badge to the reader first.",
        "Aucun badge n’a encore été passé. Passez d’abord le badge au lecteur.",
    ),
    "over": (
        "The time for presenting the badge is over, or another page asked for it since. Present the badge again.",
        "Le temps pour passer le badge est écoulé, ou une autre page l’a demandé depuis. Repassez le badge.",
    ),
    "used": (
        "This badge has served for one signature already. Present it again.",
        "Ce passage de badge a déjà servi une fois. Repassez le badge.",
    ),
    "late": (
        "The badge was presented too long ago. Present it again.",
        "Le badge a été passé il y a trop longtemps. Repassez-le.",
    ),
    "unknown": (
        "This badge is not registered. Present the badge of a supervisor.",
        "Ce badge n’est pas inscrit. Passez le badge d’une personne de la supervision.",
    ),
    "not_active": (
        "This badge was reported lost, replaced or returned, or has expired. Present another.",
        "Ce badge a été déclaré perdu, remplacé ou rendu, ou est échu. Passez-en un autre.",
    ),
    "nobody": (
        "This badge is assigned to nobody now. Present another.",
        "Ce badge n’est à personne en ce moment. Passez-en un autre.",
    ),
    "inactive": (
        "The holder of this badge is not active at this site. Present another badge.",
        "La personne liée à ce badge n’est pas active sur ce site. Passez un autre badge.",
    ),
    "himself": (
        "This is the badge of the person who was denied. Nobody signs for themselves: another supervisor must.",
        "C’est le badge de la personne refusée. Nul ne signe pour soi-même : il faut une autre personne.",
    ),
    "no_account": (
        "The holder of this badge has no active account. Present the badge of a supervisor who has one.",
        "Aucun compte actif pour ce badge. Passez le badge d’une personne de la supervision qui en a un.",
    ),
    "role": (
        "The holder of this badge has not the role for this. Present the badge of a supervisor.",
        "Ce badge n’a pas le rôle qu’il faut. Passez le badge d’une personne de la supervision.",
    ),
}
"""Code -> English, French."""
