"""What the requirement pages read: the versions of each set, with who drafted and who approved them."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gate.core.effect import Scope
from gate.core.records import RequirementSet
from gate.core.terms import Operation
from gate.store.equipment_facts import instant, set_of_row
from gate.store.schema import audit_trail, requirement_sets


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a set as it is known now, with what the entry that brought it says."""

    id: str
    scope: Scope
    set: RequirementSet
    seq: int
    entry: Mapping[str, Any]
    standing: bool
    """False: another version has followed, or it was taken back."""

    @property
    def is_draft(self) -> bool:
        """Whether it still waits for an approval."""
        return self.standing and not self.set.approved

    @property
    def by(self) -> tuple[str, str]:
        """Who brought it, with the time as the signature or the entry has it; the printed name where it was signed."""
        signatures = (self.entry.get("detail") or {}).get("signatures") or []
        if signatures:
            return signatures[0]["name"], self.entry["at"]
        return self.entry.get("by", ""), self.entry["at"]

    @property
    def drafters(self) -> tuple[str, ...]:
        """The person ids of everybody who had a hand in it."""
        told = (self.entry.get("new") or {}).get("drafted_by") or [self.entry.get("by", "")]
        return tuple(told)


@dataclass(frozen=True, slots=True)
class Versions:
    """Every version of one scope: in force, to come, drafts, and earlier ones with the newest first."""

    current: Version | None
    next: tuple[Version, ...]
    drafts: tuple[Version, ...]
    earlier: tuple[Version, ...]


def all_versions(engine: sa.Engine, now: datetime) -> dict[Scope, Versions]:
    """Return the versions of every scope that has any."""
    found: dict[Scope, list[Version]] = defaultdict(list)
    with engine.connect() as connection:
        for row in connection.execute(_SETS.where(requirement_sets.c.known_to.is_(None))):
            version = _version(row)
            found[version.scope].append(version)
    return {scope: sorted_out(versions, now) for scope, versions in found.items()}


def version_of_set(engine: sa.Engine, version: int) -> Version | None:
    """Return one version, also one that another has followed; None: there never was one."""
    with engine.connect() as connection:
        row = connection.execute(_SETS.where(requirement_sets.c.version == version)).first()
    return _version(row) if row else None


def sorted_out(versions: list[Version], now: datetime) -> Versions:
    """Tell apart what is in force, what is to come, what is proposed, and what was."""
    approved = [one for one in versions if one.set.approved]
    past = [one for one in approved if one.set.effective_at <= now]
    return Versions(
        current=past[-1] if past else None,
        next=tuple(one for one in approved if one.set.effective_at > now),
        drafts=tuple(one for one in versions if not one.set.approved),
        earlier=tuple(reversed(past[:-1])),
    )


_SETS = (
    sa.select(
        *(requirement_sets.c[name] for name in ("version", "operation", "effective_at", "approved", "groups")),
        requirement_sets.c.id,
        requirement_sets.c.scope,
        requirement_sets.c.scope_id,
        requirement_sets.c.known_from,
        requirement_sets.c.known_to,
        audit_trail.c.data,
        audit_trail.c.at,
    )
    .outerjoin(audit_trail, audit_trail.c.seq == requirement_sets.c.known_from)
    .order_by(requirement_sets.c.effective_at, requirement_sets.c.version)
)


def _version(row: Any) -> Version:
    operation = Operation(row.operation) if row.operation else None
    said = json.loads(row.data) if row.data else {}
    return Version(
        id=row.id,
        scope=Scope(row.scope, row.scope_id, operation),
        set=set_of_row(row),
        seq=row.known_from,
        entry={**said, "at": instant(row.at) if row.at else None},
        standing=row.known_to is None,
    )
