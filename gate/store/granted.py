"""What is on record about overrides that were granted: the row, its signed entries, and what was owed or decided later.

Every override there ever was is found, also one that a load took off the records: nothing escapes QA's queue.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gate.core.audit import Kind, leaf_hash, timestamp
from gate.core.disposing import Granted
from gate.core.records import Override
from gate.core.terms import Operation, OverrideClass
from gate.store.audit_trail import Trail
from gate.store.equipment_facts import instant
from gate.store.floor_schema import override_dispositions
from gate.store.schema import audit_trail, overrides

Ask = Callable[[sa.Select[Any], Mapping[str, Any]], Sequence[Sequence[Any]]]
"""Runs a statement with its values: on a connection of the pages, or on the trail inside its transaction."""

FOLLOW_UP = "reference"
"""What the `sign` entry says under `new` that adds a reference later."""


@dataclass(frozen=True, slots=True)
class SignedEntry:
    """One entry of the trail about an override."""

    seq: int
    at: datetime
    leaf: str
    said: Mapping[str, Any]
    intact: bool = True
    """Whether the stored leaf is that of the stored bytes."""


@dataclass(frozen=True, slots=True)
class Story:
    """One override from its grant to QA's disposition; `granting` None: it came with a plant file, unsigned."""

    granted: Granted
    equipment_id: str
    justification: str
    second_person_id: str | None
    first_seq: int
    granting: SignedEntry | None
    revoking: SignedEntry | None = None
    referring: SignedEntry | None = None
    disposing: SignedEntry | None = None
    disposition: str = ""
    removed_at: datetime | None = None

    @property
    def override(self) -> Override:
        """The override as the rules know it."""
        return self.granted.override

    @property
    def entries(self) -> tuple[SignedEntry, ...]:
        """The signed entries, oldest first."""
        found = (self.granting, self.referring, self.revoking, self.disposing)
        return tuple(sorted((entry for entry in found if entry), key=lambda entry: entry.seq))


def asking(connection: sa.Connection) -> Ask:
    """Return how a page asks."""
    return lambda statement, values: connection.execute(statement, values).all()


def asking_trail(trail: Trail) -> Ask:
    """Return how an act asks, inside its transaction."""
    return lambda statement, values: trail.run(statement, values).fetchall()


def story(ask: Ask, override_id: str) -> Story | None:
    """Return everything about one override, None if there never was one."""
    rows = ask(_ONE, {"override": override_id})
    return _story(ask, rows[0]) if rows else None


def stories_since(ask: Ask, since: datetime, most: int) -> list[Story]:
    """Return the overrides that started after an instant, newest first, at most so many."""
    return [_story(ask, row) for row in ask(_SINCE.limit(most), {"since": timestamp(since)})]


def undisposed(ask: Ask, now: datetime, most: int) -> list[Story]:
    """Return the overrides that have started and have no disposition, oldest first, at most so many."""
    return [_story(ask, row) for row in ask(_UNDISPOSED.limit(most), {"now": timestamp(now)})]


def count_undisposed(ask: Ask, now: datetime) -> int:
    """Return how many overrides wait for QA."""
    return int(ask(sa.select(sa.func.count()).select_from(_UNDISPOSED.subquery()), {"now": timestamp(now)})[0][0])


_NAMES = (
    "id",
    "person_id",
    "equipment_id",
    "class",
    "operations",
    "reasons",
    "starts_at",
    "ends_at",
    "revoked_at",
    "cosigned",
    "boot_id",
    "ends_boot_us",
    "reference",
    "justification",
    "granted_by",
    "second_person_id",
    "known_from",
    "known_to",
)
_LATEST = sa.select(
    overrides.c.id.label("of_id"),
    sa.func.max(overrides.c.version).label("latest"),
    sa.func.min(overrides.c.known_from).label("first_seq"),
).group_by(overrides.c.id)


def _stories(latest: sa.Subquery) -> sa.Select[Any]:
    return (
        sa.select(
            *[overrides.c[name] for name in _NAMES],
            latest.c.first_seq,
            override_dispositions.c.disposition,
            override_dispositions.c.known_from.label("disposed_seq"),
        )
        .select_from(overrides)
        .join(latest, latest.c.latest == overrides.c.version)
        .outerjoin(
            override_dispositions,
            sa.and_(override_dispositions.c.id == overrides.c.id, override_dispositions.c.known_to.is_(None)),
        )
    )


