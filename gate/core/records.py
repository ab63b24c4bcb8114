"""The facts a decision is made of, as plain values with the version of the row each came from.

Times end in `_at` (aware UTC), dates in `_on` (site-local calendar days), durations in `_s`. `version` is the
integer id of one stored version of a record: evidence names versions, so a decision can be replayed.

What a decision holds by the dozen is a NamedTuple: building a frozen dataclass costs four times as much.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from gate.core.terms import (
    BadgeState,
    HoldKind,
    ItemKind,
    Mode,
    Operation,
    Outcome,
    OverrideClass,
    Permissive,
    PersonKind,
    PersonState,
    RecordState,
    RevisionPolicy,
)


@dataclass(frozen=True, slots=True)
class Moment:
    """One instant as the gate's clock knew it: wall time, boot clock, and whether the wall time can be trusted."""

    at: datetime
    boot_id: str
    boot_us: int
    trusted: bool
    clock: str
    """Source and state as recorded: `ntp`, `rtc`, `asserted`, with `:untrusted` appended when it is not trusted."""


@dataclass(frozen=True, slots=True)
class Badge:
    """A badge with who carries it now (`person_id` None: nobody)."""

    version: int
    id: str
    state: BadgeState
    person_id: str | None
    assignment_version: int | None = None
    expires_on: date | None = None
    until_at: datetime | None = None
    """When a badge that is lent is nobody's again by itself; None: it is not lent."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may carry a badge."""

    version: int
    id: str
    name: str
    kind: PersonKind = PersonKind.EMPLOYEE
    state: PersonState = PersonState.ACTIVE
    language: str = "en"
    contract_from_on: date | None = None
    contract_until_on: date | None = None


