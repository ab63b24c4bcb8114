"""Enrol and replace badges: who asked a reader for one, whose it becomes, and what stands against it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import TypeAdapter, ValidationError

from gate.badge_acts import about, put_in_state
from gate.badge_refusals import (
    BadgeRefusedError,
    Case,
    Doer,
    Problem,
    carried_out,
    owner_name,
    person_problem,
    why_problem,
)
from gate.core.audit import Entry, Json, Kind
from gate.core.records import Moment
from gate.core.terms import BadgeState
from gate.entries import last_four
from gate.signatures import Signer
from gate.store import badge_rows as rows
from gate.store.audit_trail import Trail
from gate.store.badge_rows import HeldBadge
from gate.store.plant_file import BadgeNumber
from gate.store.reader_requests import RequestKind, ask_reader, waiting_requests

NUMBER: TypeAdapter[str] = TypeAdapter(BadgeNumber)
LONGEST_NUMBER = 80

ASKED = timedelta(seconds=30)
"""How long a reader waits for the badge of a page; meanwhile it answers no operator."""

REPLACEABLE = frozenset({BadgeState.ACTIVE, BadgeState.LOST})


class Identity(StrEnum):
    """How somebody who gives out a badge checked who the person is (requirement G4)."""

    PHOTO_ID = "photo_id"
    PERSONNEL_FILE = "personnel_file"
    KNOWN_PERSONALLY = "known_personally"


@dataclass(frozen=True, slots=True)
class NewBadge:
    """What is to be enrolled for whom: a badge that was tapped, as `badge` or `mark`, or a number that was `typed`.

    `person_id` empty: for the pool. `identity` is a word of `Identity`, empty when it was not confirmed.
    """

    person_id: str
    identity: str
    reader: str | None = None
    badge: str = ""
    mark: str = ""
    typed: str = ""
    replaces: str = ""
    why: str = "enrolment"


@dataclass(frozen=True, slots=True)
class Enrolled:
    """The badge that now serves, and the number of its entry."""

    id: str
    last4: str
    seq: int


def ask_for_badge(trail: Trail, reader: str, wish: str, who: Signer, moment: Moment) -> int:
    """Let the next badge at a reader be held out to the page of this account; return the request's id.

    Raises:
        BadgeRefusedError: the page of another account waits for a badge there.
    """
    with trail.transaction():
        waiting = waiting_requests(trail, reader, moment.at)
        if any(found.kind is RequestKind.IDENTIFY and found.asked_by != who.account_id for found in waiting):
            raise BadgeRefusedError(Problem("reader_busy"))
        ends = moment.at + ASKED
        return ask_reader(trail, reader, RequestKind.IDENTIFY, asked_by=who.account_id, expires_at=ends, about=wish)


def enrol_badge(trail: Trail, new: NewBadge, who: Signer, moment: Moment) -> Enrolled:
    """Give a badge to a person, or put it into the pool; one that it replaces serves no more.

    Raises:
        BadgeRefusedError: it has an owner, or something else stands against it; the refusal is on record.
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    doer = Doer(trail, who, moment)
    return carried_out(doer, lambda: _case(doer, new), lambda case: _enrolled(doer, new, case))


def what_stands_against(trail: Trail, new: NewBadge, who: Signer, moment: Moment) -> BadgeRefusedError | None:
    """Return what enrolling this would be refused for, and change and record nothing.

    Raises:
        STORE_FAULTS: the records are held by another for too long.
    """
    trail.begin()
    try:
        problem = _case(Doer(trail, who, moment), new).problem
    finally:
        trail.rollback()
    return BadgeRefusedError(problem) if problem else None


def _case(doer: Doer, new: NewBadge) -> Case:
    _, held, problem = _presented(doer.trail, new)
    for_person = person_problem(doer.trail, new.person_id, doer.who) if new.person_id else (None, None)
    problem = problem or for_person[1] or _enrol_problem(doer.trail, new, held, doer.moment.at)
    return Case("enrol", held, for_person[0], problem)


# --- what stands against it -------------------------------------------------------------------------------


def _presented(trail: Trail, new: NewBadge) -> tuple[str, HeldBadge | None, Problem | None]:
    """Return the number that is to be enrolled, and what is known of a badge with it."""
    if new.typed:
        number = normal_number(new.typed)
        return (number, rows.badge_of_number(trail, number), None) if number else ("", None, Problem("number"))
    if new.badge:
        held = rows.badge_of_id(trail, new.badge)
        return (held.number, held, None) if held else ("", None, Problem("tap_again"))
    found = rows.number_of_mark(trail, new.mark)
    return (found, rows.badge_of_number(trail, found), None) if found else ("", None, Problem("tap_again"))


