"""One entry of the trail with its place in the chain, what stands around it, and what followed from it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gate.core.audit import NO_LEAF, Kind, leaf_hash
from gate.core.uses_told import DROPPED, LEFT
from gate.store.equipment_facts import instant
from gate.store.schema import (
    accounts,
    audit_trail,
    badges,
    equipment,
    people,
    requirement_sets,
    trail_head,
)
from gate.store.trail_bytes import Said, column_mismatch, said_of

AROUND = 5
"""Entries shown before and after."""

ANSWERED_WITHIN = 5000
"""Entries behind an allow among which its follow-up stands; it comes within seconds, or first thing at a start."""

FOLLOW_UPS = (Kind.ACTUATED.value, Kind.ANSWERED_LATE.value, Kind.OUTCOME_UNKNOWN.value)


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry as it is stored; `said` is empty where the bytes are no entry."""

    seq: int
    kind: str
    at: datetime
    said: Said
    data: str
    leaf: bytes

    @property
    def signatures(self) -> tuple[Mapping[str, Any], ...]:
        """The electronic signatures in it."""
        detail = self.said.get("detail")
        found = detail.get("signatures") if isinstance(detail, dict) else None
        return tuple(one for one in found if isinstance(one, dict)) if isinstance(found, list) else ()


@dataclass(frozen=True, slots=True)
class ChainPlace:
    """Where an entry stands in the chain, and what was found when it was looked at just now."""

    previous: bytes
    head_seq: int
    bytes_match: bool
    continues: bool
    columns_match: bool

    @property
    def sound(self) -> bool:
        """Whether this entry alone is as it was written, behind the one before it."""
        return self.bytes_match and self.continues and self.columns_match


@dataclass(frozen=True, slots=True)
class Followed:
    """What became of a decision: its answer at the reader, the membership it began, the override that followed."""

    answer: EntryRow | None = None
    drop: EntryRow | None = None
    leave: EntryRow | None = None
    override: EntryRow | None = None


@dataclass(frozen=True, slots=True)
class EntryNames:
    """Names for the ids in entries, as last known."""

    people: Mapping[str, str] = field(default_factory=dict)
    equipment: Mapping[str, str] = field(default_factory=dict)


def entry_row(connection: sa.Connection, seq: int) -> EntryRow | None:
    """Return one entry."""
    row = connection.execute(_ENTRIES.where(audit_trail.c.seq == seq)).first()
    return _entry(row) if row else None


def chain_place(connection: sa.Connection, entry: EntryRow) -> ChainPlace:
    """Look at an entry's bytes, hash, columns and the entry before it."""
    row = connection.execute(sa.select(audit_trail).where(audit_trail.c.seq == entry.seq)).one()
    before = connection.execute(sa.select(audit_trail.c.leaf).where(audit_trail.c.seq == entry.seq - 1)).scalar()
    previous = before if before is not None else NO_LEAF
    return ChainPlace(
        previous=previous,
        head_seq=connection.execute(sa.select(trail_head.c.seq)).scalar() or 0,
        bytes_match=bool(entry.said) and leaf_hash(entry.data.encode()) == entry.leaf,
        continues=entry.said.get("prev") == previous.hex() and (before is not None or entry.seq == 1),
        columns_match=bool(entry.said) and column_mismatch(row, entry.said) is None,
    )


def around(connection: sa.Connection, entry: EntryRow) -> list[EntryRow]:
    """Return the entry with those before and after it, oldest first: of the same machine where it names one."""
    wanted = _ENTRIES
    if isinstance(entry.said.get("equipment"), str):
        wanted = wanted.where(audit_trail.c.equipment_id == entry.said["equipment"])
    before = wanted.where(audit_trail.c.seq < entry.seq).order_by(audit_trail.c.seq.desc()).limit(AROUND)
    after = wanted.where(audit_trail.c.seq > entry.seq).order_by(audit_trail.c.seq).limit(AROUND)
    earlier = [_entry(row) for row in connection.execute(before)]
    return [*reversed(earlier), entry, *(_entry(row) for row in connection.execute(after))]


def neighbours(connection: sa.Connection, seq: int) -> tuple[int | None, int | None]:
    """Return the numbers of the entries just before and just after."""
    before = sa.select(sa.func.max(audit_trail.c.seq)).where(audit_trail.c.seq < seq)
    after = sa.select(sa.func.min(audit_trail.c.seq)).where(audit_trail.c.seq > seq)
    return connection.execute(before).scalar(), connection.execute(after).scalar()