@dataclass(frozen=True, slots=True)
class Equipment:
    """A production machine as the gate knows it."""

    version: int
    id: str
    class_id: str
    area_id: str
    mode: Mode = Mode.SHADOW
    permissive: Permissive = Permissive.HELD
    window_s: int = 60
    exclusive: bool = False
    excluding: bool = False
    longest_use_s: int = 13 * 3600
    default_operation: Operation = Operation.USE
    calibration_due_on: date | None = None
    maintenance_due_on: date | None = None
    qualified_until_on: date | None = None
    critical: bool = False
    """Of high criticality: every override needs QA's co-signature (D4)."""
    sterile: bool = False
    """It stands in a sterile area: every override needs QA's co-signature (D4)."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Named operations are stopped on the equipment until a signed release."""

    version: int
    kind: HoldKind
    operations: frozenset[Operation]


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision of an item, ordered by its effective instant and never by its name."""

    version: int
    revision: str
    effective_at: datetime
    retraining: bool = True
    """False when QA signed "no retraining needed" for this revision (B3): the one before it still serves."""


@dataclass(frozen=True, slots=True)
class Item:
    """What one is trained on, with its known revisions in order of their effective instants."""

    version: int
    id: str
    kind: ItemKind
    title: str
    revisions: tuple[Revision, ...] = ()


@dataclass(frozen=True, slots=True)
class Requirement:
    """One member of an any-of group: an item, which revision of it, and for how long a training lasts."""

    item_id: str
    revision_policy: RevisionPolicy = RevisionPolicy.CURRENT
    interval_months: int | None = None
    grace_days: int = 0
    warning_days: int = 30


@dataclass(frozen=True, slots=True)
class RequirementSet:
    """One whole version of what an operation on an equipment class, or an area, demands.

    All groups must be met, each by any one of its members. It counts only when approved and effective.
    """

    version: int
    effective_at: datetime
    approved: bool
    groups: tuple[tuple[Requirement, ...], ...]


class TrainingRecord(NamedTuple):
    """The evidence, as imported."""

    version: int
    id: str
    item_id: str
    state: RecordState
    revision: str | None = None
    completed_on: date | None = None
    valid_from_on: date | None = None
    expires_on: date | None = None
    due_on: date | None = None
    """For ASSIGNED: the day by which the open recurrence had to be done; past it, earlier completions lapse."""


@dataclass(frozen=True, slots=True)
class Suspension:
    """A person is barred in a scope (already known to apply here) until QA lifts it."""

    version: int


@dataclass(frozen=True, slots=True)
class Override:
    """A bounded, signed exception for one person on one equipment (already known to be this person's, here)."""

    version: int
    id: str
    override_class: OverrideClass
    operations: frozenset[Operation]
    reasons: frozenset[str]
    starts_at: datetime
    ends_at: datetime
    revoked_at: datetime | None = None
    cosigned: bool = False
    boot_id: str = ""
    ends_boot_us: int | None = None
    """End on the boot clock of `boot_id`: an override ends on the earlier of the two clocks."""


@dataclass(frozen=True, slots=True)
class Member:
    """One person's part in an equipment use."""

    id: int
    person_id: str
    badge_id: str
    operation: Operation
    joined_seq: int
    joined_at: datetime
    permissive: bool
    """Whether this membership still entitles: False once it has dropped."""
    valid_until_at: datetime | None = None
    """When, as known at the allow, the certification or override behind it ends."""
    permissive_until_at: datetime | None = None
    """When the permissive that this membership holds ends by itself (window, longest use)."""


@dataclass(frozen=True, slots=True)
class Use:
    """An equipment use that has not ended, with the members who have not left."""

    id: int
    equipment_id: str
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class DataAge:
    """How old the training data is: `as_of` is the oldest last good import of all sources, None if there was none."""

    as_of: datetime | None
    warn_after_s: int = 24 * 3600
    deny_after_s: int = 7 * 24 * 3600
    attested_until_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything one decision may look at, read in one snapshot.

    `sets` holds every version of each operation's requirement sets of the equipment's class, `area_sets`
    those of its area, oldest first; `records` the person's training records for the items they name.
    """

    zone: ZoneInfo
    operation: Operation | None
    """None: not chosen, so the equipment's default, or the only operation the person is certified for."""
    badge: Badge | None
    person: Person | None
    equipment: Equipment | None
    holds: tuple[Hold, ...]
    sets: Mapping[Operation, tuple[RequirementSet, ...]]
    area_sets: tuple[RequirementSet, ...]
    items: Mapping[str, Item]
    records: Mapping[str, tuple[TrainingRecord, ...]]
    suspensions: tuple[Suspension, ...]
    overrides: tuple[Override, ...]
    use: Use | None
    elsewhere: tuple[str, ...]
    """Other equipment ids where the person is a member of an open use."""
    elsewhere_excluding: tuple[str, ...]
    """Those of them marked excluding."""
    data: DataAge
    trail_sound: bool = True
    shift_s: int = 12 * 3600
    resuming: bool = False
    """The same person badges again while the permissive had dropped."""
    taking_over: bool = False
    """The same person badges again within 10 s of EQ_BUSY on exclusive equipment."""


class RequirementEvidence(NamedTuple):
    """How one group was met or failed: the member that decided, and the record behind it."""

    item_id: str
    item_version: int
    reason: str | None
    record_version: int | None
    revision_version: int | None
    valid_until_at: datetime | None


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer to a badge read, with all reasons in order of display and what decided.

    `valid_until_at` is the earliest known instant at which the same read would no longer be allowed (None: no
    end known). `params` fills the placeholders of the display texts ({date}, {n}, {equip} ...).
    """

    outcome: Outcome
    reasons: tuple[str, ...]
    operation: Operation
    valid_until_at: datetime | None
    evidence: Mapping[str, int | str | tuple[int | str, ...]]
    requirements: tuple[RequirementEvidence, ...]
    params: Mapping[str, Mapping[str, str]]
    """Reason code -> placeholder -> text."""
    warnings: tuple[str, ...] = ()