def normal_number(typed: str) -> str:
    """Return a badge number as readers deliver it, from what somebody typed; empty if it is none."""
    kind, colon, digits = typed.strip().partition(":")
    number = f"{kind.lower()}{colon}{digits if kind.lower() == 'txt' else digits.upper()}"
    try:
        NUMBER.validate_python(number)
    except ValidationError:
        return ""
    return number if number.isprintable() and len(number) <= LONGEST_NUMBER else ""


def _enrol_problem(trail: Trail, new: NewBadge, held: HeldBadge | None, at: datetime) -> Problem | None:
    if new.identity not in frozenset(Identity) and new.person_id:
        return Problem("identity")
    return _badge_problem(trail, new, held, at) or _replaces_problem(trail, new, held) or why_problem(new.why)


def _badge_problem(trail: Trail, new: NewBadge, held: HeldBadge | None, at: datetime) -> Problem | None:
    if held is None:
        return None
    owner = held.owner(at)
    if held.state is BadgeState.LOST:
        return Problem("is_lost", held.id)
    if held.known and held.pool:
        return Problem("of_the_pool" if new.person_id else "in_the_pool_already", held.id)
    if held.known and held.state is BadgeState.REPLACED:
        return Problem("was_replaced", held.id)
    if owner is None:
        return None
    return Problem("already_theirs" if owner == new.person_id else "has_owner", held.id, owner_name(trail, held, at))


def _replaces_problem(trail: Trail, new: NewBadge, held: HeldBadge | None) -> Problem | None:
    """Only a badge of the same person is replaced: else one clerk's slip would take another person's badge away."""
    if not new.replaces:
        return None
    old = rows.badge_of_id(trail, new.replaces)
    fits = old is not None and old.known and not old.pool and old.state in REPLACEABLE
    same = old is not None and held is not None and old.id == held.id
    mine = old is not None and old.person_id == new.person_id
    return None if fits and mine and not same else Problem("not_the_same", old.id if old else "")


# --- what is written --------------------------------------------------------------------------------------


def _enrolled(doer: Doer, new: NewBadge, case: Case) -> Enrolled:
    trail, who = doer.trail, doer.who
    number = _presented(trail, new)[0]
    badge_id = case.held.id if case.held else _new_id(trail)
    if new.replaces:
        _replaced(doer, new.replaces, badge_id, new.why)
    before = case.held.values if case.held and case.held.known else None
    said = {"person": new.person_id or None, "state": BadgeState.ACTIVE.value, "identity": new.identity or None}
    said |= {"read": "typed" if new.typed else "tapped", "replaces": new.replaces or None}
    given: dict[str, Json] = {name: word for name, word in said.items() if word}
    entry = Entry(
        kind=Kind.CHANGE,
        moment=doer.moment,
        person=new.person_id or None,
        role=who.role,
        badge=badge_id,
        last4=last_four(number),
        reader=new.reader,
        subject=f"badge:{badge_id}",
        old={"state": str(before["state"])} if before else None,
        new=given | ({} if new.person_id else {"pool": True}),
        by=who.person_id,
        why=new.why,
        detail=about("badge_enrolled", who) | _origin(new),
    )
    seq = trail.append(entry)
    kept = before or {"assurance": "uid", "expires_on": None}
    pool = None if new.person_id else 1
    values = {**kept, "number": number, "state": BadgeState.ACTIVE.value, "pool": pool}
    rows.put_badge(trail, badge_id, values, seq)
    if new.person_id:
        rows.give_badge(trail, badge_id, new.person_id, None, seq)
    rows.forget_number(trail, number)
    return Enrolled(badge_id, last_four(number) or "", seq)


def _origin(new: NewBadge) -> dict[str, Json]:
    """Say which unknown reads were of this badge, and that the person was told what a badge binds to (G4)."""
    mark: dict[str, Json] = {"mark": new.mark} if new.mark else {}
    return mark | ({"accountability_told": True} if new.person_id else {})


def _new_id(trail: Trail) -> str:
    """Return an id that no badge ever had: that of the entry which makes it."""
    wanted = f"B-{trail.head.seq + 1}"
    while rows.badge_of_id(trail, wanted) is not None:
        wanted += "-2"
    return wanted


def _replaced(doer: Doer, old_id: str, new_id: str, why: str) -> None:
    """The old one serves no more; one that was reported lost stays lost, which alerts when somebody tries it."""
    old = rows.badge_of_id(doer.trail, old_id)
    if old is not None and old.state is BadgeState.ACTIVE:
        put_in_state(doer, old, BadgeState.REPLACED, "badge_replaced", why, {"replaced_by": new_id})
