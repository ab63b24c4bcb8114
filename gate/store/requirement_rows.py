"""Requirement sets by the version that somebody saw, with what brought it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from gate.core.records import Requirement, RequirementSet
from gate.store.audit_trail import Trail
from gate.store.equipment_facts import set_of_row
from gate.store.registry import known_columns
from gate.store.schema import audit_trail, requirement_sets


@dataclass(frozen=True, slots=True)
class HeldSet:
    """One requirement set as it is known now."""

    id: str
    values: Mapping[str, Any]
    set: RequirementSet
    entry: Mapping[str, Any]
    """What the entry that brought this version says."""

    @property
    def drafters(self) -> frozenset[str]:
        """Everybody who had a hand in it, drafts that it replaced included."""
        told = (self.entry.get("new") or {}).get("drafted_by") or [self.entry.get("by")]
        return frozenset(person for person in told if person)


def stored_groups(groups: tuple[tuple[Requirement, ...], ...]) -> list[list[dict[str, str | int]]]:
    """Return groups as the plant file has them, the interval left out where there is none."""
    return [[_member(member) for member in group] for group in groups]


def set_of_version(trail: Trail, version: int) -> HeldSet | None:
    """Return the set whose known version this is; None: it never was, or another version has followed."""
    row = trail.run(_SET, {"set_version": version}).fetchone()
    if row is None:
        return None
    id_, data, *values = row
    found = dict(zip(known_columns(requirement_sets), values, strict=True))
    columns = (version, found["operation"], found["effective_at"], found["approved"], found["groups"])
    return HeldSet(id_, found, set_of_row(columns), json.loads(data))


def _member(member: Requirement) -> dict[str, str | int]:
    values: dict[str, str | int | None] = {
        "item": member.item_id,
        "revision": member.revision_policy.value,
        "interval_months": member.interval_months,
        "grace_days": member.grace_days,
        "warning_days": member.warning_days,
    }
    return {name: value for name, value in values.items() if value is not None}


_SET = (
    sa.select(
        requirement_sets.c.id,
        audit_trail.c.data,
        *(requirement_sets.c[name] for name in known_columns(requirement_sets)),
    )
    .join(audit_trail, audit_trail.c.seq == requirement_sets.c.known_from)
    .where(requirement_sets.c.version == sa.bindparam("set_version"), requirement_sets.c.known_to.is_(None))
)
