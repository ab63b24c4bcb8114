"""What the gate thread works with: the open records, the clock's standing, and what was last answered where."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from gate.core.audit import Json, Kind
from gate.core.clock_trust import ClockState, Observation, Reading, moment_of, observe
from gate.core.equipment_use import Answered
from gate.core.records import Moment
from gate.entries import follow_up, step_entry
from gate.readers.orders import SetPermissive
from gate.store.audit_trail import Trail
from gate.store.facts import FactReader


@dataclass(frozen=True, slots=True)
class Plan:
    """What the configuration says that the rules of answering need."""

    language: str
    outputs: frozenset[str]
    """Equipment ids whose start permissive this gate drives."""
    readers: dict[str, str]
    """Reader name -> equipment id."""
    shift_s: int
    warn_after_s: int
    deny_after_s: int
    badge_secret: bytes = field(default=b"", repr=False)
    """Keys the marks that stand in the trail for numbers nobody owns."""

    @property
    def deciding(self) -> dict[str, Json]:
        """What of it decides, for the start entry: every decision after it was made under it (E7)."""
        return {"shift_s": self.shift_s, "warn_after_s": self.warn_after_s, "deny_after_s": self.deny_after_s}


@dataclass(slots=True)
class Desk:
    """One open database with everything that is kept between two badge reads."""

    trail: Trail
    facts: FactReader
    plan: Plan
    clock: ClockState
    trail_sound: bool = True
    last_entry_at: datetime | None = None
    """When the last entry before this opening was made."""
    last: dict[str, Answered] = field(default_factory=dict)
    """Equipment id -> the last answer given there, for the badge-again rules."""
    standing: dict[str, SetPermissive] = field(default_factory=dict)
    """Equipment id -> what the readers were last told about its permissive."""
    seen_facts_seq: int = -1
    """The facts that open uses were last re-decided with."""
    started_seq: int = 0
    """The entry of this process's start, 0 before it: decisions name it, for the configuration they were made under."""
    now_s: float = 0.0
    """Monotonic seconds of the batch being worked on."""

    def remembered(self) -> tuple[ClockState, dict[str, Answered], dict[str, SetPermissive], int]:
        """Return what is kept in memory, to be put back if the batch is not durable in the end."""
        return self.clock, dict(self.last), dict(self.standing), self.seen_facts_seq

    def put_back(self, before: tuple[ClockState, dict[str, Answered], dict[str, SetPermissive], int]) -> None:
        """Forget what a batch that was not committed has changed in memory."""
        self.clock, self.last, self.standing, self.seen_facts_seq = before

    def forget(self, equipment: str) -> None:
        """Know nothing of the equipment any more: the next badge is a new one, the next order is sent anew."""
        self.last.pop(equipment, None)
        self.standing.pop(equipment, None)

    def moment(self, reading: Reading) -> Moment:
        """Judge the clock, record a step or a change of trust, and return the instant to decide with."""
        seen = observe(self.clock, reading)
        self.clock = seen.state
        moment = moment_of(seen.state, reading)
        self._record(seen, moment)
        return moment

    def _record(self, seen: Observation, moment: Moment) -> None:
        if seen.step:
            self.trail.append(step_entry(seen.step, moment))
        if seen.lost_trust:
            self.trail.append(replace(follow_up(Kind.CLOCK_UNTRUSTED, moment, 0), ref=None))
        if seen.regained_trust:
            self.trail.append(replace(follow_up(Kind.CLOCK_TRUSTED, moment, 0), ref=None))

    def until_s(self, until: datetime | None, moment: Moment) -> float | None:
        """Turn the end of a permissive into monotonic seconds."""
        return None if until is None else self.now_s + (until - moment.at) / timedelta(seconds=1)
