"""Block, take back and find badges: rules, record and audit entry in one transaction; refusals on record too."""

from collections.abc import Mapping
from datetime import datetime

from gate.badge_refusals import Case, Doer, Problem, carried_out, why_problem
from gate.core.audit import Entry, Json, Kind
from gate.core.records import Moment
from gate.core.terms import BadgeState
from gate.entries import last_four
from gate.signatures import Signer, signed
from gate.store import badge_rows as rows
from gate.store.audit_trail import Trail
from gate.store.badge_rows import HeldBadge


def block_badge(trail: Trail, badge_id: str, why: str, who: Signer, moment: Moment) -> int:
    """Report a badge lost: it is refused at every reader, also in the middle of a use; return the entry's number.

    Raises:
        BadgeRefusedError: it is unknown or reported already, or there is no justification; on record too.
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    doer = Doer(trail, who, moment)

    def look() -> Case:
        held = rows.badge_of_id(trail, badge_id)
        lost = held is not None and held.state is BadgeState.LOST
        return Case("block", held, None, unknown(held) or when(lost, "lost_already", held) or why_problem(why))

    return carried_out(doer, look, lambda case: put_in_state(doer, of(case), BadgeState.LOST, "badge_lost", why))


def return_badge(trail: Trail, badge_id: str, why: str, who: Signer, moment: Moment) -> int:
    """Take a badge back: from the entry on it is nobody's, and what was done with it stays with who had it.

    A badge of the pool stays in the pool. Raises as `block_badge`.
    """
    doer = Doer(trail, who, moment)

    def look() -> Case:
        held = rows.badge_of_id(trail, badge_id)
        return Case("return", held, None, unknown(held) or _return_problem(held, moment.at) or why_problem(why))

    def do(case: Case) -> int:
        held = of(case)
        state = held.state if held.pool and held.state is BadgeState.ACTIVE else BadgeState.RETURNED
        seq = put_in_state(doer, held, state, "badge_returned", why)
        rows.take_badge(trail, held.id, seq)
        return seq

    return carried_out(doer, look, do)


def find_badge(trail: Trail, badge_id: str, why: str, who: Signer, moment: Moment) -> int:
    """Let a badge that was reported lost serve again, signed. Raises as `block_badge`."""
    doer = Doer(trail, who, moment)

    def look() -> Case:
        held = rows.badge_of_id(trail, badge_id)
        lost = held is not None and held.state is BadgeState.LOST
        own = held is not None and held.owner(moment.at) == who.person_id
        problem = unknown(held) or when(not lost, "not_lost", held) or when(own, "self", held) or why_problem(why)
        return Case("find", held, None, problem)

    def do(case: Case) -> int:
        entry = state_entry(doer, of(case), BadgeState.ACTIVE, "badge_found", why)
        seq = trail.append(signed(entry, trail.zone, (who, "badge found, serves again")))
        rows.put_badge(trail, badge_id, {**of(case).values, "state": BadgeState.ACTIVE.value}, seq)
        return seq

    return carried_out(doer, look, do)


def _return_problem(held: HeldBadge | None, at: datetime) -> Problem | None:
    if held is None:
        return None
    back = held.state is BadgeState.RETURNED or (held.pool and held.owner(at) is None)
    return when(held.state is BadgeState.LOST, "is_lost", held) or when(back, "returned_already", held)


# --- shared with enrolment and lending --------------------------------------------------------------------


def unknown(held: HeldBadge | None) -> Problem | None:
    """A badge that was taken off the records is none, unless it was lost: then it stays lost."""
    return None if held is not None and (held.known or held.state is BadgeState.LOST) else Problem("no_badge")


def when(true: bool, code: str, held: HeldBadge | None) -> Problem | None:
    """Return the problem of this badge if the condition holds."""
    return Problem(code, held.id if held else "") if true else None


def of(case: Case) -> HeldBadge:
    """Return the badge of a case against which nothing stands."""
    if case.held is None:
        raise AssertionError("nothing is done without a badge")
    return case.held


def put_in_state(
    doer: Doer, held: HeldBadge, state: BadgeState, what: str, why: str, more: Mapping[str, Json] | None = None
) -> int:
    """Record the new state of a badge and make it known; return the entry's number."""
    seq = doer.trail.append(state_entry(doer, held, state, what, why, more))
    rows.put_badge(doer.trail, held.id, {**held.values, "state": state.value}, seq)
    return seq


def state_entry(
    doer: Doer, held: HeldBadge, state: BadgeState, what: str, why: str, more: Mapping[str, Json] | None = None
) -> Entry:
    """Tell of a new state of a badge; whose it was stands with it."""
    return Entry(
        kind=Kind.CHANGE,
        moment=doer.moment,
        person=held.owner(doer.moment.at),
        role=doer.who.role,
        badge=held.id,
        last4=last_four(held.number),
        subject=f"badge:{held.id}",
        old={"state": held.state.value},
        new={"state": state.value, **(more or {})},
        by=doer.who.person_id,
        why=why,
        detail=about(what, doer.who),
    )


def about(what: str, who: Signer) -> dict[str, Json]:
    """Return what an entry about a badge is called, and with which account it was done."""
    return {"what": what, "account": who.account_id}
