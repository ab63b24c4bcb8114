"""Equipment uses: what a badge at a machine means there, who joins and leaves, and until when the permissive stands.

The relay is a start permissive: dropping it never stops a machine, and every drop has its cause.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from gate.core.records import Decision, Equipment, Member, Use
from gate.core.terms import Operation, Outcome, Permissive

REPEAT_US = 10_000_000
"""A badge lifted and laid down again within 10 s means the same read (settled)."""

RESUME_BLIND_S = 300.0
"""After a longer blind time nobody knows who stands at the machine: open uses wait for a badge (settled)."""


class Meaning(StrEnum):
    """What a badge read asks for."""

    DECIDE = "decide"
    REPEAT = "repeat"
    BADGE_OUT = "badge_out"


class DropCause(StrEnum):
    """Why a membership stopped entitling."""

    CERTIFICATION_ENDED = "certification_ended"
    OVERRIDE_ENDED = "override_ended"
    OVERRIDE_REVOKED = "override_revoked"
    SUSPENDED = "suspended"
    BADGE_BLOCKED = "badge_blocked"
    HOLD = "hold"
    LONGEST_USE = "longest_use"
    WINDOW_ENDED = "window_ended"
    SYSTEM_FAULT = "system_fault"
    BLIND = "blind"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Answered:
    """The last answer given at an equipment; `at_us` on the monotonic clock."""

    person_id: str
    outcome: Outcome
    reasons: tuple[str, ...]
    at_us: int
    operation: Operation
    decision_seq: int
    params: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Interpretation:
    """What a read means; `member` is the person's own membership, if any."""

    meaning: Meaning
    resuming: bool = False
    taking_over: bool = False
    member: Member | None = None


@dataclass(frozen=True, slots=True)
class UseChange:
    """Memberships that end because of an allow, and the cause; the person joins afterwards."""

    leaving: frozenset[int]
    cause: str


def interpret(person_id: str | None, use: Use | None, last: Answered | None, now_us: int) -> Interpretation:
    """Say what a read by this person means at this equipment now."""
    if person_id is None:
        return Interpretation(Meaning.DECIDE)
    mine = own_member(use, person_id)
    recent = last is not None and last.person_id == person_id and now_us - last.at_us < REPEAT_US
    if mine is not None:
        if mine.permissive:
            again = recent and last is not None and last.outcome is Outcome.ALLOW
            return Interpretation(Meaning.REPEAT if again else Meaning.BADGE_OUT, member=mine)
        return Interpretation(Meaning.DECIDE, resuming=True, member=mine)
    return Interpretation(Meaning.DECIDE, taking_over=recent and last is not None and last.reasons == ("EQ_BUSY",))


def own_member(use: Use | None, person_id: str) -> Member | None:
    """Return the person's membership in the use."""
    if use is None:
        return None
    return next((member for member in use.members if member.person_id == person_id), None)


def apply_allow(use: Use | None, person_id: str, decision: Decision) -> UseChange:
    """Say who leaves when this allow takes effect: everybody at a hand-over, else only an earlier self."""
    members = use.members if use else ()
    if "ALLOW_HANDOVER" in decision.reasons:
        return UseChange(frozenset(member.id for member in members), "handed_over")
    return UseChange(frozenset(member.id for member in members if member.person_id == person_id), "resumed")


def permissive_until(equipment: Equipment, decision: Decision, joined_at: datetime, now: datetime) -> datetime:
    """Return when the permissive of an allow ends by itself.

    A window, once open, is honoured past the end of the certification; a held permissive never is.
    """
    if equipment.permissive is Permissive.WINDOW:
        return now + timedelta(seconds=equipment.window_s)
    longest = joined_at + timedelta(seconds=equipment.longest_use_s)
    return longest if decision.valid_until_at is None else min(longest, decision.valid_until_at)


_CAUSES = (
    (DropCause.SUSPENDED, ("PERSON_SUSPENDED",)),
    (
        DropCause.BADGE_BLOCKED,
        ("BADGE_LOST", "BADGE_REPLACED", "BADGE_EXPIRED", "BADGE_UNKNOWN", "PERSON_UNKNOWN"),
    ),
    (DropCause.HOLD, ("EQ_QUARANTINE", "EQ_OUT_OF_SERVICE", "EQ_MAINTENANCE")),
    (DropCause.OVERRIDE_REVOKED, ("OVERRIDE_REVOKED",)),
    (DropCause.OVERRIDE_ENDED, ("OVERRIDE_EXPIRED",)),
    (
        DropCause.CERTIFICATION_ENDED,
        (
            "TRAINING_EXPIRED",
            "SOP_REVISION",
            "GMP_REFRESHER",
            "GOWN_EXPIRED",
            "AREA_DENIED",
            "NOT_CERTIFIED",
            "OPERATION_NOT_CERTIFIED",
            "NOT_YET_VALID",
            "CERTIFICATION_WITHDRAWN",
            "ASSESSMENT_FAILED",
            "RECORD_UNVERIFIED",
            "OJT_OPEN",
        ),
    ),
)
"""First match wins: a person who is barred is not told of a training that ended too."""


def recheck(equipment: Equipment, member: Member, decision: Decision, now: datetime) -> DropCause | None:
    """Say whether a standing membership still entitles, from what would be decided if the person badged again."""
    ended = member.permissive_until_at is not None and now >= member.permissive_until_at
    if equipment.permissive is Permissive.WINDOW:
        return DropCause.WINDOW_ENDED if ended else _barred(decision)
    if decision.outcome is not Outcome.ALLOW:
        return _cause(decision.reasons)
    longest = member.joined_at + timedelta(seconds=equipment.longest_use_s)
    return DropCause.LONGEST_USE if now >= longest else None


def _barred(decision: Decision) -> DropCause | None:
    """An open window outlives the end of a certification, but not a suspension, a blocked badge, a hold or a fault."""
    if decision.outcome is Outcome.ALLOW:
        return None
    cause = _cause(decision.reasons)
    outlived = {DropCause.CERTIFICATION_ENDED, DropCause.OVERRIDE_ENDED, DropCause.OTHER}
    return None if cause in outlived else cause


def _cause(reasons: tuple[str, ...]) -> DropCause:
    if any(reason.startswith("SYS_") for reason in reasons):
        return DropCause.SYSTEM_FAULT
    for cause, codes in _CAUSES:
        if not set(codes).isdisjoint(reasons):
            return cause
    return DropCause.OTHER


def resumes_after_blind(blind_s: float) -> bool:
    """Whether an open use goes on after the gate saw nothing for so long."""
    return blind_s < RESUME_BLIND_S
