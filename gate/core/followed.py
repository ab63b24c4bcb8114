"""What followed a denial within minutes: the same person allowed, an override, another person's badge, or nothing.

A denial followed by the allow of another person at the same machine is how a lent badge looks (H4, H9).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from gate.core.audit import Kind
from gate.core.terms import Outcome

WITHIN = timedelta(minutes=10)
"""How long after a denial something counts as its consequence."""

LENT_WITHIN = timedelta(minutes=2)
"""Another person's allow so soon after a denial is looked at as lending (settled; requirement H4)."""


class Followed(StrEnum):
    """What followed a denial, the first of it that happened; in the order of what matters."""

    OVERRIDE = "override"
    LENT = "lent"
    SAME = "same"
    OTHER = "other"
    AGAIN = "again"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Step:
    """One entry at a machine, as far as it can follow a denial; `person_id` None: nobody is known."""

    seq: int
    at: datetime
    kind: str
    person_id: str | None
    outcome: str | None


@dataclass(frozen=True, slots=True)
class Consequence:
    """What followed, and the entry of it."""

    followed: Followed
    seq: int | None = None
    person_id: str | None = None


NOTHING = Consequence(Followed.NOTHING)


def consequence(denied: Step, later: Iterable[Step]) -> Consequence:
    """Return what followed a denial; `later` are the entries of that machine behind it, in the order of their numbers.

    Order is by number; an entry counts while the clock shows at most `WITHIN` more, and also where it was set back.
    """
    again: Consequence | None = None
    for step in later:
        passed = step.at - denied.at
        if passed > WITHIN:
            break
        mine = step.person_id is not None and step.person_id == denied.person_id
        if step.kind == Kind.OVERRIDE_GRANTED and mine:
            return Consequence(Followed.OVERRIDE, step.seq, step.person_id)
        if step.kind == Kind.DECISION and step.outcome == Outcome.ALLOW:
            return Consequence(_allowed(mine=mine, soon=passed <= LENT_WITHIN), step.seq, step.person_id)
        if again is None and mine and step.kind == Kind.DECISION:
            again = Consequence(Followed.AGAIN, step.seq, step.person_id)
    return again or NOTHING


def _allowed(*, mine: bool, soon: bool) -> Followed:
    if mine:
        return Followed.SAME
    return Followed.LENT if soon else Followed.OTHER