_ALL = _stories(_LATEST.subquery())
_ONE = _stories(_LATEST.where(overrides.c.id == sa.bindparam("override")).subquery())
_SINCE = _ALL.where(overrides.c.starts_at >= sa.bindparam("since")).order_by(overrides.c.starts_at.desc())
_UNDISPOSED = _ALL.where(
    override_dispositions.c.id.is_(None),
    overrides.c.starts_at <= sa.bindparam("now"),
    sa.or_(overrides.c.revoked_at.is_(None), overrides.c.revoked_at > overrides.c.starts_at),
).order_by(overrides.c.starts_at)

_ENTRY_COLUMNS = (audit_trail.c.seq, audit_trail.c.at, audit_trail.c.leaf, audit_trail.c.data)
_ENTRY = sa.select(*_ENTRY_COLUMNS).where(audit_trail.c.seq == sa.bindparam("seq"))
_SIGNED_LATER = (
    sa.select(*_ENTRY_COLUMNS)
    .where(
        audit_trail.c.person_id == sa.bindparam("person"),
        audit_trail.c.seq > sa.bindparam("first"),
        audit_trail.c.kind == Kind.SIGN.value,
        audit_trail.c.ref_seq == sa.bindparam("first"),
    )
    .order_by(audit_trail.c.seq)
)


def _story(ask: Ask, values: Sequence[Any]) -> Story:
    row = dict(zip((*_NAMES, "first_seq", "disposition", "disposed_seq"), values, strict=True))
    first = _entry(ask, row["first_seq"])
    granting = first if first and first.said["kind"] == Kind.OVERRIDE_GRANTED.value else None
    revoking = _entry(ask, row["known_from"]) if row["revoked_at"] and row["known_from"] != row["first_seq"] else None
    referring = _referring(ask, row) if row["class"] == OverrideClass.EMERGENCY.value and not row["reference"] else None
    removed = _entry(ask, row["known_to"])
    return Story(
        granted=_granted(row, first, granting, referring, removed=removed is not None),
        equipment_id=row["equipment_id"],
        justification=row["justification"],
        second_person_id=row["second_person_id"],
        first_seq=row["first_seq"],
        granting=granting,
        revoking=revoking if revoking and revoking.said["kind"] == Kind.OVERRIDE_REVOKED.value else None,
        referring=referring,
        disposing=_entry(ask, row["disposed_seq"]),
        disposition=row["disposition"] or "",
        removed_at=removed.at if removed else None,
    )


def _granted(
    row: Mapping[str, Any],
    first: SignedEntry | None,
    granting: SignedEntry | None,
    referring: SignedEntry | None,
    *,
    removed: bool,
) -> Granted:
    starts_at = instant(row["starts_at"])
    return Granted(
        override=_override(row),
        person_id=row["person_id"],
        granted_at=first.at if granting and first else starts_at,
        reference=row["reference"] or (str(referring.said["new"][FOLLOW_UP]) if referring else ""),
        approver_id=row["granted_by"] or (str(granting.said["by"]) if granting else None),
        cosigner_id=_cosigner(granting),
        second_id=row["second_person_id"],
        disposed=row["disposed_seq"] is not None,
        removed=removed,
    )


def _override(row: Mapping[str, Any]) -> Override:
    return Override(
        version=0,
        id=row["id"],
        override_class=OverrideClass(row["class"]),
        operations=frozenset(Operation(name) for name in row["operations"].split()),
        reasons=frozenset(row["reasons"].split()),
        starts_at=instant(row["starts_at"]),
        ends_at=instant(row["ends_at"]),
        revoked_at=instant(row["revoked_at"]) if row["revoked_at"] else None,
        cosigned=bool(row["cosigned"]),
        boot_id=row["boot_id"],
        ends_boot_us=row["ends_boot_us"],
    )


def _cosigner(granting: SignedEntry | None) -> str | None:
    signatures = signatures_of(granting.said)[1:] if granting else ()
    return next((str(signature["person"]) for signature in signatures), None)


def signatures_of(said: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """Return the signatures of an entry; the first is the one whose act it is."""
    return tuple((said.get("detail") or {}).get("signatures", ()))


def _referring(ask: Ask, row: Mapping[str, Any]) -> SignedEntry | None:
    found = _entries(ask(_SIGNED_LATER, {"person": row["person_id"], "first": row["first_seq"]}))
    return next((entry for entry in found if FOLLOW_UP in (entry.said.get("new") or {})), None)


def _entry(ask: Ask, seq: int | None) -> SignedEntry | None:
    return next(iter(_entries(ask(_ENTRY, {"seq": seq}))), None) if seq is not None else None


def _entries(rows: Iterable[Sequence[Any]]) -> list[SignedEntry]:
    return [
        SignedEntry(seq, instant(at), leaf.hex(), json.loads(data), leaf_hash(data.encode()) == leaf)
        for seq, at, leaf, data in rows
    ]
