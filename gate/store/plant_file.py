"""The plant file: people, badges, equipment, requirements and training as TOML, checked before anything is loaded."""

import tomllib
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from gate.core.reasons import REASONS
from gate.core.terms import (
    BadgeState,
    HoldKind,
    ItemKind,
    Mode,
    Operation,
    OverrideClass,
    Permissive,
    PersonKind,
    PersonState,
    RecordState,
    RevisionPolicy,
)

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,79}$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=120)]
BadgeNumber = Annotated[str, StringConstraints(pattern=r"^(w\d{2}:[0-9A-F]+|em:[0-9A-F]{10}|uid:[0-9A-F]+|txt:.+)$")]
Instant = datetime | date
"""A day means its local midnight; a time without an offset is the site's."""

EVERY_OPERATION = tuple(Operation)
PRODUCING = (Operation.USE, Operation.SETUP)


class PlantRefusedError(Exception):
    """The plant file cannot be loaded; the text names the section, the row, why and what to do."""


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class Area(_Row):
    """A room or zone with its own entry requirements; in a sterile one every override needs QA."""

    id: Id
    name: Words
    sterile: bool = False


class EquipmentClass(_Row):
    """Equipment sharing one set of requirements."""

    id: Id
    name: Words


class EquipmentRow(_Row):
    """One machine; without `mode` new equipment starts in SHADOW and known equipment keeps its mode."""

    id: Id
    name: Words
    class_: Id = Field(alias="class")
    area: Id
    mode: Mode | None = None
    permissive: Permissive = Permissive.HELD
    window_s: int = Field(default=60, ge=1, le=3600)
    exclusive: bool = False
    excluding: bool = False
    longest_use_h: int = Field(default=13, ge=1, le=24)
    default_operation: Operation = Operation.USE
    calibration_due_on: date | None = None
    maintenance_due_on: date | None = None
    qualified_until_on: date | None = None
    critical: bool = False


class RevisionRow(_Row):
    """One revision of an item."""

    revision: Words
    effective_at: Instant
    retraining: bool = True


class ItemRow(_Row):
    """What one is trained on."""

    id: Id
    kind: ItemKind
    title: Words
    revisions: tuple[RevisionRow, ...] = ()


class Member(_Row):
    """One member of an any-of group."""

    item: Id
    revision: RevisionPolicy = RevisionPolicy.CURRENT
    interval_months: int | None = Field(default=None, ge=1, le=240)
    grace_days: int = Field(default=0, ge=0, le=30)
    warning_days: int = Field(default=30, ge=0, le=365)


class RequirementSetRow(_Row):
    """One whole version of what an operation on a class, or an area, demands."""

    class_: Id | None = Field(default=None, alias="class")
    area: Id | None = None
    operation: Operation | None = None
    effective_at: Instant
    approved: bool
    groups: tuple[tuple[Member, ...], ...]

    @model_validator(mode="after")
    def _class_or_area(self) -> "RequirementSetRow":
        for_class = self.class_ is not None and self.operation is not None and self.area is None
        for_area = self.area is not None and self.class_ is None and self.operation is None
        if not (for_class or for_area):
            raise ValueError("a set belongs to a class and an operation, or to an area alone")
        return self


class PersonRow(_Row):
    """Somebody who may carry a badge."""

    id: Id
    name: Words
    kind: PersonKind = PersonKind.EMPLOYEE
    state: PersonState = PersonState.ACTIVE
    language: Literal["en", "fr"] = "en"
    contract_from_on: date | None = None
    contract_until_on: date | None = None
    supervisor: Id | None = None


class BadgeRow(_Row):
    """A badge with who carries it; `person` absent: nobody."""

    id: Id
    number: BadgeNumber
    person: Id | None = None
    state: BadgeState = BadgeState.ACTIVE
    assurance: Literal["uid", "secure"] = "uid"
    expires_on: date | None = None
    pool: bool = False


