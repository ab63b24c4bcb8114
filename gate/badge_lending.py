"""Lend a badge of the pool for some hours, signed: it ends by itself, and QA sees every lending."""

from datetime import UTC, datetime, timedelta

from gate.badge_acts import of, unknown, when
from gate.badge_enrolment import Identity
from gate.badge_refusals import Case, Doer, Problem, carried_out, owner_name, person_problem, why_problem
from gate.core.audit import Entry, Kind, timestamp
from gate.core.records import Moment
from gate.core.terms import BadgeState
from gate.entries import last_four
from gate.signatures import Signer, signed
from gate.store import badge_rows as rows
from gate.store.audit_trail import Trail
from gate.store.badge_rows import HeldBadge

LONGEST = timedelta(hours=12)
"""Nobody works longer than that on one borrowed badge (settled: people at three in the morning)."""


def lend_badge(
    trail: Trail,
    badge_id: str,
    person_id: str,
    until_at: datetime | None,
    identity: str,
    why: str,
    who: Signer,
    moment: Moment,
) -> int:
    """Lend a pool badge until an instant (None: the form named none), signed; return the entry's number.

    Raises:
        BadgeRefusedError: it is lent or out of use, the end is not within 12 h, the person is not on record, not
            active or the signer, or identity or justification is missing; the refusal is on record.
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    doer = Doer(trail, who, moment)

    def look() -> Case:
        held = rows.badge_of_id(trail, badge_id)
        person, about_person = person_problem(trail, person_id, who)
        problem = unknown(held) or _badge_problem(trail, held, moment.at) or about_person
        problem = problem or _terms_problem(until_at, identity, why, moment.at)
        return Case("lend", held, person, problem)

    def do(case: Case) -> int:
        end = _checked(until_at)
        entry = _lent(doer, of(case), person_id, end, identity, why)
        seq = trail.append(signed(entry, trail.zone, (who, "pool badge lent")))
        rows.give_badge(trail, badge_id, person_id, end, seq)
        return seq

    return carried_out(doer, look, do)


def _badge_problem(trail: Trail, held: HeldBadge | None, at: datetime) -> Problem | None:
    if held is None:
        return None
    problem = when(held.state is BadgeState.LOST, "is_lost", held) or when(not held.pool, "not_of_the_pool", held)
    if problem or held.owner(at) is None:
        return problem or when(held.state is not BadgeState.ACTIVE, "not_usable", held)
    return Problem("lent_already", held.id, owner_name(trail, held, at))


def _terms_problem(until_at: datetime | None, identity: str, why: str, at: datetime) -> Problem | None:
    if until_at is None or not at < until_at <= at + LONGEST:
        return Problem("until")
    return why_problem(why) if identity in frozenset(Identity) else Problem("identity")


def _checked(until_at: datetime | None) -> datetime:
    if until_at is None:
        raise AssertionError("a lending without an end is refused before")
    return until_at.astimezone(UTC)


def _lent(doer: Doer, held: HeldBadge, person_id: str, end: datetime, identity: str, why: str) -> Entry:
    return Entry(
        kind=Kind.CHANGE,
        moment=doer.moment,
        person=person_id,
        role=doer.who.role,
        badge=held.id,
        last4=last_four(held.number),
        until=end,
        subject=f"badge:{held.id}",
        old={"state": held.state.value},
        new={"state": held.state.value, "person": person_id, "until_at": timestamp(end), "identity": identity},
        by=doer.who.person_id,
        why=why,
    )
