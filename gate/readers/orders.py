"""What the line thread and the gate thread say to each other, as plain values."""

import threading
from dataclasses import dataclass, field
from enum import StrEnum

from gate.core.audit import Kind
from gate.core.clock_trust import Reading
from gate.core.indication import Indication
from gate.core.terms import Operation


class Claimant(StrEnum):
    """Who answered a badge read: the decision, or the deadline that ran out on it."""

    DECISION = "decision"
    DEADLINE = "deadline"


class AnswerRace:
    """One locked field that decision and deadline race for, so that a read is answered exactly once."""

    __slots__ = ("_lock", "_winner")

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._winner: Claimant | None = None

    def claim(self, claimant: Claimant) -> bool:
        """Return whether this claimant may answer; only the first ever may."""
        with self._lock:
            if self._winner is None:
                self._winner = claimant
                return True
            return False


@dataclass(frozen=True, slots=True)
class Read:
    """One presentation of a badge at a reader; `number` is None when it could not be read (`cause` says why)."""

    reader: str
    equipment: str
    number: str | None
    cause: str
    late: bool
    operation: Operation | None
    received: Reading
    received_s: float
    """Monotonic seconds at the last byte of the frame: the deadline runs from here."""
    race: AnswerRace = field(default_factory=AnswerRace, compare=False)


@dataclass(frozen=True, slots=True)
class Report:
    """Something about a reader or its line that the audit trail must tell."""

    kind: Kind
    reader: str | None
    line: str
    what: str
    at: Reading


@dataclass(frozen=True, slots=True)
class Actuated:
    """The reader confirmed the output that this decision permitted."""

    decision_seq: int


Work = Read | Report | Actuated


@dataclass(frozen=True, slots=True)
class Show:
    """Answer at a reader; `read` is the one it answers (None: an answer to nobody's badge)."""

    reader: str
    indication: Indication
    read: Read | None = None


@dataclass(frozen=True, slots=True)
class SetPermissive:
    """Hold the equipment's start permissive until `until_s` (monotonic; None: until told otherwise), or drop it.

    `decision_seq` names the allow whose actuation is to be confirmed (None: nothing to confirm).
    """

    equipment: str
    on: bool
    light: str
    until_s: float | None = None
    decision_seq: int | None = None


@dataclass(frozen=True, slots=True)
class WatchLine:
    """Look at what goes over a reader's line for so many seconds, for somebody who mends it."""

    reader: str
    seconds: float


Order = Show | SetPermissive | WatchLine