class TrainingRecordRow(_Row):
    """The evidence of one training."""

    id: Id
    person: Id
    item: Id
    state: RecordState = RecordState.PASSED
    revision: Words | None = None
    completed_on: date | None = None
    valid_from_on: date | None = None
    expires_on: date | None = None
    due_on: date | None = None
    evidence: Words | None = None


class SuspensionRow(_Row):
    """A person is barred until QA lifts it."""

    id: Id
    person: Id
    scope: Literal["everywhere", "class", "equipment"] = "everywhere"
    scope_id: Id | None = None

    @model_validator(mode="after")
    def _scope_names_something(self) -> "SuspensionRow":
        if (self.scope == "everywhere") is not (self.scope_id is None):
            raise ValueError("scope_id names the class or equipment of that scope; everywhere has none")
        return self


class HoldRow(_Row):
    """Named operations are stopped on an equipment."""

    id: Id
    equipment: Id
    kind: HoldKind
    operations: tuple[Operation, ...] = PRODUCING


class OverrideRow(_Row):
    """A bounded exception for one person on one equipment, granted and signed elsewhere before this system."""

    id: Id
    person: Id
    equipment: Id
    class_: OverrideClass = Field(alias="class")
    operations: tuple[Operation, ...] = (Operation.USE,)
    reasons: tuple[str, ...] = Field(min_length=1)
    starts_at: Instant
    ends_at: Instant
    revoked_at: Instant | None = None
    cosigned: bool = False
    reference: str = ""
    justification: Words

    @model_validator(mode="after")
    def _reasons_are_known(self) -> "OverrideRow":
        unknown = sorted(set(self.reasons) - set(REASONS))
        if unknown:
            raise ValueError(f"{', '.join(unknown)} is no reason; docs/reasons.md lists them")
        return self


class Plant(_Row):
    """The whole file; a section that is absent (None) leaves what is known untouched."""

    training_as_of: Instant | None = None
    area: tuple[Area, ...] | None = None
    equipment_class: tuple[EquipmentClass, ...] | None = None
    equipment: tuple[EquipmentRow, ...] | None = None
    item: tuple[ItemRow, ...] | None = None
    requirement_set: tuple[RequirementSetRow, ...] | None = None
    person: tuple[PersonRow, ...] | None = None
    badge: tuple[BadgeRow, ...] | None = None
    training_record: tuple[TrainingRecordRow, ...] | None = None
    suspension: tuple[SuspensionRow, ...] | None = None
    hold: tuple[HoldRow, ...] | None = None
    override: tuple[OverrideRow, ...] | None = None


def read_plant(data: bytes) -> Plant:
    """Check the file's form.

    Raises:
        PlantRefusedError: it is not TOML, or a row has a wrong, missing or unknown key; every one is named.
    """
    try:
        raw = tomllib.loads(data.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PlantRefusedError(f"plant file: is not TOML ({error}). Mend that place; nothing was loaded.") from error
    try:
        return Plant.model_validate(raw)
    except ValidationError as error:
        raise PlantRefusedError("\n".join(_explain(raw, error))) from error


def _explain(raw: dict[str, object], error: ValidationError) -> list[str]:
    problems = []
    for found in error.errors():
        section, *rest = found["loc"] or ("(file)",)
        rows = raw.get(str(section))
        number = rest[0] if rest and isinstance(rest[0], int) else None
        where = f"[[{section}]]" if isinstance(rows, list) else str(section)
        if number is not None and isinstance(rows, list) and isinstance(rows[number], dict):
            where += f" row {number + 1} ({rows[number].get('id', 'without id')})"
            rest = rest[1:]
        key = ".".join(str(part) for part in rest)
        why = found["msg"].removeprefix("Value error, ")
        problems.append(f"plant file: {where}{f' {key}' if key else ''}: {why}. Nothing was loaded.")
    return problems