def followed(connection: sa.Connection, entry: EntryRow) -> Followed:
    """Return what became of a decision."""
    person, machine = entry.said.get("person"), entry.said.get("equipment")
    if entry.kind != Kind.DECISION or not isinstance(person, str):
        return Followed()
    later = _ENTRIES.where(audit_trail.c.person_id == person, audit_trail.c.seq > entry.seq)
    about = later.where(audit_trail.c.ref_seq == entry.seq)
    granted = later.where(audit_trail.c.kind == Kind.OVERRIDE_GRANTED.value, audit_trail.c.equipment_id == machine)
    return Followed(
        answer=_answer(connection, entry.seq),
        drop=_first(connection, about.where(audit_trail.c.kind.in_(sorted(DROPPED)))),
        leave=_first(connection, about.where(audit_trail.c.kind.in_(sorted(LEFT)))),
        override=_first(connection, granted) if entry.said.get("outcome") == "deny" else None,
    )


def last_start(connection: sa.Connection, said: Said) -> EntryRow | None:
    """Return the start entry that a decision names; an earlier release's decision names none."""
    evidence = said.get("evidence")
    started = evidence.get("start") if isinstance(evidence, dict) else None
    found = entry_row(connection, started) if isinstance(started, int) and 0 < started < 2**53 else None
    return found if found is not None and found.kind == Kind.START else None


def names_in(connection: sa.Connection, entries: Iterable[EntryRow]) -> EntryNames:
    """Return names for everybody and everything that these entries name; who acts through an account is named by it."""
    said = [entry.said for entry in entries]
    ids = {str(one[key]) for one in said for key in ("person", "by") if isinstance(one.get(key), str)}
    machines = {str(one["equipment"]) for one in said if isinstance(one.get("equipment"), str)}
    known = sa.select(people.c.id, people.c.name).where(people.c.id.in_(ids)).order_by(people.c.version)
    signers = sa.select(accounts.c.person_id, accounts.c.name).where(accounts.c.person_id.in_(ids))
    things = sa.select(equipment.c.id, equipment.c.name).where(equipment.c.id.in_(machines))
    printed = {row[0]: row[1] for row in connection.execute(signers.order_by(accounts.c.version))}
    return EntryNames(
        printed | {row[0]: row[1] for row in connection.execute(known)},
        {row[0]: row[1] for row in connection.execute(things.order_by(equipment.c.version))},
    )


@dataclass(frozen=True, slots=True)
class NamedVersions:
    """The rows that an entry names by version, as far as the page tells of them."""

    badge_id: str = ""
    set_id: str = ""
    set_effective_at: datetime | None = None
    area_set_id: str = ""


def named_versions(connection: sa.Connection, said: Said) -> NamedVersions:
    """Return what stands behind the versions in a decision's evidence."""
    evidence = said.get("evidence")
    if not isinstance(evidence, dict):
        return NamedVersions()
    sets = {
        name: connection.execute(_SET.where(requirement_sets.c.version == evidence[name])).first()
        for name in ("set", "area_set")
        if isinstance(evidence.get(name), int)
    }
    by_class, by_area = sets.get("set"), sets.get("area_set")
    badge = evidence.get("badge")
    wanted = sa.select(badges.c.id).where(badges.c.version == badge)
    return NamedVersions(
        badge_id=connection.execute(wanted).scalar() or "" if isinstance(badge, int) else "",
        set_id=by_class.id if by_class else "",
        set_effective_at=instant(by_class.effective_at) if by_class else None,
        area_set_id=by_area.id if by_area else "",
    )


_ENTRIES = sa.select(audit_trail.c.seq, audit_trail.c.kind, audit_trail.c.at, audit_trail.c.data, audit_trail.c.leaf)
_SET = sa.select(requirement_sets.c.id, requirement_sets.c.effective_at)


def _entry(row: Any) -> EntryRow:
    return EntryRow(row.seq, row.kind, instant(row.at), said_of(row.data) or {}, row.data, row.leaf)


def _first(connection: sa.Connection, wanted: sa.Select[Any]) -> EntryRow | None:
    row = connection.execute(wanted.order_by(audit_trail.c.seq).limit(1)).first()
    return _entry(row) if row else None


def _answer(connection: sa.Connection, seq: int) -> EntryRow | None:
    near = _ENTRIES.where(audit_trail.c.seq > seq, audit_trail.c.seq <= seq + ANSWERED_WITHIN)
    return _first(connection, near.where(audit_trail.c.ref_seq == seq, audit_trail.c.kind.in_(FOLLOW_UPS)))
